"""The table ``Albums``: the photos of each album in order of capture; an index of what their records say.

An item is the place of a photo in an album, under the sort key of its record. The transaction that changes a record
changes its places, too (``store.library``), so the index has no delay. Another item marks the index of an album as
whole. Albums from before this table existed have no mark until ``photobak repair`` has indexed them.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from photobak.photo.album import is_album_id
from photobak.photo.keys import FIRST_KEY, LAST_KEY, plain
from photobak.photo.record import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MARK: Final = LAST_KEY * 2
"""The sort key of the mark, which no photo has."""


@dataclass(frozen=True, slots=True)
class Place:
    """The place of one photo in one album."""

    identity_id: str
    album_id: str
    timestamp: Decimal
    """The sort key of the photo's record."""
    sha256: str


def places_of(record: Record) -> frozenset[Place]:
    """The places of a photo, one per album; none in the trash. What is not an album's id has no place."""
    if not record.status.kept:
        return frozenset()
    ids = filter(is_album_id, record.albums)
    return frozenset(Place(record.username, album_id, record.timestamp, record.sha256) for album_id in ids)


class AlbumsTable:
    """The table ``Albums`` of one stack."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def places(
        self, identity_id: str, album_id: str, limit: int, since: Decimal | None = None, before: Decimal | None = None
    ) -> tuple[list[Place], Decimal | None]:
        """Read places of an album, newest first, consistently.

        Args:
            identity_id: the owner.
            album_id: the album.
            limit: the largest number of places to return.
            since: the smallest sort key inside the range.
            before: the smallest sort key above the range.

        Returns:
            The places, and the sort key that the next page ends before; None on the last page.
        """
        since, before = FIRST_KEY if since is None else since, LAST_KEY if before is None else before
        found: list[Place] = []
        for place in self._places(identity_id, album_id, limit + 2, since, before) if since < before else ():
            if place.timestamp == before:  # BETWEEN includes both ends
                continue
            if len(found) == limit:
                return found, found[-1].timestamp
            found.append(place)
        return found, None

    def is_whole(self, identity_id: str, album_id: str) -> bool:
        """Whether the index of an album has all its photos."""
        key = _key(identity_id, album_id, _MARK)
        return "Item" in self._dynamodb.get_item(TableName=self.name, Key=key, ConsistentRead=True)

    def mark_whole(self, identity_id: str, album_id: str) -> None:
        """Note that the index of an album has all its photos."""
        self._dynamodb.put_item(TableName=self.name, Item=_key(identity_id, album_id, _MARK))

    def unmark(self, identity_id: str, album_id: str) -> None:
        """Remove the mark of an album."""
        self._dynamodb.delete_item(TableName=self.name, Key=_key(identity_id, album_id, _MARK))

    def addition(self, place: Place) -> Any:
        """The part of a transaction that adds a place; adding it again changes nothing."""
        item = _key(place.identity_id, place.album_id, place.timestamp) | {"sha256": {"S": place.sha256}}
        return {"Put": {"TableName": self.name, "Item": item}}

    def removal(self, place: Place) -> Any:
        """The part of a transaction that removes a place, or does nothing if it is not there."""
        key = _key(place.identity_id, place.album_id, place.timestamp)
        return {"Delete": {"TableName": self.name, "Key": key}}

    def _places(
        self, identity_id: str, album_id: str, page_size: int, since: Decimal, before: Decimal
    ) -> Iterator[Place]:
        start: dict[str, Any] = {}
        while True:
            page = self._dynamodb.query(
                TableName=self.name,
                KeyConditionExpression="album = :album AND #timestamp BETWEEN :since AND :before",
                ExpressionAttributeNames={"#timestamp": "timestamp"},
                ExpressionAttributeValues={
                    ":album": {"S": f"{identity_id}/{album_id}"},
                    ":since": {"N": plain(since)},
                    ":before": {"N": plain(before)},
                },
                ScanIndexForward=False,
                ConsistentRead=True,
                Limit=page_size,
                **start,
            )
            for item in page["Items"]:
                yield Place(identity_id, album_id, Decimal(item["timestamp"]["N"]), item["sha256"]["S"])
            if "LastEvaluatedKey" not in page:
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _key(identity_id: str, album_id: str, timestamp: Decimal) -> dict[str, Any]:
    return {"album": {"S": f"{identity_id}/{album_id}"}, "timestamp": {"N": plain(timestamp)}}
