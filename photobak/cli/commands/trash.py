"""``photobak trash``: list the trash, and restore photos from it."""

from datetime import UTC, datetime

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.terminal import bytes_text, is_terminal, json_line, plural, say


@click.group(name="trash", invoke_without_command=True, short_help="List the photos in the trash, and restore them.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo.")
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> None:
    """List the photos in the trash, and until when each can be restored.

    \b
    Examples:
      photobak trash
      photobak trash restore 3f2a9c81d0e4
    """
    if ctx.invoked_subcommand is None:
        _list(ctx.ensure_object(Context), as_json)


@command.command(name="restore", short_help="Restore photos from the trash.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo, then a summary.")
@pass_context
def restore(context: Context, ids: tuple[str, ...], as_json: bool) -> None:
    """Restore photos from the trash.

    \b
    Example:
      photobak trash restore 3f2a9c81d0e4
    """
    from photobak.cli.ui.outcomes import tell_moves
    from photobak.client.index.file import index_path
    from photobak.client.index.index import Index
    from photobak.client.library.library import Among, Library
    from photobak.client.library.trash import take_out_of_trash

    session = require_session(context)
    records = Library(session).find_all(ids, Among.TRASH)
    with Index.open(index_path(context.places, session.profile)) as index:
        failed = tell_moves(context, take_out_of_trash(session, index, records), as_json)
    if failed:
        click.get_current_context().exit(INCOMPLETE)


def _list(context: Context, as_json: bool) -> None:
    from photobak.cli.ui.outcomes import LeftOut
    from photobak.cli.ui.rows import Rows
    from photobak.client.library.census import Census
    from photobak.client.library.library import Library

    now, rows, total, left_out = datetime.now(UTC), Rows.for_stdout(), Census(), LeftOut()
    for record in Library(require_session(context), left_out).trash():
        until = record.trashed_until
        if until is None or until <= now:  # the cloud may take a while to delete it
            continue
        total.add(record)
        if as_json:
            json_line(record.listing() | {"trashed_until": until.isoformat()})
        else:
            click.echo(rows.row(record, note=f"until {until.astimezone():%Y-%m-%d}"))
    if is_terminal() and not as_json and not context.quiet:
        say(f"{plural(total.count, 'photo')}: {bytes_text(total.size)}" if total.count else "The trash is empty.")
    if left_out.count:
        click.get_current_context().exit(INCOMPLETE)
