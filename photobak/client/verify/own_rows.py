"""What the two tables have of the signed-in person, put together: each content's item and the record it points to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Final, TypeVar

from photobak.client.account.session import Session
from photobak.client.library.tables import Tables
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.record import InvalidRecord, Record, Status

_NAMES: Final = {"#status": "status", "#timestamp": "timestamp"}
_UNSETTLED: Final = (Status.EXPECTED, Status.REJECTED)

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
        pointing = [item for item in items if item["status"]["S"] not in _UNSETTLED and "timestamp" in item]
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
