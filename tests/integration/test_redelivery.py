"""A message whose upload could not be kept: whose fault it was decides whether it counts."""

import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from support.local_stack import root_client

from photobak.cloud.process import handler
from photobak.cloud.process.queue import Redelivery, UploadEvent, is_throttled
from photobak.local.values import LocalStack

KEY = f"us-east-1:{uuid.UUID(int=0)}/{'a' * 64}"
UPLOAD = json.dumps({"Records": [{"s3": {"bucket": {"name": "temp"}, "object": {"key": KEY}}}]})


def refusal(code: str, *reasons: str) -> ClientError:
    answer: Any = {"Error": {"Code": code}, "CancellationReasons": [{"Code": reason} for reason in reasons]}
    return ClientError(answer, "AnyCall")


THROTTLED = [
    refusal("ProvisionedThroughputExceededException"),
    refusal("ThrottlingException"),
    refusal("SlowDown"),
    refusal("TransactionCanceledException", "None", "ThrottlingError"),
]
OTHER = [
    refusal("TransactionCanceledException", "ConditionalCheckFailed", "None"),
    refusal("AccessDenied"),
    EndpointConnectionError(endpoint_url="https://aws.example"),
    MemoryError(),
]


@pytest.mark.parametrize(("error", "throttled"), [*((e, True) for e in THROTTLED), *((e, False) for e in OTHER)])
def test_whose_fault_it_was(error: Exception, throttled: bool) -> None:
    assert is_throttled(error) is throttled


@dataclass
class Failing:
    """Keeps nothing."""

    error: Exception

    def keep(self, event: UploadEvent) -> None:
        raise self.error


@dataclass
class Queue:
    """One of the local stack's, with one message that was just received."""

    sqs: Any
    url: str
    received: dict[str, Any]

    def waiting(self) -> tuple[int, int]:
        """How many messages are in flight, and how many come in a while."""
        names = ["ApproximateNumberOfMessagesNotVisible", "ApproximateNumberOfMessagesDelayed"]
        found = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return int(found[names[0]]), int(found[names[1]])


@pytest.fixture
def queue(local_stack: LocalStack) -> Iterator[Queue]:
    sqs = root_client(local_stack, "sqs")
    url = sqs.create_queue(QueueName=f"uploads-{uuid.uuid4().hex}")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=UPLOAD)
    (received,) = sqs.receive_message(QueueUrl=url, VisibilityTimeout=100)["Messages"]
    yield Queue(sqs, url, received)
    sqs.delete_queue(QueueUrl=url)


@pytest.mark.parametrize(
    ("error", "failures", "waiting"),
    [(THROTTLED[0], [], (1, 1)), (OTHER[1], [{"itemIdentifier": "message"}], (1, 0))],
    ids=["throttled is put back", "else it comes again"],
)
def test_what_becomes_of_the_message(
    queue: Queue,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    failures: list[dict[str, str]],
    waiting: tuple[int, int],
) -> None:
    """What the function reports as done, the queue deletes; what it was put back as is another message."""
    monkeypatch.setattr(handler, "_keeper", lambda _previewer: Failing(error))
    monkeypatch.setattr(handler, "_redelivery", lambda: Redelivery(queue.sqs, queue.url))
    record = {"messageId": "message", "receiptHandle": queue.received["ReceiptHandle"], "body": UPLOAD}
    context: Any = None
    assert handler.handle({"Records": [record]}, context) == {"batchItemFailures": failures}
    assert queue.waiting() == waiting
