"""A file that is being fetched: hashed as it arrives, kept if it is interrupted, and named only when it is right."""

import hashlib
import os
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self

from photobak.photo.identity import CHUNK_BYTES
from photobak.platform.files import read_at, set_modified, sync_file, write_at
from photobak.platform.folders import Folder

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file has to be before it gets its name."""

    size: int
    """Bytes."""
    digest: str | None
    """In lower-case hex; None if unknown: then only the size is checked."""
    algorithm: str = "sha256"
    """hashlib's name of the algorithm."""

    def new_hash(self) -> "hashlib._Hash":
        """An empty hash; of MD5 too, which FIPS mode allows only where security does not depend on it."""
        return hashlib.new(self.algorithm, usedforsecurity=False)

    def fits(self, file: int) -> bool:
        """Whether an open file is this one; reads it from its beginning."""
        if os.fstat(file).st_size != self.size:
            return False
        digest, buffer = self.new_hash(), memoryview(bytearray(CHUNK_BYTES))
        offset = 0
        while read := read_at(file, buffer, offset):
            digest.update(buffer[:read])
            offset += read
        return self.digest in (None, digest.hexdigest())


def part_name(name: str, expected: Expected) -> str:
    """The name of a file until it is complete: always the same, so that the next run finds it."""
    mark = f"{name} {expected.digest} {expected.size}".encode("utf-8", "surrogateescape")
    return f".photobak-{hashlib.sha256(mark).hexdigest()[:32]}.part"


class Part:
    """A file that is not complete yet, in an open folder; locked, so that two runs never write one."""

    def __init__(self, folder: Folder, name: str, expected: Expected) -> None:
        """Open it, or create it.

        Raises:
            OSError: that can't be done, or another run has it.
        """
        self._folder = folder
        self._target = name
        self._expected = expected
        self._name = part_name(name, expected)
        try:
            self._file = folder.open_locked(self._name)
        except BlockingIOError as error:
            raise BlockingIOError(error.errno, "another photobak is fetching it") from error
        self._forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        os.close(self._file)  # and with it the lock

    def resume(self) -> None:
        """Continue after what an earlier run left, which is hashed again; ``is_right`` tells whether that was right.

        Raises:
            OSError: it can't be read.
        """
        if os.fstat(self._file).st_size > self._expected.size:
            self.start_anew()
        buffer = memoryview(bytearray(CHUNK_BYTES))
        while read := read_at(self._file, buffer, self.size):
            self._take(buffer[:read])

    def append(self, chunk: memoryview) -> None:
        """Write and hash the next bytes.

        Raises:
            OSError: the disk doesn't take it.
        """
        write_at(self._file, chunk, self.size)
        self._take(chunk)

    def start_anew(self) -> None:
        """Discard all that has arrived.

        Raises:
            OSError: that can't be done.
        """
        os.ftruncate(self._file, 0)
        self._forget()

    @property
    def is_right(self) -> bool:
        """Whether this is the complete file, and the right one."""
        return self.size == self._expected.size and self._expected.digest in (None, self._hash.hexdigest())

    def become_whole(self, modified_at: datetime, *, replace: bool) -> None:
        """Give the file its name, durably but for the folder's own entry.

        Args:
            modified_at: its mtime.
            replace: whether it may replace another file.

        Raises:
            FileExistsError: there is another file.
            OSError: it can't be written.
        """
        set_modified(self._file, (modified_at - _EPOCH) // timedelta(microseconds=1) * 1000)
        sync_file(self._file)
        self._folder.rename(self._name, self._target, replace=replace)

    def discard(self) -> None:
        """Remove it."""
        self._folder.remove(self._name)

    def _take(self, chunk: memoryview) -> None:
        self._hash.update(chunk)
        self.size += len(chunk)

    def _forget(self) -> None:
        self.size = 0
        self._hash = self._expected.new_hash()
