"""Backs up folders again and again: when something changes in them, and now and then in any case."""

from collections.abc import Callable
from typing import Final, NoReturn

from photobak.client.watch.changes import Occasions
from photobak.errors import CloudError, PhotobakError, RunLocked

_FIRST_PAUSE: Final = 5.0


class Watch:
    """Runs for as long as it is left alone; what fails is tried again."""

    def __init__(
        self, sync: Callable[[], bool], occasions: Occasions, every: float, tell: Callable[[str], None]
    ) -> None:
        """Prepare to watch.

        Args:
            sync: backs up; tells whether all of it is safe.
            occasions: when.
            every: seconds after which a look is due, whether or not anything is said to have changed.
            tell: told, in words for a person, what keeps photobak from its work, and that nothing does any more.
        """
        self._sync = sync
        self._occasions = occasions
        self._every = every
        self._tell = tell
        self._pause = _FIRST_PAUSE
        self._trouble = ""

    def run(self) -> NoReturn:
        """Back up until it is interrupted.

        Raises:
            SignInNeeded: the session has ended.
            ConfigError: what photobak writes for itself can't be written.
        """
        while True:
            self._occasions.wait(self._every if self._round() else self._next_pause())

    def _round(self) -> bool:
        """Back up once; tell whether all is safe."""
        try:
            complete = self._sync()
        except (CloudError, RunLocked) as error:
            self._note(error)
            return False
        if self._trouble:
            self._tell("at work again")
            self._trouble = ""
        if complete:
            self._pause = _FIRST_PAUSE
        return complete

    def _note(self, error: PhotobakError) -> None:
        """Tell of it, unless it is what was told last."""
        if error.what != self._trouble:
            self._trouble = error.what
            self._tell(f"{error.what}{f': {error.why}' if error.why else ''}. Trying again until it works")

    def _next_pause(self) -> float:
        pause = self._pause
        self._pause = min(2 * pause, self._every)
        return min(pause, self._every)
