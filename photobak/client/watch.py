"""Watches folders: backs them up when something in them changes, and at intervals in any case."""

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NoReturn, Protocol

from photobak.client.files.scan import Root
from photobak.errors import CloudError, PhotobakError, RunLocked

_FIRST_PAUSE: Final = 5.0
_TICK: Final = 0.5
_CALM: Final = 1.5
"""Seconds without a change after which a copy is taken to be complete."""
_LONGEST_WAIT: Final = 600.0
"""Seconds after which folders are synced although changes go on."""


class Occasions(Protocol):
    """Decides when to sync again."""

    def wait(self, seconds: float) -> None:
        """Wait for a change, or for this long."""


class Interval:
    """No notifications: only time passes."""

    def wait(self, seconds: float) -> None:
        """Wait for this long."""
        time.sleep(seconds)


class Changes:
    """Notifications of the operating system; those that come while nobody waits are kept."""

    def __init__(self, roots: Sequence[Root], own: Iterable[Path]) -> None:
        """Start to listen.

        Args:
            roots: what to watch.
            own: photobak's own folders, whose changes don't count.

        Raises:
            OSError: there are no notifications for them.
        """
        self._own = [str(folder.resolve()) for folder in own]
        paths = [str(path) for root in roots for path in _watched(root)]
        try:
            self._notifications = self._listen(paths)
        except PermissionError:  # of one folder; the others can be watched
            self._notifications = self._listen(paths, ignore_permission_denied=True)  # hides all other errors too
        except RuntimeError as error:  # watchfiles' own, for what has no errno
            raise OSError(str(error)) from error

    def wait(self, seconds: float) -> None:
        """Wait until something has changed and nothing changes any more, or for ``seconds``."""
        began = time.monotonic()
        first = last = None
        for changes in self._notifications:
            now = time.monotonic()
            if changes:
                first, last = first or now, now
            if last is None and now - began >= seconds:
                return
            if last is not None and first is not None and (now - last >= _CALM or now - first >= _LONGEST_WAIT):
                return

    def _listen(self, paths: Sequence[str], **options: Any) -> Iterator[set[Any]]:
        import watchfiles

        tick = int(_TICK * 1000)
        notifications = watchfiles.watch(
            *paths, watch_filter=self._matters, debounce=tick, rust_timeout=tick, yield_on_timeout=True, **options
        )
        next(notifications)  # starts to listen
        return notifications

    def _matters(self, _change: Any, path: str) -> bool:
        folder = str(Path(path).parent.resolve())
        return not any(folder == own or folder.startswith(f"{own}/") for own in self._own)


def _watched(root: Root) -> list[Path]:
    return [root.path] if root.names is None else [root.path / name for name in sorted(root.names)]


class Watch:
    """Syncs until it is interrupted; what fails is tried again."""

    def __init__(
        self, sync: Callable[[], bool], occasions: Occasions, every: float, tell: Callable[[str], None]
    ) -> None:
        """Prepare to watch.

        Args:
            sync: backs up; returns whether everything is safe.
            occasions: decides when.
            every: seconds between two syncs if nothing changes.
            tell: shows a person what prevents the sync, and that it works again.
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
            ConfigError: photobak's own files can't be written.
        """
        while True:
            self._occasions.wait(self._every if self._round() else self._next_pause())

    def _round(self) -> bool:
        """Back up once; returns whether everything is safe."""
        try:
            complete = self._sync()
        except (CloudError, RunLocked) as error:
            self._note(error)
            return False
        if self._trouble:
            self._tell("backing up again")
            self._trouble = ""
        if complete:
            self._pause = _FIRST_PAUSE
        return complete

    def _note(self, error: PhotobakError) -> None:
        """Show it, unless it was shown last."""
        if error.what != self._trouble:
            self._trouble = error.what
            self._tell(f"{error.summary}. Retrying until it works")

    def _next_pause(self) -> float:
        pause = self._pause
        self._pause = min(2 * pause, self._every)
        return min(pause, self._every)
