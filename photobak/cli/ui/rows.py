"""Photos as rows of text: on a terminal each fits its width, and only names and cameras are shortened for it."""

import shutil
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, Self

from photobak.cli.ui.terminal import bytes_text, shown
from photobak.photo.record import Record, Status

_GAP: Final = "  "
_SHORTEST_NAME: Final = 12
_CAMERA: Final = (8, 24)
"""Cells of the camera's column, if there is one, at least and at most."""
_TAIL: Final = 8
"""Cells of a shortened name's end, where its extension and number are."""
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
