"""What the local stack keeps in memory: neither photos nor logs (figures at full size: tests/bench/local_stack.py)."""

import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from support.local_stack import eventually, make_function, post_form, root_client

from photobak.local.lifecycle import down, up
from photobak.local.patches.memory import KEPT_LOG_STREAMS, KEPT_TRANSACTIONS
from photobak.local.values import LocalStack

PHOTO_BYTES = 10_000_000
PHOTOS = 24
TRANSACTIONS = 1000


@pytest.fixture(scope="module")
def quiet_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    """A stack that no other test makes grow."""
    home: Path = tmp_path_factory.mktemp("memory") / "stack"
    yield up(home)
    down(home)


def resident(stack: LocalStack) -> int:
    return psutil.Process(stack.pid).memory_info().rss


def test_photos_lie_on_the_disk_and_not_in_memory(quiet_stack: LocalStack) -> None:
    s3, bucket = root_client(quiet_stack, "s3"), quiet_stack.outputs.bucket
    body = os.urandom(PHOTO_BYTES)
    s3.put_object(Bucket=bucket, Key="original/warm-up", Body=body)
    before = resident(quiet_stack)
    for number in range(PHOTOS):
        s3.put_object(Bucket=bucket, Key=f"original/{number}", Body=body)
    assert resident(quiet_stack) - before < PHOTO_BYTES * PHOTOS / 4
    assert s3.get_object(Bucket=bucket, Key="original/3")["Body"].read() == body


def test_what_came_by_form_is_forgotten_with_its_connection(quiet_stack: LocalStack) -> None:
    body, server = os.urandom(PHOTO_BYTES), psutil.Process(quiet_stack.pid)
    post_form(quiet_stack, quiet_stack.outputs.bucket, "posted/warm-up", body)
    before, open_before = resident(quiet_stack), server.num_fds()
    for number in range(PHOTOS):
        post_form(quiet_stack, quiet_stack.outputs.bucket, f"posted/{number}", body)
    assert resident(quiet_stack) - before < PHOTO_BYTES * PHOTOS / 4
    eventually(lambda: server.num_fds() <= open_before)


def test_what_left_the_memory_is_still_versioned(quiet_stack: LocalStack) -> None:
    s3, bucket = root_client(quiet_stack, "s3"), quiet_stack.outputs.bucket
    first = s3.put_object(Bucket=bucket, Key="record/a", Body=b"first")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="record/a", Body=b"second")["VersionId"]
    marker = s3.delete_object(Bucket=bucket, Key="record/a")["VersionId"]
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key="record/a")
    for version, content in ((first, b"first"), (second, b"second")):
        assert s3.get_object(Bucket=bucket, Key="record/a", VersionId=version)["Body"].read() == content
    s3.delete_object(Bucket=bucket, Key="record/a", VersionId=marker)
    assert s3.get_object(Bucket=bucket, Key="record/a")["Body"].read() == b"second"
    s3.delete_object(Bucket=bucket, Key="record/a", VersionId=second)
    assert s3.get_object(Bucket=bucket, Key="record/a")["Body"].read() == b"first"


def test_transactions_are_forgotten(quiet_stack: LocalStack) -> None:
    """A repeated one is recognised by its token; MiniStack keeps each with its whole request for ten minutes."""
    dynamodb = root_client(quiet_stack, "dynamodb")
    dynamodb.create_table(
        TableName="forgetful",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "key", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "key", "KeyType": "HASH"}],
    )

    def write(number: int) -> None:
        item = {"key": {"S": "the same"}, "photo": {"S": f"{number:020000}"}}
        dynamodb.transact_write_items(TransactItems=[{"Put": {"TableName": "forgetful", "Item": item}}])

    for number in range(KEPT_TRANSACTIONS):
        write(number)
    before = resident(quiet_stack)
    for number in range(TRANSACTIONS):
        write(KEPT_TRANSACTIONS + number)
    assert resident(quiet_stack) - before < TRANSACTIONS * 20_000 / 2


def test_old_logs_are_forgotten(quiet_stack: LocalStack) -> None:
    make_function(quiet_stack, "talker", "def handle(event, context): print(event['number'])\n")
    for number in range(KEPT_LOG_STREAMS + 10):
        payload = f'{{"number": "line {number}"}}'.encode()
        root_client(quiet_stack, "lambda").invoke(FunctionName="talker", Payload=payload)
    logs = root_client(quiet_stack, "logs")
    pages = logs.get_paginator("describe_log_streams").paginate(logGroupName="/aws/lambda/talker")
    names = [stream["logStreamName"] for page in pages for stream in page["logStreams"]]
    assert len(names) == KEPT_LOG_STREAMS
    found = logs.filter_log_events(logGroupName="/aws/lambda/talker", filterPattern=f'"line {KEPT_LOG_STREAMS + 9}"')
    assert found["events"]
