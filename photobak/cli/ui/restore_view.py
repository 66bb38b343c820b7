"""What a restore looks like: live on a terminal, JSON Lines for scripts, a summary for people, nothing in cron."""

import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING

from photobak.cli.ui.context import Context
from photobak.cli.ui.terminal import bytes_text, has_room_for_progress, is_terminal, json_line, plural, say, shown, talk
from photobak.client.restore.outcome import RestoreOutcome, RestoreResult

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


@contextmanager
def restore_view(context: Context, folder: Path, as_json: bool) -> Iterator["RestoreView"]:
    """The view that fits: what was asked for, and what looks. It says how far it came, also where that is cut off."""
    if not context.quiet and has_room_for_progress(as_json=as_json):
        with _progress() as progress:
            view = RestoreView(context, folder, as_json, progress)
            yield from _concluded(view)
    else:
        yield from _concluded(RestoreView(context, folder, as_json, None))


def _concluded(view: "RestoreView") -> Iterator["RestoreView"]:
    try:
        yield view
    finally:
        view.conclude()


class RestoreView:
    """Counts outcomes, and tells of them as it is asked to."""

    def __init__(self, context: Context, folder: Path, as_json: bool, progress: "Progress | None") -> None:
        self._context = context
        self._folder = folder
        self._as_json = as_json
        self._progress = progress
        self._task: TaskID | None = progress.add_task("restore", total=None) if progress else None
        self._guard = Lock()
        self._counts: Counter[RestoreResult] = Counter()
        self._matched = self._bytes = self._came = 0
        self._started = time.monotonic()

    @property
    def incomplete(self) -> bool:
        """Whether something that was asked for is not there."""
        return self._counts[RestoreResult.FAILED] + self._counts[RestoreResult.THAWING] > 0

    def expect(self, files: int, size: int) -> None:
        """So many files are asked for, and so many bytes have to come for them."""
        self._matched = files
        if self._progress and self._task is not None:
            self._progress.update(self._task, total=size or None)

    def came(self, size: int) -> None:
        """Bytes have come; called from several threads."""
        if self._progress and self._task is not None:
            with self._guard:
                self._came += size
            self._progress.update(self._task, completed=self._came)

    def watch(self, outcomes: Iterable[RestoreOutcome]) -> list[RestoreOutcome]:
        """Take outcomes as they come; returns those of frozen originals, of which nothing is said yet."""
        frozen = []
        for outcome in outcomes:
            if outcome.result is RestoreResult.THAWING:
                frozen.append(outcome)
            else:
                self._take(outcome)
        return frozen

    def leave(self, frozen: Iterable[RestoreOutcome]) -> None:
        """Say of frozen originals that they are left to another time."""
        for outcome in frozen:
            self._take(outcome)

    def say(self, line: str) -> None:
        """Say something else, above the progress."""
        if self._progress:
            self._progress.console.print(line, markup=False)
        else:
            say(line)

    def conclude(self) -> None:
        """Show the summary."""
        if self._progress:
            self._progress.stop()
        if self._as_json:
            json_line(self._summary())
        elif not self._context.quiet and (is_terminal() or self.incomplete or self._unfinished):
            say(self._sentence())

    @property
    def _unfinished(self) -> int:
        return self._matched - self._counts.total()

    def _take(self, outcome: RestoreOutcome) -> None:
        self._counts[outcome.result] += 1
        self._bytes += outcome.size
        self._tell(outcome)

    def _tell(self, outcome: RestoreOutcome) -> None:
        entry = outcome.to_json()
        if self._as_json:
            json_line(entry)
        would = outcome.result is RestoreResult.WOULD_RESTORE and not self._as_json
        if outcome.reason or self._context.verbosity > 0 or would:
            self.say(shown(f"{outcome.result} {entry['path']}" + (f": {outcome.reason}" if outcome.reason else "")))

    def _summary(self) -> dict[str, object]:
        counts = self._counts
        return {
            "type": "summary",
            "matched": self._matched,
            "restored": counts[RestoreResult.RESTORED],
            "existing": counts[RestoreResult.EXISTS],
            "thawing": counts[RestoreResult.THAWING],
            "failed": counts[RestoreResult.FAILED],
            "bytes": self._bytes,
            "seconds": round(time.monotonic() - self._started, 3),
        }

    def _sentence(self) -> str:
        counts = self._counts
        if counts[RestoreResult.WOULD_RESTORE]:
            would = plural(counts[RestoreResult.WOULD_RESTORE], "file")
            return f"{would} would be restored to {self._folder}, {counts[RestoreResult.EXISTS]:,} are there already."
        restored = f"{plural(counts[RestoreResult.RESTORED], 'file')} restored to {self._folder}"
        parts = [f"{restored} ({bytes_text(self._bytes)})", f"{counts[RestoreResult.EXISTS]:,} there already"]
        if counts[RestoreResult.THAWING]:
            parts.append(f"{counts[RestoreResult.THAWING]:,} frozen")
        parts.append(f"{counts[RestoreResult.FAILED]:,} failed")
        if self._unfinished:
            parts.append(f"{self._unfinished:,} not fetched yet (the same command goes on with them)")
        return f"{', '.join(parts)}."


def _progress() -> "Progress":
    from rich.progress import (
        BarColumn,
        DownloadColumn,
        Progress,
        SpinnerColumn,
        TimeRemainingColumn,
        TransferSpeedColumn,
    )

    return Progress(
        SpinnerColumn(),
        BarColumn(),
        DownloadColumn(),
        TransferSpeedColumn(),
        TimeRemainingColumn(),
        console=talk(),
        transient=True,
        redirect_stdout=False,  # rich would lead it to its own console, which is stderr
    )
