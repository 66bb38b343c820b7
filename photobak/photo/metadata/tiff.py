"""TIFF structures: the directories (IFDs) that EXIF, TIFF files and nearly all camera RAW formats are made of.

TIFF 6.0 section 2, BigTIFF, EXIF 2.32 section 4.5.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from photobak.photo.metadata.window import Damaged, Window

MAX_DIRECTORIES: Final = 32
"""Directories of one file: a loop ends here. Real files have a handful."""
MAX_ENTRIES: Final = 4096
MAX_VALUE_BYTES: Final = 4096

_TYPE_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 129: 1}
_INTEGERS: Final = {1: "B", 3: "H", 4: "I", 6: "b", 7: "B", 8: "h", 9: "i", 13: "I", 16: "Q"}
_RATIONALS: Final = {5: "I", 10: "i"}
_FLOATS: Final = {11: "f", 12: "d"}

_MAGIC_NUMBERS: Final = {
    42,  # TIFF, EXIF and most RAW formats
    43,  # BigTIFF
    0x55,  # Panasonic RW2, Leica RWL
    0x4F52,  # Olympus ORF, "RO"
    0x5352,  # Olympus ORF, "RS"
}
_BIG_TIFF: Final = 43
_ORDERS: Final = {b"II": "<", b"MM": ">"}


class _Entry(NamedTuple):
    type: int
    number: int
    """How many values of the type."""
    offset: int
    """Where the value lies in the window."""

    @property
    def size(self) -> int:
        """Bytes."""
        return self.number * _TYPE_SIZES.get(self.type, 1)


class Directory:
    """One IFD. A tag that is missing, or whose value lies outside of the file, reads as empty."""

    __slots__ = ("_entries", "_order", "_window", "next")

    def __init__(self, window: Window, order: str, entries: dict[int, _Entry], next_offset: int) -> None:
        self._window = window
        self._order = order
        self._entries = entries
        self.next = next_offset
        """Offset of the next directory of the chain; 0 = none."""

    def raw(self, tag: int, limit: int = MAX_VALUE_BYTES) -> bytes:
        """The value's bytes, at most ``limit``."""
        entry = self._entries.get(tag)
        if entry is None:
            return b""
        try:
            return self._window.read(entry.offset, min(limit, entry.size))
        except Damaged:
            return b""

    def window(self, tag: int) -> Window | None:
        """A window on the value, for what is large or has a structure of its own."""
        entry = self._entries.get(tag)
        if entry is None:
            return None
        try:
            return self._window.part(entry.offset, entry.size)
        except Damaged:
            return None

    def text(self, tag: int) -> str:
        """The value up to its first NUL, as UTF-8, or Latin-1 where it is not."""
        value = self.raw(tag).partition(b"\0")[0]
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value.decode("latin-1")

    def integers(self, tag: int) -> tuple[int, ...]:
        """The value as integers; empty where it has another type."""
        entry = self._entries.get(tag)
        code = _INTEGERS.get(entry.type) if entry else None
        return self._unpack(tag, code) if code else ()

    def integer(self, tag: int) -> int | None:
        """The value's first integer."""
        return next(iter(self.integers(tag)), None)

    def numbers(self, tag: int) -> tuple[float | None, ...]:
        """The value as numbers, whether written as integers, fractions or floats; None for a division by zero."""
        entry = self._entries.get(tag)
        if entry is None:
            return ()
        if code := _RATIONALS.get(entry.type):
            parts = self._unpack(tag, code)
            return tuple(n / d if d else None for n, d in zip(parts[::2], parts[1::2], strict=False))
        code = _FLOATS.get(entry.type) or _INTEGERS.get(entry.type)
        return self._unpack(tag, code) if code else ()

    def _unpack(self, tag: int, code: str) -> tuple[int, ...]:
        value = self.raw(tag)
        size = struct.calcsize(f"={code}")
        return struct.unpack(f"{self._order}{len(value) // size}{code}", value[: len(value) // size * size])


@dataclass(frozen=True, slots=True)
class Tiff:
    """A TIFF structure: its window, byte order and form."""

    window: Window
    order: str
    """``<`` or ``>``, as in struct."""
    big: bool
    """BigTIFF: 8-byte counts and offsets."""
    first: int
    """Offset of the first directory."""

    def directory(self, offset: int) -> Directory:
        """The directory at ``offset``.

        Entries that a truncated file no longer has are left out.

        Raises:
            Damaged: nothing of it is inside of the file.
        """
        count_size, entry_size, value_size = (8, 20, 8) if self.big else (2, 12, 4)
        count = self._uint(offset, count_size)
        table = offset + count_size
        data = self.window.up_to(table, min(count, MAX_ENTRIES) * entry_size)
        entries: dict[int, _Entry] = {}
        records = struct.iter_unpack(
            self.order + ("HHQQ" if self.big else "HHII"), data[: len(data) // entry_size * entry_size]
        )
        for end, (tag, kind, number, value) in enumerate(records, start=1):
            inline = number * _TYPE_SIZES.get(kind, 1) <= value_size
            entries.setdefault(tag, _Entry(kind, number, table + end * entry_size - value_size if inline else value))
        return Directory(self.window, self.order, entries, self._next(table + count * entry_size))

    def chain(self) -> Iterator[Directory]:
        """The directories of the file, one after the other; ends at damage and at a loop."""
        offset, seen = self.first, set[int]()
        while offset and offset not in seen and len(seen) < MAX_DIRECTORIES:
            seen.add(offset)
            directory = self.below(offset)
            if directory is None:
                return
            yield directory
            offset = directory.next

    def below(self, offset: int | None) -> Directory | None:
        """The directory that a tag points to; None where there is none."""
        if not offset:
            return None
        try:
            return self.directory(offset)
        except Damaged:
            return None

    def _next(self, offset: int) -> int:
        try:
            return self._uint(offset, 8 if self.big else 4)
        except Damaged:
            return 0

    def _uint(self, offset: int, size: int) -> int:
        return self.window.uint(offset, size, "little" if self.order == "<" else "big")


def open_tiff(window: Window) -> Tiff:
    """Read a TIFF header.

    Raises:
        Damaged: it is none.
    """
    head = window.read(0, 8)
    order = _ORDERS.get(head[:2])
    if order is None:
        raise Damaged("no byte order")
    magic, first = struct.unpack(f"{order}HI", head[2:])
    if magic not in _MAGIC_NUMBERS:
        raise Damaged("not a TIFF structure")
    big = magic == _BIG_TIFF
    if big:
        first = window.uint(8, 8, "little" if order == "<" else "big")
    return Tiff(window, order, big, first)
