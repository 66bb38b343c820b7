"""Photos as rows of text: on a terminal each fits its width, and only names and cameras are shortened for it."""

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
"""Cells of the camera's column, if there is one, at least and at most."""
_TAIL: Final = 8
"""Cells of a shortened name's end, where its extension and number are."""
_SHORTEST_BAR, _LONGEST_BAR = 5, 40
"""Cells of the bar beside a count; where there is less room, there is none."""
_CHARACTERS_A_CELL: Final = 4
"""More than so many are accents heaped upon each other, which would spill over other rows."""
_EMOJI_FORM: Final = "\ufe0f"
"""VARIATION SELECTOR-16, which makes many characters twice as wide."""


@dataclass(frozen=True, slots=True)
class Rows:
    """How rows are laid out."""

    as_long: bool = False
    """With kind, size and camera."""
    width: int | None = None
    """Cells of the terminal; None where rows go elsewhere, and nothing needs to be shortened."""

    @classmethod
    def for_stdout(cls, as_long: bool = False) -> Self:
        """Rows that fit the terminal, if there is one."""
        return cls(as_long, shutil.get_terminal_size().columns if sys.stdout.isatty() else None)

    def row(self, record: Record, note: str | None = None) -> str:
        """Id, local capture time, what else is asked for, name, and a note if there is anything to note of it."""
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
        """The camera's column and the gap after it; nothing where the name would lose too much by it."""
        least, most = _CAMERA
        room = most if self.width is None else min(self.width - taken - len(_GAP) - _SHORTEST_NAME, most)
        if room < least:
            return ""
        camera = shortened(shown(record.camera or "-"), room)
        return camera + " " * (room - cells(camera)) + _GAP


def print_counts(groups: "Mapping[str, Census]") -> None:
    """Print how many photos each year, month or day has; on a terminal with a bar beside each."""
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
    """How many columns of a terminal a text takes; at least, where terminals differ, as many as any of them."""
    if text.isascii():
        return len(text)
    from rich.cells import get_character_cell_size

    return sum(1 if char == _EMOJI_FORM else get_character_cell_size(char) for char in text)


def shortened(text: str, most: int) -> str:
    """A text in no more cells than ``most``; what is too much is left out of its middle."""
    if cells(text) <= most and len(text) <= _CHARACTERS_A_CELL * most:
        return text
    tail = _leading(reversed(text), min(_TAIL, (most - 1) // 2))[::-1]
    return _leading(text, most - 1 - cells(tail)) + "…" + tail


def _leading(characters: Iterable[str], most: int) -> str:
    """The first of the characters, as many as fit into so many cells."""
    found, room = "", most
    for char in characters:
        room -= cells(char)
        if room < 0 or len(found) == _CHARACTERS_A_CELL * most:
            break
        found += char
    return found
