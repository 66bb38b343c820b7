"""Every metadata tag of an original, read by exifread from as little of the file as it needs.

exifread understands maker notes, which our own reader leaves out. It is not made for hostile files: some keep it busy
for minutes, or fill the memory. So it runs in a child process with limits (``exif_child``), on a sparse copy of the
original that holds only the blocks that exifread has asked for.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from typing import IO, Any, Final

from photobak.client.library.bucket import PhotoBucket
from photobak.client.library.exif_child import BLOCK_BYTES
from photobak.client.transport.download import Download
from photobak.errors import PhotobakError
from photobak.photo.record import Record

MOST_BLOCKS: Final = 16
"""Blocks downloaded at most; the metadata of real files is at their beginning, or at their end."""
SECONDS: Final = 20.0
"""Time limit of the child processes together."""

Read = Callable[[int, int, Callable[[memoryview], object]], None]
"""Reads the bytes of a file from a position up to another one, and hands them on piece by piece."""


class UnreadableTags(PhotobakError):
    """exifread cannot read the metadata of this original."""


def tags_of_original(bucket: PhotoBucket, record: Record) -> dict[str, str]:
    """Read all tags of a photo's original in the bucket.

    Raises:
        UnreadableTags: as ``exif_tags``.
        Gone, ObjectArchived, WrongSize, Unreachable, CloudError, SignInNeeded: as ``Download.read``.
    """
    download = Download(bucket.objects)

    def read(start: int, end: int, take: Callable[[memoryview], object]) -> None:
        download.read(record.original_key, record.size, take, start, end)

    return exif_tags(read, record.size, record.filename)


def exif_tags(read: Read, size: int, name: str) -> dict[str, str]:
    """Read all tags of a file.

    Args:
        read: reads a part of the file.
        size: of the file, in bytes.
        name: of the file, for errors.

    Returns:
        The values by exifread's names ("EXIF DateTimeOriginal"), in the order of the file; empty if there are none.

    Raises:
        UnreadableTags: the tags are damaged, reading them takes too long or too much memory, or too much of the file.
    """
    if size == 0:
        return {}
    blocks, left = [0], SECONDS
    with tempfile.TemporaryFile() as sparse:
        sparse.truncate(size)
        while len(blocks) <= MOST_BLOCKS:
            start = blocks[-1] * BLOCK_BYTES
            sparse.seek(start)
            read(start, min(start + BLOCK_BYTES, size), sparse.write)
            sparse.flush()
            started = time.monotonic()
            answer = _child(sparse, blocks, name, left)
            left -= time.monotonic() - started
            if "missing" not in answer:
                return dict(answer["tags"])
            blocks.append(int(answer["missing"]))
    raise _unreadable(name, f"they are spread over more than {MOST_BLOCKS} MB of the file")


def _child(sparse: IO[bytes], blocks: Sequence[int], name: str, seconds: float) -> dict[str, Any]:
    """Run the child on the blocks; returns the tags, or the block that it needs."""
    command = [sys.executable, "-I", "-m", "photobak.client.library.exif_child", *map(str, blocks)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, with numbers for arguments
            command, stdin=sparse, capture_output=True, timeout=max(seconds, 0.1), check=False, env=_environment()
        )
    except subprocess.TimeoutExpired as error:
        raise _unreadable(name, f"reading them takes more than {SECONDS:.0f} s") from error
    if done.returncode == 0:
        answer: dict[str, Any] = json.loads(done.stdout)
        return answer
    if done.returncode < 0:  # killed by the system: the limit of CPU time
        raise _unreadable(name, "reading them takes too long")
    said = done.stderr.decode(errors="replace").strip().splitlines()
    raise _unreadable(name, said[-1] if said else f"the reader ended with exit code {done.returncode}")


def _environment() -> dict[str, str]:
    """No secrets: the child needs none."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT")}


def _unreadable(name: str, why: str) -> UnreadableTags:
    return UnreadableTags(f"cannot read the tags of {name}", why=why, next_step="photobak get restores the file itself")
