"""``photobak rm``: delete photos in the cloud, reversibly."""

import sys
from functools import partial
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.options import photo_filters
from photobak.cli.ui.selecting import Ids, ids_and_list, selection
from photobak.cli.ui.terminal import plural, say
from photobak.errors import PhotobakError, WrongUsage

if TYPE_CHECKING:
    from photobak.client.library.query import Query

MOST_UNASKED: Final = 10
"""Deleting more photos than this needs a confirmation."""


@click.command(name="rm", short_help="Move photos to the trash.")
@ids_and_list("Delete")
@photo_filters
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo, then a summary.")
@pass_context
def command(context: Context, ids: Ids, query: "Query", yes: bool, as_json: bool) -> None:
    """Move photos to the trash in the cloud, which keeps them for 30 days (template parameter TrashDays).

    Files on this machine are not touched. Deleted photos are not uploaded again by any machine, unless you restore them
    with `photobak trash restore`.

    More than 100 deletions or new dates a day need a sign-in of the last 15 minutes: on a terminal, rm asks for it and
    goes on.

    \b
    Examples:
      photobak rm 3f2a9c81d0e4
      photobak rm --name 'Screenshot*' --until 2023
      photobak trash
      photobak trash restore 3f2a9c81d0e4
    """
    from photobak.cli.ui.outcomes import tell_moves
    from photobak.cli.ui.sign_in import with_fresh_sign_in
    from photobak.client.index.file import index_path
    from photobak.client.index.index import Index
    from photobak.client.library.library import Among, Library
    from photobak.client.library.trash import put_into_trash

    wished = selection(ids, query, "delete")
    session = require_session(context)
    library = Library(session)
    if wished.ids is not None:
        records = library.find_all(wished.ids, Among.ALL)  # so that the same command finishes an interrupted run
    else:
        records = list(filter(query.matches, library.records(query.span, album=query.album)))
    if not records:
        say("No photos match.")
    to_delete = sum(record.status.kept for record in records)
    if to_delete > MOST_UNASKED and not yes:
        confirm(to_delete)
    with Index.open(index_path(context.places, session.profile)) as index:
        moves = with_fresh_sign_in(context, session, partial(put_into_trash, session, index), records)
        failed = tell_moves(context, moves, as_json)
    if failed:
        click.get_current_context().exit(INCOMPLETE)


def confirm(count: int) -> None:
    """Ask the person to type the number of photos.

    Raises:
        WrongUsage: standard input is not a terminal.
        PhotobakError: they typed something else.
    """
    if not sys.stdin.isatty():
        what = f"refusing to delete {plural(count, 'photo')} without confirmation"
        raise WrongUsage(what, why="standard input is not a terminal", next_step="Pass --yes")
    typed = click.prompt(f"Type {count} to delete {plural(count, 'photo')}", err=True, default="", show_default=False)
    if typed.strip() != str(count):
        raise PhotobakError("nothing was deleted", why="the number does not match")
