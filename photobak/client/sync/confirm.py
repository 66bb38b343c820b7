"""Asks the cloud what became of each content, until it has said so of all of them.

A 204 from S3 is not a backup. What counts is the item in ``Contents``, read by key and consistently, a hundred at a
time; the cloud writes it in the same transaction as the record.
"""

import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from photobak.client.account.session import Session
from photobak.client.network.aws_errors import aws_errors
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.record import Status

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0
_THROTTLED_PAUSE: Final = 1.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the cloud says of one content."""

    status: Status
    reason: str | None = None


class Confirmer:
    """Reads the table ``Contents`` in the name of the signed-in person."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._dynamodb: DynamoDBClient | None = None

    def ask(self, hashes: Iterable[str]) -> dict[str, Verdict]:
        """Ask after contents, however many; those that the cloud doesn't know are left out.

        Raises:
            CloudError: the table can't be read.
        """
        wanted = list(hashes)
        found: dict[str, Verdict] = {}
        for start in range(0, len(wanted), MAX_PHOTOS_A_REQUEST):
            found |= self._ask(wanted[start : start + MAX_PHOTOS_A_REQUEST])
        return found

    def _ask(self, hashes: list[str]) -> dict[str, Verdict]:
        self._dynamodb = self._dynamodb or self._session.client("dynamodb")
        table, identity_id = self._session.profile.contents_table, self._session.identity_id
        keys = [{"username": {"S": identity_id}, "sha256": {"S": sha256}} for sha256 in hashes]
        request: Any = {
            table: {
                "Keys": keys,
                "ConsistentRead": True,
                "ProjectionExpression": "sha256, #status, #reason",
                "ExpressionAttributeNames": {"#status": "status", "#reason": "reason"},
            }
        }
        found: dict[str, Verdict] = {}
        while request:
            with aws_errors("the cloud can't be asked what is stored", self._session.profile):
                page = self._dynamodb.batch_get_item(RequestItems=request)
            for item in page["Responses"].get(table, []):
                reason = item.get("reason", {}).get("S")
                found[item["sha256"]["S"]] = Verdict(Status(item["status"]["S"]), reason)
            request = page.get("UnprocessedKeys")
            if request:  # throttled: DynamoDB has answered a part and wants to be asked for the rest in a while
                time.sleep(random.uniform(0, _THROTTLED_PAUSE))  # noqa: S311 - no secret
        return found


class Patience:
    """How long to wait between two questions, and when to stop asking."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._pause = FIRST_PAUSE
        self._last_progress = time.monotonic()

    @property
    def pause(self) -> float:
        """Seconds until the next question."""
        return self._pause

    @property
    def quiet_for(self) -> float:
        """Seconds since anything was confirmed or sent."""
        return time.monotonic() - self._last_progress

    @property
    def exhausted(self) -> bool:
        """Whether nothing has been confirmed for so long that the rest is left to the next run."""
        return self.quiet_for > self._timeout

    def progress(self) -> None:
        """Something was confirmed, or is still being sent."""
        self._pause = FIRST_PAUSE
        self._last_progress = time.monotonic()

    def nothing_new(self) -> None:
        """Nothing was confirmed: wait longer."""
        self._pause = min(self._pause * 1.5, LONGEST_PAUSE)
