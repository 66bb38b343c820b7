"""Whether a local stack runs, and where: asked by every command, so nothing heavy is imported.

Beside AWS's interfaces the server answers two paths of its own: whether it is ours, and that all state is on the disk.
"""

import hashlib
import json
import os
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from photobak.errors import LocalStackError
from photobak.local.credentials import accounts
from photobak.local.home import Home
from photobak.local.values import HOST, REGION, LocalStack
from photobak.stack.outputs import StackOutputs

SAVE_PATH: Final = "/_photobak/save"
"""A POST answers 204 once the state of all services is on the disk."""

FIRST_WORDS: Final = "The local stack starts."
"""The first line of each run in the server's log."""
LAST_WORDS: Final = "The local stack stops: "
"""What the line of the server's log begins with, after the time, that says why it ends by itself."""

_LOG_TAIL: Final = 16 * 1024
_FULL_BELOW: Final = 1024 * 1024
"""Bytes that are free; a disk with fewer can't store a photo and its records."""
_ANSWER_SECONDS: Final = 10.0  # a POST of 256 MiB keeps the server from answering for seconds
_SAVE_SECONDS: Final = 30.0
_LONGEST_LINE: Final = 4096


@dataclass(frozen=True, slots=True)
class Server:
    """A server process that was started here."""

    pid: int
    port: int

    @property
    def endpoint_url(self) -> str:
        """Where it listens."""
        return f"http://{HOST}:{self.port}"


def running(home: Path) -> LocalStack | None:
    """The local stack if it runs, is deployed and answers; a few milliseconds, nothing is started.

    Raises:
        LocalStackError: one of its files is not what was written.
    """
    place = Home.at(home)
    if not place.stack_file.is_file():
        return None
    server = serving(place)
    return stack_of(place, server, _outputs(place)) if server else None


def serving(home: Home) -> Server | None:
    """The server of this home if it answers, and for no other home: ports are used again."""
    server = last_server(home)
    return server if server and serves(server.endpoint_url, home) else None


def last_server(home: Home) -> Server | None:
    """The server that was started last, whether it lives or not."""
    try:
        return Server(**json.loads(home.server_file.read_text(encoding="utf-8")))
    except (FileNotFoundError, ValueError, TypeError):
        return None


def why_stopped(home: Path) -> str:
    """Why a server that does not answer has ended, in a few words; "" where that is not known.

    Args:
        home: the local stack's folder.
    """
    place = Home.at(home)
    try:
        with place.log.open("rb") as log:
            log.seek(max(0, log.seek(0, os.SEEK_END) - _LOG_TAIL))
            last_run = log.read().decode(errors="replace").rpartition(FIRST_WORDS)[2]
    except OSError:
        last_run = ""
    said = [line.partition(LAST_WORDS)[2] for line in last_run.splitlines() if LAST_WORDS in line]
    return full_disk(place) or (said[-1].strip() if said else "")


def full_disk(home: Home) -> str:
    """That the disk of a local stack is full, where it is; "" otherwise."""
    try:
        free = shutil.disk_usage(home.root).free
    except OSError:
        return ""
    return f"the disk of {home.root} is full" if free < _FULL_BELOW else ""


def stack_of(home: Home, server: Server, outputs: StackOutputs) -> LocalStack:
    """All that is known of a stack that runs."""
    return LocalStack(
        home=home.root,
        endpoint_url=server.endpoint_url,
        region=REGION,
        pid=server.pid,
        outputs=outputs,
        accounts=accounts(home),
        items_lost=home.items_lost_file.exists(),
    )


def home_path(home: Home) -> str:
    """Where a server answers 204 if it serves this home, and no other server does."""
    return f"/_photobak/home/{hashlib.sha256(bytes(home.root)).hexdigest()[:32]}"


def serves(endpoint_url: str, home: Home) -> bool:
    """Tell whether the server of this home answers there."""
    try:
        return _status("GET", endpoint_url, home_path(home), _ANSWER_SECONDS) == "204"
    except OSError:
        return False


def save(endpoint_url: str) -> None:
    """Have the server write its whole state to the disk.

    Raises:
        LocalStackError: it could not, and has stopped.
    """
    try:
        status = _status("POST", endpoint_url, SAVE_PATH, _SAVE_SECONDS)
    except OSError as error:
        raise LocalStackError("the local stack could not save its state", why=str(error)) from error
    if status != "204":
        raise LocalStackError("the local stack could not save its state", why=f"it answers {status or 'nothing'}")


def _outputs(home: Home) -> StackOutputs:
    try:
        return StackOutputs(**json.loads(home.stack_file.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        next_step = "Write it again with: photobak local up"
        raise LocalStackError(f"{home.stack_file} can't be read", next_step=next_step) from error


def _status(method: str, endpoint_url: str, path: str, seconds: float) -> str:
    """The status code of an answer (RFC 9112, 4); "" where none came.

    By hand, as every command asks this, and any HTTP library takes longer to load than most commands take to run.
    """
    place = urlsplit(endpoint_url)
    request = f"{method} {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with socket.socket() as connection:
        connection.settimeout(seconds)
        connection.connect((place.hostname, place.port))
        connection.sendall(request.encode())
        with connection.makefile("rb") as answer:
            status = answer.readline(_LONGEST_LINE).split()
            while answer.read(_LONGEST_LINE):
                pass  # to its end, so that the server is not cut off
    return status[1].decode("ascii", "replace") if len(status) > 1 else ""
