"""The table ``Photos``: one record a photo, in order of capture."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from photobak.photo.keys import plain
from photobak.photo.record import Record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of records and where the next one begins."""

    records: list[Record]
    before: Decimal | None
    """The sort key to go on before; None at the end."""


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
        """Read up to a hundred records by their keys, consistently; returned by SHA-256."""
        wanted: Any = {}
        if timestamps:
            wanted = {self.name: {"Keys": [_key(identity_id, each) for each in timestamps], "ConsistentRead": True}}
        found: dict[str, Record] = {}
        while wanted:
            page = self._dynamodb.batch_get_item(RequestItems=wanted)
            records = map(Record.from_item, page["Responses"].get(self.name, []))
            found |= {record.sha256: record for record in records}
            wanted = page.get("UnprocessedKeys")
        return found

    def newest(self, identity_id: str, limit: int, since: Decimal | None, before: Decimal | None) -> Page:
        """Read records, newest first.

        Args:
            identity_id: whose they are.
            limit: how many at most.
            since: the smallest sort key that belongs to the range.
            before: the smallest sort key that does not any more.
        """
        values: dict[str, Any] = {":username": {"S": identity_id}}
        condition = "username = :username"
        if since is not None and before is not None and since >= before:
            return Page([], None)
        if before is not None:
            # BETWEEN takes both ends; ``before`` itself is left out below.
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
                Limit=limit + 1,
                **query,
            )
            fresh = map(Record.from_item, page["Items"])
            records += [record for record in fresh if before is None or record.timestamp < before]
            start = page.get("LastEvaluatedKey", {})  # a page may be empty and yet not the last
            if len(records) > limit:
                return Page(records[:limit], records[limit - 1].timestamp)
            if not start:
                return Page(records, None)

    def replace_sources(self, record: Record, added: Collection[str], gone: Collection[str]) -> Record:
        """Add places to a record and take others away, never the last one; returns the record as it then is."""
        after = self._update_sources(record, "ADD", added) if added else record
        leaving = after.sources & set(gone)
        if leaving and leaving != after.sources:
            after = self._update_sources(after, "DELETE", leaving)
        return after

    def _update_sources(self, record: Record, verb: str, sources: Collection[str]) -> Record:
        values: dict[str, Any] = {":sources": {"SS": sorted(sources)}, ":sha256": {"S": record.sha256}}
        try:
            updated = self._dynamodb.update_item(
                TableName=self.name,
                Key=_key(record.username, record.timestamp),
                UpdateExpression=f"{verb} #sources :sources",
                ConditionExpression="sha256 = :sha256",
                ExpressionAttributeNames={"#sources": "sources"},
                ExpressionAttributeValues=values,
                ReturnValues="ALL_NEW",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
                return record  # it has moved to another date meanwhile; the next sync says its places again
            raise
        return Record.from_item(updated["Attributes"])

    def creation(self, record: Record) -> Any:
        """The half of a transaction that makes the record."""
        return {
            "Put": {
                "TableName": self.name,
                "Item": record.to_item(),
                "ConditionExpression": "attribute_not_exists(sha256) OR sha256 = :sha256",
                "ExpressionAttributeValues": {":sha256": {"S": record.sha256}},
            }
        }


def _key(identity_id: str, timestamp: Decimal) -> dict[str, Any]:
    return {"username": {"S": identity_id}, "timestamp": {"N": plain(timestamp)}}
