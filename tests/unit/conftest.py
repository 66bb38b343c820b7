"""Unit tests are pure: none starts a process or speaks to a server. What does is in ``tests/integration``."""

import sys
from collections.abc import Iterator

import pytest

IMPURE = frozenset({
    "os.exec", "os.posix_spawn", "os.spawn", "os.system", "socket.connect", "socket.getaddrinfo", "subprocess.Popen",
})  # fmt: skip
"""Python's audit events (docs.python.org/3/library/audit_events.html); ``os.fork`` is how ``as_nobody`` drops root."""

_in_a_unit_test = False


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if _in_a_unit_test and event in IMPURE:
        pytest.fail(f"a unit test must not cause {event}: move it to tests/integration")


sys.addaudithook(_refuse)


@pytest.fixture(autouse=True)
def _pure() -> Iterator[None]:
    global _in_a_unit_test
    _in_a_unit_test = True
    yield
    _in_a_unit_test = False
