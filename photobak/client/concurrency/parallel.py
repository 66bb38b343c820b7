"""Does the same with each of many things, several at once, in their order; however many there are."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Final, TypeVar

T = TypeVar("T")
U = TypeVar("U")

_JOBS: Final = 8
_AHEAD: Final = 64


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
