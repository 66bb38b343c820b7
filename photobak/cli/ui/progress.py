"""How far a sync is: what each stage has done, how fast it goes and how long it may take, for a person."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import TYPE_CHECKING, Final

from photobak.cli.ui.terminal import bytes_text
from photobak.client.files.outcome import FileOutcome, Observer, Result
from photobak.client.files.scan import Skipped

if TYPE_CHECKING:
    from rich.console import RenderableType

_WINDOW: Final = 20.0
"""Seconds over which throughput is measured: long enough for the gap between two large videos."""
_FIRST_GUESS: Final = 3.0
"""Seconds before anything is said of the time left."""
_SENT: Final = (Result.STORED, Result.NO_PREVIEW, Result.REJECTED, Result.PENDING)
"""Results of files whose bytes have gone out, and are counted as they go."""


@dataclass(slots=True)
class Counts:
    """Files and bytes so far; the files of an earlier stage are those of the later ones too."""

    unchanged: int = 0
    found: int = 0
    """Files that are looked at closely."""
    found_bytes: int = 0
    read: int = 0
    sent: int = 0
    sent_bytes: int = 0
    spared_bytes: int = 0
    """Of files that needn't be sent, or can't."""
    safe: int = 0
    """Of those found."""
    broken: int = 0
    done: int = 0
    """Of those found: whatever their result."""

    @property
    def done_bytes(self) -> int:
        """Of ``found_bytes``; what was sent twice doesn't count twice."""
        return min(self.sent_bytes + self.spared_bytes, self.found_bytes)

    @property
    def unfinished(self) -> int:
        """Files that have no result yet."""
        return max(0, self.found - self.done)


class SyncProgress(Observer):
    """Counts what it hears. Threads may share it."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._guard = Lock()

    def unchanged(self, files: int) -> None:
        """Count them."""
        with self._guard:
            self.counts.unchanged += files

    def found(self, files: int, size: int) -> None:
        """Count them."""
        with self._guard:
            self.counts.found += files
            self.counts.found_bytes += size

    def ignored(self, skipped: Skipped) -> None:
        """Count it as done, where there was something to do."""
        if skipped.size is not None:
            with self._guard:
                self.counts.done += 1
                self.counts.spared_bytes += skipped.size

    def read(self, files: int) -> None:
        """Count them."""
        with self._guard:
            self.counts.read += files

    def sent(self, size: int) -> None:
        """Count them."""
        with self._guard:
            self.counts.sent_bytes += size

    def uploaded(self, files: int) -> None:
        """Count them."""
        with self._guard:
            self.counts.sent += files

    def finished(self, outcome: FileOutcome) -> None:
        """Count it by its result."""
        with self._guard:
            self.counts.done += 1
            self.counts.safe += outcome.result.safe
            self.counts.broken += outcome.result.broken
            self.counts.spared_bytes += 0 if outcome.result in _SENT else outcome.size


@dataclass(slots=True)
class Throughput:
    """How fast things have gone of late."""

    now: Callable[[], float] = time.monotonic
    _seen: deque[tuple[float, int, int]] = field(default_factory=deque)
    """Time, bytes sent, bytes done."""

    def look(self, counts: Counts) -> None:
        """Take note of where things stand."""
        self._seen.append((self.now(), counts.sent_bytes, counts.done_bytes))
        while self._seen[-1][0] - self._seen[0][0] > _WINDOW:
            self._seen.popleft()

    @property
    def bytes_per_second(self) -> float:
        """That go out."""
        seconds = self._seconds
        return (self._seen[-1][1] - self._seen[0][1]) / seconds if seconds > 0 else 0.0

    def seconds_left(self, counts: Counts) -> float | None:
        """For what was found until now, if it goes on like this; None where nothing can be said."""
        seconds = self._seconds
        if seconds < _FIRST_GUESS or self._seen[-1][2] <= self._seen[0][2]:
            return None
        return (counts.found_bytes - counts.done_bytes) * seconds / (self._seen[-1][2] - self._seen[0][2])

    @property
    def _seconds(self) -> float:
        return self._seen[-1][0] - self._seen[0][0] if self._seen else 0.0


class Picture:
    """Two lines that show it; rich draws it anew a few times a second, however much happens between."""

    def __init__(self, progress: SyncProgress) -> None:
        self._progress = progress
        self._throughput = Throughput()

    def __rich__(self) -> "RenderableType":
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.table import Table
        from rich.text import Text

        counts = self._progress.counts
        self._throughput.look(counts)
        line = Table.grid(padding=(0, 2))
        line.add_row(
            ProgressBar(max(counts.found_bytes, 1), counts.done_bytes, width=24), *amounts(counts, self._throughput)
        )
        return Group(line, Text(stages(counts, self._throughput)))


def amounts(counts: Counts, throughput: Throughput) -> list[str]:
    """Files, bytes, and time left."""
    return [
        f"{counts.done:,} of {counts.found:,} files",
        f"{bytes_text(counts.done_bytes)} of {bytes_text(counts.found_bytes)}",
        _time_left(counts, throughput),
    ]


def _time_left(counts: Counts, throughput: Throughput) -> str:
    if not counts.unfinished:
        return ""
    if counts.done_bytes >= counts.found_bytes:  # all is sent: how long the cloud takes is not for us to say
        return "waiting for the cloud"
    left = throughput.seconds_left(counts)
    return "" if left is None else f"{duration_text(left)} left"


def stages(counts: Counts, throughput: Throughput) -> str:
    """What each stage has done."""
    words = [
        f"{counts.unchanged:,} unchanged",
        f"{counts.read:,} read",
        f"{counts.sent:,} sent ({bytes_text(throughput.bytes_per_second)}/s)",
        f"{counts.safe:,} safe",
    ]
    return " · ".join(words + ([f"{counts.broken:,} failed"] if counts.broken else []))


def duration_text(seconds: float) -> str:
    """A time as people say it: 40 s, 12 min, 3 h 20 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
