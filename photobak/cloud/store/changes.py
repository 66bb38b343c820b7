"""The table ``Changes``: the change feed, which keeps what topic ``photos`` has announced for a week.

A client that was offline asks for everything after the last sequence it saw. The order is that of the stream of table
``Photos``: all records of one person share a partition, so their sequence numbers rise in the order of delivery.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from photobak.cloud.store.dynamodb import raise_unless_condition_failed, write_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

RETENTION: Final = timedelta(days=7)

_DIGITS: Final = 40  # longest sequence number (DynamoDB Streams API reference, StreamRecord)


@dataclass(frozen=True, slots=True)
class Change:
    """One message of topic ``photos``."""

    sequence: str
    """Its position in its owner's feed; forty digits, so that texts compare as the numbers do."""
    text: str
    """The message as it goes over the wire."""


def sequence_of(number: str) -> str:
    """Turn a stream's sequence number into a position in the feed."""
    return number.zfill(_DIGITS)


class ChangesTable:
    """The table ``Changes`` of one stack."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def add(self, identity_id: str, changes: Sequence[Change], now: datetime) -> None:
        """Keep changes, at least one, for a week; adding one again changes nothing."""
        until = str(int((now + RETENTION).timestamp()))
        items = [_key(identity_id, each.sequence) | {"text": {"S": each.text}, "ttl": {"N": until}} for each in changes]
        write_all(self._dynamodb, self.name, [{"PutRequest": {"Item": item}} for item in items])
        self._advance_head(identity_id, max(each.sequence for each in changes))

    def newest(self, identity_id: str) -> str:
        """The sequence of the latest change, also if it is no longer kept; "" if there was none."""
        head = self._dynamodb.get_item(TableName=self.name, Key=_head(identity_id), ConsistentRead=True)
        return head["Item"]["newest"]["S"] if "Item" in head else ""

    def after(self, identity_id: str, sequence: str, limit: int) -> list[Change]:
        """The next changes after a sequence; fewer than ``limit`` only at the end of the feed."""
        found: list[Change] = []
        while len(found) < limit:
            start = found[-1].sequence if found else sequence
            items = self._query(identity_id, start, Limit=limit - len(found))  # a page ends at 1 MB
            if not items:
                break
            found += [Change(item["sequence"]["S"], item["text"]["S"]) for item in items]
        return found

    def holds(self, identity_id: str, sequence: str) -> bool:
        """Whether the change at this sequence is still kept, and with it every later one."""
        key = _key(identity_id, sequence)
        return "Item" in self._dynamodb.get_item(TableName=self.name, Key=key, ConsistentRead=True)

    def _advance_head(self, identity_id: str, sequence: str) -> None:
        """Note the latest change by key: a client that has it learns so without a query."""
        try:
            self._dynamodb.update_item(
                TableName=self.name,
                Key=_head(identity_id),
                UpdateExpression="SET newest = :sequence",
                ConditionExpression="attribute_not_exists(newest) OR newest < :sequence",
                ExpressionAttributeValues={":sequence": {"S": sequence}},
            )
        except ClientError as error:  # an older batch was delivered again
            raise_unless_condition_failed(error)

    def _query(self, identity_id: str, after: str, **more: Any) -> list[Any]:
        """Read one page, consistently."""
        # A key can't be empty; "0" sorts before any forty digits.
        values: dict[str, Any] = {":username": {"S": identity_id}, ":after": {"S": after or "0"}}
        return self._dynamodb.query(
            TableName=self.name,
            KeyConditionExpression="username = :username AND #sequence > :after",
            ExpressionAttributeNames={"#sequence": "sequence"},
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            **more,
        )["Items"]


def _head(identity_id: str) -> dict[str, Any]:
    """The key of the item with the latest sequence; a partition of its own, so that no range has it."""
    return _key(f"{identity_id}#head", "head")


def _key(identity_id: str, sequence: str) -> dict[str, Any]:
    return {"username": {"S": identity_id}, "sequence": {"S": sequence}}
