"""The table ``Months``: the timeline of each person, kept up to date by the stream of table ``Photos``.

An item is a sixteenth of a month: the photos whose SHA-256 begins with the same digit, as packed entries
(``photo.timeline``). So an item stays far below DynamoDB's 400 KB, and a change rewrites a few KB, even where a month
has a hundred thousand photos. Beside them stands an item for each video that belongs to a Live Photo, and so has no
place of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from photobak.cloud.store.dynamodb import raise_unless_condition_failed
from photobak.photo.record import Record
from photobak.photo.timeline import Entry, month_of, split_entries, without

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_MOTION: Final = "motion/"
_AFTER_MONTHS: Final = ":"  # the character after 9; months begin with a digit
_BATCH_SIZE: Final = 100  # the limit of BatchGetItem


@dataclass(frozen=True, slots=True)
class Part:
    """The key of an item: a month, and a digit that its photos' SHA-256 begin with."""

    month: str
    digit: str

    @classmethod
    def of(cls, record: Record) -> "Part":
        """The part that a record's entry is in."""
        return cls(month_of(record), record.sha256[0])

    def __str__(self) -> str:
        return f"{self.month}/{self.digit}"


@dataclass(frozen=True, slots=True)
class Step:
    """One change of a part: an entry comes or goes; the same photo is never there twice."""

    part: Part
    entry: bytes
    present: bool

    @classmethod
    def of(cls, record: Record, *, present: bool) -> "Step":
        """The step that adds or removes a record's entry."""
        return cls(Part.of(record), Entry.of(record).to_bytes(), present)


@dataclass(frozen=True, slots=True)
class Month:
    """One month of one person."""

    name: str
    entries: Sequence[bytes]
    """Packed, newest first."""


class MonthsTable:
    """The table ``Months`` of one stack."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def all(self, identity_id: str) -> Iterator[Month]:
        """All months, newest first."""
        return self._months(identity_id, "0", _AFTER_MONTHS)

    def one(self, identity_id: str, month: str) -> Month | None:
        """One month; None where it has no photos."""
        return next(self._months(identity_id, f"{month}/", f"{month}/g"), None)

    def until(self, identity_id: str, month: str) -> Iterator[Month]:
        """A month and all older ones, newest first; the next one is read when it is asked for."""
        return self._months(identity_id, "0", f"{month}/g")

    def motion_videos(self, identity_id: str, hashes: Iterable[str]) -> set[str]:
        """Which of these contents are the video half of a Live Photo."""
        keys = [_key(identity_id, _MOTION + sha256) for sha256 in dict.fromkeys(hashes)]
        found: set[str] = set()
        for start in range(0, len(keys), _BATCH_SIZE):
            wanted: Any = {self.name: {"Keys": keys[start : start + _BATCH_SIZE], "ConsistentRead": True}}
            while wanted:
                page = self._dynamodb.batch_get_item(RequestItems=wanted)
                found |= {item["month"]["S"].removeprefix(_MOTION) for item in page["Responses"].get(self.name, [])}
                wanted = page.get("UnprocessedKeys")
        return found

    def set_motion_video(self, identity_id: str, sha256: str, *, belongs: bool) -> None:
        """Note that a video belongs to a Live Photo, or that it no longer does."""
        key = _key(identity_id, _MOTION + sha256)
        if belongs:
            self._dynamodb.put_item(TableName=self.name, Item=key)
        else:
            self._dynamodb.delete_item(TableName=self.name, Key=key)

    def apply(self, identity_id: str, steps: Iterable[Step]) -> None:
        """Carry out steps in their order; doing it again changes nothing."""
        by_part: dict[Part, list[Step]] = {}
        for step in steps:
            by_part.setdefault(step.part, []).append(step)
        for part, own in by_part.items():
            self._rewrite(identity_id, part, partial(_after, steps=own))

    def replace(self, identity_id: str, month: str, read: Callable[[], Mapping[str, list[bytes]]]) -> None:
        """Make a month anew.

        Args:
            identity_id: whose it is.
            month: such as ``2024-06``.
            read: returns its entries, packed and in any order, by the first digit of the SHA-256. It is called again
                where the stream has changed the month meanwhile.
        """
        done = False
        while not done:
            seen = {item["month"]["S"]: item for item in self._items(identity_id, f"{month}/", f"{month}/g")}
            entries = read()
            done = True
            for digit in "0123456789abcdef":
                part = str(Part(month, digit))
                done &= self._replace(identity_id, part, seen.get(part), sorted(entries.get(digit, [])))

    def _replace(self, identity_id: str, part: str, seen: Any, after: list[bytes]) -> bool:
        """Write a part if it is to be changed; False if it has changed since it was read."""
        before = split_entries(seen["entries"]["B"]) if seen else []
        return before == after or self._write(_key(identity_id, part), seen, after)

    def _rewrite(self, identity_id: str, part: Part, change: Callable[[list[bytes]], list[bytes]]) -> None:
        """Change a part, again where somebody else was faster."""
        key = _key(identity_id, str(part))
        while True:
            item = self._dynamodb.get_item(TableName=self.name, Key=key, ConsistentRead=True).get("Item")
            before = split_entries(item["entries"]["B"]) if item else []
            after = change(before)
            if after == before or self._write(key, item, after):
                return

    def _write(self, key: Any, seen: Any, entries: list[bytes]) -> bool:
        """Write a part; False if it has changed since it was read."""
        revision = int(seen["revision"]["N"]) if seen else 0
        condition: Any = {"ConditionExpression": "attribute_not_exists(revision)"}
        if seen:
            values = {":revision": {"N": str(revision)}}
            condition = {"ConditionExpression": "revision = :revision", "ExpressionAttributeValues": values}
        try:
            if entries:
                item = key | {"entries": {"B": b"".join(entries)}, "revision": {"N": str(revision + 1)}}
                self._dynamodb.put_item(TableName=self.name, Item=item, **condition)
            else:
                self._dynamodb.delete_item(TableName=self.name, Key=key, **condition)
        except ClientError as error:
            raise_unless_condition_failed(error)
            return False
        return True

    def _months(self, identity_id: str, first: str, last: str) -> Iterator[Month]:
        items = self._items(identity_id, first, last)
        for name, group in groupby(items, key=lambda item: item["month"]["S"].partition("/")[0]):
            entries = [entry for item in group for entry in split_entries(item["entries"]["B"])]
            entries.sort(reverse=True)
            yield Month(name, entries)

    def _items(self, identity_id: str, first: str, last: str) -> Iterator[Any]:
        """The items of parts between two keys, newest first."""
        start: dict[str, Any] = {}
        while True:
            go_on: dict[str, Any] = {"ExclusiveStartKey": start} if start else {}
            page = self._dynamodb.query(
                TableName=self.name,
                KeyConditionExpression="username = :username AND #month BETWEEN :first AND :last",
                ExpressionAttributeNames={"#month": "month"},
                ExpressionAttributeValues={
                    ":username": {"S": identity_id},
                    ":first": {"S": first},
                    ":last": {"S": last},
                },
                ScanIndexForward=False,
                ConsistentRead=True,
                **go_on,
            )
            yield from page["Items"]
            start = page.get("LastEvaluatedKey", {})
            if not start:
                return


def _after(entries: list[bytes], steps: Sequence[Step]) -> list[bytes]:
    for step in steps:
        entries = without(entries, step.entry)
        if step.present:
            entries.append(step.entry)
    return sorted(entries)


def _key(identity_id: str, month: str) -> dict[str, Any]:
    return {"username": {"S": identity_id}, "month": {"S": month}}
