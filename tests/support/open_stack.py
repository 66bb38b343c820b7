"""A local stack with its own defences switched off, to see what they stop, and what else does."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest
from support.local_stack import processes_of

from photobak.local.lifecycle import down, up
from photobak.local.values import LocalStack

SWITCH_OFF: Final = """
import sys
if "photobak.local.server" in sys.orig_argv:
    from photobak.local import doors
    doors.admit = lambda headers, port: doors.Caller(None, 0)
    doors.own_cors = lambda headers, caller: list(headers)
    doors.STRANGERS_BYTES = 2**30
    from ministack import app
    inflate = app._decompress_request_body
    from photobak.local.patches import access
    access._CLOSED_TO_USERS = access._CLOSED_TO_FEDERATION = access._NEEDS_LOGINS = frozenset()
    install = access.install
    def install_without():
        install()
        app._decompress_request_body = inflate
    access.install = install_without
"""
"""A ``sitecustomize`` for the server: everybody is admitted, every call is open, and bodies are read as they come."""


@contextmanager
def open_local_stack(folder: Path) -> Iterator[LocalStack]:
    """One below ``folder``, which ends with the block."""
    (folder / "sitecustomize.py").write_text(SWITCH_OFF)
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("PYTHONPATH", str(folder))
        stack = up(folder / "stack")
    try:
        yield stack
    finally:
        down(folder / "stack")
        assert processes_of(folder / "stack") == []
