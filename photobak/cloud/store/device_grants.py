"""The table of device grants: the grants, the user codes that lead to them, and each address's failed attempts.

Its items: ``grant:{hash of the device code}``, ``code:{hash of the user code}``, ``tries:{address}``. DynamoDB deletes
them some time after ``expires_at``, so readers check it too.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from botocore.exceptions import ClientError

from photobak.cloud.store.dynamodb import raise_unless_condition_failed

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SLOWER_BY: Final = timedelta(seconds=5)
"""Added to the interval each time a machine polls too soon (RFC 8628, 3.5)."""
_TOLERANCE: Final = timedelta(milliseconds=500)
"""The clocks of two Lambdas differ: a machine that polls on the dot is not too early."""

_Values: TypeAlias = Mapping[str, str | int]

_IS_WAITING: Final = "grant_status = :waiting AND expires_at > :now"
_IS_APPROVED: Final = "grant_status = :approved"
_HAS_TRIES: Final = "attribute_not_exists(id) OR (tries < :most AND expires_at > :now)"


class GrantStatus(StrEnum):
    """The state of a grant."""

    WAITING = "waiting"
    APPROVED = "approved"
    DENIED = "denied"
    REDEEMED = "redeemed"


@dataclass(frozen=True, slots=True)
class Grant:
    """One device grant, as far as the table knows it; nothing of it signs anybody in."""

    id: str
    """The hash of the device code."""
    status: GrantStatus
    scope: str
    """As the machine requested it."""
    challenge: str
    """The PKCE challenge; its verifier is derived from the device code."""
    device_name: str
    """What the machine calls itself: arbitrary text, for a page to escape."""
    address: str
    """The IP address that the request came from."""
    requested_at: datetime
    expires_at: datetime
    interval: timedelta
    polled_at: datetime | None
    """When the machine last polled."""

    def is_open(self, now: datetime) -> bool:
        """Whether a person can still approve or deny it."""
        return self.status is GrantStatus.WAITING and now < self.expires_at

    def polls_too_soon(self, now: datetime) -> bool:
        """Whether the machine has not waited for the interval."""
        return self.polled_at is not None and now - self.polled_at < self.interval - _TOLERANCE

    def interval_after(self, now: datetime) -> timedelta:
        """The interval that applies after a poll at this time."""
        return self.interval + SLOWER_BY if self.polls_too_soon(now) else self.interval


@dataclass(frozen=True, slots=True)
class DeviceGrants:
    """The table of one stack. Each change of a grant is conditional, so that of two concurrent ones one succeeds."""

    dynamodb: "DynamoDBClient"
    name: str

    def add(self, grant: Grant, user_code_id: str) -> None:
        """Store a new grant, and its user code as a pointer to it.

        Raises:
            ClientError: the user code is in use by another grant (one chance in thousands of millions).
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
        """Record when the machine polled, and the interval that it has to wait from now on."""
        self._change(
            grant_id,
            "SET polled_at = :at, wait_seconds = :wait",
            "attribute_exists(id)",
            {":at": _milliseconds(at), ":wait": interval.seconds},
        )

    def deny(self, grant_id: str, now: datetime) -> bool:
        """Deny a grant; False if it was decided already or has expired."""
        values: _Values = {":denied": GrantStatus.DENIED, ":waiting": GrantStatus.WAITING, ":now": _seconds(now)}
        return self._change(grant_id, "SET grant_status = :denied", _IS_WAITING, values) is not None

    def approve(self, grant_id: str, authorization_code: str, now: datetime) -> bool:
        """Approve a grant and keep the authorization code for the machine; False as for ``deny``."""
        values: _Values = {
            ":approved": GrantStatus.APPROVED,
            ":code": authorization_code,
            ":waiting": GrantStatus.WAITING,
            ":now": _seconds(now),
        }
        update = "SET grant_status = :approved, authorization_code = :code"
        return self._change(grant_id, update, _IS_WAITING, values) is not None

    def claim(self, grant_id: str) -> str | None:
        """Take the authorization code, which can be done once; None afterwards."""
        values = {":redeemed": GrantStatus.REDEEMED, ":approved": GrantStatus.APPROVED}
        update = "SET grant_status = :redeemed REMOVE authorization_code"
        before = self._change(grant_id, update, _IS_APPROVED, values)
        return before["authorization_code"]["S"] if before else None

    def take_try(self, address: str, most: int, now: datetime, within: timedelta) -> bool:
        """Count an attempt before it is made; False if the address has used its ``most`` attempts ``within`` a time."""
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
                raise_unless_condition_failed(error)
                self._reset_tries(key, now)
            else:
                return True
        return False

    def give_try_back(self, address: str) -> None:
        """Undo ``take_try``: the attempt succeeded."""
        self.dynamodb.update_item(
            TableName=self.name,
            Key={"id": {"S": f"tries:{address}"}},
            UpdateExpression="ADD tries :minus",
            ExpressionAttributeValues=_attributes({":minus": -1}),
        )

    def _reset_tries(self, key: Any, now: datetime) -> None:
        """Delete a count whose time has passed."""
        try:
            self.dynamodb.delete_item(
                TableName=self.name,
                Key=key,
                ConditionExpression="expires_at <= :now",
                ExpressionAttributeValues=_attributes({":now": _seconds(now)}),
            )
        except ClientError as error:
            raise_unless_condition_failed(error)

    def _read(self, item_id: str) -> dict[str, Any] | None:
        found = self.dynamodb.get_item(TableName=self.name, Key={"id": {"S": item_id}}, ConsistentRead=True)
        return found.get("Item")

    def _change(self, grant_id: str, update: str, condition: str, values: _Values) -> dict[str, Any] | None:
        """Change a grant; returns the item as it was before, or None if the condition does not hold."""
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
            raise_unless_condition_failed(error)
            return None
        return answer["Attributes"]


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
        status=GrantStatus(item["grant_status"]["S"]),
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
