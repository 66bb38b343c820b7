"""Every metadata tag of an original, read by exifread from as little of the file as it needs.

exifread understands maker notes, which our own reader leaves out. It is not made for hostile files: some keep it busy for minutes
or fill the memory. So it runs in a child process with limits (``photobak.client.library.exif_child``), on a sparse copy of the
original that holds only the blocks that it has asked for.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Any, Final

from photobak.client.library.exif_child import BLOCK_BYTES
from photobak.client.transport.bucket import PhotoBucket
from photobak.client.transport.download import Download
from photobak.errors import PhotobakError
from photobak.photo.record import Record

MOST_BLOCKS: Final = 16
"""Blocks downloaded at most; the metadata of real files is in the first one, or at the end."""
SECONDS: Final = 20.0
"""Time for the child process, each time that it is started."""


class UnreadableTags(PhotobakError):
    """exifread cannot read the metadata of this original."""


def exif_tags(bucket: PhotoBucket, record: Record) -> dict[str, str]:
    """Read all tags of an original.

    Args:
        bucket: the photo bucket.
        record: the photo; its original must not be in the trash.

    Returns:
        The values by the names that exifread gives them ("EXIF DateTimeOriginal"), in their order in the file; empty if there are
        none.

    Raises:
        UnreadableTags: reading takes too long or too much memory, or needs too much of the file.
        Gone, Frozen, WrongSize, Unreachable, CloudError, SignInNeeded: the original cannot be read, as in ``Download.chunks``.
    """
    if record.size == 0:
        return {}
    download, blocks = Download(bucket), [0]
    with tempfile.TemporaryFile() as sparse:
        sparse.truncate(record.size)
        while len(blocks) <= MOST_BLOCKS:
            _fetch(download, record, blocks[-1], sparse)
            answer = _child(sparse, blocks, record)
            if "missing" not in answer:
                return dict(answer["tags"])
            blocks.append(int(answer["missing"]))
    raise _unreadable(record, f"its tags are spread over more than {MOST_BLOCKS} MB")


def _fetch(download: Download, record: Record, block: int, sparse: IO[bytes]) -> None:
    start = block * BLOCK_BYTES
    sparse.seek(start)
    for chunk in download.chunks(record.original_key, record.size, start, min(start + BLOCK_BYTES, record.size)):
        sparse.write(chunk)
    sparse.flush()


def _child(sparse: IO[bytes], blocks: Sequence[int], record: Record) -> dict[str, Any]:
    """Start the child on what is there; returns the tags, or the block that it misses."""
    sparse.seek(0)  # the child shares the position
    command = [sys.executable, "-I", "-m", "photobak.client.library.exif_child", *map(str, blocks)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, with numbers for arguments
            command, stdin=sparse, capture_output=True, timeout=SECONDS, check=False, env=_environment(), cwd=Path(os.sep)
        )
    except subprocess.TimeoutExpired as error:
        raise _unreadable(record, f"reading them takes more than {SECONDS:.0f} s") from error
    if done.returncode:
        reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise _unreadable(record, reason[0] if reason else f"the reader ended with {done.returncode}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def _environment() -> dict[str, str]:
    """No secrets: the child needs none."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "SYSTEMROOT", "TMPDIR")}


def _unreadable(record: Record, why: str) -> UnreadableTags:
    next_step = f"The original itself is not affected: photobak get {record.id}"
    return UnreadableTags(f"cannot read the tags of {record.filename}", why=why, next_step=next_step)
