"""The table ``Photos``: one record a photo, in order of capture."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from aws_lambda_powertools import Logger

from photobak.cloud.store.album_index import Place
from photobak.photo.keys import plain
from photobak.photo.record import InvalidRecord, Record, Status
from photobak.photo.source import sources_after

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

logger = Logger(child=True)

_BATCH_SIZE: Final = 100  # the limit of BatchGetItem


@dataclass(frozen=True, slots=True)
class Page:
    """Some records, and where the next page begins."""

    records: list[Record]
    before: Decimal | None
    """The sort key that the next page ends before; None on the last page."""


class PhotosTable:
    """The table ``Photos`` of one stack."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def get(self, identity_id: str, timestamp: Decimal) -> Record | None:
        """Read one record, consistently."""
        key = _key(identity_id, timestamp)
        item = self._dynamodb.get_item(TableName=self.name, Key=key, ConsistentRead=True).get("Item")
        return Record.from_item(item) if item else None

    def get_many(self, identity_id: str, timestamps: Collection[Decimal]) -> dict[str, Record]:
        """Read up to a hundred records by their keys, consistently, by SHA-256; illegible ones are left out."""
        return {record.sha256: record for record in _legible(self._items(identity_id, timestamps))}

    def get_readable(self, identity_id: str, timestamps: Collection[Decimal]) -> list[Record]:
        """Read any number of records by their keys, consistently, leaving out damaged ones."""
        keys, found = list(timestamps), list[Record]()
        for start in range(0, len(keys), _BATCH_SIZE):
            found += _legible(self._items(identity_id, keys[start : start + _BATCH_SIZE]))
        return found

    def _items(self, identity_id: str, timestamps: Collection[Decimal]) -> Iterator[Any]:
        wanted: Any = {}
        if timestamps:
            wanted = {self.name: {"Keys": [_key(identity_id, each) for each in timestamps], "ConsistentRead": True}}
        while wanted:
            page = self._dynamodb.batch_get_item(RequestItems=wanted)
            yield from page["Responses"].get(self.name, [])
            wanted = page.get("UnprocessedKeys")

    def newest(
        self,
        identity_id: str,
        limit: int,
        since: Decimal | None,
        before: Decimal | None,
        *,
        consistent: bool = False,
    ) -> Page:
        """Read records, newest first; illegible ones are left out.

        Args:
            identity_id: whose they are.
            limit: the most records to return.
            since: the smallest sort key inside the range.
            before: the smallest sort key above the range.
            consistent: whether what was written just now has to be among them, which costs twice as much.
        """
        values: dict[str, Any] = {":username": {"S": identity_id}}
        condition = "username = :username"
        if since is not None and before is not None and since >= before:
            return Page([], None)
        if before is not None:
            # BETWEEN includes both ends; ``before`` itself is filtered out below.
            condition += " AND #timestamp BETWEEN :since AND :before"
            values |= {
                ":since": {"N": plain(since if since is not None else Decimal("-1e11"))},
                ":before": {"N": plain(before)},
            }
        elif since is not None:
            condition += " AND #timestamp >= :since"
            values[":since"] = {"N": plain(since)}
        records: list[Record] = []
        start: dict[str, Any] = {}
        while True:
            query: dict[str, Any] = {"ExclusiveStartKey": start} if start else {}
            if "#timestamp" in condition:
                query["ExpressionAttributeNames"] = {"#timestamp": "timestamp"}
            page = self._dynamodb.query(
                TableName=self.name,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                ScanIndexForward=False,
                ConsistentRead=consistent,
                Limit=limit + 1,
                **query,
            )
            records += [record for record in _legible(page["Items"]) if before is None or record.timestamp < before]
            start = page.get("LastEvaluatedKey", {})  # a page may be empty and yet not the last
            if len(records) > limit:
                return Page(records[:limit], records[limit - 1].timestamp)
            if not start:
                return Page(records, None)

    def update_sources(self, record: Record, added: Collection[str], gone: Collection[str]) -> Record | None:
        """Add sources to a record and remove others, but never the last one.

        Returns:
            The record as it then is; None if it is no longer at this date.
        """
        current: Record | None = record
        while current is not None:
            sources = sources_after(current.sources, added, gone)
            if sources == current.sources or self._set_sources(current, sources):
                return replace(current, sources=sources)
            current = self.get(record.username, record.timestamp)  # another device was faster
        return None

    def _set_sources(self, seen: Record, sources: frozenset[str]) -> bool:
        """Write a record's sources; False if it has changed since it was read."""
        values: dict[str, Any] = {":sources": {"SS": sorted(sources)}, ":sha256": {"S": seen.sha256}}
        as_seen = "attribute_not_exists(#sources)"
        if seen.sources:
            as_seen = "#sources = :seen"
            values[":seen"] = {"SS": sorted(seen.sources)}
        try:
            self._dynamodb.update_item(
                TableName=self.name,
                Key=_key(seen.username, seen.timestamp),
                UpdateExpression="SET #sources = :sources",
                ConditionExpression=f"sha256 = :sha256 AND {as_seen}",
                ExpressionAttributeNames={"#sources": "sources"},
                ExpressionAttributeValues=values,
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def creation(self, record: Record) -> Any:
        """The part of a transaction that creates the record."""
        return {
            "Put": {
                "TableName": self.name,
                "Item": record.to_item(),
                "ConditionExpression": "attribute_not_exists(sha256) OR sha256 = :sha256",
                "ExpressionAttributeValues": {":sha256": {"S": record.sha256}},
            }
        }

    def replacement(self, before: Record, after: Record) -> list[Any]:
        """The part of a transaction that changes a record, under the same key or another one.

        Args:
            before: as it was read; if it has changed since, the transaction is cancelled.
            after: the same with its changes.
        """
        put: dict[str, Any] = {"TableName": self.name, "Item": after.to_item()}
        if before.timestamp == after.timestamp:  # a transaction takes one operation an item
            return [{"Put": put | _as_seen(before)}]
        return [self.removal(before), {"Put": put | {"ConditionExpression": "attribute_not_exists(sha256)"}}]

    def removal(self, record: Record) -> Any:
        """The part of a transaction that deletes a record; if it has changed, the transaction is cancelled."""
        key = _key(record.username, record.timestamp)
        return {"Delete": {"TableName": self.name, "Key": key} | _as_seen(record)}

    def is_placed(self, place: Place) -> Any:
        """The part of a transaction that checks that a record is as a place in an album says."""
        return self._check(place, _PLACED)

    def is_not_placed(self, place: Place) -> Any:
        """The part of a transaction that checks that no record is as a place in an album says."""
        return self._check(place, f"NOT ({_PLACED})")

    def _check(self, place: Place, condition: str) -> Any:
        values = {":sha256": place.sha256, ":album": place.album_id, ":stored": Status.STORED.value}
        values |= {":no_preview": Status.NO_PREVIEW.value}
        return {
            "ConditionCheck": {
                "TableName": self.name,
                "Key": _key(place.identity_id, place.timestamp),
                "ConditionExpression": condition,
                "ExpressionAttributeNames": {"#status": "status"},
                "ExpressionAttributeValues": {name: {"S": value} for name, value in values.items()},
            }
        }


_PLACED: Final = "sha256 = :sha256 AND contains(albums, :album) AND #status IN (:stored, :no_preview)"
"""The condition that ``album_index.places_of`` gives the place of a photo in an album."""


def _legible(items: Iterable[Any]) -> Iterator[Record]:
    for item in items:
        try:
            yield Record.from_item(item)
        except InvalidRecord as error:
            logger.warning("A record was skipped; `photobak repair` restores it", extra={"reason": error.why})


_SAID: Final = (
    *("description", "favorite", "archived", "people", "tags", "albums", "motion", "taken_alternatives"),
    *("latitude", "longitude"),
)
"""The fields that people and imports change."""
_CHANGING: Final = (
    "sha256",
    "status",
    "sources",
    "taken_at",
    "reason",
    "thumb_key",
    "web_key",
    "trashed_until",
    *_SAID,
)
"""The fields that change, and the one that says whose record it is."""


def _as_seen(record: Record) -> dict[str, Any]:
    """The condition that a record still is as it was read."""
    item = record.to_item()
    there = [name for name in _CHANGING if name in item]
    conditions = [f"#{name} = :{name}" if name in item else f"attribute_not_exists(#{name})" for name in _CHANGING]
    return {
        "ConditionExpression": " AND ".join(conditions),
        "ExpressionAttributeNames": {f"#{name}": name for name in _CHANGING},
        "ExpressionAttributeValues": {f":{name}": item[name] for name in there},
    }


def _key(identity_id: str, timestamp: Decimal) -> dict[str, Any]:
    return {"username": {"S": identity_id}, "timestamp": {"N": plain(timestamp)}}
