"""A new laptop with a library that is stored already: ``python -m tests.bench.new_laptop [--photos 10000]``.

The person has set up photobak on a second machine and has copied the photos to it: the index knows nothing, the cloud
has everything. ``photobak sync`` hashes the files and asks; no byte is to be uploaded, and few requests made. A proxy
before the local stack counts them. There is no rival: a program that keeps no hashes in the cloud would upload all.

The cloud is filled as root: record and content item of each photo, as the process function writes them, without
originals and previews, which nobody asks for here. The photos are tiny; that they came from another device makes the
cloud note a further place of each, which is the dearest case.
"""

import argparse
import json
import os
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256

from photobak.cloud.store.contents import ContentsTable
from photobak.cloud.store.photos import PhotosTable
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import original_key, timestamp_key
from photobak.photo.media_type import JPEG
from photobak.photo.record import Record, Status
from tests.bench.home import BenchHome, bench_home
from tests.bench.measure import run_once
from tests.support.fault_proxy import FaultProxy, Kind
from tests.support.photo_files import dated
from tests.support.pictures import encoded, quadrants

IN_A_FOLDER = 100
IN_A_TRANSACTION = 50
"""Photos; DynamoDB takes a hundred items."""
NOON = datetime(2024, 6, 30, 12, tzinfo=UTC)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--photos", type=int, default=10_000)
    photos = parser.parse_args().photos
    print("Goal, for 10,000 photos: no byte uploaded, <= 110 requests to the API\n")
    with bench_home("new-laptop") as home:
        fill(home, photos)
        port = int(home.stack.endpoint_url.rpartition(":")[2])
        with FaultProxy(port).running() as proxy:
            cost, output = run_once(home.sync(home.photos, "--json", before=None, **proxy.environment))
    summary = json.loads(output.splitlines()[-1])
    assert summary["already_stored"] == photos, summary
    print(
        f"{photos:,} photos that are stored already: {proxy.seen[Kind.PREP]} requests to the API,"
        f" {summary['uploaded']} uploads, {proxy.requests} requests in all;"
        f" {cost.wall:.1f} s, {cost.cpu:.1f} s CPU, {cost.peak / 1e6:.0f} MB"
    )


def fill(home: BenchHome, photos: int) -> None:
    """Write the photos to the disk, and what the cloud knows of them into its tables."""
    dynamodb, outputs = home.aws("dynamodb"), home.stack.outputs
    table, contents = PhotosTable(dynamodb, outputs.table), ContentsTable(dynamodb, outputs.contents_table)
    halves = []
    for record in write_photos(home, photos):
        halves += [table.creation(record), contents.completion(record, None)]
        if len(halves) == 2 * IN_A_TRANSACTION:
            dynamodb.transact_write_items(TransactItems=halves)
            halves = []
    if halves:
        dynamodb.transact_write_items(TransactItems=halves)


def write_photos(home: BenchHome, photos: int) -> Iterator[Record]:
    """Photos on the disk, and the record of each."""
    picture = encoded(quadrants(), "JPEG", exif=b"Exif\0\0" + dated("2024:06:30 12:00:00", offset="+00:00"))
    identity_id = home.session().identity_id
    for number in range(photos):
        path = home.photos / f"trip {number // IN_A_FOLDER:03}" / f"IMG_{number:05}.JPG"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content := picture + os.urandom(32))
        record = record_of(identity_id, sha256(content).hexdigest(), len(content))
        yield replace(record, filename=path.name, sources=frozenset({f"old-laptop:{path.relative_to(home.photos)}"}))


def record_of(identity_id: str, digest: str, size: int) -> Record:
    """What the process function makes of a photo, as far as it matters here."""
    return Record(
        username=identity_id,
        timestamp=timestamp_key(NOON, digest),
        sha256=digest,
        kind=JPEG.kind,
        status=Status.STORED,
        size=size,
        content_type=JPEG.content_type,
        taken=CaptureTime(NOON, TakenSource.EXIF),
        filename="",
        modified_at=NOON,
        original_key=original_key(identity_id, digest, JPEG.extension),
        stored_at=NOON,
    )


if __name__ == "__main__":
    main()
