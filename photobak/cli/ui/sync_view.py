"""The output of sync and watch: progress on a terminal, JSON Lines for scripts, and a summary."""

import json
import os
import shlex
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.context import Context
from photobak.cli.ui.progress import Picture, SyncProgress
from photobak.cli.ui.terminal import bytes_text, has_room_for_progress, json_line, note, plural, say, shown, talk
from photobak.client.files.outcome import FileOutcome, Result, Summary
from photobak.client.files.scan import Skipped
from photobak.errors import Interrupted
from photobak.photo.kind import Kind

if TYPE_CHECKING:
    from rich.live import Live

_FEW: Final = 5
"""With more failures than this, the summary lists the most frequent reasons."""
_MOST_REASONS: Final = 1000


@contextmanager
def sync_view(context: Context, as_json: bool) -> Iterator["SyncView"]:
    """The view that fits the options and the terminal."""
    view = SyncView(context, as_json)
    if context.verbosity == 0 and has_room_for_progress(
        as_json=as_json
    ):  # with -v there is a line for each file instead
        with view.live():
            yield view
    else:
        yield view


class SyncView(SyncProgress):
    """Counts the events of a sync, and prints files as the options say. Thread-safe."""

    def __init__(self, context: Context, as_json: bool) -> None:
        super().__init__()
        self._context = context
        self._as_json = as_json
        self._line = Lock()
        self._live: Live | None = None
        self._reasons: Counter[str] = Counter()
        """Why files are not backed up."""
        self._takeouts: set[str] = set()
        """Folders that are unpacked Google Takeouts."""

    @contextmanager
    def live(self) -> Iterator[None]:
        """Show the progress on the terminal."""
        from rich.live import Live

        # rich would redirect stdout to its own console, which is stderr: JSON would not reach stdout.
        self._live = Live(Picture(self), console=talk(), refresh_per_second=5, transient=True, redirect_stdout=False)
        with self._live:
            yield

    def ignored(self, skipped: Skipped) -> None:
        """Print an ignored file with -v."""
        super().ignored(skipped)
        if self._context.verbosity > 0:
            self._tell(f"ignored {skipped.path}: {skipped.reason}")

    def finished(self, outcome: FileOutcome) -> None:
        """Print a file with its result: as JSON, and as text if it failed or with -v."""
        super().finished(outcome)
        entry = outcome.to_json()
        if outcome.kind is Kind.SIDECAR and outcome.path.suffix.lower() == ".json":
            self._note_takeout(outcome.path)
        if self._as_json and outcome.result is not Result.UNCHANGED:
            with self._line:
                json_line(entry)
        if outcome.result.broken:
            self._count_reason(outcome.reason or "")
        if self._context.verbosity > 0 or outcome.result.broken:
            self._tell(f"{outcome.result} {entry['path']}" + (f": {outcome.reason}" if outcome.reason else ""))
        elif outcome.result is Result.WOULD_UPLOAD and not self._as_json:
            self._tell(f"would upload {entry['path']}")

    def conclude(self, summary: Summary) -> None:
        """Print the summary; with -q, only if something is not backed up."""
        if self._live:
            self._live.stop()
        note(f"summary {json.dumps(summary.to_json())}")
        if self._as_json:
            json_line(summary.to_json())
        elif not self._context.quiet or not summary.complete:
            for line in summary_lines(summary, self._reasons, unfinished=self.counts.unfinished):
                say(shown(line))
        if not self._context.quiet:
            for folder in sorted(self._takeouts):
                say(shown(f"{folder} is a Google Takeout. To add its dates, places, descriptions and albums, type:"))
                say(shown(f"  photobak import takeout {shlex.quote(folder)}"))

    def interrupted(self) -> Interrupted:
        """What to tell a person who stopped the run."""
        return Interrupted("interrupted", why=self.so_far, next_step="To continue, run the same command again")

    @property
    def so_far(self) -> str:
        """What is safe, and what is not finished."""
        safe = plural(self.counts.unchanged + self.counts.safe, "file")
        unfinished = f", {self.counts.unfinished:,} not finished" if self.counts.unfinished else ""
        return f"{safe} safe{unfinished}"

    def _count_reason(self, reason: str) -> None:
        with self._line:
            if reason in self._reasons or len(self._reasons) < _MOST_REASONS:
                self._reasons[reason] += 1

    def _note_takeout(self, json: Path) -> None:
        from photobak.client.imports.takeout.folders import unpacked_takeout

        folder = unpacked_takeout(json)
        if folder is not None:
            with self._line:
                self._takeouts.add(str(folder))

    def _tell(self, line: str) -> None:
        if self._live:
            self._live.console.print(shown(line), markup=False)
        else:
            say(shown(line))


def summary_lines(summary: Summary, reasons: "Counter[str]", unfinished: int) -> list[str]:
    """What is backed up, what is not and why, and what to do.

    Args:
        summary: of the run so far.
        reasons: why files are not backed up, with counts.
        unfinished: number of files without a result.
    """
    results = summary.results
    if results[Result.WOULD_UPLOAD]:
        would = plural(results[Result.WOULD_UPLOAD], "file")
        lines = [f"{would} would be uploaded, {results[Result.UNCHANGED]:,} unchanged."]
        return lines + _not_safe(summary, reasons) + _left_alone(summary)
    safe = sum(count for result, count in results.items() if result.safe)
    lines = [
        f"{plural(safe, 'file')} safe: {results[Result.STORED] + results[Result.NO_PREVIEW]:,} newly stored,"
        f" {results[Result.ALREADY_STORED]:,} already stored, {results[Result.UNCHANGED]:,} unchanged."
    ]
    if results[Result.NO_PREVIEW]:
        lines.append(f"{plural(results[Result.NO_PREVIEW], 'original')} stored without a preview (-v shows why).")
    if results[Result.PENDING]:
        lines.append(f"{plural(results[Result.PENDING], 'file')} uploaded, not confirmed yet; run sync again later.")
    lines += _not_safe(summary, reasons)
    lines += _not_in_the_cloud(summary)
    if unfinished:
        lines.append(f"{plural(unfinished, 'file')} not finished; run sync again to continue.")
    lines += _left_alone(summary)
    if summary.proofs_not_made:
        lines.append(f"No original was read back: {summary.proofs_not_made}. The next run tries again.")
    return [*lines, f"{bytes_text(summary.bytes_uploaded)} uploaded in {summary.seconds:.1f} s."]


def _not_safe(summary: Summary, reasons: "Counter[str]") -> list[str]:
    broken = sum(count for result, count in summary.results.items() if result.broken)
    if not broken:
        return []
    what = f"{plural(broken, 'file')} NOT backed up"
    if broken <= _FEW:
        return [f"{what}; see the reasons above."]
    told = reasons.most_common(_FEW)
    others = broken - sum(count for _, count in told)
    lines = [f"{what}:", *(f"  {count:,}: {reason}" for reason, count in told)]
    return lines + ([f"  {others:,}: other reasons, see above"] if others else [])


def _not_in_the_cloud(summary: Summary) -> list[str]:
    """What was deleted from the cloud, or lost there, or may be on a disk that is not mounted."""
    lines = []
    if deleted := summary.results[Result.DELETED]:
        lines.append(f"{plural(deleted, 'file')} deleted from the cloud, not backed up. To list them: photobak trash")
    elsewhere = Counter(str(each) for each in summary.deletions)
    lines += [f"  {count:,} {deletion}" for deletion, count in elsewhere.most_common(_FEW)]
    if summary.deletions:
        undo = "To restore: photobak trash restore ID."
        more = " To accept them all: photobak trash accept --all." if summary.accept_needed else ""
        lines.append(f"{plural(len(summary.deletions), 'file')} deleted elsewhere. {undo}{more}")
    if summary.lost:
        lines.append(f"{plural(summary.lost, 'photo')} lost by the cloud and not on this machine; see photobak verify.")
    lines += [f"{path} is empty, but files were backed up from it. Is its disk mounted?" for path in summary.emptied]
    return lines


def _left_alone(summary: Summary) -> list[str]:
    lines = []
    if summary.postponed:
        lines.append(f"{plural(summary.postponed, 'file')} postponed by --limit.")
    if summary.ignored:
        lines.append(f"{plural(summary.ignored, 'other file')} ignored (-v lists them).")
    return lines


class WatchView(SyncProgress):
    """Prints each file once, over any number of runs. Thread-safe."""

    def __init__(self, context: Context, as_json: bool) -> None:
        super().__init__()
        self._as_json = as_json
        self._quiet = context.quiet
        self._line = Lock()
        self._unsafe: dict[str, tuple[Result, str | None]] = {}
        """What was printed about each path that is not backed up."""

    def finished(self, outcome: FileOutcome) -> None:
        """Print a file with its result, unless that was printed before."""
        with self._line:
            if self._is_new(outcome):
                self._tell(outcome)

    def _is_new(self, outcome: FileOutcome) -> bool:
        path, state = os.fspath(outcome.path), (outcome.result, outcome.reason)
        if outcome.result.safe:
            self._unsafe.pop(path, None)
            return True
        known, self._unsafe[path] = self._unsafe.get(path), state
        return known != state

    def _tell(self, outcome: FileOutcome) -> None:
        entry = outcome.to_json()
        if self._as_json:
            json_line(entry)
        elif outcome.result.safe and not self._quiet:
            taken = f"{outcome.taken.taken_at.astimezone():%Y-%m-%d %H:%M}" if outcome.taken else "-"
            note = "" if outcome.result is Result.STORED else f"  ({outcome.result})"
            click.echo(shown(f"{(outcome.sha256 or '')[:12]}  {taken}  {entry['path']}{note}"))
        if outcome.result.broken:
            say(shown(f"{outcome.result} {entry['path']}" + (f": {outcome.reason}" if outcome.reason else "")))
