"""Photos as rows of text. On a terminal each row fits the width; only names and cameras are shortened."""

import shutil
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import click

from photobak.cli.ui.terminal import bytes_text, data, shown
from photobak.photo.record import Record, Status

if TYPE_CHECKING:
    from photobak.client.library.census import Census

_GAP: Final = "  "
_SHORTEST_NAME: Final = 12
_CAMERA: Final = (8, 24)
"""Minimum and maximum width of the camera column, in cells."""
_TAIL: Final = 8
"""Cells kept of the end of a shortened name, which has its number and extension."""
_SHORTEST_BAR, _LONGEST_BAR = 5, 40
"""Width of the bar in cells; with less room, there is no bar."""
_CHARACTERS_A_CELL: Final = 4
"""Limit for stacked accents, which would spill over other rows."""
_EMOJI_FORM: Final = "\ufe0f"
"""VARIATION SELECTOR-16, which doubles the width of many characters."""


@dataclass(frozen=True, slots=True)
class Rows:
    """The layout of rows."""

    as_long: bool = False
    """Show kind, size and camera."""
    width: int | None = None
    """Width of the terminal in cells; None if there is no terminal, so that nothing is shortened."""

    @classmethod
    def for_stdout(cls, as_long: bool = False) -> Self:
        """Rows that fit the terminal on stdout, if there is one."""
        return cls(as_long, shutil.get_terminal_size().columns if sys.stdout.isatty() else None)

    def row(self, record: Record, note: str | None = None) -> str:
        """Id, local capture time, details, name and note; by default, the note is a status other than stored."""
        note = note or ("" if record.status is Status.STORED else record.status.value)
        end = f"{_GAP}({note})" if note else ""
        begin = f"{record.id}{_GAP}{record.taken.in_zone():%Y-%m-%d %H:%M}{_GAP}"
        if self.as_long:
            begin += f"{record.kind.value:7}{_GAP}{bytes_text(record.size):>9}{_GAP}"
            begin += self._camera(record, len(begin) + len(end))
        name = shown(record.filename)
        if self.width is None:
            return begin + name + end
        room = self.width - cells(begin) - len(end)
        return shortened(begin + shortened(name, max(room, _SHORTEST_NAME)) + end, self.width)

    def _camera(self, record: Record, taken: int) -> str:
        """The camera column; empty if it would leave too little room for the name."""
        least, most = _CAMERA
        room = most if self.width is None else min(self.width - taken - len(_GAP) - _SHORTEST_NAME, most)
        if room < least:
            return ""
        camera = shortened(shown(record.camera or "-"), room)
        return camera + " " * (room - cells(camera)) + _GAP


def print_counts(groups: "Mapping[str, Census]") -> None:
    """Print the number of photos per year, month or day; on a terminal, with a bar."""
    lines = {name: f"{name}  {each.count:>9,}  {bytes_text(each.size):>9}" for name, each in groups.items()}
    if not sys.stdout.isatty():
        for line in lines.values():
            click.echo(line)
        return
    from rich.bar import Bar
    from rich.table import Table

    most, longest = max((each.count for each in groups.values()), default=0), max(map(len, lines.values()), default=0)
    width = min(data().width - longest - len(_GAP), _LONGEST_BAR)
    table = Table.grid(padding=(0, len(_GAP)))
    for name, line in lines.items():
        table.add_row(line, Bar(most, 0, groups[name].count, width=width) if width >= _SHORTEST_BAR else "")
    data().print(table)


def cells(text: str) -> int:
    """The width of a text in terminal cells; an upper bound where terminals differ."""
    if text.isascii():
        return len(text)
    from rich.cells import get_character_cell_size

    return sum(1 if char == _EMOJI_FORM else get_character_cell_size(char) for char in text)


def shortened(text: str, most: int) -> str:
    """A text in at most ``most`` cells; its middle is left out if it is longer."""
    if cells(text) <= most and len(text) <= _CHARACTERS_A_CELL * most:
        return text
    tail = _leading(reversed(text), min(_TAIL, (most - 1) // 2))[::-1]
    return _leading(text, most - 1 - cells(tail)) + "…" + tail


def _leading(characters: Iterable[str], most: int) -> str:
    """The first characters that fit into ``most`` cells."""
    found, room = "", most
    for char in characters:
        room -= cells(char)
        if room < 0 or len(found) == _CHARACTERS_A_CELL * most:
            break
        found += char
    return found
