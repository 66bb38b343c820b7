"""Threads: the stages of a pipeline, joined by bounded channels, and one function over many values.

A stage is a function from an iterator to an iterator; what it yields goes to the next stage. Two kinds of values leave
that line: a ``Report`` goes to the consumer of the whole pipeline, and what is wrapped in ``Again`` goes back to the
pipeline's loop. No stage calls another one. Memory stays the same however long the library is. If a stage fails or the
consumer leaves, all stages end.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

T = TypeVar("T")
U = TypeVar("U")
S = TypeVar("S", bound=Iterable[Any])
C = TypeVar("C", bound="Channel[Any]")

_JOBS: Final = 8
_AHEAD: Final = 64
_MOST_REPORTS: Final = 1000
"""Reports that may wait for the consumer."""
_GATHERING_SECONDS: Final = 0.01
_GRACE_SECONDS: Final = 2.0
"""How long stages may take to notice that the run has failed; a request that hangs may take minutes."""


class _Ended(BaseException):
    """Leaves a stage because the pipeline has ended; no stage may catch it as a failure of its own."""


class Report:
    """The base of what stages report to the consumer of the pipeline."""

    __slots__ = ()

    @property
    def concluded(self) -> int:
        """How many of the items that the loop has counted are done with this report."""
        return 0


@dataclass(frozen=True, slots=True)
class Again(Generic[T]):
    """Something that has to go through the stages after the loop once more."""

    item: T


class Channel(Generic[T]):
    """A bounded queue that several threads fill and several empty; iteration ends when all producers are done."""

    def __init__(self, pipeline: "Pipeline", producers: int, capacity: int) -> None:
        self._pipeline = pipeline
        self._items: deque[T] = deque()
        self._producers = producers
        self._capacity = capacity
        self._guard = threading.Lock()
        self._room = threading.Condition(self._guard)
        self._arrival = threading.Condition(self._guard)

    def put(self, item: T) -> None:
        """Add an item, waiting for room."""
        with self._guard:
            self._room.wait_for(lambda: len(self._items) < self._capacity or self._pipeline.ended)
            self._pipeline.check()
            self._items.append(item)
            self._arrival.notify()

    def get(self, timeout: float | None = None) -> T | None:
        """The next item; None if none comes within ``timeout`` seconds, or ever."""
        with self._guard:
            self._arrival.wait_for(lambda: self._ready or self._exhausted or self._pipeline.ended, timeout=timeout)
            self._pipeline.check()
            return self._next() if self._ready else None

    def gathered(self) -> Iterator[T]:
        """Iterate as usual, for one consumer that is much faster than its producers."""
        while not self.finished:
            yield from self.take()

    def take(self, timeout: float | None = None) -> list[T]:
        """All items that are there, waiting up to ``timeout`` seconds for the first one.

        A consumer that is woken for each item takes Python's lock from the producers each time; so this lets some items
        gather.
        """
        first = self.get(timeout)
        if first is None:
            return []
        time.sleep(_GATHERING_SECONDS)
        return [first, *self.left()]

    def left(self) -> list[T]:
        """What was added and not taken, also after the pipeline has ended."""
        with self._guard:
            items = list(self._items)
            self._items.clear()
            self._tell_room()
            return items

    @property
    def finished(self) -> bool:
        """Whether nothing is left and nothing will come; raises the failure of a stage."""
        with self._guard:
            self._pipeline.check()
            return self._exhausted

    def close(self) -> None:
        """One producer is done."""
        with self._guard:
            self._producers -= 1
            self._arrival.notify_all()

    def add_producers(self, producers: int) -> None:
        """Expect items from more threads."""
        with self._guard:
            self._producers += producers

    def wake(self) -> None:
        """Have everyone who waits look at the pipeline again."""
        with self._guard:
            self._room.notify_all()
            self._arrival.notify_all()

    @property
    def _ready(self) -> bool:
        return bool(self._items)

    @property
    def _exhausted(self) -> bool:
        return not (self._producers or self._items)

    def _next(self) -> T:
        item = self._items.popleft()
        self._tell_room()
        return item

    def _tell_room(self) -> None:
        """Wake those who wait for room once there is enough that they need not wait again at once."""
        if len(self._items) <= self._capacity // 2:
            self._room.notify_all()

    def __iter__(self) -> Iterator[T]:
        while (item := self.get()) is not None:
            yield item


class Loop(Channel[list[T]]):
    """A channel of batches with a way back: later stages may send items through once more.

    It ends when its producers are done and every item has been concluded by a report. What comes back never waits for
    room, or the stages would wait for each other in a circle; it is handed out before anything new, and so there is
    never more of it than the stages hold.
    """

    def __init__(self, pipeline: "Pipeline", capacity: int, weight: Callable[[T], int], most: int) -> None:
        super().__init__(pipeline, 1, capacity)
        self._weight = weight
        self._most = most
        self._returned: deque[T] = deque()
        self._in_flight = 0

    def put(self, item: list[T]) -> None:
        """Add a batch, waiting for room; its items are in flight from now on."""
        with self._guard:
            self._in_flight += sum(map(self._weight, item))
        super().put(item)

    def put_back(self, item: T) -> None:
        """Send an item, which is in flight, through the stages once more."""
        with self._guard:
            self._returned.append(item)
            self._arrival.notify()

    def conclude(self, count: int) -> None:
        """So many items are not in flight any more."""
        with self._guard:
            self._in_flight -= count
            if not self._in_flight:
                self._arrival.notify_all()

    @property
    def _ready(self) -> bool:
        return bool(self._returned or self._items)

    @property
    def _exhausted(self) -> bool:
        return not (self._producers or self._items or self._returned or self._in_flight)

    def _next(self) -> list[T]:
        if not self._returned:
            return super()._next()
        return [self._returned.popleft() for _ in range(min(len(self._returned), self._most))]


class Pipeline:
    """Owns the threads of one run. It is used as a context, at whose end no thread passes on anything more.

    If a stage has failed, the context ends with its exception.
    """

    def __init__(self) -> None:
        self.ended = False
        self._failure: BaseException | None = None
        self._threads: list[threading.Thread] = []
        self._channels: list[Channel[Any]] = []
        self._loop: Loop[Any] | None = None
        self._reports: Channel[Report] = self._add(Channel(self, 0, _MOST_REPORTS))

    def stage(
        self,
        step: Callable[[S], Iterator[U | Report | Again[Any]]],
        source: S,
        *,
        threads: int = 1,
        capacity: int = 1,
    ) -> Channel[U]:
        """Run ``step`` over ``source`` in threads of its own.

        Args:
            step: called once per thread; with several threads each sees a part of the items.
            source: the items: a channel, or with one thread any iterable.
            threads: how many.
            capacity: how many results may wait.

        Returns:
            The results; reading them raises the failure of a stage.
        """
        channel = self._add(Channel[U](self, threads, capacity))
        self._start(step, source, channel, threads)
        return channel

    def loop(
        self,
        step: Callable[[S], Iterator[list[U] | Report]],
        source: S,
        *,
        weight: Callable[[U], int],
        most: int,
        capacity: int = 1,
    ) -> Loop[U]:
        """Run ``step``, which makes batches, in a thread of its own; its results are the pipeline's one loop.

        Args:
            step: see ``stage``.
            source: see ``stage``.
            weight: how many concluded items a result counts for.
            most: how many items that come back may be in one batch.
            capacity: how many batches may wait.
        """
        self._loop = self._add(Loop[U](self, capacity, weight, most))
        self._start(step, source, self._loop, 1)
        return self._loop

    def reports(self, timeout: float | None = None) -> list[Report] | None:
        """What the stages have reported since the last call; None when all stages have ended.

        Args:
            timeout: seconds after which the list is empty rather than waited for.
        """
        return None if self._reports.finished else self._reports.take(timeout)

    def unread_reports(self) -> list[Report]:
        """What was reported and not read before the pipeline ended."""
        return self._reports.left()

    def _add(self, channel: C) -> C:
        self._channels.append(channel)
        return channel

    def _start(self, step: Callable[[S], Iterator[Any]], source: S, channel: Channel[Any], threads: int) -> None:
        self._reports.add_producers(threads)
        for number in range(threads):
            name = f"{step.__name__.strip('_')}-{number}"
            # Daemons, so that Ctrl-C needn't wait for a request that hangs.
            thread = threading.Thread(target=self._run, args=(step, source, channel), name=name, daemon=True)
            self._threads.append(thread)
            thread.start()

    def check(self) -> None:
        """Raise the failure of a stage; leave if the pipeline has ended.

        Raises:
            BaseException: the failure.
        """
        if self._failure is not None and threading.current_thread() not in self._threads:
            raise self._failure
        if self.ended:
            raise _Ended

    def _run(self, step: Callable[[S], Iterator[Any]], source: S, channel: Channel[Any]) -> None:
        try:
            for result in step(source):
                self._pass_on(result, channel)
        except _Ended:
            return
        except BaseException as failure:  # noqa: BLE001 - carried over to the consumer's thread, which raises it
            self._failure = self._failure or failure
            self._end()
        finally:
            channel.close()
            self._reports.close()

    def _pass_on(self, result: Any, channel: Channel[Any]) -> None:
        if isinstance(result, Report):
            self._reports.put(result)
            if self._loop is not None and result.concluded:
                self._loop.conclude(result.concluded)
        elif isinstance(result, Again) and self._loop is not None:
            self._loop.put_back(result.item)
        else:
            channel.put(result)

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
    """``map`` with threads, which takes no more items ahead than keep the threads busy."""
    waiting = iter(items)
    with ThreadPoolExecutor(jobs) as pool:
        while batch := list(islice(waiting, _AHEAD)):
            yield from pool.map(step, batch)


def ahead(pool: ThreadPoolExecutor, pages: Iterator[Sequence[T]]) -> Iterator[T]:
    """Yield the items of all pages, while a thread of the pool makes the next page."""
    coming = pool.submit(next, pages, None)
    while (page := coming.result()) is not None:
        coming = pool.submit(next, pages, None)
        yield from page
