"""What the cloud has of the signed-in person: the rows of the two tables, and the objects in the photo bucket."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import Any, Final, TypeVar

from photobak.client.account.session import Session
from photobak.client.library.bucket import SessionBucket
from photobak.client.library.tables import Tables
from photobak.client.transport.listing import ListedObject
from photobak.client.transport.s3 import S3
from photobak.client.verify.judge import Listed
from photobak.errors import CloudError
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.keys import record_key
from photobak.photo.record import InvalidRecord, Record, Status

KINDS: Final = ("original", "thumb", "web", "record")

_FROZEN: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_WHAT: Final = "the bucket can't be read"
_NAMES: Final = {"#status": "status", "#timestamp": "timestamp"}
_WITHOUT_RECORD: Final = (Status.EXPECTED, Status.REJECTED)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One content."""

    sha256: str
    status: Status
    """As its item in ``Contents`` says."""
    record: Record | None
    """The record that its item points to; None where there is none, or none that can be read."""


class OwnRows:
    """The rows of one person; all methods raise CloudError where a table can't be read."""

    def __init__(self, session: Session) -> None:
        self._tables = Tables(session)

    def pages(self) -> Iterator[list[Row]]:
        """Every content, in the order of the hashes, some at a time."""
        shown = "sha256, #status, #timestamp"
        items = self._tables.query_contents(ProjectionExpression=shown, ExpressionAttributeNames=_NAMES)
        return map(self._rows, batches(items))

    def of(self, hashes: Iterable[str]) -> dict[str, Row]:
        """These contents as they are now, as far as they are known."""
        return {row.sha256: row for row in self._rows(list(self._tables.contents(hashes)))}

    def count_records(self) -> int:
        """How many records ``Photos`` has, whatever points to them."""
        return self._tables.count_photos()

    def strays(self) -> Iterator[tuple[str, str, bool]]:
        """Records that their content's item doesn't point to: hash, timestamp, and whether there is such an item.

        Each is looked at again by itself: it may have been moved meanwhile, or be about to be deleted by DynamoDB.
        """
        names = {"#timestamp": "timestamp"}
        found = self._tables.query_photos(ProjectionExpression="sha256, #timestamp", ExpressionAttributeNames=names)
        for batch in batches(found):
            hashes = dict.fromkeys(row["sha256"]["S"] for row in batch)
            items = {item["sha256"]["S"]: item for item in self._tables.contents(hashes)}
            for row in batch:
                sha256, timestamp = row["sha256"]["S"], row["timestamp"]["N"]
                item = items.get(sha256)
                if (item is None or item.get("timestamp") != row["timestamp"]) and self._is_still_there(timestamp):
                    yield sha256, timestamp, item is not None

    def _rows(self, items: list[Any]) -> list[Row]:
        pointing = [item for item in items if item["status"]["S"] not in _WITHOUT_RECORD and "timestamp" in item]
        found = map(_record, self._tables.photos(item["timestamp"]["N"] for item in pointing))
        records = {record.sha256: record for record in found if record is not None}
        return [
            Row(item["sha256"]["S"], Status(item["status"]["S"]), records.get(item["sha256"]["S"])) for item in items
        ]

    def _is_still_there(self, timestamp: str) -> bool:
        now = datetime.now(UTC)
        records = filter(None, map(_record, self._tables.photos([timestamp])))
        return any(record.trashed_until is None or record.trashed_until > now for record in records)


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """As many at a time as one request takes."""
    waiting = iter(items)
    while batch := list(islice(waiting, MAX_PHOTOS_A_REQUEST)):
        yield batch


def _record(item: Any) -> Record | None:
    try:
        return Record.from_item(item)
    except InvalidRecord:
        return None


class OwnObjects:
    """The objects of one person. Threads may share it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._s3 = S3(SessionBucket(session).objects)

    def pages(self, kind: str) -> Iterator[list[Listed]]:
        """The objects of one of the KINDS, in the order of their keys' bytes, which is that of the hashes in them.

        Raises:
            CloudError: the bucket can't be read; so from all that is here.
            SignInNeeded: the credentials are not accepted any more; likewise.
        """
        for page in self._s3.pages(f"{kind}/{self._session.identity_id}/", what=_WHAT):
            yield list(map(_listed, page))

    def seen(self, key: str) -> Listed | None:
        """One object as it is now; None where there is none."""
        found = self._s3.head(key, what=_WHAT)
        if found is None:
            return None
        try:
            modified_at = parsedate_to_datetime(found.text("Last-Modified")).isoformat()
            size = int(found.text("Content-Length"))
        except ValueError as error:
            raise CloudError(_WHAT, why=f"S3 doesn't say how large {key} is, or since when it is there") from error
        return Listed(key, size, modified_at, found.text("x-amz-storage-class") in _FROZEN)

    def record_beside(self, sha256: str) -> Record | None:
        """The record as it lies beside the photo; None where there is none, or none that can be read."""
        body = self._s3.get(record_key(self._session.identity_id, sha256), what=_WHAT)
        if body is None:
            return None
        try:
            return Record.from_json(json.loads(body))
        except (ValueError, InvalidRecord):
            return None


def _listed(each: ListedObject) -> Listed:
    return Listed(each.key, each.size, each.modified_at, each.storage_class in _FROZEN)
