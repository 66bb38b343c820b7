"""The table ``Limits``: how many photos somebody has changed today, and when each sign-in began.

Its items: ``changes:{identity id}:{day}`` and ``sign-in:{origin_jti}``. Each change of one is an atomic update, so that
parallel requests can't get past a limit together.
"""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from photobak.cloud.store.dynamodb import raise_unless_condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_COUNT_KEPT_FOR: Final = timedelta(days=2)
_SIGN_IN_KEPT_FOR: Final = timedelta(days=3651)
"""A refresh token lives for ten years at most (the template's ``RefreshTokenDays``)."""


class LimitsTable:
    """The table ``Limits`` of one stack."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def count(self, identity_id: str, number: int, limit: int | None, now: datetime) -> bool:
        """Count changes of today (UTC).

        Args:
            identity_id: who makes them.
            number: how many.
            limit: the most of one day; None counts without a limit.
            now: the time.

        Returns:
            False if they would exceed the limit: nothing was counted.
        """
        until = int((now + _COUNT_KEPT_FOR).timestamp())
        values: dict[str, Any] = {":number": {"N": str(number)}, ":ttl": {"N": str(until)}}
        condition: dict[str, Any] = {}
        if limit is not None:
            if number > limit:
                return False
            condition = {"ConditionExpression": "attribute_not_exists(used) OR used <= :room"}
            values[":room"] = {"N": str(limit - number)}
        try:
            self._dynamodb.update_item(
                TableName=self.name,
                Key=_key(f"changes:{identity_id}:{now.astimezone(UTC):%Y-%m-%d}"),
                UpdateExpression="ADD used :number SET #ttl = :ttl",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues=values,
                **condition,
            )
        except ClientError as error:
            raise_unless_condition_failed(error)
            return False
        return True

    def sign_in_seen(self, origin_jti: str, issued_at: datetime) -> datetime:
        """When a sign-in was first seen: the issue time of the first of its tokens that came here.

        Args:
            origin_jti: identifies the sign-in; all tokens that are refreshed from it carry it (Cognito Developer Guide,
                "Understanding the identity (ID) token").
            issued_at: of the token at hand.
        """
        until = int((issued_at + _SIGN_IN_KEPT_FOR).timestamp())
        answer = self._dynamodb.update_item(
            TableName=self.name,
            Key=_key(f"sign-in:{origin_jti}"),
            UpdateExpression="SET seen_at = if_not_exists(seen_at, :issued), #ttl = :ttl",
            ExpressionAttributeNames={"#ttl": "ttl"},
            ExpressionAttributeValues={
                ":issued": {"N": str(int(issued_at.timestamp()))},
                ":ttl": {"N": str(until)},
            },
            ReturnValues="ALL_NEW",
        )
        return datetime.fromtimestamp(int(answer["Attributes"]["seen_at"]["N"]), UTC)


def _key(item_id: str) -> dict[str, Any]:
    return {"id": {"S": item_id}}
