"""Fetches large objects in several ranges at once, and passes them on in the right order."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future
from functools import cached_property
from queue import SimpleQueue
from threading import BoundedSemaphore, Thread
from typing import Final

from photobak.client.transport.download import Download

RANGE_BYTES: Final = 8 * 1024 * 1024
LARGE: Final = 2 * RANGE_BYTES
"""The size in bytes from which several ranges are worth their requests."""
_AT_ONCE: Final = 8
"""Ranges in memory, over all files."""


_Request = tuple[Future[memoryview], str, int, int, int]
"""Where the range goes; key, size, start, end."""


class Ranges:
    """Reads large objects. Threads share it, and with it the memory for ranges."""

    def __init__(self, download: Download) -> None:
        self._download = download
        self._room = BoundedSemaphore(_AT_ONCE)

    def chunks(self, key: str, size: int, start: int = 0) -> Iterator[memoryview]:
        """Read an object from ``start`` to its end; raises as ``Download.read``."""
        waiting: deque[Future[memoryview]] = deque()
        try:
            while start < size or waiting:
                # A file waits for room only while it holds no range, so no two files wait for each other.
                while start < size and self._room.acquire(blocking=not waiting):
                    end = min(start + RANGE_BYTES, size)
                    waiting.append(self._request(key, size, start, end))
                    start = end
                chunk = waiting[0].result()
                yield chunk
                waiting.popleft()
                self._room.release()
        finally:
            for future in waiting:
                future.cancel()
                future.add_done_callback(lambda _: self._room.release())

    def _request(self, key: str, size: int, start: int, end: int) -> Future[memoryview]:
        future: Future[memoryview] = Future()
        self._requests.put((future, key, size, start, end))
        return future

    @cached_property
    def _requests(self) -> "SimpleQueue[_Request]":
        requests: SimpleQueue[_Request] = SimpleQueue()
        for number in range(_AT_ONCE):
            # Daemons, so that Ctrl-C needn't wait for a request that hangs.
            Thread(target=self._fetch, args=(requests,), name=f"range-{number}", daemon=True).start()
        return requests

    def _fetch(self, requests: "SimpleQueue[_Request]") -> None:
        while True:
            future, key, size, start, end = requests.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self._range(key, size, start, end))
            except BaseException as error:  # noqa: BLE001 - passed on to the thread that waits for the range
                future.set_exception(error)

    def _range(self, key: str, size: int, start: int, end: int) -> memoryview:
        buffer, filled = memoryview(bytearray(end - start)), 0

        def take(chunk: memoryview) -> None:
            nonlocal filled
            buffer[filled : filled + len(chunk)] = chunk
            filled += len(chunk)

        self._download.read(key, size, take, start, end)
        return buffer
