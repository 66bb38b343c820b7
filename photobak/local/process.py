"""The server as a background process: started, stopped, and swept up after."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from photobak.errors import LocalStackError, reason_of
from photobak.local.environment import environment
from photobak.local.home import Home
from photobak.local.keys import RootKeys
from photobak.local.probe import serves
from photobak.local.running import Server, last_server
from photobak.local.values import HOST
from photobak.platform.private_files import write_private

if TYPE_CHECKING:
    import psutil

_MODULE: Final = "photobak.local.server"

_START_SECONDS: Final = 30.0
_STOP_SECONDS: Final = 15.0
_KILL_SECONDS: Final = 5.0
_POLL_SECONDS: Final = 0.02
_LOG_BYTES: Final = 5 * 1024 * 1024


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
