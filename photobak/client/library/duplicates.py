"""Finds photos that look alike, such as copies that a messenger made smaller, by the hashes in their records."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from photobak.client.account.session import Session
from photobak.client.library.tables import Tables, attribute
from photobak.client.transport.dynamodb import Item
from photobak.photo.record import InvalidRecord, Record, Status
from photobak.photo.similarity import groups

_KEPT: Final = (Status.STORED.value, Status.NO_PREVIEW.value)
_HASHES_ALONE: Final[dict[str, Any]] = {
    "ProjectionExpression": "#timestamp, #status, perceptual_hash, thumb_key, thumbhash",
    "ExpressionAttributeNames": {"#timestamp": "timestamp", "#status": "status"},
    "ScanIndexForward": False,
}


@dataclass(slots=True)
class Duplicates:
    """The photos of one library that look alike."""

    session: Session
    compared: int = field(default=0, init=False)
    """Photos with a hash."""
    without_hash: int = field(default=0, init=False)
    """Photos with a preview that were stored before hashes were made; ``photobak repair`` makes theirs."""

    def groups(self) -> Iterator[list[Record]]:
        """Groups of at least two, the one with the newest photo first; in each, the most pixels first.

        Raises:
            CloudError: the tables can't be read.
        """
        tables = Tables(self.session)
        hashes = dict(self._hashes(tables))
        for timestamps in groups(hashes):
            records = [record for item in tables.photos(timestamps) if (record := _legible(item)) is not None]
            if len(records) > 1:  # one may have been deleted meanwhile
                yield sorted(records, key=_quality, reverse=True)

    def _hashes(self, tables: Tables) -> Iterator[tuple[str, int]]:
        """The hash of each photo, newest first, by its sort key."""
        for item in tables.query_photos(**_HASHES_ALONE):
            timestamp, hashed = attribute(item, "timestamp", "N"), attribute(item, "perceptual_hash", "S")
            if timestamp is None or attribute(item, "status", "S") not in _KEPT:
                continue
            if hashed is not None:
                self.compared += 1
                yield timestamp, int(hashed, 16)
            elif "thumb_key" in item and "thumbhash" not in item:
                self.without_hash += 1


def _legible(item: Item) -> Record | None:
    """The record; None for one that can't be read, which ``ls`` reports."""
    try:
        return Record.from_item(item)
    except InvalidRecord:
        return None


def _quality(record: Record) -> tuple[int, int, str]:
    """The best copy has the most pixels, and of those the most bytes."""
    return (record.width or 0) * (record.height or 0), record.size, record.sha256
