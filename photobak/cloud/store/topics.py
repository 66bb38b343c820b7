"""The table ``Topics``: which connections subscribe to which topics."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from photobak.cloud.store.dynamodb import write_all
from photobak.photo.topic import SUBSCRIPTION_SECONDS

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_INDEX: Final = "by-connection"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic of one person: two people's topics of the same name are two topics."""

    identity_id: str
    name: str

    @property
    def key(self) -> str:
        """The table's hash key; an identity id has no slash, so no name can reach into another person's topics."""
        return f"{self.identity_id}/{self.name}"


class TopicsTable:
    """The table ``Topics`` of one stack."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def subscribe(self, topic: Topic, connection_id: str, now: datetime) -> None:
        """Subscribe a connection for two hours; subscribing again renews them."""
        until = now + timedelta(seconds=SUBSCRIPTION_SECONDS)
        item = _key(topic.key, connection_id) | {"ttl": {"N": str(int(until.timestamp()))}}
        self._dynamodb.put_item(TableName=self.name, Item=item)

    def unsubscribe(self, topic: Topic, connection_id: str) -> None:
        """Remove a subscription, if there is one."""
        self._dynamodb.delete_item(TableName=self.name, Key=_key(topic.key, connection_id))

    def listeners(self, topic: Topic, now: datetime) -> Iterator[list[str]]:
        """Yield the subscribed connections page by page, read consistently.

        DynamoDB deletes expired items late, so they are filtered out here.
        """
        query: dict[str, Any] = {
            "KeyConditionExpression": "topic = :topic",
            "FilterExpression": "#ttl > :now",
            "ExpressionAttributeNames": {"#ttl": "ttl"},
            "ExpressionAttributeValues": {":topic": {"S": topic.key}, ":now": {"N": str(int(now.timestamp()))}},
            "ConsistentRead": True,
        }
        for items in self._pages(query):
            yield [item["connectionId"]["S"] for item in items]

    def topics_of(self, connection_id: str) -> list[str]:
        """The keys of a connection's topics; the index may lag behind the table for a moment."""
        query: dict[str, Any] = {
            "IndexName": _INDEX,
            "KeyConditionExpression": "connectionId = :connection",
            "ExpressionAttributeValues": {":connection": {"S": connection_id}},
        }
        return [item["topic"]["S"] for items in self._pages(query) for item in items]

    def forget(self, connection_id: str) -> None:
        """Remove all subscriptions of a closed connection."""
        keys = [_key(topic, connection_id) for topic in self.topics_of(connection_id)]
        write_all(self._dynamodb, self.name, [{"DeleteRequest": {"Key": key}} for key in keys])

    def _pages(self, query: dict[str, Any]) -> Iterator[Any]:
        start: dict[str, Any] = {}
        while True:
            page = self._dynamodb.query(TableName=self.name, **query, **start)
            yield page["Items"]
            if "LastEvaluatedKey" not in page:  # a page may be empty and yet not the last
                return
            start = {"ExclusiveStartKey": page["LastEvaluatedKey"]}


def _key(topic: str, connection_id: str) -> dict[str, Any]:
    return {"topic": {"S": topic}, "connectionId": {"S": connection_id}}
