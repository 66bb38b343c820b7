"""``photobak trash``: list the trash, and restore photos from it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.options import wait_lock_option
from photobak.cli.ui.selecting import Ids, ids_and_list, require_ids
from photobak.cli.ui.terminal import bytes_text, is_terminal, json_line, plural, say, shown

if TYPE_CHECKING:
    from photobak.client.account.session import Session
    from photobak.client.index.confirmations import Confirmations
    from photobak.photo.record import Record


@click.group(name="trash", invoke_without_command=True, short_help="List the photos in the trash, and restore them.")
@click.option("--forgotten", is_flag=True, help="List deleted photos that are no longer in the trash.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo.")
@click.pass_context
def command(ctx: click.Context, forgotten: bool, as_json: bool) -> None:
    """List the photos in the trash, and until when each can be restored.

    A photo that its owner has deleted is not uploaded again, also after the trash has let go of it. `trash restore`
    lifts that.

    \b
    Examples:
      photobak trash
      photobak trash restore 3f2a9c81d0e4
      photobak trash accept --all
    """
    if ctx.invoked_subcommand is None:
        (_list_forgotten if forgotten else _list)(ctx.ensure_object(Context), as_json)


@command.command(name="restore", short_help="Restore photos from the trash.")
@ids_and_list("Restore")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo, then a summary.")
@pass_context
def restore(context: Context, ids: Ids, as_json: bool) -> None:
    """Restore photos from the trash.

    \b
    Examples:
      photobak trash restore 3f2a9c81d0e4
      photobak trash --json | photobak trash restore --from-list -
    """
    from photobak.cli.ui.outcomes import LIFTED, tell_moves
    from photobak.client.index.file import index_path
    from photobak.client.index.index import Index
    from photobak.client.library.trash import lift, take_out_of_trash

    session = require_session(context)
    records, hashes = _deleted(session, require_ids(ids))
    with Index.open(index_path(context.places, session.profile)) as index:
        failed = tell_moves(context, take_out_of_trash(session, index, records), as_json) if records else 0
        lifted = lift(session, index, hashes) if hashes else 0
    if lifted and not context.quiet:
        say(LIFTED.format(plural(lifted, "photo")))
    if failed or lifted < len(hashes):
        click.get_current_context().exit(INCOMPLETE)


@command.command(name="accept", short_help="Accept what was deleted elsewhere.")
@click.argument("ids", metavar="[ID...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Accept all deletions that this machine knows of.")
@wait_lock_option
@pass_context
def accept(context: Context, ids: tuple[str, ...], everything: bool) -> None:
    """Accept deletions that were made elsewhere, so that sync no longer reports them.

    \b
    Examples:
      photobak trash accept 3f2a9c81d0e4
      photobak trash accept --all
    """
    from photobak.client.index.confirmations import Confirmations
    from photobak.client.index.file import index_path, run_lock
    from photobak.client.index.index import Index

    if bool(ids) == everything:
        raise click.UsageError("Name the photos to accept, or pass --all")
    profile = require_session(context).profile
    with run_lock(context.places, profile, context.wait_lock), Index.open(index_path(context.places, profile)) as index:
        confirmations = Confirmations(index)
        accepted = confirmations.accept(None if everything else _known_deletions(confirmations, ids))
    if not context.quiet:
        say(f"Accepted the deletion of {plural(accepted, 'photo')}.")


def _known_deletions(confirmations: "Confirmations", ids: tuple[str, ...]) -> list[str]:
    """The hashes of deleted photos by the beginnings of their ids; UnknownPhoto for one that is none."""
    from photobak.errors import UnknownPhoto

    known = [each.sha256 for each in confirmations.deleted()]
    hashes: list[str] = []
    for prefix in ids:
        found = [sha256 for sha256 in known if sha256.startswith(prefix.lower())]
        if not found:
            raise UnknownPhoto(
                f"no deleted photo {shown(prefix)}",
                why="this machine knows of no such deletion",
                next_step="To find new ones, run: photobak sync",
            )
        hashes += found
    return hashes


def _deleted(session: "Session", ids: tuple[str, ...]) -> "tuple[list[Record], list[str]]":
    """The photos in the trash, and the hashes of forgotten ones; UnknownPhoto for an id that is neither."""
    from photobak.client.library.library import Among, Library
    from photobak.client.library.trash import forgotten
    from photobak.errors import UnknownPhoto
    from photobak.photo.identity import is_id_prefix

    records: list[Record] = []
    hashes: list[str] = []
    prefixes = list(dict.fromkeys(prefix.lower() for prefix in ids))
    for prefix, found in zip(prefixes, Library(session).find_each(prefixes, Among.TRASH), strict=True):
        if not isinstance(found, UnknownPhoto):
            records.append(found)
            continue
        gone = [each.sha256 for each in forgotten(session, prefix)] if is_id_prefix(prefix) else []
        if len(gone) != 1:
            raise found
        hashes += gone
    return records, hashes


def _list_forgotten(context: Context, as_json: bool) -> None:
    from photobak.client.library.trash import forgotten
    from photobak.photo.identity import short_id

    for each in forgotten(require_session(context)):
        if as_json:
            json_line(each.to_json())
        else:
            click.echo(f"{short_id(each.sha256)}  {shown(str(each.deletion))}")


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
