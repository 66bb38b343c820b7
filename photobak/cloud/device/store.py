"""The table of device grants: the grants, user codes that lead to them, and how often an address has guessed wrong.

Its items: ``grant:{hash of the device code}``, ``code:{hash of the user code}``, ``tries:{address}``. DynamoDB removes
them some time after ``expires_at``, so each reader looks at it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from botocore.exceptions import ClientError

from photobak.cloud.device.grant import Grant, Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

_Values: TypeAlias = Mapping[str, str | int]

_IS_WAITING: Final = "grant_status = :waiting AND expires_at > :now"
_IS_APPROVED: Final = "grant_status = :approved"
_HAS_TRIES: Final = "attribute_not_exists(id) OR (tries < :most AND expires_at > :now)"


@dataclass(frozen=True, slots=True)
class DeviceGrants:
    """The table of one stack. Each change of a grant is conditional, so that only the first of two rivals makes it."""

    dynamodb: "DynamoDBClient"
    name: str

    def add(self, grant: Grant, user_code_id: str) -> None:
        """Keep a new grant, and the way to it from its user code.

        A user code that two grants have at once is not overwritten: ClientError, once in thousands of millions.
        """
        pointer: _Values = {"id": f"code:{user_code_id}", "grant": grant.id, "expires_at": _seconds(grant.expires_at)}
        items = [_item(grant), _attributes(pointer)]
        self.dynamodb.transact_write_items(
            TransactItems=[
                {"Put": {"TableName": self.name, "Item": item, "ConditionExpression": "attribute_not_exists(id)"}}
                for item in items
            ]
        )

    def get(self, grant_id: str) -> Grant | None:
        """Read a grant, consistently."""
        item = self._read(f"grant:{grant_id}")
        return _grant(item) if item else None

    def by_user_code(self, user_code_id: str) -> Grant | None:
        """Read the grant that a user code leads to."""
        item = self._read(f"code:{user_code_id}")
        return self.get(item["grant"]["S"]) if item else None

    def poll(self, grant_id: str, at: datetime, interval: timedelta) -> None:
        """Note when the machine has asked, and how long it has to wait from now on."""
        self._change(
            grant_id,
            "SET polled_at = :at, wait_seconds = :wait",
            "attribute_exists(id)",
            {":at": _milliseconds(at), ":wait": interval.seconds},
        )

    def deny(self, grant_id: str, now: datetime) -> bool:
        """Say no; False where somebody has decided already, or it is too late."""
        values: _Values = {":denied": Status.DENIED, ":waiting": Status.WAITING, ":now": _seconds(now)}
        return self._change(grant_id, "SET grant_status = :denied", _IS_WAITING, values) is not None

    def approve(self, grant_id: str, authorization_code: str, now: datetime) -> bool:
        """Say yes, and keep the authorization code for the machine; False as for ``deny``."""
        values: _Values = {
            ":approved": Status.APPROVED,
            ":code": authorization_code,
            ":waiting": Status.WAITING,
            ":now": _seconds(now),
        }
        update = "SET grant_status = :approved, authorization_code = :code"
        return self._change(grant_id, update, _IS_WAITING, values) is not None

    def claim(self, grant_id: str) -> str | None:
        """Take the authorization code out, once; None for all who come after the first."""
        values = {":redeemed": Status.REDEEMED, ":approved": Status.APPROVED}
        update = "SET grant_status = :redeemed REMOVE authorization_code"
        before = self._change(grant_id, update, _IS_APPROVED, values)
        return before["authorization_code"]["S"] if before else None

    def take_try(self, address: str, most: int, now: datetime, within: timedelta) -> bool:
        """Count a try of an address before it is made; False where it has none left until ``within`` has passed."""
        key = {"id": {"S": f"tries:{address}"}}
        for _ in range(2):
            try:
                self.dynamodb.update_item(
                    TableName=self.name,
                    Key=key,
                    UpdateExpression="SET expires_at = :end ADD tries :one",
                    ConditionExpression=_HAS_TRIES,
                    ExpressionAttributeValues=_attributes(
                        {":end": _seconds(now + within), ":one": 1, ":most": most, ":now": _seconds(now)}
                    ),
                )
            except ClientError as error:
                _unless_condition(error)
                self._forget_tries(key, now)
            else:
                return True
        return False

    def give_try_back(self, address: str) -> None:
        """Undo ``take_try``: the try was right."""
        self.dynamodb.update_item(
            TableName=self.name,
            Key={"id": {"S": f"tries:{address}"}},
            UpdateExpression="ADD tries :minus",
            ExpressionAttributeValues=_attributes({":minus": -1}),
        )

    def _forget_tries(self, key: Any, now: datetime) -> None:
        """Remove a count whose time has passed."""
        try:
            self.dynamodb.delete_item(
                TableName=self.name,
                Key=key,
                ConditionExpression="expires_at <= :now",
                ExpressionAttributeValues=_attributes({":now": _seconds(now)}),
            )
        except ClientError as error:
            _unless_condition(error)

    def _read(self, item_id: str) -> dict[str, Any] | None:
        found = self.dynamodb.get_item(TableName=self.name, Key={"id": {"S": item_id}}, ConsistentRead=True)
        return found.get("Item")

    def _change(self, grant_id: str, update: str, condition: str, values: _Values) -> dict[str, Any] | None:
        """Change a grant; the item as it was before, or None where the condition doesn't hold."""
        try:
            answer = self.dynamodb.update_item(
                TableName=self.name,
                Key={"id": {"S": f"grant:{grant_id}"}},
                UpdateExpression=update,
                ConditionExpression=condition,
                ExpressionAttributeValues=_attributes(values),
                ReturnValues="ALL_OLD",
            )
        except ClientError as error:
            _unless_condition(error)
            return None
        return answer["Attributes"]


def _unless_condition(error: ClientError) -> None:
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        raise error


def _item(grant: Grant) -> dict[str, Any]:
    values: _Values = {
        "id": f"grant:{grant.id}",
        "grant_status": grant.status,
        "scope": grant.scope,
        "challenge": grant.challenge,
        "device_name": grant.device_name,
        "address": grant.address,
        "requested_at": _seconds(grant.requested_at),
        "expires_at": _seconds(grant.expires_at),
        "wait_seconds": grant.interval.seconds,
    }
    return _attributes(values)


def _grant(item: dict[str, Any]) -> Grant:
    polled_at = int(item["polled_at"]["N"]) / 1000 if "polled_at" in item else None
    return Grant(
        id=item["id"]["S"].removeprefix("grant:"),
        status=Status(item["grant_status"]["S"]),
        scope=item["scope"]["S"],
        challenge=item["challenge"]["S"],
        device_name=item["device_name"]["S"],
        address=item["address"]["S"],
        requested_at=_instant(int(item["requested_at"]["N"])),
        expires_at=_instant(int(item["expires_at"]["N"])),
        interval=timedelta(seconds=int(item["wait_seconds"]["N"])),
        polled_at=None if polled_at is None else _instant(polled_at),
    )


def _attributes(values: _Values) -> dict[str, Any]:
    return {name: {"N": str(value)} if isinstance(value, int) else {"S": str(value)} for name, value in values.items()}


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)


def _instant(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
