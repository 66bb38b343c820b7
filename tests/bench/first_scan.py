"""The first look at a library: ``python -m tests.bench.first_scan [--files 1000] [--rounds 3]``.

``photobak sync --dry-run``, the whole process, which hashes every file and reads its metadata, beside
``openssl dgst -sha256`` of the same files, which uses one processor. The files have 4 MB each and were just written, so
that they come from memory and no disk is measured.
"""

import argparse
import json

from tests.bench.home import bench_home
from tests.bench.large_files import write_large_files
from tests.bench.measure import Command, measure


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print("Goal: <= 0.75 x openssl's wall time, on two processors\n")
    with bench_home("first-scan") as home:
        paths = write_large_files(home.photos, arguments.files)
        openssl = Command("openssl dgst -sha256", ["openssl", "dgst", "-sha256", *map(str, paths)])
        found = measure(home.sync(home.photos, "--dry-run", "--json"), openssl, rounds=arguments.rounds)
    summary = json.loads(found.ours.outputs[-1].splitlines()[-1])
    assert summary["would_upload"] == arguments.files, summary
    print(found.table(f"hash and metadata of {arguments.files:,} files of 4 MB"))


if __name__ == "__main__":
    main()
