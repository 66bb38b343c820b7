"""The progress of a sync: counts of each stage, throughput and time left."""

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
"""Seconds before the time left is shown."""
_SENT: Final = (Result.STORED, Result.NO_PREVIEW, Result.REJECTED, Result.PENDING)
"""Results of files whose bytes are counted while they are uploaded."""


@dataclass(slots=True)
class Counts:
    """Files and bytes so far; every file counts in each stage that it has passed."""

    unchanged: int = 0
    found: int = 0
    """New or changed files."""
    found_bytes: int = 0
    read: int = 0
    sent: int = 0
    sent_bytes: int = 0
    spared_bytes: int = 0
    """Bytes of files that need not or cannot be uploaded."""
    safe: int = 0
    """Of the files found."""
    broken: int = 0
    done: int = 0
    """Of the files found: with any result."""

    @property
    def done_bytes(self) -> int:
        """Of ``found_bytes``; bytes sent twice count once."""
        return min(self.sent_bytes + self.spared_bytes, self.found_bytes)

    @property
    def unfinished(self) -> int:
        """Files without a result yet."""
        return max(0, self.found - self.done)


class SyncProgress(Observer):
    """Counts the events of a sync. Thread-safe."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._guard = Lock()

    def unchanged(self, files: int) -> None:
        """Count files."""
        with self._guard:
            self.counts.unchanged += files

    def found(self, files: int, size: int) -> None:
        """Count files."""
        with self._guard:
            self.counts.found += files
            self.counts.found_bytes += size

    def ignored(self, skipped: Skipped) -> None:
        """Count a file as done if it was counted as found."""
        if skipped.size is not None:
            with self._guard:
                self.counts.done += 1
                self.counts.spared_bytes += skipped.size

    def read(self, files: int) -> None:
        """Count files."""
        with self._guard:
            self.counts.read += files

    def sent(self, size: int) -> None:
        """Count files."""
        with self._guard:
            self.counts.sent_bytes += size

    def uploaded(self, files: int) -> None:
        """Count files."""
        with self._guard:
            self.counts.sent += files

    def finished(self, outcome: FileOutcome) -> None:
        """Count a file by its result."""
        with self._guard:
            self.counts.done += 1
            self.counts.safe += outcome.result.safe
            self.counts.broken += outcome.result.broken
            self.counts.spared_bytes += 0 if outcome.result in _SENT else outcome.size


@dataclass(slots=True)
class Throughput:
    """The recent throughput."""

    now: Callable[[], float] = time.monotonic
    _seen: deque[tuple[float, int, int]] = field(default_factory=deque)
    """Time, bytes sent, bytes done."""

    def look(self, counts: Counts) -> None:
        """Record the current counts."""
        self._seen.append((self.now(), counts.sent_bytes, counts.done_bytes))
        while self._seen[-1][0] - self._seen[0][0] > _WINDOW:
            self._seen.popleft()

    @property
    def bytes_per_second(self) -> float:
        """Bytes uploaded per second."""
        seconds = self._seconds
        return (self._seen[-1][1] - self._seen[0][1]) / seconds if seconds > 0 else 0.0

    def seconds_left(self, counts: Counts) -> float | None:
        """Time left for the files found so far; None if unknown."""
        seconds = self._seconds
        if seconds < _FIRST_GUESS or self._seen[-1][2] <= self._seen[0][2]:
            return None
        return (counts.found_bytes - counts.done_bytes) * seconds / (self._seen[-1][2] - self._seen[0][2])

    @property
    def _seconds(self) -> float:
        return self._seen[-1][0] - self._seen[0][0] if self._seen else 0.0


class Picture:
    """The two lines of the progress display; rich redraws them a few times a second."""

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
    """Files, bytes and time left."""
    return [
        f"{counts.done:,} of {counts.found:,} files",
        f"{bytes_text(counts.done_bytes)} of {bytes_text(counts.found_bytes)}",
        _time_left(counts, throughput),
    ]


def _time_left(counts: Counts, throughput: Throughput) -> str:
    if not counts.unfinished:
        return ""
    if counts.done_bytes >= counts.found_bytes:  # all is uploaded: how long the cloud takes is unknown
        return "waiting for the cloud"
    left = throughput.seconds_left(counts)
    return "" if left is None else f"{duration_text(left)} left"


def stages(counts: Counts, throughput: Throughput) -> str:
    """The counts of each stage."""
    words = [
        f"{counts.unchanged:,} unchanged",
        f"{counts.read:,} read",
        f"{counts.sent:,} uploaded ({bytes_text(throughput.bytes_per_second)}/s)",
        f"{counts.safe:,} safe",
    ]
    return " · ".join(words + ([f"{counts.broken:,} failed"] if counts.broken else []))


def duration_text(seconds: float) -> str:
    """A duration for people: 40 s, 12 min, 3 h 20 min."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
