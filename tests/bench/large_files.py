"""Files as large as a camera's: real heads, so that metadata is read as it is from photos, and noise behind them."""

import os
from pathlib import Path

from tests.support.corpus import corpus_files
from tests.support.photo_files import dated
from tests.support.pictures import encoded, quadrants

FILE_BYTES = 4_000_000
_LARGEST_HEAD = FILE_BYTES // 2


def write_large_files(folder: Path, count: int) -> list[Path]:
    """So many JPEG files of 4 MB in a new folder, no two of them the same, not even in another call."""
    folder.mkdir(parents=True)
    heads, noise = _heads(), os.urandom(FILE_BYTES)
    paths = [folder / f"IMG_{number:04}.jpg" for number in range(count)]
    for number, path in enumerate(paths):
        head, own = heads[number % len(heads)], os.urandom(32)
        path.write_bytes(head + own + noise[: FILE_BYTES - len(head) - len(own)])
    return paths


def _heads() -> list[bytes]:
    """The samples' JPEGs; where there are none, a small one with EXIF."""
    samples = [path for path in corpus_files() if path.suffix.lower() in (".jpg", ".jpeg")]
    heads = [path.read_bytes() for path in samples if 1000 < path.stat().st_size < _LARGEST_HEAD]
    return heads or [encoded(quadrants(), "JPEG", exif=b"Exif\0\0" + dated("2024:06:30 12:00:00"))]
