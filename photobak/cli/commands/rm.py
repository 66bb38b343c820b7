"""``photobak rm``: delete photos in the cloud, reversibly."""

import sys
from typing import TYPE_CHECKING, Final

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.terminal import plural
from photobak.errors import PhotobakError, WrongUsage

if TYPE_CHECKING:
    pass

MOST_UNASKED: Final = 10
"""More photos than these are deleted by those only who have typed how many they are."""


@click.command(name="rm", short_help="Delete photos; they can be brought back for a while.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--yes", is_flag=True, help="Don't ask, however many they are.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each photo, then a summary.")
@pass_context
def command(context: Context, ids: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Put photos into the cloud's trash, which keeps them for 30 days unless it was deployed with another number.

    The files on this machine stay as they are. While a photo is in the trash, no sync uploads it again; when the trash
    has let go of it, the next sync backs up what is still there to be backed up.

    \b
      photobak rm 3f2a9c81d0e4
      photobak trash
      photobak trash restore 3f2a9c81d0e4
    """
    from photobak.cli.ui.outcomes import tell_moves
    from photobak.client.index.file import index_path
    from photobak.client.index.index import Index
    from photobak.client.library.library import Among, Library
    from photobak.client.library.trash import put_into_trash

    session = require_session(context)
    records = Library(session).find_all(ids, Among.ALL)  # a run that was cut off is finished by the same command
    to_delete = sum(record.status.kept for record in records)
    if to_delete > MOST_UNASKED and not yes:
        confirm(to_delete)
    with Index.open(index_path(context.places, session.profile)) as index:
        failed = tell_moves(context, put_into_trash(session, index, records), as_json)
    if failed:
        click.get_current_context().exit(INCOMPLETE)


def confirm(count: int) -> None:
    """Let the person type how many photos it is about.

    Raises:
        WrongUsage: there is nobody to ask.
        PhotobakError: they typed something else.
    """
    if not sys.stdin.isatty():
        why = "there is nobody to ask"
        raise WrongUsage(f"{plural(count, 'photo')} are not deleted just so", why=why, next_step="Add --yes")
    typed = click.prompt(f"Type {count} to delete {plural(count, 'photo')}", err=True, default="", show_default=False)
    if typed.strip() != str(count):
        raise PhotobakError("nothing is deleted")
