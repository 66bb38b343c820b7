"""``photobak ls``: list photos by date."""

from collections.abc import Iterable
from dataclasses import replace
from itertools import islice
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.options import photo_filters
from photobak.cli.ui.terminal import bytes_text, is_terminal, json_line, plural, say
from photobak.photo.kind import Kind

if TYPE_CHECKING:
    from photobak.client.library.census import Census
    from photobak.client.library.query import Query
    from photobak.photo.record import Record

_PAGE: Final = 1000
_PICTURES: Final = frozenset({Kind.PHOTO, Kind.VIDEO})
"""What is listed unless --kind says otherwise."""


@click.command(name="ls", short_help="List photos by date.")
@photo_filters
@click.option("--limit", metavar="N", type=click.IntRange(1), help="List at most N photos.")
@click.option("--reverse", is_flag=True, help="List the oldest first.")
@click.option("-l", "--long", "as_long", is_flag=True, help="Also show kind, size and camera.")
@click.option(
    "--by", "period", type=click.Choice(["year", "month", "day"]), help="Count photos per year, month or day."
)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo, or per count.")
@pass_context
def command(
    context: Context,
    query: "Query",
    limit: int | None,
    reverse: bool,
    as_long: bool,
    period: str | None,
    as_json: bool,
) -> None:
    """List the photos and videos in the backup, newest first; sidecars only with --kind sidecar.

    \b
    Examples:
      photobak ls --since 2024-06 --until 2024-08
      photobak ls --near Lisbon --camera pixel -l
      photobak ls --path 'Holidays/*' --name 'IMG_*'
      photobak ls --by month
      photobak ls --json | jq -r .filename
    """
    from photobak.cli.ui.outcomes import LeftOut
    from photobak.client.library.library import Library

    left_out = LeftOut()
    library = Library(require_session(context), left_out)
    page_size = min(limit or _PAGE, _PAGE) if query.by_time_alone else _PAGE
    records = library.records(query.span, oldest_first=reverse, page_size=page_size, album=query.album)
    wanted = islice(filter((query if query.kinds else replace(query, kinds=_PICTURES)).matches, records), limit)
    total = _count(wanted, period, as_json) if period else _list(wanted, as_long, as_json)
    if is_terminal() and not as_json and not context.quiet:
        say(_in_words(total, query))
    if left_out.count:
        click.get_current_context().exit(INCOMPLETE)


def _list(records: "Iterable[Record]", as_long: bool, as_json: bool) -> "Census":
    """Print each record as it arrives; return the totals."""
    from photobak.cli.ui.rows import Rows
    from photobak.client.library.census import Census

    rows, total = Rows.for_stdout(as_long), Census()
    for record in records:
        total.add(record)
        if as_json:
            json_line(record.listing())
        else:
            click.echo(rows.row(record))
    return total


def _count(records: "Iterable[Record]", period: str, as_json: bool) -> "Census":
    """Print the number of photos per year, month or day; return the totals."""
    from photobak.cli.ui.rows import print_counts
    from photobak.client.library.census import Census, Period, count_by

    total, groups = Census(), count_by(records, Period(period))
    for name, census in groups.items():
        total += census
        if as_json:
            json_line({period: name, **census.to_json()})
    if not as_json:
        print_counts(groups)
    return total


def _in_words(total: "Census", query: "Query") -> str:
    from photobak.client.library.query import EVERYTHING

    if not total.count:
        return "No photos match." if query != EVERYTHING else "Nothing is backed up yet: photobak sync PATH"
    kinds = [plural(total.kinds[kind], kind.value) for kind in Kind if total.kinds[kind]]
    return f"{', '.join(kinds)}: {bytes_text(total.size)}"
