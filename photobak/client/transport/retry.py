"""How often and how long to try again."""

import random
import time
from typing import Final

_TRIES: Final = 5
_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 20.0


class Patience:
    """Pauses before further tries, jittered, longer each time, and few; whatever got through begins them anew."""

    def __init__(self, tries: int = _TRIES, first_pause: float = _FIRST_PAUSE) -> None:
        """Begin.

        Args:
            tries: how many, the first one included.
            first_pause: seconds that the first pause may take; each further one may take twice as long.
        """
        self._tries = tries
        self._first_pause = first_pause
        self._failures = 0

    def renew(self) -> None:
        """Something got through."""
        self._failures = 0

    def lasts(self) -> bool:
        """Whether there is another try; where there is, wait before it."""
        self._failures += 1
        if self._failures >= self._tries:
            return False
        longest = min(_LONGEST_PAUSE, self._first_pause * 2 ** (self._failures - 1))
        time.sleep(random.uniform(0, longest))  # noqa: S311 - no secret
        return True

    def wait(self, error: Exception) -> None:
        """Wait before another try.

        Raises:
            Exception: the error, where there is none.
        """
        if not self.lasts():
            raise error
