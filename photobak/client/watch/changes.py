"""Waits until it is time to look at folders again: something has changed in them, or nobody has looked for long."""

import time
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, Protocol

from photobak.client.files.scan import Root

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
