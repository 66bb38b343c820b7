"""What every archive and folder offers to an import: its entries, and the bytes of each, without unpacking it."""

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import BinaryIO, Final

MAX_NAME: Final = 4096
"""Characters of an entry's name; no file system takes more."""
FREE_BYTES: Final = 64 * 1024 * 1024
"""So much an entry may grow to whatever it was compressed to: an empty page that was scanned shrinks a thousandfold."""
MAX_RATIO: Final = 200
"""How many times larger than its compressed bytes an entry may be, above ``FREE_BYTES``. Deflate reaches 1,032."""


class DamagedEntry(OSError):
    """An entry's bytes are not what the archive promises; its message says why, for a person."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in an archive or a folder."""

    number: int
    """Counted from 0 in the order in which reading costs least."""
    path: str
    """With slashes, relative, without ``.`` and ``..``."""
    size: int
    """Bytes, uncompressed."""
    modified_at: datetime | None
    """With offset; None where it is not told, or in a zone that isn't."""


@dataclass(frozen=True, slots=True)
class Problem:
    """What can't be read of an archive; the rest of it can."""

    path: str
    """The entry's; empty where it concerns the archive."""
    reason: str


class Archive(ABC):
    """An archive or a folder. Entries are listed once, and may be read while they are listed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @abstractmethod
    def entries(self) -> Iterator[Entry | Problem]:
        """List it, in the order of the entries' numbers; what can't be read is told beside the rest.

        Raises:
            OSError: it can't be read at all.
        """

    @abstractmethod
    def open(self, entry: Entry) -> BinaryIO:
        """Read an entry from its beginning; seekable, several at once, from any thread.

        A reader that reaches its end has seen the archived bytes: a wrong checksum is an error there.

        Raises:
            OSError: it can't be read; ``DamagedEntry`` where that is the archive's fault.
        """

    @abstractmethod
    def close(self) -> None:
        """Let go of the files."""


class EntryStream(io.RawIOBase):
    """An entry's bytes, whatever holds them; seeking costs nothing until something is read."""

    def __init__(self, size: int) -> None:
        self.size = size
        """Bytes."""
        self.at = 0
        """Where the reader is."""

    def readable(self) -> bool:
        """It is for reading."""
        return True

    def seekable(self) -> bool:
        """It can be read from any place."""
        return True

    def tell(self) -> int:
        """Where the reader is."""
        return self.at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go elsewhere, behind the end too, where there is nothing to read."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self.at, io.SEEK_END: self.size}[whence]
        self.at = max(base + offset, 0)
        return self.at

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # io's own type is wider than its use
        """Read what comes next."""
        data = self.read_next(len(buffer))
        buffer[: len(data)] = data
        self.at += len(data)
        return len(data)

    @abstractmethod
    def read_next(self, size: int) -> bytes:
        """At most so many bytes from where the reader is; none at the end.

        Raises:
            DamagedEntry: they are not what the archive promises.
        """


def safe_path(name: str) -> str | None:
    """An entry's name as a relative path; None where it leads out of the archive, or is none.

    Names are labels: nothing is ever written where they point. But a label may become a path when a photo is restored.
    """
    plain = name.replace("\\", "/") if "/" not in name else name
    parts = [part for part in plain.split("/") if part not in ("", ".")]
    if plain.startswith("/") or ".." in parts or PureWindowsPath(name).drive:
        return None
    if not parts or "\0" in name or len(name) > MAX_NAME:
        return None
    return str(PurePosixPath(*parts))


def is_bomb(size: int, compressed: int) -> bool:
    """Whether an entry grows beyond what photos and videos do."""
    return size > max(FREE_BYTES, MAX_RATIO * compressed)
