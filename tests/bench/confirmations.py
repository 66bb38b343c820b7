"""What the nightly rotation of confirmations adds to a sync of a library in which nothing has changed.

    python -m tests.bench.confirmations [--files 100000] [--rounds 5]

The library and its index are those of ``tests.bench.unchanged``, and the cloud keeps every content: its items are
written straight into the table. The same sync runs in turn with nothing due, and with the part of a day due: a sixth of
the library, asked for a hundred contents at a time. That each run found everything kept is checked.
"""

import argparse
import math
import sqlite3
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from itertools import islice
from typing import Any

from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.upload.reconfirm import ROTATION_SECONDS
from tests.bench.home import BenchHome, bench_home
from tests.bench.measure import Command, measure
from tests.bench.unchanged import fill, require_idle

DAY = 86_400.0
WRITTEN_AT_ONCE = 25
"""The most items of one BatchWriteItem."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--files", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    print("Goal: the rotation adds at most 10 % to the wall time\n")
    with bench_home("confirmations") as home:
        fill(home, arguments.files)
        fill_cloud(home)
        require_idle(home, arguments.files)
        found = measure(due(home, 1.0), due(home, 0.0), rounds=arguments.rounds)
        require_idle(home, arguments.files)
    asked = math.ceil(arguments.files * DAY / ROTATION_SECONDS)
    print(found.table(f"{arguments.files:,} unchanged, {asked:,} asked for"))
    print(f"\nThe rotation adds {found.wall_ratio - 1:.0%} wall time.")


def due(home: BenchHome, days: float) -> Command:
    """A sync whose last rotation was so long ago."""
    name = f"photobak sync, {days:g} days after the last" if days else "photobak sync, nothing due"

    def turn_back() -> None:
        with closing(sqlite3.connect(home.index_file)) as connection, connection:
            connection.execute(
                "UPDATE marks SET value = ? WHERE name = 'rotated_at'", (repr(time.time() - days * DAY),)
            )

    command = home.sync(home.photos)
    return Command(name, command.argv, before=turn_back)


def fill_cloud(home: BenchHome) -> None:
    """Write what a sync would have left in the table, for each content that the index takes for kept."""
    identity, table, dynamodb = home.session().identity_id, home.profile.contents_table, home.aws("dynamodb")
    with Index.open(home.index_file) as index:
        hashes = list(Confirmations(index).kept_hashes())

    def write(batch: list[str]) -> None:
        items = [{"PutRequest": {"Item": item(identity, sha256)}} for sha256 in batch]
        left: dict[str, Any] = {table: items}
        while left:
            left = dynamodb.batch_write_item(RequestItems=left)["UnprocessedItems"]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, batches(hashes)))


def item(identity: str, sha256: str) -> dict[str, Any]:
    """An item of ``Contents``, of a stored photo."""
    return {
        "username": {"S": identity},
        "sha256": {"S": sha256},
        "status": {"S": "stored"},
        "timestamp": {"N": f"1719741600.{int(sha256[:12], 16):015}"},
    }


def batches(hashes: list[str]) -> Iterator[list[str]]:
    """As many as one request takes."""
    unwritten = iter(hashes)
    while batch := list(islice(unwritten, WRITTEN_AT_ONCE)):
        yield batch


if __name__ == "__main__":
    main()
