"""Do something without root's rights, in a process of its own: permissions mean nothing to root."""

import multiprocessing
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import TypeVar

Answer = TypeVar("Answer")

NOBODY = 65534


def as_nobody(ask: Callable[[], Answer], folder: Path) -> Answer:
    """What ``ask`` returns where the process may not read everything; ``folder`` is made reachable for it."""
    if os.getuid() != 0:
        return ask()
    for parent in (folder, *folder.parents):
        if parent.owner() == "root" and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o011)
    ours, theirs = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=_ask, args=(ask, theirs))
    process.start()
    answer: Answer = ours.recv()
    process.join()
    return answer


def _ask(ask: Callable[[], object], answers: Connection) -> None:
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    answers.send(ask())
