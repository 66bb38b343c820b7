"""When a message comes again whose upload could not be kept, and whether that counts against the upload.

After three deliveries the queue gives a message up, and its photo is kept without previews: it may be what ends the
function. Throttling is no photo's fault, so the message is put back to the queue's end, as if it had just come. Where
that goes on for a day, the upload has expired from the temp bucket, and its message is done with.
"""

import random
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from photobak.cloud.photos.upload_events import Message

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

logger = Logger(child=True)

_PAUSE: Final = 20
"""Seconds until the next try."""
_LONGEST_PAUSE: Final = 60
_THROTTLED: Final = frozenset({
    "ProvisionedThroughputExceededException", "RequestLimitExceeded", "ThrottlingException", "SlowDown",
    "ProvisionedThroughputExceeded", "ThrottlingError",
})  # fmt: skip
"""AWS's names for too many requests: DynamoDB's, S3's, and those among the reasons of a cancelled transaction.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""


def is_throttled(error: Exception) -> bool:
    """Whether AWS has refused a request because there are too many of them."""
    if not isinstance(error, ClientError):
        return False
    reasons = error.response.get("CancellationReasons", [])
    codes = {error.response["Error"].get("Code"), *(reason.get("Code") for reason in reasons)}
    return not codes.isdisjoint(_THROTTLED)


@dataclass(frozen=True, slots=True)
class Redelivery:
    """Has messages of one queue come again."""

    sqs: "SQSClient"
    queue_url: str

    def soon(self, message: Message) -> None:
        """Don't wait out the queue's visibility timeout, which is long because a slow upload may take long."""
        try:
            self.sqs.change_message_visibility(
                QueueUrl=self.queue_url, ReceiptHandle=message.receipt, VisibilityTimeout=_PAUSE
            )
        except (BotoCoreError, ClientError) as error:
            logger.warning("A message waits out its queue's timeout", extra={"reason": str(error)})

    def anew(self, message: Message) -> None:
        """Put the same message to the queue's end; those that were throttled together don't come back together."""
        pause = random.randint(_PAUSE, _LONGEST_PAUSE)  # noqa: S311 - no secret
        self.sqs.send_message(QueueUrl=self.queue_url, MessageBody=message.body, DelaySeconds=pause)
