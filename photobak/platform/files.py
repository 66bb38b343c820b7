"""Open files: read and written at an offset, without a position that threads would share, and flushed to the disk."""

import os
from io import FileIO
from pathlib import Path


def open_to_read(path: Path) -> FileIO:
    """Open a file without buffering. If a FIFO has taken its place, this does not wait for the FIFO's other end.

    Raises:
        OSError: it can't be opened.
    """
    return open(path, "rb", buffering=0, opener=_without_waiting)


def read_at(file: int, buffer: memoryview, offset: int) -> int:
    """Fill ``buffer`` from a file's bytes at ``offset``; returns how many were read, 0 at the end.

    Raises:
        OSError: it can't be read.
    """
    return os.preadv(file, [buffer], offset)


def write_at(file: int, content: memoryview, offset: int) -> None:
    """Write all of ``content`` at ``offset``.

    Raises:
        OSError: the disk is full or refuses it.
    """
    written = 0
    while written < len(content):
        written += os.pwrite(file, content[written:], offset + written)


def set_modified(file: int, nanoseconds: int) -> None:
    """Set the mtime of an open file, in nanoseconds since the epoch (negative before 1970).

    Raises:
        OSError: the file system can't keep it.
    """
    os.utime(file, ns=(nanoseconds, nanoseconds))


def sync_file(file: int) -> None:
    """Flush an open file to the disk.

    Raises:
        OSError: the disk refuses it.
    """
    os.fsync(file)


def sync_path(path: Path) -> None:
    """Flush a file, or a folder's names, to the disk: what was renamed into a folder survives a power cut after that.

    Raises:
        OSError: it can't be opened, or the disk refuses it.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def is_own(found: os.stat_result) -> bool:
    """Whether a file belongs to the user who runs this process."""
    return found.st_uid == os.getuid()


def append_durably(path: Path, line: bytes) -> None:
    """Append a line to a file that only its owner can read, and flush it; a torn last line is ended first.

    Raises:
        OSError: it can't be written.
    """
    is_new = not path.exists()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
    with os.fdopen(os.open(path, flags, 0o600), "r+b", buffering=0) as file:
        size = file.seek(0, os.SEEK_END)
        torn = size > 0 and os.pread(file.fileno(), 1, size - 1) != b"\n"
        file.write(b"\n" * torn + line)  # in one call, so that two processes never mix their lines
        os.fsync(file.fileno())
    if is_new:
        sync_path(path.parent)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)
