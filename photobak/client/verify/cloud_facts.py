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
from photobak.client.library.tables import ContentRow, Tables, attribute
from photobak.client.transport.listing import ListedObject
from photobak.client.transport.s3 import S3
from photobak.client.verify.judge import Listed
from photobak.errors import CloudError
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.identity import is_sha256
from photobak.photo.keys import record_key
from photobak.photo.record import InvalidRecord, Record, Status

KINDS: Final = ("original", "thumb", "web", "record")

_ARCHIVED: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_WHAT: Final = "the bucket can't be read"
_NAMES: Final = {"#status": "status", "#timestamp": "timestamp"}
_WITHOUT_RECORD: Final = (Status.EXPECTED, Status.REJECTED)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Row:
    """One content in the tables."""

    sha256: str
    status: Status
    """Of its item in ``Contents``."""
    record: Record | None
    """The record that its item points to; None if there is none, or it is malformed."""


class OwnRows:
    """The rows of one person; all methods raise CloudError if a table can't be read."""

    def __init__(self, session: Session) -> None:
        self._tables = Tables(session)

    def pages(self) -> Iterator[list[Row]]:
        """Every content in order of the hashes, in batches."""
        shown = "sha256, #status, #timestamp"
        items = self._tables.query_contents(ProjectionExpression=shown, ExpressionAttributeNames=_NAMES)
        return map(self._rows, batches(items))

    def of(self, hashes: Iterable[str]) -> dict[str, Row]:
        """These contents as they are now; unknown ones are left out."""
        return {row.sha256: row for row in self._rows(list(self._tables.contents(hashes)))}

    def count_records(self) -> int:
        """The number of records in ``Photos``, whether or not anything points to them."""
        return self._tables.count_photos()

    def strays(self) -> Iterator[tuple[str, str, bool]]:
        """Records that their content's item doesn't point to: hash, timestamp, and whether there is such an item.

        Each is read again: it may have been moved meanwhile, or be about to expire.
        """
        names = {"#timestamp": "timestamp"}
        found = self._tables.query_photos(ProjectionExpression="sha256, #timestamp", ExpressionAttributeNames=names)
        for batch in batches(found):
            keys = [(attribute(item, "sha256", "S") or "", attribute(item, "timestamp", "N") or "") for item in batch]
            hashes = dict.fromkeys(sha256 for sha256, _ in keys if is_sha256(sha256))
            rows = {row.sha256: row for row in self._tables.contents(hashes)}
            for sha256, timestamp in keys:
                row = rows.get(sha256)
                if (row is None or row.timestamp != timestamp) and self._is_still_there(timestamp):
                    yield sha256, timestamp, row is not None

    def _rows(self, rows: list[ContentRow]) -> list[Row]:
        pointing = [row.timestamp for row in rows if row.status not in _WITHOUT_RECORD and row.timestamp is not None]
        found = map(_record, self._tables.photos(pointing))
        records = {record.sha256: record for record in found if record is not None}
        return [Row(row.sha256, row.status, records.get(row.sha256)) for row in rows]

    def _is_still_there(self, timestamp: str) -> bool:
        now = datetime.now(UTC)
        records = filter(None, map(_record, self._tables.photos([timestamp])))
        return any(record.trashed_until is None or record.trashed_until > now for record in records)


def batches(items: Iterable[T]) -> Iterator[list[T]]:
    """Batches of as many as one request takes."""
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
        """The objects of one of the KINDS, in the byte order of their keys, which is the order of their hashes.

        Raises:
            CloudError: the bucket can't be read; the same for all methods.
            SignInNeeded: the credentials are no longer accepted; the same for all methods.
        """
        for page in self._s3.pages(f"{kind}/{self._session.identity_id}/", what=_WHAT):
            yield list(map(_listed, page))

    def seen(self, key: str) -> Listed | None:
        """One object as it is now; None if there is none."""
        found = self._s3.head(key, what=_WHAT)
        if found is None:
            return None
        try:
            modified_at = parsedate_to_datetime(found.text("Last-Modified")).isoformat()
            size = int(found.text("Content-Length"))
        except ValueError as error:
            raise CloudError(_WHAT, why=f"S3 doesn't say how large {key} is, or since when it is there") from error
        return Listed(key, size, modified_at, found.text("x-amz-storage-class") in _ARCHIVED)

    def record_beside(self, sha256: str) -> Record | None:
        """The record in the bucket; None if there is none, or it is malformed."""
        body = self._s3.get(record_key(self._session.identity_id, sha256), what=_WHAT)
        if body is None:
            return None
        try:
            return Record.from_json(json.loads(body))
        except (ValueError, InvalidRecord):
            return None


def _listed(each: ListedObject) -> Listed:
    return Listed(each.key, each.size, each.modified_at, each.storage_class in _ARCHIVED)
