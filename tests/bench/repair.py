"""``photobak repair`` of a library whose tables are lost: ``python -m tests.bench.repair``; the goal is 3 minutes."""

import argparse
import subprocess
import tempfile
import time
from pathlib import Path

from tests.bench.library import Library, library_of


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=10_000)
    photos = parser.parse_args().photos
    print("Goal: 10,000 records in 180 s")
    with tempfile.TemporaryDirectory(prefix="bench-repair-") as folder, library_of(Path(folder), photos) as library:
        print(f"repair, both tables lost   {repair_seconds(library):6.1f} s for {photos:,} records")
        print(f"repair, nothing wrong      {seconds(library, 'repair'):6.1f} s")


def repair_seconds(library: Library) -> float:
    """From empty tables to full ones, which verify then finds to be right."""
    library.lose_tables()
    took = seconds(library, "repair")
    seconds(library, "verify")
    return took


def seconds(library: Library, command: str) -> float:
    start = time.perf_counter()
    subprocess.run(library.command(command), check=True)
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
