"""Threads: the stages of a pipeline, joined by bounded channels, and one function over many values.

A stage is a function from an iterator to an iterator. Memory stays the same however long the library is.
If one stage fails or the consumer leaves, all of them end.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from types import TracebackType
from typing import Final, Generic, Self, TypeVar

T = TypeVar("T")
U = TypeVar("U")

_JOBS: Final = 8
_AHEAD: Final = 64
_GATHERING_SECONDS: Final = 0.01
_GRACE_SECONDS: Final = 2.0
"""How long stages may take to notice that the run has failed; a request that hangs may take minutes."""


class _Ended(BaseException):
    """Leaves a stage because the pipeline has ended; no stage may catch it as a failure of its own."""


class Channel(Generic[T]):
    """A bounded queue that several threads fill and several empty; iteration ends when every producer has."""

    def __init__(self, pipeline: "Pipeline", producers: int, capacity: int) -> None:
        self._pipeline = pipeline
        self._items: deque[T] = deque()
        self._producers = producers
        self._capacity = capacity
        self._guard = threading.Lock()
        self._room = threading.Condition(self._guard)
        self._news = threading.Condition(self._guard)

    def put(self, item: T) -> None:
        """Hand on an item, waiting for room."""
        with self._guard:
            self._room.wait_for(lambda: len(self._items) < self._capacity or self._pipeline.ended)
            self._pipeline.check()
            self._items.append(item)
            self._news.notify()

    def get(self, timeout: float | None = None) -> T | None:
        """The next item; None where none comes within ``timeout`` seconds, or ever."""
        with self._guard:
            self._news.wait_for(lambda: self._items or not self._producers or self._pipeline.ended, timeout=timeout)
            self._pipeline.check()
            if not self._items:
                return None
            item = self._items.popleft()
            self._tell_room()
            return item

    def gathered(self) -> Iterator[T]:
        """As iteration, for one consumer that is much faster than its producers.

        Woken for each item, it would take Python's lock from them each time; so it lets some gather.
        """
        while (first := self.get()) is not None:
            time.sleep(_GATHERING_SECONDS)
            with self._guard:
                others = list(self._items)
                self._items.clear()
                self._tell_room()
            yield first
            yield from others

    def _tell_room(self) -> None:
        """Wake those who wait for room, once there is enough that they need not wait again at once."""
        if len(self._items) <= self._capacity // 2:
            self._room.notify_all()

    @property
    def finished(self) -> bool:
        """Whether nothing is left and nothing will come; raises what a stage has failed with."""
        with self._guard:
            self._pipeline.check()
            return not (self._producers or self._items)

    def left(self) -> list[T]:
        """What was handed on and never taken, also where the pipeline has ended."""
        with self._guard:
            items = list(self._items)
            self._items.clear()
            return items

    def close(self) -> None:
        """Say that one producer is done."""
        with self._guard:
            self._producers -= 1
            self._news.notify_all()

    def wake(self) -> None:
        """Have everyone who waits look at the pipeline again."""
        with self._guard:
            self._room.notify_all()
            self._news.notify_all()

    def __iter__(self) -> Iterator[T]:
        while (item := self.get()) is not None:
            yield item


class Pipeline:
    """Owns the threads of one run; used as a context, at whose end none of them hands on anything more.

    Where a stage has failed, the context ends with its exception.
    """

    def __init__(self) -> None:
        self.ended = False
        self._failure: BaseException | None = None
        self._threads: list[threading.Thread] = []
        self._channels: list[Channel[object]] = []

    def stage(
        self,
        step: Callable[[Iterable[T]], Iterator[U]],
        source: Iterable[T],
        *,
        threads: int = 1,
        capacity: int = 1,
    ) -> Channel[U]:
        """Run ``step`` over ``source`` in threads of its own.

        Args:
            step: called once a thread; with several threads each sees a part of the items.
            source: the items: a channel, or with one thread any iterable.
            threads: how many.
            capacity: how many results may wait.

        Returns:
            The results; reading them raises what a stage has failed with.
        """
        channel: Channel[U] = Channel(self, threads, capacity)
        self._channels.append(channel)  # type: ignore[arg-type]  # it is only ever woken
        for number in range(threads):
            name = f"{step.__name__.strip('_')}-{number}"
            # Daemons, so that Ctrl-C needn't wait for a request that hangs.
            thread = threading.Thread(target=self._run, args=(step, source, channel), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()
        return channel

    def check(self) -> None:
        """Raise what a stage has failed with; leave where the pipeline has ended.

        Raises:
            BaseException: the failure.
        """
        if self._failure is not None and threading.current_thread() not in self._threads:
            raise self._failure
        if self.ended:
            raise _Ended

    def _run(self, step: Callable[[Iterable[T]], Iterator[U]], source: Iterable[T], channel: Channel[U]) -> None:
        try:
            for result in step(source):
                channel.put(result)
        except _Ended:
            return
        except BaseException as failure:  # noqa: BLE001 - carried over to the consumer's thread, which raises it
            self._failure = self._failure or failure
            self._end()
        finally:
            channel.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._end()
        if not isinstance(error, KeyboardInterrupt):
            deadline = time.monotonic() + _GRACE_SECONDS
            for thread in self._threads:
                thread.join(max(0.0, deadline - time.monotonic()))
        if error is None and self._failure is not None:
            raise self._failure

    def _end(self) -> None:
        self.ended = True
        for channel in list(self._channels):
            channel.wake()


def parallel(step: Callable[[T], U], items: Iterable[T], *, jobs: int = _JOBS) -> Iterator[U]:
    """``map`` with threads; of the items no more are taken ahead than keep the threads busy."""
    waiting = iter(items)
    with ThreadPoolExecutor(jobs) as pool:
        while batch := list(islice(waiting, _AHEAD)):
            yield from pool.map(step, batch)


def ahead(pool: ThreadPoolExecutor, pages: Iterator[Sequence[T]]) -> Iterator[T]:
    """All that is in the pages, while the next page is being made in a thread of the pool."""
    coming = pool.submit(next, pages, None)
    while (page := coming.result()) is not None:
        coming = pool.submit(next, pages, None)
        yield from page
