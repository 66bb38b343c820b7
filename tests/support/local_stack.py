"""What tests do to a local stack from outside: as its root, as the system, and as the power cut."""

import functools
import io
import json
import os
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import psutil
import urllib3
from botocore.config import Config

from photobak.local.credentials import RootKeys, root_keys, root_session
from photobak.local.home import Home
from photobak.local.values import LocalStack
from photobak.stack.outputs import StackOutputs

Answer = TypeVar("Answer")


def root_client(stack: LocalStack, service: str) -> Any:
    """A boto3 client as root."""
    return _client(root_keys(Home.at(stack.home)), stack.endpoint_url, service)


@functools.cache
def _client(keys: RootKeys, endpoint_url: str, service: str) -> Any:
    client: Any = root_session(keys).client  # its stubs know services by their literal names only
    config = Config(signature_version="s3v4") if service == "s3" else None  # as photobak signs
    return client(service, endpoint_url=endpoint_url, config=config)  # 50 ms and more


def post_form(stack: LocalStack, bucket: str, key: str, body: bytes) -> str:
    """Upload by a presigned POST, over a connection that ends with it, and return the ETag."""
    form = root_client(stack, "s3").generate_presigned_post(bucket, key)
    with urllib3.PoolManager() as http:
        fields = {**form["fields"], "file": ("photo.jpg", body)}
        answer = http.request("POST", f"{stack.endpoint_url}/{bucket}", fields=fields, retries=False)
    assert answer.status == 204
    return answer.headers["ETag"]


def kill(pid: int) -> None:
    """``kill -9``, and wait until the process is gone."""
    process = psutil.Process(pid)
    os.kill(pid, signal.SIGKILL)
    process.wait(timeout=10)


def processes_of(home: Path) -> list[str]:
    """Every process whose command line names the folder, as ``ps`` says it; independent of how the product looks."""
    listing = subprocess.run(["ps", "-ww", "-eo", "pid=,args="], capture_output=True, text=True, check=True).stdout
    return [line for line in listing.splitlines() if str(home) in line]


def eventually(ask: Callable[[], Answer], within: float = 60.0) -> Answer:
    """Ask until the answer is true, and return it; fails after ``within`` seconds."""
    deadline = time.monotonic() + within
    while time.monotonic() < deadline:
        answer = ask()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {within} s")


def make_function(stack: LocalStack, name: str, source: str) -> None:
    """A Lambda function ``main.handle`` of its own, in Python."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("main.py", source)
    trust = {"Version": "2012-10-17", "Statement": []}
    iam = root_client(stack, "iam")
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))
    root_client(stack, "lambda").create_function(
        FunctionName=name,
        Runtime="python3.13",
        Role=iam.get_role(RoleName=name)["Role"]["Arn"],
        Handler="main.handle",
        Timeout=120,
        Code={"ZipFile": archive.getvalue()},
    )


def server_of(stack: LocalStack | None) -> tuple[int, str, StackOutputs] | None:
    """What stays the same however many people get accounts meanwhile."""
    return (stack.pid, stack.endpoint_url, stack.outputs) if stack else None
