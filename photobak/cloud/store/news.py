"""The table ``News``: what the topic ``photos`` has said, for a week, so that nobody who was away has missed it.

The order is that of the photo table's stream: all records of one person share a partition, so their sequence numbers
rise in the order in which Lambda hands them over.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from photobak.cloud.store.batch_write import write_all

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEPT_FOR: Final = timedelta(days=7)

_DIGITS: Final = 40  # of a sequence number at most (DynamoDB Streams API reference, StreamRecord)


@dataclass(frozen=True, slots=True)
class News:
    """One message of the topic ``photos``."""

    sequence: str
    """Its place among the news of its owner; forty digits, so that texts compare as the numbers do."""
    text: str
    """The message as it goes over the wire."""


def sequence_of(number: str) -> str:
    """A stream's sequence number as a place."""
    return number.zfill(_DIGITS)


class NewsTable:
    """The table ``News`` of one stack."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def remember(self, identity_id: str, news: Sequence[News], now: datetime) -> None:
        """Keep news for a week; doing it again changes nothing."""
        until = str(int((now + KEPT_FOR).timestamp()))
        items = [_key(identity_id, each.sequence) | {"text": {"S": each.text}, "ttl": {"N": until}} for each in news]
        write_all(self._dynamodb, self.name, [{"PutRequest": {"Item": item}} for item in items])

    def newest(self, identity_id: str) -> str:
        """The place of the last news; "" where there are none."""
        found = self._query(identity_id, "", ScanIndexForward=False, Limit=1, ProjectionExpression="#sequence")
        return found[0]["sequence"]["S"] if found else ""

    def after(self, identity_id: str, sequence: str, most: int) -> list[News]:
        """The news that came next after a place; fewer than ``most`` only where there are no more."""
        found: list[News] = []
        while len(found) < most:
            start = found[-1].sequence if found else sequence
            items = self._query(identity_id, start, Limit=most - len(found))  # a page ends at 1 MB
            if not items:
                break
            found += [News(item["sequence"]["S"], item["text"]["S"]) for item in items]
        return found

    def holds(self, identity_id: str, sequence: str) -> bool:
        """Tell whether the news of this place are still there, and so all that came later."""
        key = _key(identity_id, sequence)
        return "Item" in self._dynamodb.get_item(TableName=self.name, Key=key, ConsistentRead=True)

    def _query(self, identity_id: str, after: str, **more: Any) -> list[Any]:
        """One page, consistently."""
        names = {"#sequence": "sequence"}
        # A key can't be empty; one digit comes before forty.
        values: dict[str, Any] = {":username": {"S": identity_id}, ":after": {"S": after or "0"}}
        return self._dynamodb.query(
            TableName=self.name,
            KeyConditionExpression="username = :username AND #sequence > :after",
            ExpressionAttributeNames=names,
            ExpressionAttributeValues=values,
            ConsistentRead=True,
            **more,
        )["Items"]


def _key(identity_id: str, sequence: str) -> dict[str, Any]:
    return {"username": {"S": identity_id}, "sequence": {"S": sequence}}
