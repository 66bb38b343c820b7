"""Importing a Google Takeout: ``python -m tests.bench.imports [--photos 5000] [--size 50] [--rounds 3] [--dry-run]``.

``photobak import takeout`` of five zip files, beside ``photobak sync`` of the same photos unpacked, without their JSON
files; both as whole processes, until the cloud has confirmed every photo, or with ``--dry-run`` until each was read and
hashed. Each round has photos that nobody has seen. Then 200,000 names are paired in this process.
"""

import argparse
import json
import random
import shutil
import time
import zipfile
from pathlib import Path

from photobak.client.imports.takeout.pairing import pair_folder
from tests.bench.home import BenchHome, bench_home
from tests.bench.measure import Command, measure
from tests.support.command_line import PHOTOBAK, environ_of
from tests.support.photo_files import dated, jpeg

PARTS = 5
NAMES = 200_000
YEAR = "Takeout/Google Photos/Photos from 2024"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=5000, help="with as many JSON files")
    parser.add_argument("--size", type=int, default=50, help="KB of a photo")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--dry-run", action="store_true")
    arguments = parser.parse_args()
    print("Goals: rate >= 0.8 x sync's, peak <= 200 MB, 200,000 names paired in <= 5 s\n")
    with bench_home("imports") as home:
        bench = Bench(home, arguments.photos, arguments.size * 1000, dry_run=arguments.dry_run)
        found = measure(bench.import_(), bench.sync(), rounds=arguments.rounds)
    print(found.table(f"{arguments.photos:,} photos of {arguments.size} KB and their JSON files, {PARTS} zips"))
    print(f"rate: {1 / found.ratios(found.rivals[0])[0]:.2f} x sync's")
    print(f"\n{NAMES:,} names paired in {pairing_seconds():.2f} s of CPU")


class Bench:
    """One home, and the files of the round."""

    def __init__(self, home: BenchHome, photos: int, size: int, *, dry_run: bool) -> None:
        self._home = home
        self._photos = photos
        self._size = size
        self._options = ["--dry-run"] if dry_run else []
        self._parts = [home.folder / f"takeout-20240719T011900Z-{part:03}.zip" for part in range(1, PARTS + 1)]

    def import_(self) -> Command:
        """Photos that are in archives."""
        variables = [f"{name}={value}" for name, value in environ_of(self._home.folder).items()]
        command = [PHOTOBAK, "import", "takeout", *self._options, *map(str, self._parts)]
        return Command("photobak import takeout", ["env", "-i", *variables, *command], before=self._pack)

    def sync(self) -> Command:
        """As many that lie in a folder."""
        return self._home.sync(self._home.photos, *self._options, before=self._unpack)

    def _pack(self) -> None:
        archives = [zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) for path in self._parts]
        for number in range(self._photos):
            name = f"IMG_20240630_{number:06}.jpg"
            archives[number % PARTS].writestr(f"{YEAR}/{name}", self._photo())
            described = {"title": name, "photoTakenTime": {"timestamp": "1719741600"}, "description": "x" * 200}
            title = f"{name}.supplemental-metadata"[:46]
            archives[number * 3 % PARTS].writestr(f"{YEAR}/{title}.json", json.dumps(described))
        for archive in archives:
            archive.close()

    def _unpack(self) -> None:
        shutil.rmtree(self._home.photos, ignore_errors=True)
        folder = self._home.photos / YEAR
        folder.mkdir(parents=True)
        for number in range(self._photos):
            Path(folder, f"IMG_20240630_{number:06}.jpg").write_bytes(self._photo())

    def _photo(self) -> bytes:
        return jpeg(dated("2024:06:30 12:00:00")) + random.randbytes(self._size)


def pairing_seconds() -> float:
    """How long it takes to find the JSON of each of half as many photos, all in one folder, names cut and numbered."""
    titles = [
        f"PXL_2024_{number % 50_000:06}_{'long' * (number % 12)}.MOTION-02.ORIGINAL.jpg" for number in range(NAMES // 2)
    ]
    seen: dict[str, int] = {}
    media, jsons = [], {}
    for title in titles:
        number = seen[title] = seen.get(title, -1) + 1
        suffix = f"({number})" if number else ""
        media.append(f"{title[:-4][:47]}{suffix}.jpg")
        jsons[f"{f'{title}.supplemental-metadata'[:46]}{suffix}.json"] = title
    started = time.process_time()
    pairs = pair_folder(media, jsons)
    seconds = time.process_time() - started
    assert len(pairs.matches) == len(set(media)), len(pairs.matches)
    return seconds


if __name__ == "__main__":
    main()
