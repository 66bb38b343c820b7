"""The first screen of a large library: ``python -m tests.bench.listing``.

``photobak ls --limit 50`` of 10,000 records beside ``aws dynamodb query`` of the same 50 rows, and how many pages of
DynamoDB it asks for.
"""

import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from photobak.local.credentials import root_keys, root_session
from photobak.local.home import Home
from photobak.local.running import running
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.record import Record
from tests.bench.measure import Command, measure
from tests.support.command_line import PHOTOBAK, environ_of, photobak
from tests.support.fault_proxy import FaultProxy, Kind
from tests.support.library import fill
from tests.support.records import NOON, record

RECORDS = 10_000
ROWS = 50


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-listing-") as folder:
        home = Path(folder)
        try:
            photobak(home, "local", "up")
            status = json.loads(photobak(home, "status", "--json").stdout)
            fill(root_client(home), status["table"], library(status["identity_id"]))
            print(f"pages of DynamoDB for {ROWS} rows: {pages(home, status['endpoint_url'])} (goal: 2 at most)\n")
            print(measure(ours(home), rival(home, status), rounds=9).table(f"{ROWS} of {RECORDS:,} records"))
        finally:
            photobak(home, "local", "down")


def library(identity_id: str) -> Iterator[Record]:
    """As many records as there are to be, a quarter of an hour apart."""
    for number in range(RECORDS):
        taken = CaptureTime(NOON - timedelta(minutes=15 * number), TakenSource.EXIF)
        yield record(
            str(number),
            username=identity_id,
            taken=taken,
            filename=f"IMG_{number:05}.jpg",
            camera_make="Google",
            camera_model="Pixel 8",
            width=4080,
            height=3072,
        )


def root_client(home: Path) -> Any:
    """A DynamoDB client that may write."""
    folder = home / "photobak" / "state" / "local"
    stack = running(folder)
    assert stack is not None
    return root_session(root_keys(Home.at(folder))).client("dynamodb", endpoint_url=stack.endpoint_url)


def pages(home: Path, endpoint_url: str) -> int:
    """How many pages of DynamoDB the command asks for."""
    with FaultProxy(int(endpoint_url.rpartition(":")[2])).running() as proxy:
        done = photobak(home, "ls", "--limit", str(ROWS), **proxy.environment)
    assert len(done.stdout.splitlines()) == ROWS, done.stderr
    return proxy.seen[Kind.QUERY]


def ours(home: Path) -> Command:
    """The command."""
    return Command("photobak ls", [*_env(environ_of(home)), PHOTOBAK, "ls", "--limit", str(ROWS)])


def rival(home: Path, status: dict[str, str]) -> Command:
    """The AWS CLI, with the same person's credentials."""
    credentials = json.loads(photobak(home, "credentials").stdout)
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
        "AWS_DEFAULT_REGION": status["region"],
        "AWS_ENDPOINT_URL": status["endpoint_url"],
    }
    aws = str(Path(PHOTOBAK).with_name("aws"))
    version = subprocess.run([aws, "--version"], capture_output=True, text=True, check=True).stdout.split()[0]
    values = json.dumps({":me": {"S": status["identity_id"]}})
    query = ["dynamodb", "query", "--table-name", status["table"], "--key-condition-expression", "username = :me"]
    first = ["--expression-attribute-values", values, "--no-scan-index-forward", "--limit", str(ROWS), "--no-paginate"]
    return Command(f"aws dynamodb query ({version})", [*_env(environ), aws, *query, *first])


def _env(environ: dict[str, str]) -> list[str]:
    return ["env", "-i", *(f"{name}={value}" for name, value in environ.items())]


if __name__ == "__main__":
    main()
