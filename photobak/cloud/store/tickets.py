"""The table ``Tickets``: each ticket opens one WebSocket connection, within a minute.

Browsers can't send headers with a WebSocket, and a token in an address would stay in logs and histories. A ticket may:
it has been used by the time anyone reads it there. The table holds its hash alone.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TICKET_SECONDS: Final = 60
"""How long a ticket can be used."""

_RANDOM_BYTES: Final = 32


class TicketsTable:
    """The table ``Tickets`` of one stack."""

    def __init__(self, dynamodb: "DynamoDBClient", name: str) -> None:
        self._dynamodb = dynamodb
        self.name = name

    def issue(self, identity_id: str, now: datetime) -> str:
        """Make a ticket for this person."""
        ticket = secrets.token_urlsafe(_RANDOM_BYTES)
        until = now + timedelta(seconds=TICKET_SECONDS)
        item = _key(ticket) | {"username": {"S": identity_id}, "ttl": {"N": str(int(until.timestamp()))}}
        self._dynamodb.put_item(TableName=self.name, Item=item)
        return ticket

    def redeem(self, ticket: str, now: datetime) -> str | None:
        """Take a ticket; of several who try at once, one succeeds.

        Returns:
            Whose it is; None where there is no such ticket, or it is too old.
        """
        taken = self._dynamodb.delete_item(TableName=self.name, Key=_key(ticket), ReturnValues="ALL_OLD")
        item = taken.get("Attributes")
        if not item or int(item["ttl"]["N"]) <= now.timestamp():
            return None
        return item["username"]["S"]


def _key(ticket: str) -> dict[str, Any]:
    return {"ticket": {"S": hashlib.sha256(ticket.encode()).hexdigest()}}
