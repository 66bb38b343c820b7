"""How many files to send at once, decided from how the last ones went.

As TCP finds how much a line takes (RFC 5681): begin with few, twice as many as long as that brings more, then a quarter
more now and then; half as many when the other side asks for less.
"""

from dataclasses import dataclass, replace
from typing import Final, Self

FIRST: Final = 4
"""At once, in the beginning."""

A_REQUEST_WEIGHS: Final = 100_000
"""Bytes that might have gone out in the time that a request takes beside its body; so small files count for more."""

_FASTER: Final = 1.1
"""Times as fast is more than chance."""
_ROUNDS_BETWEEN_TRIALS: Final = 8


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of a line, and what follows from it. A round is as many uploads as are allowed at once."""

    most: int
    """Never more than this."""
    allowed: int
    """So many at once from now on: more than ``proven`` while that is being tried."""
    proven: int
    """So many were worth it."""
    rate: float = 0.0
    """What that brought, in weight a second; 0 = not known."""
    rounds: int = 0
    """Since the last trial."""
    doubles: bool = True
    """Whether a trial is for twice as many: until one has failed, or S3 has asked for less."""

    @classmethod
    def first(cls, most: int) -> Self:
        """The pace before anything is known."""
        allowed = min(FIRST, most)
        return cls(most=most, allowed=allowed, proven=allowed)

    def after_round(self, rate: float) -> "Pace":
        """The pace after a round without refusal.

        Args:
            rate: what the round brought, in weight a second.
        """
        if rate > _FASTER * self.rate:
            return _trying(replace(self, proven=self.allowed, rate=rate))
        if self.allowed > self.proven:  # more at once were not faster
            return replace(self, allowed=self.proven, rounds=0, doubles=False)
        if self.rounds + 1 < _ROUNDS_BETWEEN_TRIALS:
            return replace(self, rate=rate, rounds=self.rounds + 1)
        return _trying(replace(self, rate=rate))

    def after_refusal(self) -> "Pace":
        """The pace after S3 has asked for less, or a connection has failed."""
        half = max(1, self.allowed // 2)
        return replace(self, allowed=half, proven=half, rate=0.0, rounds=0, doubles=False)


def _trying(pace: Pace) -> Pace:
    """More than is proven: enough that it would show."""
    more = pace.proven if pace.doubles else max(1, pace.proven // 4)
    return replace(pace, allowed=min(pace.proven + more, pace.most), rounds=0)
