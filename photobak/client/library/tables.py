"""Reads one's own rows of the two tables: in the order of their keys, page by page, or by key, a hundred at a time."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any, Final, Self

from photobak.client.account.session import Session
from photobak.client.transport.dynamodb import DynamoDb, Item, Page
from photobak.errors import CloudError
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.deletion import Deletion
from photobak.photo.identity import is_sha256
from photobak.photo.record import Status

DELETION_FIELDS: Final = ("deleted_at", "deleted_from", "trashed_until")
_WHAT: Final = "the list of photos can't be read"
_STATUSES: Final[Mapping[str | None, Status]] = {status.value: status for status in Status}


@dataclass(frozen=True, slots=True)
class ContentRow:
    """One item of ``Contents``, as far as the client uses it."""

    sha256: str
    status: Status
    timestamp: str | None = None
    """Sort key of its record, where it has one and was asked for."""
    reason: str | None = None
    deletion: Deletion | None = None
    """When and from where its owner has deleted it, if the fields were asked for; None of any other."""

    @classmethod
    def from_item(cls, item: Item) -> Self:
        """Read an item.

        Raises:
            CloudError: it lacks something.
        """
        sha256, word = attribute(item, "sha256", "S"), attribute(item, "status", "S")
        if sha256 is None or not is_sha256(sha256):
            raise CloudError(_WHAT, why="a row has no sha256")
        status = _STATUSES.get(word)
        if status is None:
            raise CloudError(_WHAT, why=f"the row of {sha256} has no status that this photobak knows")
        deletion = _deletion(item, status) if status.deleted else None
        reason = attribute(item, "reason", "S")
        return cls(sha256, status, attribute(item, "timestamp", "N"), reason, deletion)


def _deletion(item: Item, status: Status) -> Deletion:
    until = _time(item, "trashed_until") if status is Status.TRASHED else None
    return Deletion(_time(item, "deleted_at"), attribute(item, "deleted_from", "S"), until)


def _time(item: Item, name: str) -> datetime | None:
    """A time; None for none, and for one that can't be read, which only the sentence about it lacks."""
    try:
        return datetime.fromisoformat(attribute(item, name, "S") or "")
    except ValueError:
        return None


def attribute(item: Item, name: str, kind: str) -> str | None:
    """An item's attribute of the kind ``S`` or ``N``; None where it has none."""
    value = item.get(name)
    found = value.get(kind) if isinstance(value, dict) else None
    return found if isinstance(found, str) else None


class Tables:
    """The rows of the signed-in person."""

    def __init__(self, session: Session) -> None:
        self._session = session
        profile = session.profile
        self._dynamodb = DynamoDb(profile.region, profile.endpoint_url, session.credentials)

    def contents(self, hashes: Iterable[str], *fields: str) -> Iterator[ContentRow]:
        """Read items of ``Contents`` by their hashes, consistently and in no order; unknown ones are left out.

        Args:
            hashes: however many, each once.
            fields: what is wanted of each item; all of it where none is named.

        Raises:
            CloudError: the table can't be read.
        """
        keys = ({"sha256": {"S": sha256}} for sha256 in hashes)
        return map(ContentRow.from_item, self._read(self._session.profile.contents_table, keys, _projection(fields)))

    def photos(self, timestamps: Iterable[str]) -> Iterator[Item]:
        """Read items of ``Photos`` by their timestamps, as ``contents``."""
        keys = ({"timestamp": {"N": timestamp}} for timestamp in timestamps)
        return self._read(self._session.profile.table, keys, {})

    def query_contents(self, condition: str = "", values: Any = None, **query: Any) -> Iterator[ContentRow]:
        """Query ``Contents`` from the smallest hash to the largest, consistently.

        Args:
            condition: on the sort key; empty for all of them.
            values: of the condition.
            query: further parameters of DynamoDB's Query.

        Raises:
            CloudError: the table can't be read.
        """
        query = {"ConsistentRead": True, **query}
        items = self._query(self._session.profile.contents_table, condition, values or {}, query)
        return map(ContentRow.from_item, items)

    def query_photos(self, condition: str = "", values: Any = None, **query: Any) -> Iterator[Item]:
        """Query ``Photos`` in order of capture, as ``query_contents``, but for the consistency."""
        return self._query(self._session.profile.table, condition, values or {}, query)

    def count_photos(self) -> int:
        """How many records ``Photos`` has; CloudError as in ``query_contents``."""
        pages = self._pages(self._session.profile.table, "", {}, {"Select": "COUNT"})
        return sum(page.count for page in pages)

    def _query(self, table: str, condition: str, values: Any, query: Any) -> Iterator[Item]:
        for page in self._pages(table, condition, values, query):
            yield from page.items

    def _pages(self, table: str, condition: str, values: Any, query: Any) -> Iterator[Page]:
        query = {
            "TableName": table,
            "KeyConditionExpression": " AND ".join(filter(None, ["username = :username", condition])),
            "ExpressionAttributeValues": {":username": {"S": self._session.identity_id}, **values},
            **query,
        }
        while True:
            page = self._dynamodb.query(query, what=_WHAT)
            yield page
            if page.next_key is None:  # a page may be empty and yet not the last
                return
            query["ExclusiveStartKey"] = page.next_key

    def _read(self, table: str, keys: Iterable[Any], projection: Any) -> Iterator[Item]:
        mine = {"username": {"S": self._session.identity_id}}
        keys = iter(keys)
        while batch := [mine | key for key in islice(keys, MAX_PHOTOS_A_REQUEST)]:
            wanted = {"Keys": batch, "ConsistentRead": True, **projection}
            yield from self._dynamodb.batch_get(table, wanted, what=_WHAT)


def _projection(fields: Sequence[str]) -> dict[str, Any]:
    """A request's parameters for these fields alone; named by number, since DynamoDB reserves some of their names."""
    if not fields:
        return {}
    names = {f"#{number}": field for number, field in enumerate(fields)}
    return {"ProjectionExpression": ", ".join(names), "ExpressionAttributeNames": names}
