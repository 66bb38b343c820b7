"""``kill -9`` of the local stack at every turn: what it has said, it keeps."""

import contextlib
import itertools
import json
import resource
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import BotoCoreError, ClientError
from support.campaign import rounds
from support.local_stack import eventually, kill, make_function, root_client

from photobak.errors import LocalStackError, StackError
from photobak.local.credentials import root_keys, root_session
from photobak.local.home import Home
from photobak.local.lifecycle import add_user, announce_uploads, down, up
from photobak.local.running import running, serving
from photobak.local.values import LocalStack, Step

ME = {"username": {"S": "me"}}


def content(stack: LocalStack, sha256: str) -> dict[str, Any] | None:
    key = {**ME, "sha256": {"S": sha256}}
    answer = root_client(stack, "dynamodb").get_item(TableName=stack.outputs.contents_table, Key=key)
    item: dict[str, Any] | None = answer.get("Item")
    return item


def kill_and_up(stack: LocalStack) -> LocalStack:
    kill(stack.pid)
    return up(stack.home)


def test_items_survive_each_kind_of_write(own_home: Path) -> None:
    stack = up(own_home)
    table, client = stack.outputs.contents_table, root_client(stack, "dynamodb")
    for name in ("put", "updated", "deleted", "transacted-away"):
        client.put_item(TableName=table, Item={**ME, "sha256": {"S": name}, "status": {"S": "old"}})
    client.update_item(
        TableName=table,
        Key={**ME, "sha256": {"S": "updated"}},
        UpdateExpression="SET #s = :new",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":new": {"S": "new"}},
    )
    client.delete_item(TableName=table, Key={**ME, "sha256": {"S": "deleted"}})
    client.batch_write_item(RequestItems={table: [{"PutRequest": {"Item": {**ME, "sha256": {"S": "batch"}}}}]})
    client.transact_write_items(
        TransactItems=[
            {"Put": {"TableName": table, "Item": {**ME, "sha256": {"S": "transacted"}}}},
            {"Delete": {"TableName": table, "Key": {**ME, "sha256": {"S": "transacted-away"}}}},
        ]
    )
    before = client.scan(TableName=table)["Items"]

    stack = kill_and_up(stack)

    after = root_client(stack, "dynamodb").scan(TableName=table)
    assert after["Items"] == before
    assert {item["sha256"]["S"]: item.get("status", {}).get("S") for item in after["Items"]} == {
        "put": "old",
        "updated": "new",
        "batch": None,
        "transacted": None,
    }
    described = root_client(stack, "dynamodb").describe_table(TableName=table)["Table"]
    assert described["ItemCount"] == 4


def test_items_survive_a_graceful_stop_and_then_a_kill(own_home: Path) -> None:
    stack = up(own_home)
    client = root_client(stack, "dynamodb")
    client.put_item(TableName=stack.outputs.contents_table, Item={**ME, "sha256": {"S": "first"}})
    down(own_home)
    stack = up(own_home)
    assert content(stack, "first")
    client = root_client(stack, "dynamodb")
    client.delete_item(TableName=stack.outputs.contents_table, Key={**ME, "sha256": {"S": "first"}})
    stack = kill_and_up(stack)
    assert content(stack, "first") is None


def test_every_write_that_was_answered_is_there_after_a_kill(own_home: Path) -> None:
    stack = up(own_home)
    answered: list[str] = []

    def write(worker: int) -> None:
        client = root_client(stack, "dynamodb")
        with contextlib.suppress(BotoCoreError, ClientError):  # the kill
            for number in itertools.count():
                name = f"{worker}-{number}"
                client.put_item(TableName=stack.outputs.contents_table, Item={**ME, "sha256": {"S": name}})
                answered.append(name)

    threads = [threading.Thread(target=write, args=(worker,)) for worker in range(4)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(answered) > 200)
    kill(stack.pid)
    for thread in threads:
        thread.join()

    stack = up(own_home)
    pages = root_client(stack, "dynamodb").get_paginator("scan").paginate(TableName=stack.outputs.contents_table)
    kept = {item["sha256"]["S"] for page in pages for item in page["Items"]}
    assert set(answered) - kept == set()


def test_what_a_reader_has_seen_is_there_after_a_kill(own_home: Path) -> None:
    """The client learns of "stored" by reading: an item that is seen must not be younger than the disk."""
    stack = up(own_home)
    seen: list[int] = []

    def write() -> None:
        client = root_client(stack, "dynamodb")
        with contextlib.suppress(BotoCoreError, ClientError):
            for number in itertools.count():
                item = {**ME, "sha256": {"S": "counter"}, "number": {"N": str(number)}}
                client.put_item(TableName=stack.outputs.contents_table, Item=item)

    def read() -> None:
        with contextlib.suppress(BotoCoreError, ClientError):
            while True:
                item = content(stack, "counter")
                seen.append(int(item["number"]["N"]) if item else -1)

    threads = [threading.Thread(target=task) for task in (write, read, read)]
    for thread in threads:
        thread.start()
    eventually(lambda: len(seen) > 100)
    kill(stack.pid)
    for thread in threads:
        thread.join()
    stack = up(own_home)
    kept = content(stack, "counter")
    assert kept is not None
    assert int(kept["number"]["N"]) >= max(seen)


def test_people_and_their_identity_survive(own_home: Path) -> None:
    stack = up(own_home)
    anna = add_user(own_home, "anna")
    before = identity(stack)
    stack = kill_and_up(stack)
    assert identity(stack) == before  # another one would be an empty library
    assert anna in stack.accounts
    pool = stack.outputs.user_pool_id
    users = root_client(stack, "cognito-idp").list_users(UserPoolId=pool)["Users"]
    assert len(users) == 2
    assert token(stack, anna.username, anna.password)


def token(stack: LocalStack, username: str, password: str) -> str:
    """An ID token by the root's own way in; the hosted UI's is tested where the client is."""
    cognito = root_client(stack, "cognito-idp")
    pool = stack.outputs.user_pool_id
    client = cognito.create_user_pool_client(
        UserPoolId=pool, ClientName="test", ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH"]
    )["UserPoolClient"]["ClientId"]
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": username, "PASSWORD": password},
    )
    id_token: str = answer["AuthenticationResult"]["IdToken"]
    return id_token


def identity(stack: LocalStack) -> str:
    """The identity id of the owner, by an identity pool that trusts the test's client."""
    cognito = root_client(stack, "cognito-identity")
    pools = cognito.list_identity_pools(MaxResults=10)["IdentityPools"]
    assert stack.outputs.identity_pool_id in [pool["IdentityPoolId"] for pool in pools]
    owner = stack.accounts[0]
    id_token = token(stack, owner.username, owner.password)
    audience = json.loads(_payload(id_token))["aud"]
    name = f"cognito-idp.{stack.region}.amazonaws.com/{stack.outputs.user_pool_id}"
    cognito.update_identity_pool(
        IdentityPoolId=stack.outputs.identity_pool_id,
        IdentityPoolName="photobak",
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[{"ProviderName": name, "ClientId": audience}],
    )
    answer = cognito.get_id(IdentityPoolId=stack.outputs.identity_pool_id, Logins={name: id_token})
    identity_id: str = answer["IdentityId"]
    return identity_id


def _payload(token: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(token.split(".")[1] + "==")


def test_objects_their_versions_and_their_deletion_survive(own_home: Path) -> None:
    stack = up(own_home)
    s3, bucket = root_client(stack, "s3"), stack.outputs.bucket
    s3.put_object(Bucket=bucket, Key="record/a", Body=b"first", Metadata={"taken": "2024"})
    s3.put_object(Bucket=bucket, Key="record/a", Body=b"second", ContentType="application/json")
    s3.put_object(Bucket=bucket, Key="original/b", Body=b"gone")
    s3.delete_object(Bucket=bucket, Key="original/b")
    versions = s3.list_object_versions(Bucket=bucket)

    stack = kill_and_up(stack)

    s3 = root_client(stack, "s3")
    after = s3.list_object_versions(Bucket=bucket)
    assert after["Versions"] == versions["Versions"]
    assert after["DeleteMarkers"] == versions["DeleteMarkers"]
    newest = s3.get_object(Bucket=bucket, Key="record/a")
    assert (newest["Body"].read(), newest["ContentType"]) == (b"second", "application/json")
    older = next(version for version in after["Versions"] if not version["IsLatest"] and version["Key"] == "record/a")
    assert s3.get_object(Bucket=bucket, Key="record/a", VersionId=older["VersionId"])["Body"].read() == b"first"
    s3.delete_object(Bucket=bucket, Key="original/b", VersionId=after["DeleteMarkers"][0]["VersionId"])
    assert s3.get_object(Bucket=bucket, Key="original/b")["Body"].read() == b"gone"


def up_and_kill(home: Path, delay: float) -> None:
    """Start it, and kill the server that long after the deployment has begun."""

    def kill_soon(step: Step) -> None:
        server = serving(Home.at(home))
        if step is Step.CLOUD and server is not None:
            threading.Timer(delay, kill, (server.pid,)).start()

    with contextlib.suppress(LocalStackError, StackError):  # a late kill comes after the end
        up(home, kill_soon)
    eventually(lambda: serving(Home.at(home)) is None)


@pytest.mark.parametrize("delay", [0.2, 0.0, 0.45, 0.1, 0.3, 0.6][: rounds(short=1, long=6)])
def test_killed_while_it_is_deployed(own_home: Path, delay: float) -> None:
    up_and_kill(own_home, delay)
    stack = up(own_home)
    assert content(stack, "nothing") is None
    assert root_client(stack, "s3").list_objects_v2(Bucket=stack.outputs.bucket)["KeyCount"] == 0


@pytest.mark.parametrize("delay", [0.1, 0.3, 0.2, 0.4, 0.5][: rounds(short=1, long=5)])
def test_killed_while_it_is_changed(own_home: Path, delay: float) -> None:
    """Another port changes the stack, as a new version of photobak does."""
    first = up(own_home)
    client = root_client(first, "dynamodb")
    client.put_item(TableName=first.outputs.contents_table, Item={**ME, "sha256": {"S": "kept"}})
    root_client(first, "s3").put_object(Bucket=first.outputs.bucket, Key="original/kept", Body=b"kept")
    down(own_home)
    with socket.create_server(("127.0.0.1", int(first.endpoint_url.rpartition(":")[2]))):
        up_and_kill(own_home, delay)
        second = up(own_home)
    assert second.endpoint_url != first.endpoint_url
    for name in ("user_pool_id", "client_id", "identity_pool_id", "bucket", "contents_table"):
        assert getattr(second.outputs, name) == getattr(first.outputs, name)
    assert content(second, "kept")
    kept = root_client(second, "s3").get_object(Bucket=second.outputs.bucket, Key="original/kept")
    assert kept["Body"].read() == b"kept"


def test_uploads_whose_event_was_lost_are_announced_again(own_home: Path) -> None:
    stack = up(own_home)
    s3, sqs = root_client(stack, "s3"), root_client(stack, "sqs")
    url = sqs.create_queue(QueueName="events")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    allow = {"Effect": "Allow", "Principal": {"Service": "s3.amazonaws.com"}, "Action": "sqs:*", "Resource": arn}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"Policy": policy})
    s3.create_bucket(Bucket="uploads")
    queue = {"QueueArn": arn, "Events": ["s3:ObjectCreated:*"]}
    s3.put_bucket_notification_configuration(
        Bucket="uploads", NotificationConfiguration={"QueueConfigurations": [queue]}
    )
    s3.put_object(Bucket="uploads", Key="us-east-1:1234/é ü", Body=b"photo")

    def events() -> list[dict[str, Any]]:
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in messages:
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        bodies = [json.loads(message["Body"]) for message in messages]
        return [record for body in bodies for record in body.get("Records", [])]

    [original] = eventually(events)
    session = root_session(root_keys(Home.at(own_home)))
    assert announce_uploads(session, stack.endpoint_url, "uploads") == 1
    [again] = eventually(events)
    assert again["s3"]["bucket"]["name"] == original["s3"]["bucket"]["name"]
    assert again["s3"]["object"].items() <= original["s3"]["object"].items()
    assert again["eventSource"] == original["eventSource"]


def test_a_stream_goes_on_after_a_restart(own_home: Path) -> None:
    """Positions in a stream are saved and its records are not: going on from the old position would skip new ones."""
    stack = up(own_home)
    source = (
        "import boto3\n"
        "def handle(event, context):\n"
        "    for record in event['Records']:\n"
        "        name = record['dynamodb']['Keys']['sha256']['S']\n"
        "        boto3.client('s3').put_object(Bucket='seen-by-stream', Key=name)\n"
    )
    s3, dynamodb = root_client(stack, "s3"), root_client(stack, "dynamodb")
    s3.create_bucket(Bucket="seen-by-stream")
    make_function(stack, "listener", source)
    allow = {"Effect": "Allow", "Action": ["s3:*", "dynamodb:*"], "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    root_client(stack, "iam").put_role_policy(RoleName="listener", PolicyName="all", PolicyDocument=document)
    keys = [("username", "HASH"), ("sha256", "RANGE")]
    table = dynamodb.create_table(
        TableName="streamed",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "NEW_IMAGE"},
    )["TableDescription"]
    root_client(stack, "lambda").create_event_source_mapping(
        EventSourceArn=table["LatestStreamArn"], FunctionName="listener", StartingPosition="LATEST"
    )

    def write(client: Any, name: str) -> None:
        client.put_item(TableName="streamed", Item={**ME, "sha256": {"S": name}})

    def seen(stack: LocalStack, name: str) -> bool:
        listing = root_client(stack, "s3").list_objects_v2(Bucket="seen-by-stream", Prefix=name)
        return bool(listing["KeyCount"] == 1)

    for number in range(5):
        write(dynamodb, f"before-{number}")
    eventually(lambda: seen(stack, "before-4"), within=60)
    down(own_home)
    stack = up(own_home)
    write(root_client(stack, "dynamodb"), "after-0")
    assert eventually(lambda: seen(stack, "after-0"), within=60)


def test_a_full_disk_stops_the_server_before_it_says_anything(own_home: Path) -> None:
    stack = up(own_home)
    s3, bucket = root_client(stack, "s3"), stack.outputs.bucket
    s3.put_object(Bucket=bucket, Key="original/kept", Body=b"k" * 50_000)
    resource.prlimit(stack.pid, resource.RLIMIT_FSIZE, (100_000, 100_000))
    with pytest.raises((BotoCoreError, ClientError)):
        s3.put_object(Bucket=bucket, Key="original/too-large", Body=b"x" * 500_000)
    eventually(lambda: running(own_home) is None)
    assert "could not be written" in (own_home / "server.log").read_text()
    stack = up(own_home)
    listing = root_client(stack, "s3").list_objects_v2(Bucket=bucket)["Contents"]
    assert [(found["Key"], found["Size"]) for found in listing] == [("original/kept", 50_000)]
    assert root_client(stack, "s3").get_object(Bucket=bucket, Key="original/kept")["Body"].read() == b"k" * 50_000
