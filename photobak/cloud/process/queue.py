"""The upload queue: the S3 events in its messages, and when a message that failed is delivered again.

After three deliveries the queue gives a message up, and the salvage function keeps its photo without previews: the
photo may be what kills the function. Throttling is not the photo's fault, so a throttled message goes back to the end
of the queue as if it were new. If that lasts for a day, the upload has expired from the temp bucket, and its message is
done with.
"""

import json
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import unquote_plus

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from photobak.photo.keys import TempKey

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

logger = Logger(child=True)

_PAUSE: Final = 20
"""Seconds until the next attempt."""
_LONGEST_PAUSE: Final = 60
_THROTTLED: Final = frozenset({
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException", "SlowDown",
    "ProvisionedThroughputExceeded", "ThrottlingError", "TooManyRequestsException",
})  # fmt: skip
"""AWS's codes for too many requests: DynamoDB's, S3's, Lambda's, and the reasons in a cancelled transaction.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""


class MalformedEvent(ValueError):
    """A message that is not an S3 event notification about an upload of ours."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a queue (Lambda developer guide, "Using Lambda with Amazon SQS")."""

    id: str
    receipt: str
    """Identifies this delivery of it."""
    body: str

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Self:
        """Read one of a Lambda event's ``Records``."""
        return cls(record["messageId"], record["receiptHandle"], record["body"])


@dataclass(frozen=True, slots=True)
class UploadEvent:
    """One object was created in the temp bucket."""

    bucket: str
    key: TempKey


def upload_events(body: str) -> Iterator[UploadEvent]:
    """Read the uploads in one S3 event notification, the body of a message.

    S3's first message, ``s3:TestEvent``, has no ``Records`` (S3 user guide, "Event message structure").

    Raises:
        MalformedEvent: it is not such a notification, or an object's key is not one that prep signs.
    """
    try:
        notification = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise MalformedEvent(f"not JSON: {error}") from None
    if not isinstance(notification, dict):
        raise MalformedEvent("not a JSON object")
    if "Records" not in notification:
        return
    if not isinstance(notification["Records"], list):
        raise MalformedEvent("Records is not a list")
    for record in notification["Records"]:
        yield _upload_event(record)


def _upload_event(record: Any) -> UploadEvent:
    try:
        bucket, key = record["s3"]["bucket"]["name"], record["s3"]["object"]["key"]
    except (KeyError, TypeError, IndexError):
        raise MalformedEvent("a record has no bucket name or no object key") from None
    if not isinstance(bucket, str) or not isinstance(key, str):
        raise MalformedEvent("a bucket name or an object key is not text")
    try:
        return UploadEvent(bucket, TempKey.parse(unquote_plus(key)))  # it arrives form-encoded
    except ValueError as error:
        raise MalformedEvent(str(error)) from None


def is_throttled(error: Exception) -> bool:
    """Whether AWS refused a request because there were too many of them."""
    if not isinstance(error, ClientError):
        return False
    reasons = error.response.get("CancellationReasons", [])
    codes = {error.response["Error"].get("Code"), *(reason.get("Code") for reason in reasons)}
    return not codes.isdisjoint(_THROTTLED)


@dataclass(frozen=True, slots=True)
class Redelivery:
    """Has messages of one queue delivered again."""

    sqs: "SQSClient"
    queue_url: str

    def soon(self, message: Message) -> None:
        """Shorten the queue's visibility timeout, which is long because a slow upload may take long."""
        try:
            self.sqs.change_message_visibility(
                QueueUrl=self.queue_url, ReceiptHandle=message.receipt, VisibilityTimeout=_PAUSE
            )
        except (BotoCoreError, ClientError) as error:
            logger.warning("A message waits out its queue's timeout", extra={"reason": str(error)})

    def anew(self, message: Message) -> None:
        """Put the message at the end of the queue, after a random pause that spreads throttled messages out."""
        pause = random.randint(_PAUSE, _LONGEST_PAUSE)  # noqa: S311 - no secret
        self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=message.body, DelaySeconds=pause)
