"""Bounded reading of a hostile file: every reader of metadata sees its bytes through a window."""

import io
from typing import BinaryIO, Final

MAX_READS: Final = 20_000
"""Reads for one file: some 40 ms. A PNG of 160 MB in 8 KiB chunks needs as many, a usual JPEG 20."""
MAX_BYTES: Final = 32 * 1024 * 1024
"""Bytes read of one file, however large it is; headers of real files need less than 1 MiB."""


class Damaged(ValueError):
    """The bytes are not what their format promises; what was read before stays good."""


class _Budget:
    """What may still be read of one file, shared by all windows on it."""

    __slots__ = ("bytes", "reads")

    def __init__(self) -> None:
        self.reads = MAX_READS
        self.bytes = MAX_BYTES

    def spend(self, length: int) -> None:
        self.reads -= 1
        self.bytes -= length
        if self.reads < 0 or self.bytes < 0:
            raise Damaged("too much to read")


class Window:
    """A part of a seekable file that is addressed from 0; reading outside of it is damage, not an accident.

    Whatever the bytes say, no more than ``MAX_READS`` and ``MAX_BYTES`` are spent on one file, so that no loop in it
    holds a reader.
    """

    __slots__ = ("_budget", "_file", "_head", "size", "start")

    def __init__(self, file: BinaryIO, head: bytes, start: int, size: int, budget: _Budget) -> None:
        self._file = file
        self._head = head
        self._budget = budget
        self.start = start
        """Where in the file it begins."""
        self.size = size
        """Bytes."""

    @classmethod
    def on(cls, file: BinaryIO, head: bytes = b"") -> "Window":
        """The whole file, of which the first bytes may have been read already."""
        return cls(file, head, 0, file.seek(0, io.SEEK_END), _Budget())

    def part(self, offset: int, size: int | None = None) -> "Window":
        """A window on a part, cut off where this one ends: a truncated file keeps its legible beginning.

        Raises:
            Damaged: it would begin outside.
        """
        if not 0 <= offset <= self.size:
            raise Damaged("points outside of its container")
        rest = self.size - offset
        size = rest if size is None else min(size, rest)
        return Window(self._file, self._head, self.start + offset, size, self._budget)

    def read(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes.

        Raises:
            Damaged: there are fewer.
        """
        data = self.up_to(offset, length)
        if len(data) < length:
            raise Damaged("ends too early")
        return data

    def up_to(self, offset: int, length: int) -> bytes:
        """At most ``length`` bytes; fewer at the end.

        Raises:
            Damaged: the offset is outside.
        """
        if not 0 <= offset <= self.size:
            raise Damaged("points outside of its container")
        length = min(length, self.size - offset)
        self._budget.spend(length)
        start = self.start + offset
        if start + length <= len(self._head):
            return self._head[start : start + length]
        self._file.seek(start)
        return self._file.read(length)

    def uint(self, offset: int, length: int, order: str = "big") -> int:
        """An unsigned integer of ``length`` bytes; ``order`` is ``big`` or ``little``."""
        return int.from_bytes(self.read(offset, length), "little" if order == "little" else "big")
