"""The output of a restore: progress on a terminal, JSON Lines, a summary, and the state of archived originals."""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, repeat
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

from photobak.cli.ui.context import Context
from photobak.cli.ui.terminal import bytes_text, has_room_for_progress, is_terminal, json_line, plural, say, shown, talk
from photobak.client.restore.placer import RestoreOutcome, RestoreResult

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from photobak.client.restore.layout import Target

_FIRST_PAUSE: Final = 2.0
_LONGEST_PAUSE: Final = 600.0
"""Seconds between two checks of what is being retrieved."""


@contextmanager
def restore_view(context: Context, folder: Path, as_json: bool) -> Iterator["RestoreView"]:
    """The view that fits the options and the terminal. It prints its summary even if the restore is interrupted."""
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
    """Counts outcomes, and prints them as the options say."""

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
        """Whether some files could not be restored."""
        return self._counts[RestoreResult.FAILED] + self._counts[RestoreResult.THAWING] > 0

    def expect(self, files: int, size: int) -> None:
        """Set the number of files, and of bytes to download for them."""
        self._matched = files
        if self._progress and self._task is not None:
            self._progress.update(self._task, total=size or None)

    def came(self, size: int) -> None:
        """Count downloaded bytes. Thread-safe."""
        if self._progress and self._task is not None:
            with self._guard:
                self._came += size
            self._progress.update(self._task, completed=self._came)

    def watch(self, outcomes: Iterable[RestoreOutcome]) -> list[RestoreOutcome]:
        """Report outcomes as they arrive; return those of archived originals unreported."""
        frozen = []
        for outcome in outcomes:
            if outcome.result is RestoreResult.THAWING:
                frozen.append(outcome)
            else:
                self._take(outcome)
        return frozen

    def leave(self, frozen: Iterable[RestoreOutcome]) -> None:
        """Report archived originals as not restored."""
        for outcome in frozen:
            self._take(outcome)

    def say(self, line: str) -> None:
        """Print a message above the progress."""
        if self._progress:
            self._progress.console.print(line, markup=False)
        else:
            say(line)

    def conclude(self) -> None:
        """Print the summary."""
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
            return f"{would} would be restored to {self._folder}, {counts[RestoreResult.EXISTS]:,} already there."
        restored = f"{plural(counts[RestoreResult.RESTORED], 'file')} restored to {self._folder}"
        parts = [f"{restored} ({bytes_text(self._bytes)})", f"{counts[RestoreResult.EXISTS]:,} already there"]
        if counts[RestoreResult.THAWING]:
            parts.append(f"{counts[RestoreResult.THAWING]:,} archived")
        parts.append(f"{counts[RestoreResult.FAILED]:,} failed")
        if self._unfinished:
            parts.append(f"{self._unfinished:,} not restored (run the same command to continue)")
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
        redirect_stdout=False,  # rich would redirect it to its own console, which is stderr
    )


def advice(frozen: "Sequence[RestoreOutcome]") -> "Iterator[str]":
    """What to know about archived originals, one line per storage class and state."""
    if not frozen:
        return
    from photobak.client.restore.archived import THAWED_DAYS
    from photobak.stack.cost.bill import thaw_offers
    from photobak.stack.cost.prices import StorageClass, load_prices

    prices = load_prices()
    for archived in dict.fromkeys(outcome.archived for outcome in frozen):
        if archived is None:
            continue
        sizes = {each.target.record.sha256: each.target.record.size for each in frozen if each.archived == archived}
        some = f"{plural(len(sizes), 'original')} ({bytes_text(sum(sizes.values()))})"
        storage = StorageClass(archived.storage_class)
        offers = thaw_offers(prices, storage, len(sizes), sum(sizes.values()), THAWED_DAYS)
        if archived.under_way:
            hours = " or ".join(f"{offer.hours} ({offer.speed})" for offer in offers)
            yield f"{some} being retrieved from {storage}; this takes up to {hours} hours. Run the same command later."
        else:
            ways = ", or ".join(
                f"--thaw {offer.speed} (up to {offer.hours} hours, about ${offer.dollars:,.2f})" for offer in offers
            )
            yield f"{some} archived in {storage}. To retrieve them, add {ways}."
    if any(outcome.archived and not outcome.archived.under_way for outcome in frozen):
        yield f"Prices as of {prices.as_of:%Y-%m-%d} in {prices.region}, without data transfer."


def wait(
    frozen: "list[RestoreOutcome]", again: "Callable[[list[Target]], list[RestoreOutcome]]"
) -> "list[RestoreOutcome]":
    """Restore archived originals as they become available; return those that will not.

    Args:
        frozen: outcomes of archived originals.
        again: restores targets, and returns the outcomes of those still archived.
    """
    left = []
    for pause in accumulate(repeat(1.5), lambda last, factor: min(last * factor, _LONGEST_PAUSE), initial=_FIRST_PAUSE):
        left += [outcome for outcome in frozen if outcome.archived and not outcome.archived.under_way]
        thawing = [outcome.target for outcome in frozen if outcome.archived and outcome.archived.under_way]
        if not thawing:
            break
        time.sleep(pause)
        frozen = again(thawing)
    return left
