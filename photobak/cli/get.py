"""``photobak get``: restore originals."""

import time
from pathlib import Path
from typing import TYPE_CHECKING

import click

from photobak.cli.context import INCOMPLETE, Context, pass_context
from photobak.cli.filters import photo_filters
from photobak.cli.terminal import bytes_text, is_terminal, json_line, plural, say
from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photobak.client.library import Library
    from photobak.client.query import Query
    from photobak.client.restore import RestoreOutcome
    from photobak.photo.record import Record


@click.command(name="get", short_help="Restore originals.")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that is backed up.")
@photo_filters
@click.option("--to", "folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path), default=Path())
@click.option(
    "--layout",
    type=click.Choice(["date", "source", "flat"]),
    default="date",
    help="date: 2024/06/30/NAME (the default); source: as it lay on its device; flat: all in DIR.",
)
@click.option("--dry-run", is_flag=True, help="Say what would be restored.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each file, then a summary.")
@pass_context
def command(
    context: Context,
    ids: tuple[str, ...],
    everything: bool,
    query: "Query",
    folder: Path,
    layout: str,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Restore originals, byte for byte.

    Each file is hashed on its way in and gets its name only when it is whole and right. A file that is there already
    is never overwritten.

    \b
      photobak get 3f2a9c81d0e4
      photobak get --since 2024-06 --to summer
      photobak get --all --layout source --to /media/disk
    """
    from photobak.cli.signed_in import require_session
    from photobak.client.layout import Layout, targets
    from photobak.client.library import Library
    from photobak.client.query import EVERYTHING
    from photobak.client.restore import Restorer

    if bool(ids) + everything + (query != EVERYTHING) != 1:
        raise WrongUsage("say what to restore", next_step="Give ids, or options such as --since or --near, or --all")
    session = require_session(context)
    started = time.monotonic()
    restorer = Restorer(session, folder)
    wanted = targets(_records(Library(session), ids, query), Layout(layout))
    outcomes = restorer.rehearse(wanted) if dry_run else restorer.restore(wanted)
    tally = _Tally(context, as_json)
    tally.watch(outcomes)
    tally.conclude(time.monotonic() - started, folder)
    if tally.incomplete:
        click.get_current_context().exit(INCOMPLETE)


def _records(library: "Library", ids: tuple[str, ...], query: "Query") -> "Iterable[Record]":
    if not ids:
        return filter(query.matches, library.records(query.span, oldest_first=True))
    return {record.sha256: record for record in map(library.find, ids)}.values()


class _Tally:
    """Counts and prints outcomes."""

    def __init__(self, context: Context, as_json: bool) -> None:
        from collections import Counter

        self._context = context
        self._as_json = as_json
        self._counts: Counter[str] = Counter()
        self._bytes = 0

    @property
    def incomplete(self) -> bool:
        """Whether something that was asked for is not there."""
        return bool(self._counts["failed"] or self._counts["thawing"])

    def watch(self, outcomes: "Iterable[RestoreOutcome]") -> None:
        """Take the outcomes as they come."""
        for outcome in outcomes:
            result = outcome.result.value
            self._counts[result] += 1
            self._bytes += outcome.target.record.size if result == "restored" else 0
            entry = outcome.to_json()
            if self._as_json:
                json_line(entry)
            if outcome.reason or self._context.verbosity > 0 or (result == "would-restore" and not self._as_json):
                say(f"{result} {entry['path']}" + (f": {outcome.reason}" if outcome.reason else ""))

    def conclude(self, seconds: float, folder: Path) -> None:
        """Print the summary."""
        counts = self._counts
        if self._as_json:
            json_line({
                "type": "summary",
                "matched": counts.total(),
                "restored": counts["restored"],
                "existing": counts["exists"],
                "thawing": counts["thawing"],
                "failed": counts["failed"],
                "bytes": self._bytes,
                "seconds": round(seconds, 3),
            })  # fmt: skip
        elif not self._context.quiet and (is_terminal() or self.incomplete):
            done = f"{plural(counts['restored'], 'file')} restored to {folder} ({bytes_text(self._bytes)})"
            say(f"{done}, {counts['exists']:,} there already, {counts['failed']:,} failed.")
