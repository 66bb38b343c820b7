"""Lets only so many uploads go on at once as the line has use for (``pace``)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Condition

from photobak.client.upload.pace import A_REQUEST_WEIGHS, Pace


class Turns:
    """Gives out turns to send, and learns from how each went. Threads share it."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pace = Pace.first(most)
        self._clock = clock
        self._changed = Condition()
        self._under_way = 0
        self._cut_at = float("-inf")
        self._begin_round()

    @property
    def allowed(self) -> int:
        """How many may be under way at once."""
        return self._pace.allowed

    @contextmanager
    def turn(self) -> Iterator["Turn"]:
        """Wait for a turn, and hold it for as long as the context lasts."""
        with self._changed:
            self._changed.wait_for(lambda: self._under_way < self._pace.allowed)
            self._under_way += 1
        try:
            yield Turn(self, self._clock())
        finally:
            with self._changed:
                self._under_way -= 1
                self._changed.notify_all()

    def taken(self, size: int) -> None:
        """Learn that a file of so many bytes went through."""
        with self._changed:
            self._uploads += 1
            self._weight += size + A_REQUEST_WEIGHS
            seconds = self._clock() - self._round_began
            if self._uploads >= self._pace.allowed and seconds > 0:
                self._pace = self._pace.after_round(self._weight / seconds)
                self._begin_round()

    def refused(self, began: float) -> None:
        """Learn that a file did not go through; those that were under way together say it once."""
        with self._changed:
            if began >= self._cut_at:
                self._pace = self._pace.after_refusal()
                self._begin_round()
                self._cut_at = self._round_began

    def _begin_round(self) -> None:
        self._round_began = self._clock()
        self._uploads = self._weight = 0


class Turn:
    """One upload's."""

    def __init__(self, turns: Turns, began: float) -> None:
        self._turns = turns
        self._began = began

    def taken(self, size: int) -> None:
        """Say that S3 has taken so many bytes."""
        self._turns.taken(size)

    def refused(self) -> None:
        """Say that S3 has asked for less, or the connection has failed."""
        self._turns.refused(self._began)
