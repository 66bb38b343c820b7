"""When the last worker of a function ends: never while it works, and not before it has been idle for long."""

import time
from dataclasses import dataclass
from typing import Any

import pytest
from ministack.core import lambda_runtime
from ministack.services import lambda_svc

from photobak.local.patches import memory


@dataclass
class Worker:
    """As much of MiniStack's as is looked at."""

    name: str
    in_use: bool
    idle: float

    @property
    def last_used(self) -> float:
        return time.time() - self.idle


def test_the_last_worker_of_a_function_ends_once_nobody_calls_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[Any] = []
    workers = {
        "api": [Worker("fresh", in_use=False, idle=1), Worker("old", in_use=False, idle=memory.IDLE_SECONDS + 1)],
        "process": [Worker("busy", in_use=True, idle=memory.IDLE_SECONDS + 100)],
        "live": [Worker("last", in_use=False, idle=memory.IDLE_SECONDS + 1)],
    }
    monkeypatch.setattr(lambda_runtime, "_workers", workers)
    monkeypatch.setattr(lambda_runtime, "kill_workers", ended.extend)
    monkeypatch.setattr(lambda_svc, "reap_idle_workers", lambda _ttl=None: 0)
    memory._end_idle_workers()

    assert lambda_svc.reap_idle_workers() == 2
    assert [worker.name for worker in ended] == ["old", "last"]
    assert [worker.name for some in workers.values() for worker in some] == ["fresh", "busy"]
