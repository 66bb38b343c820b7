"""The local stack as a whole: up, down, what is there, and away with it. Each step can be cut off and done again."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote_plus

from photobak.errors import LocalStackError, RunLocked
from photobak.local import process
from photobak.local.credentials import OWNER, RootKeys, ensure_account, root_keys, root_session
from photobak.local.home import Home
from photobak.local.process import require_extra
from photobak.local.running import Server, running, save, serving, stack_of
from photobak.local.values import LocalAccount, LocalStack, LocalStatus, OnStep, Step
from photobak.platform.private_files import write_private
from photobak.stack.outputs import StackOutputs
from photobak.stack.target import Target

if TYPE_CHECKING:
    import boto3

STACK_NAME: Final = "photobak"
MAX_UPLOAD_BYTES: Final = 256 * 1024 * 1024
"""The largest upload: the server holds a POST in memory, several times over."""

_LOCK_SECONDS: Final = 60
_POLL_SECONDS: Final = 0.1


def up(home: Path, on_step: OnStep = lambda _: None) -> LocalStack:
    """Start the local stack where it does not run, bring it up to this version's template, and return it.

    Args:
        home: the folder that holds all of it; made where it is missing.
        on_step: told of each step as it begins.

    Raises:
        LocalStackError: something is missing, or the server can't be started, or fails.
        RunLocked: another process has been starting or stopping it for a minute.
        StackError: the template could not be deployed.
    """
    require_extra()
    place = Home.at(home)
    place.make()
    with _locked(place), _explained(place):
        keys = root_keys(place)
        server = serving(place)
        starts = server is None
        if server is None:
            process.stop(place)  # what a killed server left, or one that no longer answers
            _set_damaged_items_aside(place, on_step)
            on_step(Step.SERVER)
            server = process.start(place, keys)
        on_step(Step.CLOUD)
        outputs = _deployed(place, keys, server)
        if starts:
            on_step(Step.UPLOADS)
            announce_uploads(root_session(keys), server.endpoint_url, outputs.temp_bucket)
        on_step(Step.ACCOUNT)
        ensure_account(place, root_session(keys), server.endpoint_url, outputs.user_pool_id, OWNER)
        return stack_of(place, server, outputs)


def items_are_rebuilt(home: Path) -> None:
    """Note that the records of all accounts are rebuilt, after ``LocalStack.items_lost``."""
    Home.at(home).items_lost_file.unlink(missing_ok=True)


def add_user(home: Path, name: str) -> LocalAccount:
    """Give another person an account; the same name again is the same account.

    Raises:
        LocalStackError: the local stack does not run.
        WrongUsage: the name can't be one.
    """
    place = Home.at(home)
    stack = running(home)
    if stack is None:
        raise LocalStackError("the local stack is not running", next_step="Start it with: photobak local up")
    with _locked(place), _explained(place):
        session = root_session(root_keys(place))
        return ensure_account(place, session, stack.endpoint_url, stack.outputs.user_pool_id, name)


def owner_target(home: Path) -> tuple[Target, StackOutputs]:
    """The running local stack with its owner's rights, for what an owner does on AWS with AWS credentials.

    Raises:
        LocalStackError: it does not run.
    """
    stack = running(home)
    if stack is None:
        raise LocalStackError("the local stack is not running", next_step="Start it with: photobak local up")
    return Target(root_session(root_keys(Home.at(home))), stack.endpoint_url), stack.outputs


def status(home: Path) -> LocalStatus:
    """What there is, whether it runs or not."""
    place = Home.at(home)
    stack = running(home)
    return LocalStatus(
        home=place.root,
        stack=stack,
        memory_bytes=process.memory_bytes(place) if stack else 0,
        disk_bytes=sum(file.stat().st_size for file in place.objects.rglob("*") if file.is_file()),
        log_file=place.log,
    )


def down(home: Path) -> None:
    """Stop the server; nothing that it started is left, and nothing that it stored is lost. Idempotent.

    Raises:
        LocalStackError: a process would not end.
        RunLocked: another process has been starting or stopping it for a minute.
    """
    place = Home.at(home)
    if place.exists():
        require_extra()
        with _locked(place):
            process.stop(place)


def reset(home: Path) -> None:
    """Stop the server and delete everything that it stored. Ask the person first.

    Raises:
        LocalStackError: the folder was not made by photobak, or can't be emptied.
        RunLocked: another process has been starting or stopping it for a minute.
    """
    place = Home.at(home)
    if not place.root.exists():
        return
    if place.exists():
        require_extra()
        with _locked(place):
            process.stop(place)
            place.wipe()
    else:
        place.wipe()  # says that it is not ours


def _set_damaged_items_aside(home: Home, on_step: OnStep) -> None:
    """Start without the items' file where it can't be read, rather than serve an empty library as if it were whole."""
    import sqlite3

    from photobak.local.items import is_sound, set_aside

    try:
        # A stack that was deployed has a file, whatever is in it: one that is gone is a loss too.
        if not home.stack_file.exists() or is_sound(home.items):
            return
    except sqlite3.Error as error:
        raise LocalStackError(f"the tables in {home.items} can't be read", why=str(error)) from error
    on_step(Step.ITEMS)
    home.items_lost_file.touch(mode=0o600)  # first: cut off after it, the records are only rebuilt once too often
    set_aside(home.items)


def announce_uploads(session: "boto3.Session", endpoint_url: str, temp_bucket: str) -> int:
    """Queue an ``ObjectCreated`` event for each object of the temp bucket, and return how many there were.

    On AWS the queue is as durable as the bucket; here it is in memory, and its events are gone after ``kill -9`` while
    the objects are not. A second event for the same object does no harm: AWS too delivers at least once.
    """
    s3 = session.client("s3", endpoint_url=endpoint_url)
    sqs = session.client("sqs", endpoint_url=endpoint_url)
    configuration = s3.get_bucket_notification_configuration(Bucket=temp_bucket)
    queues = [entry["QueueArn"].rpartition(":")[2] for entry in configuration.get("QueueConfigurations", [])]
    urls = [sqs.get_queue_url(QueueName=name)["QueueUrl"] for name in queues]
    count = 0
    for page in s3.get_paginator("list_objects_v2").paginate(Bucket=temp_bucket):
        for found in page.get("Contents", []):
            count += 1
            for url in urls:
                sqs.send_message(
                    QueueUrl=url, MessageBody=json.dumps(_created_event(temp_bucket, found["Key"], found["Size"]))
                )
    return count


def _created_event(bucket: str, key: str, size: int) -> dict[str, Any]:
    """An S3 event notification (S3 User Guide, "Event message structure"), with the fields known here."""
    record = {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "eventName": "ObjectCreated:Post",
        "s3": {"bucket": {"name": bucket}, "object": {"key": quote_plus(key, safe="/"), "size": size}},
    }
    return {"Records": [record]}


def _deployed(home: Home, keys: RootKeys, server: Server) -> StackOutputs:
    from photobak.stack.deploy import deploy  # 15 ms, which each command that only asks whether it runs does without

    target = Target(root_session(keys), endpoint_url=server.endpoint_url, poll_seconds=_POLL_SECONDS)
    parameters = {
        "Environment": "local",
        "LocalEndpoint": server.endpoint_url,
        "MaxUploadBytes": str(MAX_UPLOAD_BYTES),
    }
    outputs = deploy(target, stack_name=STACK_NAME, parameters=parameters)
    save(server.endpoint_url)
    write_private(home.stack_file, json.dumps(asdict(outputs)).encode())
    return outputs


@contextmanager
def _locked(home: Home) -> Iterator[None]:
    from filelock import FileLock, Timeout

    try:
        with FileLock(home.lock, timeout=_LOCK_SECONDS, mode=0o600):
            yield
    except Timeout as error:
        why = "another photobak is starting or stopping it"
        raise RunLocked("the local stack is being changed", why=why, next_step="Wait, and try again.") from error


@contextmanager
def _explained(home: Home) -> Iterator[None]:
    """Turn botocore's exceptions into a ``LocalStackError`` that points to the server's log."""
    from photobak.stack.aws_errors import local_errors

    with local_errors("the local stack failed", next_step=f"Its log: {home.log}"):
        yield
