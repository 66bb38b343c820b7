"""Reads one's own records: by date, newest or oldest first, and by id."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from photobak.client.aws_errors import aws_errors
from photobak.client.session import Session
from photobak.errors import UnknownPhoto
from photobak.photo.identity import MIN_PREFIX_DIGITS, is_id_prefix
from photobak.photo.keys import plain
from photobak.photo.record import Record, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_LOWEST: Final = Decimal("-1e11")
_HIGHEST: Final = Decimal("1e12")
_WHAT: Final = "the list of photos can't be read"


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of sort keys (``photo.keys``)."""

    since: Decimal | None = None
    """The first that belongs to it."""
    until: Decimal | None = None
    """The first that does not any more."""


EVERYTHING: Final = Span()


class Library:
    """The records of the signed-in person."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._dynamodb: DynamoDBClient = session.client("dynamodb")

    def records(
        self, span: Span = EVERYTHING, *, oldest_first: bool = False, page_size: int = 1000
    ) -> Iterator[Record]:
        """Read records in order of capture, page by page, as they are needed; those in the trash are left out.

        Raises:
            CloudError: the table can't be read.
        """
        if span.since is not None and span.until is not None and span.since >= span.until:
            return
        values: dict[str, Any] = {
            ":username": {"S": self._session.identity_id},
            ":since": {"N": plain(span.since if span.since is not None else _LOWEST)},
            ":until": {"N": plain(span.until if span.until is not None else _HIGHEST)},
        }
        query: dict[str, Any] = {
            "KeyConditionExpression": "username = :username AND #timestamp BETWEEN :since AND :until",
            "ExpressionAttributeNames": {"#timestamp": "timestamp"},
            "ExpressionAttributeValues": values,
            "ScanIndexForward": oldest_first,
            "Limit": page_size,
        }
        for item in self._pages(self._session.profile.table, query):
            record = Record.from_item(item)
            # BETWEEN takes both its ends.
            if record.status is not Status.TRASHED and record.timestamp != span.until:
                yield record

    def find(self, prefix: str) -> Record:
        """Find the photo whose id begins with ``prefix``, as git does with commits.

        Raises:
            UnknownPhoto: there is none, or more than one, or ``prefix`` can't be an id.
            CloudError: the tables can't be read.
        """
        prefix = prefix.lower()
        if not is_id_prefix(prefix):
            why = f"an id has {MIN_PREFIX_DIGITS} to 64 of the digits 0-9 and a-f"
            raise UnknownPhoto(f"{prefix!r} is not a photo's id", why=why, next_step="`photobak ls` shows the ids.")
        query = {
            "KeyConditionExpression": "username = :username AND begins_with(sha256, :prefix)",
            "ExpressionAttributeValues": {":username": {"S": self._session.identity_id}, ":prefix": {"S": prefix}},
            "ConsistentRead": True,
        }
        contents = self._pages(self._session.profile.contents_table, query)
        keys = {item["sha256"]["S"]: item["timestamp"] for item in contents if Status(item["status"]["S"]).kept}
        if not keys:
            raise UnknownPhoto(f"there is no photo {prefix}", next_step="`photobak ls` shows the ids.")
        if len(keys) > 1:
            raise UnknownPhoto(f"{len(keys)} photos begin with {prefix}", why=", ".join(sorted(keys)[:5]))
        (timestamp,) = keys.values()
        return self._record(timestamp, prefix)

    def _record(self, timestamp: Any, prefix: str) -> Record:
        key = {"username": {"S": self._session.identity_id}, "timestamp": timestamp}
        with aws_errors(_WHAT, self._session.profile):
            found = self._dynamodb.get_item(TableName=self._session.profile.table, Key=key, ConsistentRead=True)
        if "Item" not in found:
            raise UnknownPhoto(f"the record of photo {prefix} is lost", next_step="Type: photobak repair")
        return Record.from_item(found["Item"])

    def _pages(self, table: str, query: dict[str, Any]) -> Iterator[Any]:
        start: dict[str, Any] = {}
        while True:
            with aws_errors(_WHAT, self._session.profile):
                page = self._dynamodb.query(TableName=table, **query, **start)
            yield from page["Items"]
            if "LastEvaluatedKey" not in page:  # a page may be empty and yet not the last
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}
