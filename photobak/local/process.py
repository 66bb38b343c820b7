"""The server as a background process: what it needs installed, its environment, its start and its end."""

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from photobak.errors import LocalStackError, reason_of
from photobak.local.credentials import RootKeys
from photobak.local.home import Home
from photobak.local.running import FIRST_WORDS, Server, last_server, serves
from photobak.local.values import HOST, REGION
from photobak.platform.private_files import write_private

if TYPE_CHECKING:
    import psutil

_MODULE: Final = "photobak.local.server"

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 15.0
_KILL_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.02
_LOG_BYTES: Final = 5 * 1024 * 1024
_NEEDED: Final = ("ministack", "hypercorn", "psutil", "pydantic", "aws_lambda_powertools")
PATCHED_VERSIONS: Final = {"ministack": "1.5.33", "hypercorn": "0.18.0"}
"""Versions as in pyproject.toml; photobak.local.patches relies on private names of these very versions."""
_INSTALL: Final = "Install it with: pip install 'photobak[local]'"
_INHERITED: Final = ("HOME", "LANG", "LC_ALL", "LC_CTYPE", "PATH", "PYTHONPATH", "TZ", "VIRTUAL_ENV")
_LAMBDA_CONCURRENCY: Final = 10
"""Lambda workers at once, over all functions, as a new AWS account has them.

MiniStack refuses a call that waits longer than 5 s: with six, a few videos left none to the API on a slow machine.
"""
_LAMBDA_IDLE_SECONDS: Final = 60
"""How long a worker that a burst needed stays after it; one a function stays for good."""
_SERVER_THREADS: Final = 32


def require_extra() -> None:
    """Check, without importing them, that the packages of the extra ``local`` are installed.

    Raises:
        LocalStackError: a package is missing, or one that is patched has another version.
    """
    missing = [name for name in _NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        why = f"not installed: {', '.join(missing)}"
        raise LocalStackError("the local stack can't be started", why=why, next_step=_INSTALL)
    for name, wanted in PATCHED_VERSIONS.items():
        found = importlib.metadata.version(name)
        if found != wanted:
            why = f"{name} {found} is installed, and this photobak works with {name} {wanted} only"
            raise LocalStackError("the local stack can't be started", why=why, next_step=_INSTALL)


def environment(home: Home, keys: RootKeys, port: int, outer: Mapping[str, str] = os.environ) -> dict[str, str]:
    """All of the server's environment: little of ours, so that no AWS variable or proxy of the user's reaches a Lambda.

    Args:
        home: where it stores.
        keys: its root keys; MiniStack takes them from here, so that they are in no command line.
        port: the port that it is reached on.
        outer: our own environment.
    """
    return {
        **{name: outer[name] for name in _INHERITED if name in outer},
        "TMPDIR": str(home.temporary),
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "MINISTACK_REGION": REGION,
        "AUTH": "true",  # signatures are verified, and IAM policies evaluated
        "BIND_HOST": HOST,
        "GATEWAY_PORT": str(port),
        "PERSIST_STATE": "1",
        "STATE_DIR": str(home.state),
        "S3_PERSIST": "1",
        "S3_DATA_DIR": str(home.objects),
        "IOT_MTLS_ENABLED": "0",  # it and SFTP would listen on further ports
        "SFTP_ENABLED": "0",
        "DOCKER_HOST": "unix:///nonexistent",  # MiniStack removes containers that it takes for its own
        "LAMBDA_ACCOUNT_CONCURRENCY": str(_LAMBDA_CONCURRENCY),
        "LAMBDA_WARM_TTL_SECONDS": str(_LAMBDA_IDLE_SECONDS),
        "MINISTACK_WORKER_THREADS": str(_SERVER_THREADS),
        "MALLOC_ARENA_MAX": "2",  # glibc has a heap a thread otherwise, and they don't shrink
        "LOG_LEVEL": "WARNING",
    }


def start(home: Home, keys: RootKeys) -> Server:
    """Start a server that outlives us and the terminal, and wait until it answers.

    It gets the port of the last time where that is free, else any free one.

    Raises:
        LocalStackError: it ended, or did not answer in time.
    """
    last = last_server(home)
    _rotate(home)
    with _listener(last.port if last else 0) as listener, home.log.open("ab") as log:
        home.log.chmod(0o600)
        log.write(f"{FIRST_WORDS}\n".encode())
        log.flush()
        port = listener.getsockname()[1]
        child = subprocess.Popen(  # noqa: S603 - our own module, in our own interpreter
            # -P: the working folder is no place to import from.
            [sys.executable, "-P", "-m", _MODULE, str(home.root)],
            stdin=listener.fileno(),
            stdout=log,
            stderr=log,
            cwd=home.root,
            env=environment(home, keys, port),
            start_new_session=True,
            umask=0o077,
        )
    server = Server(child.pid, port)
    write_private(home.server_file, json.dumps(asdict(server)).encode())
    _await_answer(home, server, child)
    return server


def stop(home: Home) -> None:
    """End the server gracefully, or by force where it does not end in time, and everything that it started.

    Raises:
        LocalStackError: a process would not end.
    """
    for server in _servers(home):
        _send(server, signal.SIGTERM)
    _none_left(lambda: _servers(home), _STOP_SECONDS)
    _sweep(home)


def _sweep(home: Home) -> None:
    """End what a server that was killed has left behind: Lambda workers, and the server itself where it hangs.

    Raises:
        LocalStackError: a process would not end.
    """
    for process in _ours(home):
        _send(process, signal.SIGKILL)
    if not _none_left(lambda: _ours(home), _KILL_SECONDS):
        pids = " ".join(str(process.pid) for process in _ours(home))
        raise LocalStackError(f"process {pids} of the local stack does not end", next_step=f"Try: kill -9 {pids}")


def memory_bytes(home: Home) -> int:
    """Resident memory of the server and its workers."""
    import psutil

    total = 0
    for process in _ours(home):
        with contextlib.suppress(psutil.NoSuchProcess):
            total += process.memory_info().rss
    return total


def _ours(home: Home) -> "list[psutil.Process]":
    """The server of this home and its Lambda workers, also those whose server is gone."""
    import psutil

    return [
        process
        for process in psutil.process_iter(["cmdline", "status"])
        if process.info["status"] != psutil.STATUS_ZOMBIE and _is_ours(home, process.info["cmdline"] or ())
    ]


def _servers(home: Home) -> "list[psutil.Process]":
    return [process for process in _ours(home) if _MODULE in process.info["cmdline"]]


def _send(process: "psutil.Process", number: signal.Signals) -> None:
    import psutil

    with contextlib.suppress(psutil.NoSuchProcess):
        process.send_signal(number)


def _none_left(ask: "Callable[[], list[psutil.Process]]", within: float) -> bool:
    """Wait until there is none; a zombie is none, since it may be long until somebody else collects it."""
    deadline = time.monotonic() + within
    while ask():
        if time.monotonic() > deadline:
            return False
        time.sleep(_POLL_SECONDS)
    return True


def _is_ours(home: Home, command: Iterable[str]) -> bool:
    """Tell by the command line; never by a mere mention of the folder, which an editor's has too."""
    arguments = tuple(command)[1:]
    serves = arguments[-2:] == (_MODULE, str(home.root))
    works = len(arguments) == 1 and arguments[0].startswith(f"{home.temporary}{os.sep}ministack-lambda-")
    return serves or works


def _listener(wanted: int) -> socket.socket:
    """A listening socket, so that nobody takes the port between our choosing it and the server's serving on it."""
    for port in (wanted, 0):
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
            listener.listen(socket.SOMAXCONN)
        except OSError as error:
            listener.close()
            if port == 0:
                raise LocalStackError(f"nothing can listen on {HOST}", why=reason_of(error)) from error
        else:
            return listener
    raise AssertionError("unreachable")


def _await_answer(home: Home, server: Server, child: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            raise LocalStackError("the local stack ended", why=_last_words(home), next_step=f"Its log: {home.log}")
        if serves(server.endpoint_url, home):
            return
        time.sleep(_POLL_SECONDS)
    _sweep(home)
    why = f"it does not answer after {_START_SECONDS:.0f} s"
    raise LocalStackError("the local stack did not start", why=why, next_step=f"Its log: {home.log}")


def _last_words(home: Home) -> str:
    lines = home.log.read_text(encoding="utf-8", errors="replace").split("\n")
    return next((line.strip() for line in reversed(lines) if line.strip()), "it said nothing")


def _rotate(home: Home) -> None:
    if home.log.exists() and home.log.stat().st_size > _LOG_BYTES:
        home.log.replace(home.log.with_suffix(".log.1"))
