"""How many uploads run at once: as many as make the transfer faster.

It works as TCP's congestion control does (RFC 5681): start with a few, double while that is faster, then probe for a
quarter more now and then, and halve when S3 asks for less.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from threading import Condition
from typing import Final, Self

FIRST: Final = 4
"""Uploads at once, to begin with."""

REQUEST_WEIGHT: Final = 100_000
"""The overhead of one request in bytes of payload, so that small files count for more than their size."""

_FASTER: Final = 1.1
"""A speed-up by this factor is more than noise."""
_ROUNDS_BETWEEN_PROBES: Final = 8


@dataclass(frozen=True, slots=True)
class AdaptiveConcurrency:
    """What is known about the connection, and the limit that follows. A round is ``allowed`` uploads long."""

    most: int
    """The upper limit."""
    allowed: int
    """The current limit; higher than ``proven`` during a probe."""
    proven: int
    """The highest limit that was worth it."""
    rate: float = 0.0
    """Throughput at ``proven``, in weight per second; 0 = not known."""
    rounds: int = 0
    """Rounds since the last probe."""
    doubles: bool = True
    """Whether a probe doubles the limit: until one fails or S3 asks for less."""

    @classmethod
    def first(cls, most: int) -> Self:
        """The limit before anything is known."""
        allowed = min(FIRST, most)
        return cls(most=most, allowed=allowed, proven=allowed)

    def after_round(self, rate: float) -> "AdaptiveConcurrency":
        """The limit after a round without a refusal.

        Args:
            rate: throughput of the round, in weight per second.
        """
        if rate > _FASTER * self.rate:
            return _probing(replace(self, proven=self.allowed, rate=rate))
        if self.allowed > self.proven:  # more at once was not faster
            return replace(self, allowed=self.proven, rounds=0, doubles=False)
        if self.rounds + 1 < _ROUNDS_BETWEEN_PROBES:
            return replace(self, rate=rate, rounds=self.rounds + 1)
        return _probing(replace(self, rate=rate))

    def after_refusal(self) -> "AdaptiveConcurrency":
        """The limit after S3 asked for less or a connection failed."""
        half = max(1, self.allowed // 2)
        return replace(self, allowed=half, proven=half, rate=0.0, rounds=0, doubles=False)


def _probing(known: AdaptiveConcurrency) -> AdaptiveConcurrency:
    """A limit above the proven one, by enough to be measurable."""
    more = known.proven if known.doubles else max(1, known.proven // 4)
    return replace(known, allowed=min(known.proven + more, known.most), rounds=0)


class ConcurrencyLimiter:
    """Hands out slots to upload in, and adapts their number to how the uploads went. Threads share it."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._adaptive = AdaptiveConcurrency.first(most)
        self._clock = clock
        self._changed = Condition()
        self._running = 0
        self._lowered_at = float("-inf")
        self._begin_round()

    @property
    def allowed(self) -> int:
        """How many uploads may run at once."""
        return self._adaptive.allowed

    @contextmanager
    def slot(self) -> Iterator["Slot"]:
        """Wait for a free slot, and hold it as long as the context lasts."""
        with self._changed:
            self._changed.wait_for(lambda: self._running < self._adaptive.allowed)
            self._running += 1
        try:
            yield Slot(self, self._clock())
        finally:
            with self._changed:
                self._running -= 1
                self._changed.notify_all()

    def succeeded(self, size: int) -> None:
        """Count an upload of this many bytes."""
        with self._changed:
            self._uploads += 1
            self._weight += size + REQUEST_WEIGHT
            seconds = self._clock() - self._round_began
            if self._uploads >= self._adaptive.allowed and seconds > 0:
                self._adaptive = self._adaptive.after_round(self._weight / seconds)
                self._begin_round()

    def failed(self, began: float) -> None:
        """Lower the limit after a failed upload; failures of uploads that ran together count once."""
        with self._changed:
            if began >= self._lowered_at:
                self._adaptive = self._adaptive.after_refusal()
                self._begin_round()
                self._lowered_at = self._round_began

    def _begin_round(self) -> None:
        self._round_began = self._clock()
        self._uploads = self._weight = 0


class Slot:
    """The slot of one upload."""

    def __init__(self, limiter: ConcurrencyLimiter, began: float) -> None:
        self._limiter = limiter
        self._began = began

    def succeeded(self, size: int) -> None:
        """S3 accepted this many bytes."""
        self._limiter.succeeded(size)

    def failed(self) -> None:
        """S3 asked for less, or the connection failed."""
        self._limiter.failed(self._began)
