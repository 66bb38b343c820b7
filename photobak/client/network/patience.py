"""How often and how long to try again."""

import random
import time
from typing import Final

_TRIES: Final = 5
_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 20.0


class Patience:
    """Pauses before further tries, jittered, longer each time, and few; whatever got through begins them anew."""

    def __init__(self) -> None:
        self._failures = 0

    def renew(self) -> None:
        """Something got through."""
        self._failures = 0

    def wait(self, error: Exception) -> None:
        """Wait before the next try.

        Raises:
            Exception: the error, where there were enough tries.
        """
        self._failures += 1
        if self._failures >= _TRIES:
            raise error
        time.sleep(random.uniform(0, min(_LONGEST_PAUSE, _FIRST_PAUSE * 2**self._failures)))  # noqa: S311 - no secret
