"""``photobak ls``: list photos by date."""

from itertools import islice
from typing import TYPE_CHECKING

import click

from photobak.cli.context import Context, pass_context
from photobak.cli.filters import photo_filters
from photobak.cli.terminal import bytes_text, json_line, shown

if TYPE_CHECKING:
    from photobak.client.query import Query
    from photobak.photo.record import Record

_PAGE = 1000


@click.command(name="ls", short_help="List photos by date.")
@photo_filters
@click.option("--limit", metavar="N", type=click.IntRange(1), help="At most so many.")
@click.option("--reverse", is_flag=True, help="Oldest first.")
@click.option("-l", "--long", "as_long", is_flag=True, help="Show size, kind and camera too.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each photo.")
@pass_context
def command(
    context: Context,
    query: "Query",
    limit: int | None,
    reverse: bool,
    as_long: bool,
    as_json: bool,
) -> None:
    """List the photos that are backed up, newest first.

    \b
      photobak ls --since 2024-06 --until 2024-08
      photobak ls --near Lisbon --camera pixel -l
      photobak ls --limit 20
      photobak ls --json | jq -r .filename
    """
    from photobak.cli.signed_in import require_session
    from photobak.client.library import Library

    library = Library(require_session(context))
    page_size = min(limit or _PAGE, _PAGE) if query.by_time_alone else _PAGE
    records = library.records(query.span, oldest_first=reverse, page_size=page_size)
    for record in islice(filter(query.matches, records), limit):
        if as_json:
            json_line(record.listing())
        else:
            click.echo(row(record, as_long))


def row(record: "Record", as_long: bool = False, note: str | None = None) -> str:
    """One line: id, local capture time, name, and a note if there is anything to note of it."""
    taken = f"{record.taken.taken_at.astimezone():%Y-%m-%d %H:%M}"
    note = note or ("" if record.status.value == "stored" else record.status.value)
    name = shown(record.filename) + (f"  ({note})" if note else "")
    if not as_long:
        return f"{record.id}  {taken}  {name}"
    details = f"{record.kind.value:7}  {bytes_text(record.size):>9}  {shown(record.camera or '-'):24.24}"
    return f"{record.id}  {taken}  {details}  {name}"
