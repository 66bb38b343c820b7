"""Reading metadata beside exifread and Pillow, and what it adds to hashing: ``python -m tests.bench.metadata``.

PHOTOBAK_CORPUS names the sample photographs; 4 MB files are made of them by padding.
"""

import io
import logging
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import exifread
from PIL import Image

from photobak.photo.identity import sha256_of
from photobak.photo.media_type import HEAD_BYTES, recognise
from photobak.photo.metadata import Metadata, read_metadata
from tests.support.corpus import MISSING, corpus_files

FILES = 200
FILE_BYTES = 4 * 1024 * 1024
ROUNDS = 5


def ours(path: Path) -> Metadata | None:
    with path.open("rb") as file:
        media_type = recognise(file.read(HEAD_BYTES), path.name)
        return read_metadata(file, media_type) if media_type else None


def exifreads(path: Path) -> object:
    with path.open("rb") as file:
        return exifread.process_file(file, details=False)


def pillows(path: Path) -> object:
    with Image.open(path) as image:
        exif = image.getexif()
        return exif, exif.get_ifd(0x8769), exif.get_ifd(0x8825)


def hashed(path: Path) -> str:
    with path.open("rb") as file:
        return sha256_of(file)


def hashed_and_read(path: Path) -> tuple[str, Metadata | None]:
    with path.open("rb") as file:
        media_type = recognise(file.read(HEAD_BYTES), path.name)
        metadata = read_metadata(file, media_type) if media_type else None
        file.seek(0)
        return sha256_of(file), metadata


def seconds(work: Callable[[], object]) -> float:
    """The best of some rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        started = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - started)
    return best


def each(function: Callable[[Path], object], paths: Iterable[Path]) -> Callable[[], object]:
    return lambda: [function(path) for path in paths]


def padded(photos: list[Path], folder: Path) -> list[Path]:
    """Files of 4 MB, each with another content, in the page cache."""
    paths = [folder / f"{number}.jpg" for number in range(FILES)]
    for number, path in enumerate(paths):
        data = io.BytesIO(photos[number % len(photos)].read_bytes()[:FILE_BYTES])
        data.seek(FILE_BYTES - 8)
        data.write(number.to_bytes(8, "big"))
        path.write_bytes(data.getvalue())
    return paths


def main() -> None:
    logging.disable(logging.CRITICAL)
    photos = [path for path in corpus_files() if path.suffix.lower() in (".jpg", ".jpeg")]
    if not photos:
        raise SystemExit(MISSING)
    print(f"metadata of {len(photos)} JPEGs, ms a file, best of {ROUNDS}")
    for name, reader in (("photobak", ours), ("exifread, no maker notes", exifreads), ("Pillow", pillows)):
        print(f"  {name:26} {seconds(each(reader, photos)) / len(photos) * 1000:8.3f}")

    with tempfile.TemporaryDirectory() as folder:
        paths = padded(photos, Path(folder))
        openssl = ["openssl", "dgst", "-sha256", *map(str, paths)]
        baseline = seconds(lambda: subprocess.run(openssl, check=True, capture_output=True))
        print(f"{FILES} cached files of 4 MB, seconds, best of {ROUNDS}")
        print(f"  {'openssl dgst -sha256':26} {baseline:8.3f}")
        for name, reader in (("SHA-256", hashed), ("SHA-256 and metadata", hashed_and_read)):
            print(f"  {name + ', one thread':34} {seconds(each(reader, paths)):8.3f}")
        with ThreadPoolExecutor(2) as pool:
            taken = seconds(lambda: list(pool.map(hashed_and_read, paths)))
        print(f"  {'SHA-256 and metadata, two threads':34} {taken:8.3f}  ({taken / baseline:.2f} of openssl)")


if __name__ == "__main__":
    main()
