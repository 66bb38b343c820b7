"""Unit tests are pure: none starts a process or speaks to a server. What does is in ``tests/integration``."""

import os
import socket
import subprocess
from collections.abc import Callable, Iterator

import pytest

IMPURE: tuple[tuple[object, tuple[str, ...]], ...] = (
    (os, ("execv", "execve", "posix_spawn", "posix_spawnp", "spawnv", "spawnve", "spawnvp", "spawnvpe", "system")),
    (socket, ("getaddrinfo",)),
    (socket.socket, ("connect", "connect_ex")),
    (subprocess.Popen, ("__init__",)),
)
"""What the rest of ``os``, ``socket`` and ``subprocess`` is built on; ``os.fork`` is how ``as_nobody`` drops root."""


def _refusal(name: str) -> Callable[..., None]:
    def refuse(*_arguments: object, **_options: object) -> None:
        pytest.fail(f"a unit test must not call {name}: move it to tests/integration")

    return refuse


@pytest.fixture(autouse=True)
def _pure() -> Iterator[None]:
    # No audit hook: it lasts as long as the process, and on Python 3.11 it lets two threads meet in sys.settrace.
    # Under coverage one of them then dies before it runs (github.com/python/cpython/issues/98257).
    with pytest.MonkeyPatch.context() as patch:
        for owner, names in IMPURE:
            for name in names:
                patch.setattr(owner, name, _refusal(f"{getattr(owner, '__name__', owner)}.{name}"))
        yield
