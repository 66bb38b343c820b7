"""What has come of a file so far: hashed as it comes, kept where it is cut off, and named only when it is right."""

import fcntl
import hashlib
import os
import stat
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self

from photobak.photo.identity import CHUNK_BYTES

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FLAGS: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


@dataclass(frozen=True, slots=True)
class Expected:
    """What a file has to be, to get its name."""

    size: int
    """Bytes."""
    digest: str | None
    """In lower-case hex; None where nobody knows it, and the size has to do."""
    algorithm: str = "sha256"
    """As hashlib calls it."""

    def fits(self, file: int) -> bool:
        """Whether an open file is this one; reads it from its beginning."""
        if os.fstat(file).st_size != self.size:
            return False
        digest, buffer = hashlib.new(self.algorithm, usedforsecurity=False), memoryview(bytearray(CHUNK_BYTES))
        offset = 0
        while read := os.preadv(file, [buffer], offset):
            digest.update(buffer[:read])
            offset += read
        return self.digest in (None, digest.hexdigest())


def part_name(name: str, expected: Expected) -> str:
    """What a file is called until it is whole: the same for the same file, so that another run finds it."""
    mark = f"{name} {expected.digest} {expected.size}".encode("utf-8", "surrogateescape")
    return f".photobak-{hashlib.sha256(mark).hexdigest()[:32]}.part"


class Part:
    """A file that is not whole yet, in an open folder; locked, so that two runs never write one."""

    def __init__(self, folder: int, name: str, expected: Expected) -> None:
        """Open it, or make it.

        Raises:
            OSError: that can't be done, or another run has it.
        """
        self._folder = folder
        self._target = name
        self._expected = expected
        self._name = part_name(name, expected)
        self._file = _open_locked(folder, self._name)
        self._forget()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        os.close(self._file)  # and with it the lock

    def resume(self) -> None:
        """Take what an earlier run has left for the beginning, hashed again; see ``is_right`` for whether it was.

        Raises:
            OSError: it can't be read.
        """
        if os.fstat(self._file).st_size > self._expected.size:
            self.start_anew()
        buffer = memoryview(bytearray(CHUNK_BYTES))
        while read := os.preadv(self._file, [buffer], self.size):
            self._take(buffer[:read])

    def append(self, chunk: memoryview) -> None:
        """Write and hash what comes next.

        Raises:
            OSError: the disk doesn't take it.
        """
        written = 0
        while written < len(chunk):
            written += os.pwrite(self._file, chunk[written:], self.size + written)
        self._take(chunk)

    def start_anew(self) -> None:
        """Forget all that has come.

        Raises:
            OSError: that can't be done.
        """
        os.ftruncate(self._file, 0)
        self._forget()

    @property
    def is_right(self) -> bool:
        """Whether this is the whole file, and the right one."""
        return self.size == self._expected.size and self._expected.digest in (None, self._hash.hexdigest())

    def become_whole(self, modified_at: datetime, *, replace: bool) -> None:
        """Give the file its name, durably but for the folder's own entry.

        Args:
            modified_at: the mtime that it gets.
            replace: whether it may take the place of another file.

        Raises:
            FileExistsError: there is another file.
            OSError: it can't be written.
        """
        nanoseconds = (modified_at - _EPOCH) // timedelta(microseconds=1) * 1000
        os.utime(self._file, ns=(nanoseconds, nanoseconds))
        os.fsync(self._file)
        if replace:
            os.replace(self._name, self._target, src_dir_fd=self._folder, dst_dir_fd=self._folder)
        else:
            _rename_unless_taken(self._name, self._target, self._folder)

    def discard(self) -> None:
        """Remove it."""
        discard_part(self._folder, self._name)

    def _take(self, chunk: memoryview) -> None:
        self._hash.update(chunk)
        self.size += len(chunk)

    def _forget(self) -> None:
        self.size = 0
        self._hash = hashlib.new(self._expected.algorithm, usedforsecurity=False)


def discard_part(folder: int, name: str) -> None:
    """Remove what a run that was cut off has left under this name, if anything."""
    with suppress(FileNotFoundError):
        os.unlink(name, dir_fd=folder)


def _open_locked(folder: int, name: str) -> int:
    while True:
        file = os.open(name, _FLAGS, 0o666, dir_fd=folder)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            found = os.fstat(file)
            if _is_at(folder, name, found):  # not renamed or removed by who had the lock until now
                if found.st_nlink == 1:
                    return file
                # A run was cut off between the two steps of a rename: this is a whole file with another name, too.
                discard_part(folder, name)
        except BlockingIOError as error:
            os.close(file)
            raise BlockingIOError(error.errno, "another photobak is fetching it") from error
        except OSError:
            os.close(file)
            raise
        os.close(file)


def _is_at(folder: int, name: str, found: os.stat_result) -> bool:
    try:
        there = os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    if not stat.S_ISREG(there.st_mode):
        raise OSError(f"something that is no file has the name {name}")
    return (there.st_dev, there.st_ino) == (found.st_dev, found.st_ino)


def _rename_unless_taken(before: str, after: str, folder: int) -> None:
    try:
        os.link(before, after, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError as error:  # a file system without hard links, such as a memory stick's
        with suppress(FileNotFoundError):
            os.stat(after, dir_fd=folder, follow_symlinks=False)
            raise FileExistsError from error
        os.rename(before, after, src_dir_fd=folder, dst_dir_fd=folder)
    else:
        os.unlink(before, dir_fd=folder)
