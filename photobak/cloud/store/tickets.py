"""The table ``Tickets``: each ticket opens one WebSocket connection, within a minute.

Browsers can't send headers with a WebSocket handshake, and a token in a URL would stay in logs and histories. A ticket
may travel in a URL: it has been used before anyone can read it there. The table holds only its hash.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

TICKET_SECONDS: Final = 60
"""Lifetime of a ticket."""

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
        """Use a ticket; of several attempts at once, one succeeds.

        Returns:
            The identity id that it was issued to; None for an unknown, used or expired ticket.
        """
        taken = self._dynamodb.delete_item(TableName=self.name, Key=_key(ticket), ReturnValues="ALL_OLD")
        item = taken.get("Attributes")
        if not item or int(item["ttl"]["N"]) <= now.timestamp():
            return None
        return item["username"]["S"]


def _key(ticket: str) -> dict[str, Any]:
    return {"ticket": {"S": hashlib.sha256(ticket.encode()).hexdigest()}}
