"""Hypercorn's connections made frugal: fewer steps for a large request, and nothing kept of one that is over.

Hypercorn 0.18 keeps a connection that its client has closed until it has been idle for as long as a living one may be,
and with it all that the last request on it knew, such as the photo that came.
"""

import asyncio
import contextvars
from collections.abc import Callable
from typing import Final

from hypercorn.asyncio import run, tcp_server
from hypercorn.asyncio.worker_context import AsyncioSingleTask
from hypercorn.typing import TaskGroup

_RECEIVED_AT_ONCE: Final = 256 * 1024
"""Bytes; asyncio takes as many from a connection at a time, and hypercorn's own 64 KiB made four rounds of them."""


def install() -> None:
    """Have hypercorn use these connections."""
    tcp_server.MAX_RECV = _RECEIVED_AT_ONCE
    tcp_server.AsyncioSingleTask = _IdleTask  # type: ignore[attr-defined]  # hypercorn finds both by these names
    run.TCPServer = _Connection  # type: ignore[attr-defined]  # which it only imports there


class _Connection(tcp_server.TCPServer):
    """One that ends when its client ends it."""

    async def _read_data(self) -> None:
        await super()._read_data()
        await self.idle_task.stop()


class _IdleTask(AsyncioSingleTask):
    """Waits for the next request, without the context of the last one."""

    async def restart(self, task_group: TaskGroup, action: Callable[..., object]) -> None:
        await asyncio.create_task(super().restart(task_group, action), context=contextvars.Context())
