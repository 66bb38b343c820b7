"""The table ``Contents``: is this content stored already, and what became of an upload?"""

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from photobak.cloud.store.dynamodb import raise_unless_condition_failed
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST, Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.described import Described
from photobak.photo.identity import is_sha256
from photobak.photo.keys import plain, timestamp_key
from photobak.photo.kind import Kind
from photobak.photo.record import InvalidRecord, Record, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

EXPECTED_FOR: Final = timedelta(days=2)
"""How long an announcement waits for its upload; the temp object itself lives for a day."""

_OPEN: Final = {":expected": {"S": Status.EXPECTED.value}, ":rejected": {"S": Status.REJECTED.value}}
_STILL_OPEN: Final = "(attribute_not_exists(sha256) OR #status IN (:expected, :rejected))"


@dataclass(frozen=True, slots=True)
class Content:
    """One item of the table."""

    sha256: str
    status: Status
    timestamp: Decimal | None
    """The sort key of its record, or the one that its record will have; None if nobody announced it."""
    reason: str | None = None
    announcement: Announcement | None = None
    """What the client announced; dropped once the record exists."""
    revision: int = 0
    """Counts announcements, so that a record is made from the last one."""
    trashed_until: datetime | None = None
    deleted_at: datetime | None = None
    deleted_from: str | None = None

    @property
    def is_photo(self) -> bool:
        """Whether the content has a record, in the trash or not."""
        return self.status.has_record

    def is_forgotten(self, now: datetime) -> bool:
        """Whether its owner has deleted it and its time in the trash is over."""
        if self.status is Status.TRASHED:
            return self.trashed_until is not None and self.trashed_until <= now
        return self.status is Status.FORGOTTEN

    def agrees_with(self, record: Record) -> bool:
        """Whether the item says the same as a record."""
        return all(getattr(self, name) == getattr(record, name) for name in _OF_RECORD)


class ContentsTable:
    """The table ``Contents`` of one stack."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def get(self, identity_id: str, sha256: str) -> Content | None:
        """Read one item, consistently."""
        found = self._dynamodb.get_item(TableName=self.name, Key=_key(identity_id, sha256), ConsistentRead=True)
        item = found.get("Item")
        return _content(item) if item else None

    def get_many(self, identity_id: str, hashes: Iterable[str]) -> dict[str, Content]:
        """Read up to a hundred items, consistently; unknown ones are left out."""
        keys = [_key(identity_id, sha256) for sha256 in dict.fromkeys(hashes)]
        if len(keys) > MAX_PHOTOS_A_REQUEST:
            raise ValueError(f"{len(keys)} keys, BatchGetItem takes {MAX_PHOTOS_A_REQUEST}")
        found: dict[str, Content] = {}
        wanted: Any = {self.name: {"Keys": keys, "ConsistentRead": True}} if keys else {}
        while wanted:
            page = self._dynamodb.batch_get_item(RequestItems=wanted)
            contents = map(_content, page["Responses"].get(self.name, []))
            found |= {content.sha256: content for content in contents}
            wanted = page.get("UnprocessedKeys")
        return found

    def find(self, identity_id: str, prefix: str) -> Content | None:
        """The content whose SHA-256 begins so; None if there is none, or more than one."""
        if is_sha256(prefix):
            return self.get(identity_id, prefix)
        page = self._dynamodb.query(
            TableName=self.name,
            KeyConditionExpression="username = :username AND begins_with(sha256, :prefix)",
            ExpressionAttributeValues={":username": {"S": identity_id}, ":prefix": {"S": prefix}},
            Limit=2,
        )
        return _content(page["Items"][0]) if len(page["Items"]) == 1 else None

    def expect(self, identity_id: str, announcement: Announcement, now: datetime) -> bool:
        """Record that an upload is expected.

        The first announcement of a content stands; a later one only updates its sources.

        Returns:
            False if the content is a photo already, or its owner has deleted it.
        """
        try:
            self._dynamodb.update_item(**self._expectation(identity_id, announcement, now))
        except ClientError as error:
            raise_unless_condition_failed(error)
            return False
        return True

    def expect_all(self, identity_id: str, announcements: Sequence[Announcement], now: datetime) -> bool:
        """Record up to a hundred expected uploads in one transaction: one request instead of as many.

        Returns:
            False if nothing was written, because one of them is a photo already or is being changed concurrently:
            call ``expect`` for each.
        """
        if len({each.sha256 for each in announcements}) < len(announcements):
            return False  # a transaction takes one operation an item
        updates: Any = [{"Update": self._expectation(identity_id, each, now)} for each in announcements]
        try:
            self._dynamodb.transact_write_items(TransactItems=updates)
        except self._dynamodb.exceptions.TransactionCanceledException:
            return False
        return True

    def _expectation(self, identity_id: str, announcement: Announcement, now: datetime) -> Any:
        """The update that records an announcement, unless the content is a photo or was deleted."""
        announced = announcement.to_json()
        first = {name: announced[name] for name in _KEPT_FROM_FIRST}
        if announcement.described is not None:
            first["described"] = json.dumps(announced["described"])
        values: dict[str, Any] = {f":{name}": _attribute(value) for name, value in first.items()}
        timestamp = plain(timestamp_key(announcement.taken.taken_at, announcement.sha256))
        values |= _OPEN | {
            ":timestamp": {"N": timestamp},
            ":ttl": {"N": str(int((now + EXPECTED_FOR).timestamp()))},
            ":one": {"N": "1"},
        }
        kept = [f"#{name} = if_not_exists(#{name}, :{name})" for name in (*first, "timestamp")]
        update = f"SET #status = :expected, #ttl = :ttl, {', '.join(kept)} REMOVE #reason ADD #revision :one"
        names = [*first, "timestamp", "status", "ttl", "reason", "revision"]
        if announcement.sources:
            values[":sources"] = {"SS": sorted(set(announcement.sources))}
            update += ", #sources :sources"
            names.append("sources")
        return {
            "TableName": self.name,
            "Key": _key(identity_id, announcement.sha256),
            "UpdateExpression": update,
            "ConditionExpression": _STILL_OPEN,
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ExpressionAttributeValues": values,
        }

    def reject(self, identity_id: str, sha256: str, reason: str, now: datetime) -> None:
        """Record that an upload's bytes did not match; a content that is a photo already stays one."""
        try:
            self._dynamodb.update_item(
                TableName=self.name,
                Key=_key(identity_id, sha256),
                UpdateExpression="SET #status = :rejected, #reason = :reason, #ttl = :ttl ADD #revision :one",
                ConditionExpression=_STILL_OPEN,
                ExpressionAttributeNames={f"#{name}": name for name in ("status", "reason", "ttl", "revision")},
                ExpressionAttributeValues=_OPEN
                | {
                    ":reason": {"S": reason},
                    ":ttl": {"N": str(int((now + EXPECTED_FOR).timestamp()))},
                    ":one": {"N": "1"},
                },
            )
        except ClientError as error:
            raise_unless_condition_failed(error)

    def forget(self, identity_id: str, sha256: str, now: datetime) -> bool:
        """Mark a content whose time in the trash is over as forgotten; False if it is not such a content."""
        try:
            self._dynamodb.update_item(
                TableName=self.name,
                Key=_key(identity_id, sha256),
                UpdateExpression="SET #status = :forgotten REMOVE #timestamp, #reason, #trashed_until, #ttl",
                ConditionExpression="#status = :trashed AND #trashed_until <= :now",
                ExpressionAttributeNames={
                    f"#{name}": name for name in ("status", "timestamp", "reason", "trashed_until", "ttl")
                },
                ExpressionAttributeValues={
                    ":forgotten": {"S": Status.FORGOTTEN.value},
                    ":trashed": {"S": Status.TRASHED.value},
                    ":now": {"S": _trash_time(now)},
                },
            )
        except ClientError as error:
            raise_unless_condition_failed(error)
            return False
        return True

    def removal(self, identity_id: str, seen: Content) -> Any:
        """The part of a transaction that deletes an item; if it has changed since, the transaction is cancelled."""
        return {"Delete": {"TableName": self.name, "Key": _key(identity_id, seen.sha256)} | _as_seen(seen)}

    def completion(self, record: Record, seen: Content | None) -> Any:
        """The part of a transaction that makes the content item follow a record.

        Args:
            record: the photo's.
            seen: the item as it was read; if it has changed since, the transaction is cancelled.
        """
        as_seen = _as_seen(seen) if seen else {"ConditionExpression": "attribute_not_exists(sha256)"}
        return {"Put": {"TableName": self.name, "Item": _item(record)} | as_seen}

    def replacement(self, before: Record, after: Record) -> Any:
        """The part of a transaction that makes the content item follow a changed record."""
        as_seen = {
            "ConditionExpression": "#timestamp = :timestamp",
            "ExpressionAttributeNames": {"#timestamp": "timestamp"},
            "ExpressionAttributeValues": {":timestamp": {"N": plain(before.timestamp)}},
        }
        return {"Put": {"TableName": self.name, "Item": _item(after)} | as_seen}


_KEPT_FROM_FIRST: Final = ("kind", "size", "content_type", "taken_at", "taken_source", "modified_at", "filename")

_OF_RECORD: Final = ("timestamp", "status", "reason", "trashed_until", "deleted_at", "deleted_from")
"""What the item of a photo repeats of its record."""


def _as_seen(content: Content) -> dict[str, Any]:
    """The condition that an item still is as it was read."""
    seen: dict[str, Any] = {"status": {"S": content.status.value}}
    if content.timestamp is not None:
        seen["timestamp"] = {"N": plain(content.timestamp)}
    if content.revision:
        seen["revision"] = {"N": str(content.revision)}
    return {
        "ConditionExpression": " AND ".join(f"#{name} = :{name}" for name in seen),
        "ExpressionAttributeNames": {f"#{name}": name for name in seen},
        "ExpressionAttributeValues": {f":{name}": value for name, value in seen.items()},
    }


def _key(identity_id: str, sha256: str) -> dict[str, Any]:
    return {"username": {"S": identity_id}, "sha256": {"S": sha256}}


def _item(record: Record) -> dict[str, Any]:
    """The item of a photo. It has no TTL: that of a photo in the trash outlives the record, as forgotten."""
    item = {name: value for name, value in record.to_item().items() if name in _OF_RECORD}
    return _key(record.username, record.sha256) | item


def _trash_time(instant: datetime) -> str:
    """A time in the form of ``trashed_until``, so that texts compare as the times do: whole seconds of UTC."""
    return instant.astimezone(UTC).replace(microsecond=0).isoformat()


def _attribute(value: object) -> dict[str, Any]:
    return {"N": str(value)} if isinstance(value, int) else {"S": value}


def _content(item: Mapping[str, Any]) -> Content:
    """Read an item.

    Raises:
        InvalidRecord: it is illegible.
    """
    try:
        return _read(item)
    except (KeyError, ValueError, TypeError, ArithmeticError) as error:
        raise InvalidRecord("a content item can't be read", why=f"{type(error).__name__}: {error}") from error


def _read(item: Mapping[str, Any]) -> Content:
    plain_item = {name: next(iter(value.values())) for name, value in item.items()}
    status = Status(plain_item["status"])
    content = Content(
        sha256=plain_item["sha256"],
        status=status,
        timestamp=Decimal(plain_item["timestamp"]) if "timestamp" in plain_item else None,
        reason=plain_item.get("reason"),
        revision=int(plain_item.get("revision", 0)),
        trashed_until=_instant(plain_item.get("trashed_until")),
        deleted_at=_instant(plain_item.get("deleted_at")),
        deleted_from=plain_item.get("deleted_from"),
    )
    if status in (Status.EXPECTED, Status.REJECTED) and "taken_at" in plain_item:
        return dataclasses.replace(content, announcement=_announcement(plain_item))
    return content


def _instant(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def _announcement(item: Mapping[str, Any]) -> Announcement:
    return Announcement(
        sha256=item["sha256"],
        kind=Kind(item["kind"]),
        size=int(item["size"]),
        content_type=item["content_type"],
        taken=CaptureTime.parse(item["taken_at"], TakenSource(item["taken_source"])),
        modified_at=datetime.fromisoformat(item["modified_at"]),
        filename=item["filename"],
        sources=tuple(sorted(item.get("sources", ()))),
        described=Described.from_json(json.loads(item["described"])) if "described" in item else None,
    )
