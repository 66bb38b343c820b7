"""Watches folders: backs them up when something changes in them, and now and then in any case."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn, Protocol

from photobak.client.files.scan import Root
from photobak.errors import CloudError, PhotobakError, RunLocked

_FIRST_PAUSE: Final = 5.0
_TICK: Final = 0.5
_CALM: Final = 2.0
"""Seconds without a change after which what was being copied has been copied."""
_LONGEST_STIR: Final = 600.0
"""Seconds after which changes that don't end are not waited for any longer."""


class Occasions(Protocol):
    """What ends the wait between two looks."""

    def wait(self, seconds: float) -> None:
        """Wait until there is something to look at, or for so long."""


class Interval:
    """Nobody tells of changes: only time passes."""

    def wait(self, seconds: float) -> None:
        """Wait for so long."""
        time.sleep(seconds)


class Changes:
    """Changes as the operating system tells of them; those that happen while nobody waits are kept."""

    def __init__(self, roots: Sequence[Root], own: Iterable[Path]) -> None:
        """Listen from now on.

        Args:
            roots: what is watched.
            own: photobak's own folders, in which it changes things itself.

        Raises:
            OSError: the system tells of no changes there.
        """
        self._own = [str(folder.resolve()) for folder in own]
        paths = [str(path) for root in roots for path in _watched(root)]
        try:
            self._told = self._listen(paths)
        except PermissionError:  # a folder that can't be entered; all others can be listened to
            self._told = self._listen(paths, ignore_permission_denied=True)  # hides all other errors, too
        except RuntimeError as error:  # of watchfiles' own, for what has no errno
            raise OSError(str(error)) from error

    def wait(self, seconds: float) -> None:
        """Wait until something has changed and nothing changes any more, or for ``seconds``."""
        began = time.monotonic()
        first = last = None
        for changes in self._told:
            now = time.monotonic()
            if changes:
                first, last = first or now, now
            if last is None and now - began >= seconds:
                return
            if last is not None and first is not None and (now - last >= _CALM or now - first >= _LONGEST_STIR):
                return

    def _listen(self, paths: Sequence[str], **options: Any) -> Iterator[set[Any]]:
        import watchfiles

        tick = int(_TICK * 1000)
        told = watchfiles.watch(
            *paths, watch_filter=self._matters, debounce=tick, rust_timeout=tick, yield_on_timeout=True, **options
        )
        next(told)  # it begins to listen with this
        return told

    def _matters(self, _change: Any, path: str) -> bool:
        folder = str(Path(path).parent.resolve())
        return not any(folder == own or folder.startswith(f"{own}/") for own in self._own)


def _watched(root: Root) -> list[Path]:
    return [root.path] if root.names is None else [root.path / name for name in sorted(root.names)]


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
