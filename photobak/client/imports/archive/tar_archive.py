"""Tar files, compressed by gzip or not, read at any place by an index of points at which inflating can begin."""

import io
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Lock
from typing import BinaryIO, Final

from photobak.client.imports.archive.interface import (
    Archive,
    DamagedEntry,
    Entry,
    EntryStream,
    Problem,
    is_bomb,
    safe_path,
)

_POINTS: Final = 32 * 1024 * 1024
"""Bytes from one point of the index to the next; each takes 32 KB of memory, so that 50 GB take 50 MB."""
_WHOLE: Final = 8 * 1024 * 1024
"""Entries up to this size are read at once, so that readers that take turns don't inflate the same bytes again."""
_CHUNK: Final = 4 * 1024 * 1024
_BUFFER: Final = 1024 * 1024
_MAX_HEADER: Final = 1024 * 1024
"""Bytes of one extended header, which the standard library reads whole."""
_LAST_SECOND: Final = 253_370_764_800
_CUT_OFF: Final = "its end is missing or damaged; what is whole before that was found"
_WRONG_CHECKSUM: Final = "its checksum is wrong: something in it is damaged, and nothing tells which file"


@dataclass(frozen=True, slots=True)
class _Place:
    offset: int
    size: int


class TarArchive(Archive):
    """One ``.tar``, ``.tgz`` or ``.tar.gz``."""

    def __init__(self, path: Path, *, compressed: bool) -> None:
        super().__init__(path)
        self._lock = Lock()
        self._places: list[_Place] = []
        self._compressed = compressed
        self._size = path.stat().st_size
        self._file = _open_gzip(path, checked=True) if compressed else path.open("rb")

    def entries(self) -> Iterator[Entry | Problem]:
        """List the file, header by header; reading an entry at its turn costs nothing more."""
        self._places = []
        try:
            yield from self._listed()
        except (tarfile.TarError, EOFError, OSError, ValueError) as error:  # indexed_gzip's are OSErrors
            if not self._compressed:
                yield self._end(error)
                return
            yield Problem("", _WRONG_CHECKSUM)
            self.close()
            self._file = _open_gzip(self.path, checked=False)
            try:
                yield from self._listed()
            except (tarfile.TarError, EOFError, OSError, ValueError) as again:
                yield self._end(again)

    def _end(self, error: Exception) -> Problem:
        return Problem("", _CUT_OFF if self._places else f"it is no tar file that can be read ({error})")

    def _listed(self) -> Iterator[Entry | Problem]:
        """List what was not listed before."""
        listed = len(self._places)
        with tarfile.open(fileobj=_Locked(self._file, self._lock), mode="r:") as archive:
            for number, member in enumerate(_regular_files(archive)):
                if is_bomb(member.offset_data + member.size, self._size):
                    yield Problem(member.name, "it grows to more than 200 times its compressed size, as in a bomb")
                    return
                if number >= listed:
                    yield self._entry(member)
            if not _ends_as_it_should(archive):
                yield Problem("", _CUT_OFF)

    def _entry(self, member: tarfile.TarInfo) -> Entry | Problem:
        path = safe_path(member.name)
        self._places.append(_Place(member.offset_data, member.size))
        if path is None:
            return Problem(member.name, "its name leads out of the archive")
        modified = datetime.fromtimestamp(min(max(float(member.mtime), 0), _LAST_SECOND), UTC)
        return Entry(len(self._places) - 1, path, member.size, modified)

    def open(self, entry: Entry) -> BinaryIO:
        """Read an entry: at once where it is small, else in pieces."""
        place = self._places[entry.number]
        if place.size <= _WHOLE:
            return io.BytesIO(self._read(place.offset, place.size))
        return io.BufferedReader(_Part(self, place), _CHUNK)

    def _read(self, offset: int, size: int) -> bytes:
        try:
            with self._lock:
                self._file.seek(offset)
                data = self._file.read(size)
        except (EOFError, OSError, ValueError) as error:
            raise DamagedEntry("its bytes are damaged in the archive") from error
        if len(data) < size:
            raise DamagedEntry("the archive ends before it does")
        return data

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def _open_gzip(path: Path, *, checked: bool) -> BinaryIO:
    from indexed_gzip import IndexedGzipFile  # few imports need it

    file: BinaryIO = IndexedGzipFile(str(path), spacing=_POINTS, buffer_size=_BUFFER, skip_crc_check=not checked)
    return file


def _regular_files(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    while (member := archive.next()) is not None:
        archive.members = []  # type: ignore[attr-defined]  # it would keep them all
        if member.isreg() and not member.issparse():
            yield member


def _ends_as_it_should(archive: tarfile.TarFile) -> bool:
    """Whether a block of zeros follows the last entry; the standard library takes anything else for the end too."""
    file: BinaryIO = archive.fileobj  # type: ignore[assignment]  # it was given one
    file.seek(archive.offset)
    return file.read(tarfile.BLOCKSIZE) == bytes(tarfile.BLOCKSIZE)


class _Locked(io.BufferedIOBase):
    """The archive's file as its listing sees it: entries are read from it in between, and headers are bounded."""

    def __init__(self, file: BinaryIO, lock: Lock) -> None:
        self._file = file
        self._lock = lock
        self._at = 0

    def read(self, size: int | None = -1) -> bytes:
        if size is None or not 0 <= size <= _MAX_HEADER:
            raise tarfile.ReadError("a header is too large")
        with self._lock:
            self._file.seek(self._at)
            data = self._file.read(size)
        self._at += len(data)
        return data

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset if whence == io.SEEK_SET else self._at + offset
        return self._at

    def tell(self) -> int:
        return self._at

    def seekable(self) -> bool:
        return True


class _Part(EntryStream):
    """A large entry, read a chunk at a time."""

    def __init__(self, archive: TarArchive, place: _Place) -> None:
        super().__init__(place.size)
        self._archive = archive
        self._offset = place.offset

    def read_next(self, size: int) -> bytes:
        left = min(size, max(self.size - self.at, 0))
        return self._archive._read(self._offset + self.at, left)  # noqa: SLF001 - of this module
