"""What a sync looks like: live on a terminal, JSON Lines for scripts, a summary for people, nothing in cron."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import TYPE_CHECKING, Protocol

from photobak.cli.context import Context
from photobak.cli.terminal import bytes_text, is_terminal, json_line, plural, say, shown, talk
from photobak.client.outcome import FileOutcome, Observer, Result, Summary

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class SyncView(Observer, Protocol):
    """An observer that also says how it ended."""

    def conclude(self, summary: Summary) -> None:
        """Show the summary."""


@contextmanager
def sync_view(context: Context, as_json: bool) -> Iterator[SyncView]:
    """The view that fits: what was asked for, and what looks."""
    if is_terminal() and not context.quiet:
        with _progress() as progress:
            yield _View(context, as_json, progress)
    else:
        yield _View(context, as_json, None)


class _View:
    """Tells of each file as it is asked to; called from several threads."""

    def __init__(self, context: Context, as_json: bool, progress: "Progress | None") -> None:
        self._context = context
        self._as_json = as_json
        self._progress = progress
        self._files: TaskID | None = progress.add_task("photos", total=0, detail="") if progress else None
        self._guard = Lock()
        self._done = self._found = self._sent = self._to_send = 0

    def found(self, files: int, size: int) -> None:
        """So many files more are to be looked at."""
        with self._guard:
            self._found += files
            self._to_send += size
        self._draw()

    def ignored(self, path: str, reason: str) -> None:
        """Something was left alone: named with -v."""
        if self._context.verbosity > 0:
            self._tell(f"ignored {path}: {reason}")

    def sent(self, size: int) -> None:
        """Bytes have gone out."""
        with self._guard:
            self._sent += size
        self._draw()

    def finished(self, outcome: FileOutcome) -> None:
        """A file has its result: a line of JSON, and words where it is not safe, or with -v."""
        with self._guard:
            self._done += 1
            if self._as_json and outcome.result is not Result.UNCHANGED:
                json_line(outcome.to_json())
        if self._context.verbosity > 0 or outcome.result in (Result.FAILED, Result.REJECTED):
            path = outcome.to_json()["path"]
            self._tell(f"{outcome.result} {path}" + (f": {outcome.reason}" if outcome.reason else ""))
        elif outcome.result is Result.WOULD_UPLOAD and not self._as_json:
            self._tell(f"would upload {outcome.to_json()['path']}")
        self._draw()

    def conclude(self, summary: Summary) -> None:
        """Show the summary; in cron only where something is not safe."""
        if self._progress:
            self._progress.stop()
        if self._as_json:
            json_line(summary.to_json())
        elif not self._context.quiet and (is_terminal() or not summary.complete or self._context.verbosity > 0):
            for line in summary_lines(summary):
                say(line)

    def _tell(self, line: str) -> None:
        if self._progress:
            self._progress.console.print(shown(line), markup=False)
        else:
            say(shown(line))

    def _draw(self) -> None:
        if self._progress and self._files is not None:
            detail = f"{bytes_text(self._sent)} sent of {bytes_text(self._to_send)} that are new"
            self._progress.update(self._files, total=max(self._found, self._done), completed=self._done, detail=detail)


def summary_lines(summary: Summary) -> list[str]:
    """Say what is safe now, what is not, and what to do."""
    results = summary.results
    later = f"{plural(summary.postponed, 'file')} left to later runs, beyond --limit."
    postponed = [later] if summary.postponed else []
    if results[Result.WOULD_UPLOAD]:
        would = plural(results[Result.WOULD_UPLOAD], "file")
        return [f"{would} would be uploaded, {results[Result.UNCHANGED]:,} are unchanged.", *postponed]
    safe = sum(count for result, count in results.items() if result.safe)
    lines = [
        f"{plural(safe, 'file')} safe: {results[Result.STORED] + results[Result.NO_PREVIEW]:,} newly stored,"
        f" {results[Result.ALREADY_STORED]:,} stored already, {results[Result.UNCHANGED]:,} unchanged."
    ]
    if results[Result.NO_PREVIEW]:
        lines.append(f"{plural(results[Result.NO_PREVIEW], 'original')} kept without a preview (-v says why).")
    if results[Result.PENDING]:
        lines.append(f"{plural(results[Result.PENDING], 'file')} sent, but not confirmed yet: sync again later.")
    broken = results[Result.FAILED] + results[Result.REJECTED]
    if broken:
        lines.append(f"{plural(broken, 'file')} NOT backed up, for the reasons above.")
    lines += postponed
    if summary.ignored:
        lines.append(f"{plural(summary.ignored, 'other file')} left alone (-v names them).")
    lines.append(f"{bytes_text(summary.bytes_uploaded)} uploaded in {summary.seconds:.1f} s.")
    return lines


def _progress() -> "Progress":
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

    return Progress(
        SpinnerColumn(),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[detail]}"),
        TimeRemainingColumn(),
        console=talk(),
        transient=True,
    )
