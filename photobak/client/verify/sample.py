"""Which of many things are looked at more closely, where not all of them are to be."""

import random
from typing import Self


class Sample:
    """Takes one in so many, evenly spread.

    Where it begins is random, so that runs that follow one another don't look at the same ones for ever.
    """

    def __init__(self, percent: float, start: float) -> None:
        """Make a sample.

        Args:
            percent: of all; more than 0, at most 100.
            start: how near the first one is, from 0 to (not including) 1.
        """
        self._percent = percent
        self._level = start * 100

    @classmethod
    def beginning_anywhere(cls, percent: float) -> Self:
        """A sample that nobody can foretell."""
        return cls(percent, random.random())  # noqa: S311 - no secret

    def takes(self) -> bool:
        """Whether the next one is in the sample."""
        self._level += self._percent
        if self._level < 100:
            return False
        self._level -= 100
        return True
