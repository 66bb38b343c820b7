"""The server is killed while photos are on their way: what was said to be stored is, and the rest gets there."""

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from support.command_line import PHOTOBAK, environ_of, photobak
from support.local_stack import eventually, kill, processes_of, root_client
from support.pictures import encoded, quadrants

from photobak.local.lifecycle import down
from photobak.local.running import running
from photobak.local.values import LocalStack

PHOTOS = 60


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Path]:
    """A person's home with photos in it; their local stack is gone at the end."""
    folder = tmp_path / "Pictures"
    folder.mkdir()
    for number in range(PHOTOS):
        picture = quadrants(800, 600)
        picture.putpixel((0, 0), (number, number, number))
        (folder / f"{number:03}.png").write_bytes(encoded(picture, "PNG"))
    yield tmp_path
    down(stack_home(tmp_path))
    assert processes_of(stack_home(tmp_path)) == []


def stack_home(person: Path) -> Path:
    return person / "photobak" / "state" / "local"


def stack_of(person: Path) -> LocalStack:
    stack = running(stack_home(person))
    assert stack is not None
    return stack


def lines(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def stored(person: Path) -> set[str]:
    """What the tables say and the bucket holds, by SHA-256."""
    stack = stack_of(person)
    dynamodb, s3 = root_client(stack, "dynamodb"), root_client(stack, "s3")
    records = [
        record
        for page in dynamodb.get_paginator("scan").paginate(TableName=stack.outputs.table)
        for record in page["Items"]
    ]
    originals = {
        found["Key"].rpartition("/")[2].partition(".")[0]
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=stack.outputs.bucket, Prefix="original/")
        for found in page.get("Contents", [])
    }
    names = [record["sha256"]["S"] for record in records]
    assert len(names) == len(set(names))
    assert set(names) <= originals
    return set(names)


def test_the_server_is_killed_in_the_middle_of_a_sync(person: Path) -> None:
    assert photobak(person, "local", "up").returncode == 0
    server = stack_of(person)
    syncing = subprocess.Popen(
        [PHOTOBAK, "sync", "Pictures", "--json", "--timeout", "20"],
        cwd=person,
        env=environ_of(person),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    eventually(lambda: len(stored(person)) > 5, within=60)
    kill(server.pid)
    output, errors = syncing.communicate(timeout=60)
    said = {line["sha256"] for line in lines(output) if line.get("result") == "stored"}
    assert syncing.returncode in (1, 3), errors
    assert "Traceback" not in errors

    assert photobak(person, "local", "up").returncode == 0
    assert said <= stored(person)
    bucket = stack_of(person).outputs.temp_bucket
    s3 = root_client(stack_of(person), "s3")
    # What had come is announced again, and needs no second upload.
    eventually(lambda: s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0, within=60)

    again = photobak(person, "sync", str(person / "Pictures"), "--json")
    summary = lines(again.stdout)[-1]
    assert (again.returncode, summary["scanned"], summary["failed"], summary["pending"]) == (0, PHOTOS, 0, 0)
    assert len(stored(person)) == PHOTOS
