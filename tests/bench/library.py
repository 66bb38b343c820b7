"""A library of many photos on a local stack of its own, put into its stores by root: faster than syncing them."""

import json
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from photobak.local.credentials import RootKeys, root_keys, root_session
from photobak.local.home import Home
from photobak.local.lifecycle import down
from photobak.local.running import running
from photobak.local.values import LocalStack
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import original_key, record_key, thumb_key, timestamp_key, web_key
from photobak.photo.record import Record
from tests.support.command_line import PHOTOBAK, environ_of, photobak
from tests.support.records import NOON, record

_WRITTEN_AT_ONCE = 25  # BatchWriteItem takes no more
_OF_CONTENT = ("username", "sha256", "timestamp", "status")


@dataclass(frozen=True)
class Library:
    """One person's photos; each has an original, two previews and a record beside."""

    home: Path
    stack: LocalStack
    identity_id: str
    records: tuple[Record, ...]

    @property
    def keys(self) -> RootKeys:
        """Root's."""
        return root_keys(Home.at(self.stack.home))

    def aws(self, service: str) -> Any:
        """A client that may do everything."""
        session: Any = root_session(self.keys)
        return session.client(service, endpoint_url=self.stack.endpoint_url)

    def command(self, *arguments: str) -> list[str]:
        """The installed command as this person runs it."""
        environ = [f"{name}={value}" for name, value in environ_of(self.home).items()]
        return ["env", "-i", *environ, PHOTOBAK, *arguments]

    def write_tables(self) -> None:
        """Put all records into both tables."""
        outputs = self.stack.outputs
        photos = [each.to_item() for each in self.records]
        contents = [{name: item[name] for name in _OF_CONTENT} for item in photos]
        for table, items in ((outputs.table, photos), (outputs.contents_table, contents)):
            self._write(table, [{"PutRequest": {"Item": item}} for item in items])

    def lose_tables(self) -> None:
        """Delete all records from both tables."""
        outputs = self.stack.outputs
        for table, sort in ((outputs.table, "timestamp"), (outputs.contents_table, "sha256")):
            items = [each.to_item() for each in self.records]
            keys = [{name: item[name] for name in ("username", sort)} for item in items]
            self._write(table, [{"DeleteRequest": {"Key": key}} for key in keys])

    def write_objects(self) -> None:
        """Put the objects of all records into the bucket."""
        s3, bucket = self.aws("s3"), self.stack.outputs.bucket

        def put(each: Record) -> None:
            bodies = {
                each.original_key: b"x" * each.size,
                each.thumb_key: b"thumb",
                each.web_key: b"web",
                record_key(each.username, each.sha256): json.dumps(each.to_json(), sort_keys=True).encode(),
            }
            for key, body in bodies.items():
                s3.put_object(Bucket=bucket, Key=key, Body=body)

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(put, self.records))

    def _write(self, table: str, requests: Sequence[Any]) -> None:
        dynamodb = self.aws("dynamodb")
        for start in range(0, len(requests), _WRITTEN_AT_ONCE):
            left: Any = {table: requests[start : start + _WRITTEN_AT_ONCE]}
            while left:
                left = dynamodb.batch_write_item(RequestItems=left).get("UnprocessedItems")


@contextmanager
def library_of(home: Path, photos: int) -> Iterator[Library]:
    """So many photos, a minute apart, in all stores; nothing runs any more at the end."""
    stack_home = home / "photobak" / "state" / "local"
    try:
        photobak(home, "local", "up").check_returncode()
        stack = running(stack_home)
        assert stack is not None
        identity_id = json.loads(photobak(home, "status", "--json").stdout)["identity_id"]
        library = Library(home, stack, identity_id, tuple(_record(identity_id, number) for number in range(photos)))
        library.write_tables()
        library.write_objects()
        yield library
    finally:
        down(stack_home)


def _record(identity_id: str, number: int) -> Record:
    plain = record(f"photo {number}", username=identity_id, filename=f"IMG_{number:05}.JPG")
    taken = CaptureTime(NOON + timedelta(minutes=number), TakenSource.EXIF)
    return record(
        f"photo {number}",
        username=identity_id,
        taken=taken,
        timestamp=timestamp_key(taken.taken_at, plain.sha256),
        original_key=original_key(identity_id, plain.sha256, "jpg"),
        thumb_key=thumb_key(identity_id, plain.sha256),
        web_key=web_key(identity_id, plain.sha256),
        filename=f"IMG_{number:05}.JPG",
        sources=frozenset({f"laptop:2024/06/IMG_{number:05}.JPG"}),
        width=6000,
        height=4000,
        camera_make="Canon",
        camera_model="Canon EOS R6",
        lens="RF24-105mm F4 L IS USM",
        latitude=38.7223,
        longitude=-9.1393,
    )
