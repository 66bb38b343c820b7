"""What saves at least a tenth of the time of the demo, of the sample photos or of uploads (figures in the package)."""
# ruff: noqa: SLF001 - private names are what this package is for

import asyncio
import functools
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from typing import Any, Final, TypeAlias

from hypercorn.asyncio import tcp_server
from ministack.core import lambda_runtime
from ministack.services import s3

_Handle: TypeAlias = Callable[..., Awaitable[Any]]

_LARGE: Final = 64 * 1024
"""Bytes; fewer are hashed in less time than another thread takes to begin."""
_RECEIVED_AT_ONCE: Final = 256 * 1024
"""Bytes; asyncio takes as many from a connection at a time, and hypercorn's own 64 KiB make four rounds of them."""
_LOG_WAIT_SECONDS: Final = 0.002

_hashed: Final[ContextVar[tuple[Any, str] | None]] = ContextVar("hashed", default=None)
"""The object that came with the request that is being served, and its MD5."""


def install() -> None:
    """Save that time."""
    s3.handle_request = _hashing_first(s3.handle_request, s3.md5_hash)
    s3.md5_hash = _known_or(s3.md5_hash)
    tcp_server.MAX_RECV = _RECEIVED_AT_ONCE
    _answer_before_logs()


def _hashing_first(handle: _Handle, md5: Callable[[Any], str]) -> _Handle:
    """Hash an object in another thread: its ETag, an MD5, was a third of the work of the one that serves everybody."""
    one_thread = ThreadPoolExecutor(1)

    @functools.wraps(handle)
    async def hash_and_handle(
        method: str, path: str, headers: dict[str, str], body: bytes, *args: Any, **kwargs: Any
    ) -> Any:
        for value in _objects(method, headers, body):
            if len(value) >= _LARGE:
                _hashed.set((value, await asyncio.get_running_loop().run_in_executor(one_thread, md5, value)))
        return await handle(method, path, headers, body, *args, **kwargs)

    return hash_and_handle


def _objects(method: str, headers: dict[str, str], body: bytes) -> list[Any]:
    """The object that a request brings, as MiniStack will hash it; of a form, the photo in it."""
    if method == "PUT":
        return [body]
    if method == "POST":
        parts = s3._parse_multipart_form(headers.get("content-type", ""), body)
        return [value for name, _, _, value in parts if name == "file"]
    return []


def _known_or(md5: Callable[[Any], str]) -> Callable[[Any], str]:
    @functools.wraps(md5)
    def md5_or_known(data: Any) -> str:
        hashed = _hashed.get()
        return hashed[1] if hashed and hashed[0] is data else md5(data)

    return md5_or_known


def _answer_before_logs() -> None:
    """Give an answer 50 ms sooner where nothing was logged; a line that comes late is kept with the next invocation."""
    drain = lambda_runtime.Worker._drain_stderr_bounded
    lambda_runtime.Worker._drain_stderr_bounded = functools.partialmethod(drain, first_line_wait=_LOG_WAIT_SECONDS)
