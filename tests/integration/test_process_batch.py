"""The deployed functions, given batches of queue messages by hand: what is delivered again, and what is salvaged."""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_plus

import pytest
from support.cloud import QUIET, Aws, announcement, sha256_of_bytes
from support.local_stack import eventually, root_client
from support.photo_files import xmp_packet
from support.pictures import encoded, quadrants

from photobak.cloud.process.queue import UploadEvent
from photobak.local.values import LocalStack
from photobak.photo.kind import Kind
from photobak.photo.record import Status

PHOTO = encoded(quadrants(), "JPEG")
OTHER = encoded(quadrants(48, 64), "JPEG")

Invoke = Callable[..., dict[str, Any]]


@pytest.fixture(scope="module")
def invoke(local_stack: LocalStack) -> Invoke:
    """Gives the bodies of messages to a function, as the queue does; what it answers."""

    def call(function: str, *bodies: str) -> dict[str, Any]:
        records = [message(f"message-{number}", body) for number, body in enumerate(bodies)]
        answer = root_client(local_stack, "lambda").invoke(
            FunctionName=f"{QUIET}-{function}", Payload=json.dumps({"Records": records}).encode()
        )
        assert "FunctionError" not in answer
        found: dict[str, Any] = json.load(answer["Payload"])
        return found

    return call


def message(message_id: str, body: str) -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": "unknown",
        "body": body,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {},
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:us-east-1:000000000000:uploads",
        "awsRegion": "us-east-1",
    }


def notification(*uploads: UploadEvent) -> str:
    """What S3 says of uploads (S3 user guide, "Event message structure"); the key arrives form-encoded."""
    records = [
        {
            "eventSource": "aws:s3",
            "eventName": "ObjectCreated:Post",
            "s3": {"bucket": {"name": each.bucket}, "object": {"key": quote_plus(str(each.key)), "size": 1}},
        }
        for each in uploads
    ]
    return json.dumps({"Records": records})


def test_only_what_failed_is_delivered_again(local: Aws, invoke: Invoke) -> None:
    person = local.person()
    first, second = person.upload(PHOTO), person.upload(OTHER)
    broken = UploadEvent("no-such-bucket", first.key)
    answer = invoke("process", notification(first), notification(broken), notification(second))
    assert answer == {"batchItemFailures": [{"itemIdentifier": "message-1"}]}
    assert {each.sha256 for each in person.records} == {sha256_of_bytes(PHOTO), sha256_of_bytes(OTHER)}


def test_a_batch_that_fails_as_a_whole_is_delivered_again_as_a_whole(local: Aws, invoke: Invoke) -> None:
    broken = notification(UploadEvent("no-such-bucket", local.person().upload(PHOTO).key))
    answer = invoke("process", broken, broken)
    assert [each["itemIdentifier"] for each in answer["batchItemFailures"]] == ["message-0", "message-1"]


@pytest.mark.parametrize(
    "body",
    [
        "",
        "hello",
        "null",
        "7",
        "[]",
        "{}",
        '{"Records": []}',
        '{"Records": [{}]}',
        '{"Records": 5}',
        '{"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": "not-a-key"}}}]}',
        '{"Records": [{"s3": {"bucket": {"name": "b"}, "object": {"key": "../../etc/passwd"}}}]}',
        '{"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"}',
    ],
)
def test_what_is_no_upload_is_left_aside_for_good(invoke: Invoke, body: str) -> None:
    """Delivering it again would make it no better."""
    assert invoke("process", body) == {"batchItemFailures": []}


def test_an_upload_that_is_not_there_any_more_is_done_with(local: Aws, invoke: Invoke) -> None:
    person = local.person()
    event = person.upload(PHOTO)
    assert invoke("process", notification(event), notification(event)) == {"batchItemFailures": []}
    assert len(person.records) == 1


def test_one_message_may_tell_of_several_uploads(local: Aws, invoke: Invoke) -> None:
    person = local.person()
    assert invoke("process", notification(person.upload(PHOTO), person.upload(OTHER))) == {"batchItemFailures": []}
    assert len(person.records) == 2


# ---------------------------------------------------------------------- salvage


def test_a_photo_that_ends_the_function_is_kept_without_previews(local: Aws, local_stack: LocalStack) -> None:
    """After three deliveries it comes to the dead-letter queue; salvage doesn't look into it."""
    person = local.person()
    person.announce(announcement(PHOTO))
    event = person.upload(PHOTO)
    sqs = root_client(local_stack, "sqs")
    (dead_letters,) = (
        queue for queue in sqs.list_queues()["QueueUrls"] if "UploadDeadLetterQueue" in queue and f"{QUIET}-" in queue
    )
    sqs.send_message(QueueUrl=dead_letters, MessageBody=notification(event))
    eventually(lambda: not person.waiting_uploads(), within=60)
    (record,) = person.records
    assert record.status is Status.NO_PREVIEW
    assert "failed three times" in str(record.reason)
    assert record.sources == {"laptop:Pictures/IMG_1.JPG"}
    assert person.objects()[f"original/{record.sha256}.jpg"] == PHOTO
    assert person.record_json(record.sha256) == record.to_json()
    assert set(person.objects()) == {f"original/{record.sha256}.jpg", f"record/{record.sha256}.json"}


def test_salvage_keeps_what_needs_no_previews_as_ever(local: Aws, invoke: Invoke) -> None:
    person = local.person()
    sidecar = xmp_packet().encode()
    person.announce(announcement(sidecar, kind=Kind.SIDECAR, filename="a.xmp"))
    assert invoke("salvage", notification(person.upload(sidecar))) == {"batchItemFailures": []}
    assert [each.status for each in person.records] == [Status.STORED]


def test_salvage_leaves_a_photo_with_previews_as_it_is(local: Aws, invoke: Invoke) -> None:
    person = local.person()
    person.process(person.upload(PHOTO))
    before = person.objects()
    assert invoke("salvage", notification(person.upload(PHOTO))) == {"batchItemFailures": []}
    assert [each.status for each in person.records] == [Status.STORED]
    assert person.objects() == before


def test_salvage_refuses_other_bytes_too(local: Aws, invoke: Invoke) -> None:
    person = local.person()
    sha256 = sha256_of_bytes(PHOTO)
    assert invoke("salvage", notification(person.upload(OTHER, sha256))) == {"batchItemFailures": []}
    assert getattr(person.content(sha256), "status", None) is Status.REJECTED
    assert (person.records, person.objects()) == ([], {})
