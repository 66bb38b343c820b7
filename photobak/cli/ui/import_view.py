"""What an import looks like: a sync's progress, then everything that was in the export, in lines, JSON or HTML."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from html import escape
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

from photobak.cli.ui.context import Context
from photobak.cli.ui.sync_view import SyncView
from photobak.cli.ui.terminal import bytes_text, has_room_for_progress, json_line, plural, say, shown
from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.files.scan import Skipped
from photobak.client.imports.report import ImportReport, Mode
from photobak.errors import PhotobakError, reason_of
from photobak.photo.described import alternative_text

_NAMED: Final = 5
"""Of each kind on the terminal; the report and ``--json`` name all."""
_PAGE: Final = "import_report.html"


class ImportView(SyncView):
    """A sync's view that gathers a report."""

    def __init__(self, context: Context, as_json: bool, report: ImportReport) -> None:
        super().__init__(context, as_json)
        self._report = report

    def ignored(self, skipped: Skipped) -> None:
        """Note something that is nothing to be backed up."""
        super().ignored(skipped)
        self._report.ignored(skipped)

    def finished(self, outcome: FileOutcome) -> None:
        """Note what became of a file."""
        super().finished(outcome)
        self._report.finished(outcome)


@contextmanager
def import_view(context: Context, as_json: bool, report: ImportReport) -> Iterator[ImportView]:
    """The view that fits: with progress on a terminal, else without."""
    view = ImportView(context, as_json, report)
    if context.verbosity == 0 and has_room_for_progress(as_json=as_json):
        with view.live():
            yield view
    else:
        yield view


def tell_report(report: ImportReport, as_json: bool) -> None:
    """Print a report."""
    if as_json:
        for entry in report.entries():
            json_line(entry)
        json_line(report.to_json())
        return
    for line in report_lines(report):
        say(shown(line))


def report_lines(report: ImportReport) -> Iterator[str]:
    """A report in lines, the verdict last."""
    results = report.summary.results
    if report.is_rehearsal:
        yield f"{plural(results[Result.WOULD_UPLOAD], 'file')} would be imported."
    elif report.mode is Mode.CHECK:
        read = f"{plural(report.originals_read, 'original')} read back and hashed ({bytes_text(report.bytes_read)})"
        yield f"{plural(results[Result.ALREADY_STORED], 'file')} found in the cloud, {read}."
    else:
        new = results[Result.STORED] + results[Result.NO_PREVIEW]
        yield f"{plural(new, 'file')} newly stored, {results[Result.ALREADY_STORED]:,} stored already."
    counted = {
        "with the same bytes as another one of the export": report.duplicates,
        "with dates that disagree: the export's is taken, and both are kept": len(report.disagreements),
        "of which the export says nothing": len(report.undescribed),
        **{f"left out: {reason}": count for reason, count in report.reasons.most_common()},
    }
    yield from (f"{plural(count, 'file')} {what}." for what, count in counted.items() if count)
    yield from (f"not stored: {each.path}: {each.reason}" for each in report.unsafe[:_NAMED])
    yield from (f"can't be read: {each.path}: {each.reason}" for each in report.problems[:_NAMED])
    named = {"albums": report.albums, "described, and in no part": report.absent, "missing": report.missing_parts}
    yield from (f"{what}: {_some(names)}" for what, names in named.items() if names)
    yield report.verdict


def _some(names: list[str]) -> str:
    more = f" and {len(names) - _NAMED:,} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def write_report(report: ImportReport, path: Path) -> None:
    """Write a report as one HTML file that needs no other and can be printed.

    Raises:
        PhotobakError: it can't be written.
    """
    page = Template(resources.files("photobak.cli.ui").joinpath(_PAGE).read_text(encoding="utf-8"))
    try:
        path.write_text(page.substitute(_values(report)), encoding="utf-8")
    except OSError as error:
        raise PhotobakError(f"the report {path} can't be written", why=reason_of(error)) from error


def _values(report: ImportReport) -> dict[str, str]:
    results = report.summary.results
    numbers = {
        "Photos, videos and sidecars": report.summary.scanned,
        "Newly stored": results[Result.STORED] + results[Result.NO_PREVIEW],
        "Stored already": results[Result.ALREADY_STORED],
        "Would be imported": results[Result.WOULD_UPLOAD],
        "Originals read back and hashed": report.originals_read,
        "Duplicates within the export": report.duplicates,
        "Albums": len(report.albums),
        "Dates that disagree": len(report.disagreements),
        "Of which the export says nothing": len(report.undescribed),
        "Left out": len(report.left_out),
    }
    sections = {
        "Not stored": [f"{each.path}: {each.reason}" for each in report.unsafe],
        "Parts that are missing": report.missing_parts,
        "Described, and in no part": report.absent,
        "Could not be read": [f"{each.path}: {each.reason}" for each in report.problems],
        "Dates that disagree": [
            f"{each.path}: {alternative_text(each.taken)}, not {', '.join(map(alternative_text, each.others))}"
            for each in report.disagreements
        ],
        "Albums": report.albums,
        "Of which the export says nothing": report.undescribed,
        "Left out, and why": [f"{each.path}: {each.reason}" for each in report.left_out],
    }
    return {
        "name": escape(report.name),
        "verdict": escape(report.verdict),
        "state": "safe" if report.everything_is_safe else "unsafe",
        "parts": _list(report.parts),
        "numbers": "".join(f"<tr><th>{escape(what)}</th><td>{n:,}</td></tr>" for what, n in numbers.items() if n),
        "sections": "".join(
            f"<h2>{escape(title)} ({len(lines):,})</h2>{_list(lines)}" for title, lines in sections.items() if lines
        ),
    }


def _list(lines: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{escape(shown(line))}</li>" for line in lines) + "</ul>"
