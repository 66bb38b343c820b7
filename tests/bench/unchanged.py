"""A library in which nothing has changed.

    python -m tests.bench.unchanged [--files 100000] [--rounds 5] [--beside-find-only]

``photobak sync``, the whole process, beside ``find -printf`` with the same facts of each file (the floor: it looks at
each file once and remembers nothing), ``rclone sync`` from folder to folder and ``restic backup`` into a repository on
the same disk.

The files are tiny, a hundred in a folder, since none of these programs reads them. The index is filled by the index's
own interface with what a sync would have put there, and nothing is uploaded: what the cloud has confirmed once, no sync
asks after, so an empty cloud stands in for a full one. That nothing was read and nothing was sent is checked.
"""

import argparse
import hashlib
import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from photobak.client.index.index import Fingerprint, Index, KnownFile
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.media_type import JPEG
from photobak.photo.record import Status
from photobak.photo.source import Source
from tests.bench.home import BenchHome, bench_home, installed
from tests.bench.measure import Command, measure

IN_A_FOLDER = 100
FOLDERS_A_YEAR = 40
TAKEN = CaptureTime(datetime(2024, 6, 30, 12, tzinfo=UTC), TakenSource.EXIF)
FACTS = r"%p %s %T@ %C@ %i\n"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--beside-find-only", action="store_true", help="for millions of files: others take long")
    arguments = parser.parse_args()
    print("Goal: <= 4 x find's wall time; peak <= 120 MB with 100,000 files, <= 250 MB with 1,000,000\n")
    with bench_home("unchanged") as home:
        fill(home, arguments.files)
        require_idle(home, arguments.files)
        rivals = [find(home.photos)]
        if not arguments.beside_find_only:
            rivals += [rclone(home), restic(home)]
        print(measure(home.sync(home.photos), *rivals, rounds=arguments.rounds).table(f"{arguments.files:,} unchanged"))
        require_idle(home, arguments.files)


def fill(home: BenchHome, files: int) -> None:
    """Write a library, and into the index what is known of it after a sync."""
    with Index.open(home.index_file) as index:
        for number in range(0, files, IN_A_FOLDER):
            year, trip = divmod(number // IN_A_FOLDER, FOLDERS_A_YEAR)
            folder = home.photos / str(2000 + year) / f"trip {trip:02}"
            folder.mkdir(parents=True)
            known = list(write_folder(home.photos, folder, range(number, min(files, number + IN_A_FOLDER))))
            index.confirm(known, time.time())


def write_folder(photos: Path, folder: Path, numbers: range) -> Iterator[KnownFile]:
    """Some files, and what the index knows of them."""
    for number in numbers:
        path = folder / f"IMG_{number:07}.JPG"
        path.write_bytes(content := path.name.encode())
        yield KnownFile(
            folder=str(folder),
            name=path.name,
            fingerprint=Fingerprint.of(path.stat()),
            sha256=hashlib.sha256(content).hexdigest(),
            media_type=JPEG,
            taken=TAKEN,
            source=str(Source("laptop", path.relative_to(photos).as_posix())),
            status=Status.STORED,
        )


def require_idle(home: BenchHome, files: int) -> None:
    """A sync finds every file unchanged, and sends nothing."""
    summary = json.loads(home.run("sync", "--json", str(home.photos)).splitlines()[-1])
    assert (summary["unchanged"], summary["scanned"], summary["uploaded"]) == (files, files, 0), summary


def find(photos: Path) -> Command:
    """The floor."""
    return Command("find -printf", ["sh", "-c", 'exec "$@" > /dev/null', "sh", "find", str(photos), "-printf", FACTS])


def rclone(home: BenchHome) -> Command:
    """A copy of the folder, with the same times, is compared with it."""
    copy = home.folder / "copy"
    shutil.copytree(home.photos, copy)
    return Command("rclone sync", [installed("rclone"), "sync", "--config", "", str(home.photos), str(copy)])


def restic(home: BenchHome) -> Command:
    """A repository has a snapshot of the folder; each run adds another."""
    (home.folder / "password").write_text("bench")
    repository = ["--repo", str(home.folder / "repository"), "--password-file", str(home.folder / "password")]
    run = [installed("restic"), *repository, "--cache-dir", str(home.folder / "cache"), "--quiet"]
    subprocess.run([*run, "init"], check=True)
    subprocess.run([*run, "backup", str(home.photos)], check=True)
    return Command("restic backup", [*run, "backup", str(home.photos)])


if __name__ == "__main__":
    main()
