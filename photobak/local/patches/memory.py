"""What MiniStack and hypercorn keep of requests that are over, given back."""
# ruff: noqa: SLF001 - private names are what this package is for

import asyncio
import contextvars
import functools
import time
from collections.abc import Callable
from typing import Final

import psutil
from hypercorn.asyncio import run, tcp_server
from hypercorn.asyncio.worker_context import AsyncioSingleTask
from hypercorn.typing import TaskGroup
from ministack.core import lambda_runtime
from ministack.services import cloudwatch_logs, dynamodb, lambda_svc, s3

from photobak.local.patches.form import once_a_request, photo_aside

KEPT_LOG_STREAMS: Final = 100
"""Lambda invocations whose log lines are kept, a log group."""
KEPT_TRANSACTIONS: Final = 256
"""Transactions that are recognised when they come again; a client repeats one within seconds."""
IDLE_SECONDS: Final = 300.0
"""After which the last worker of a function ends too; the next call starts another, in half a second."""


def install() -> None:
    """Have everything of a request that is over forgotten."""
    _bound_logs()
    _bound_transactions()
    _end_idle_workers()
    s3._parse_multipart_form = once_a_request(photo_aside(s3._parse_multipart_form))
    tcp_server.AsyncioSingleTask = _IdleTask  # type: ignore[attr-defined]  # hypercorn finds both by these names
    run.TCPServer = _Connection  # type: ignore[attr-defined]  # which it only imports there


def end_lambda_workers() -> None:
    """End the Lambda worker processes, so that the invocations that wait for them end too."""
    lambda_runtime.reset()
    for process in psutil.Process().children():
        process.kill()  # one that was being started is in none of MiniStack's lists


def _bound_logs() -> None:
    emit = lambda_svc._emit_lambda_logs

    @functools.wraps(emit)
    def emit_and_forget(*args: object, **kwargs: object) -> None:
        emit(*args, **kwargs)
        for group in cloudwatch_logs._log_groups.all_values():
            streams = group["streams"]
            for name in list(streams)[:-KEPT_LOG_STREAMS]:
                streams.pop(name, None)

    lambda_svc._emit_lambda_logs = emit_and_forget


def _bound_transactions() -> None:
    """Keep the last transactions only: MiniStack keeps each with its whole request for ten minutes."""
    store = dynamodb._txn_token_store

    @functools.wraps(store)
    def store_and_forget(token: str, entry: dict[str, object]) -> None:
        store(token, entry)
        known = dynamodb._txn_idempotency
        for account, region, old in [key for key, _ in known.all_items()][:-KEPT_TRANSACTIONS]:
            known.pop_scoped(account, region, old, None)

    dynamodb._txn_token_store = store_and_forget


def _end_idle_workers() -> None:
    """End the workers of a function that nobody calls: MiniStack keeps one of each for good."""
    reap = lambda_svc.reap_idle_workers

    @functools.wraps(reap)
    def reap_the_last_too(ttl: float | None = None) -> int:
        ended = reap(ttl)
        with lambda_runtime._lock:
            idle = [
                (workers, worker)
                for workers in lambda_runtime._workers.values()
                for worker in workers
                if not worker.in_use and time.time() - worker.last_used > IDLE_SECONDS
            ]
            for workers, worker in idle:
                workers.remove(worker)
        lambda_runtime.kill_workers([worker for _, worker in idle])
        return int(ended) + len(idle)

    lambda_svc.reap_idle_workers = reap_the_last_too


class _Connection(tcp_server.TCPServer):
    """One that ends when its client ends it: hypercorn 0.18 waits until a living one would be idle for too long."""

    async def _read_data(self) -> None:
        await super()._read_data()
        await self.idle_task.stop()


class _IdleTask(AsyncioSingleTask):
    """Waits for the next request without the context of the last one, in which its body is."""

    async def restart(self, task_group: TaskGroup, action: Callable[..., object]) -> None:
        await asyncio.create_task(super().restart(task_group, action), context=contextvars.Context())
