"""Real camera files, all the way: ``python -m tests.bench.samples``.

``photobak sync`` of the sample photographs until each is confirmed (hashed, kept, previewed, recorded), beside
``aws s3 sync``, which only copies the same files to the same local S3; then both once more with nothing to do; then
``photobak sync --no-wait`` of 100 new files of 4 MB beside ``aws s3 sync`` of them.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from tests.bench.home import BenchHome, bench_home
from tests.bench.large_files import write_large_files
from tests.bench.measure import Command, measure
from tests.support.command_line import PHOTOBAK
from tests.support.corpus import MISSING, corpus

BUCKET = "bench"
ROUNDS = 3


def main() -> None:
    """Measure and print."""
    if not corpus().is_dir():
        sys.exit(MISSING)
    with bench_home("samples") as home:
        start_anew(home)
        print(first_sync(home, "the sample photographs, new", corpus()), "\n")
        print(again(home, "the same, nothing new", corpus()), "\n")
        write_large_files(home.photos, 100)
        print(first_sync(home, "100 new files of 4 MB, sent", home.photos, "--no-wait"))


def start_anew(home: BenchHome) -> None:
    """Nothing anywhere."""
    home.start_anew()
    home.empty_bucket(BUCKET)


def first_sync(home: BenchHome, title: str, photos: Path, *options: str) -> str:
    """Everything is new to both."""
    ours = home.sync(photos, *options, before=lambda: start_anew(home))
    rival = aws_sync(home, photos, before=lambda: home.empty_bucket(BUCKET))
    return measure(ours, rival, rounds=ROUNDS).table(title)


def again(home: BenchHome, title: str, photos: Path) -> str:
    """Nothing is new to either."""
    home.run("sync", str(photos))
    return measure(home.sync(photos), aws_sync(home, photos), rounds=7).table(title)


def aws_sync(home: BenchHome, photos: Path, before: Callable[[], None] | None = None) -> Command:
    """The AWS CLI's own."""
    aws = str(Path(PHOTOBAK).with_name("aws"))
    return home.rival("aws s3 sync", aws, "s3", "sync", "--quiet", str(photos), f"s3://{BUCKET}/", before=before)


if __name__ == "__main__":
    main()
