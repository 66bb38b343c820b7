"""``photobak album``: albums, and the photos in them."""

from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, plural, say, shown

if TYPE_CHECKING:
    from collections.abc import Iterable

    from photobak.photo.record import Record


@click.group(name="album", short_help="Create albums, and put photos into them.")
def command() -> None:
    """Create albums, and put photos into them.

    An album is named by its name, or by its id where several have the same name. Deleting an album deletes no photo.

    \b
    Examples:
      photobak album create "Summer 2024"
      photobak album add "Summer 2024" 3f2a9c81d0e4 8d1b44c0a7f2
      photobak album show "Summer 2024"
      photobak get --album "Summer 2024" --to ~/Desktop
    """


@command.command(name="ls", short_help="List albums.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per album.")
@pass_context
def list_albums(context: Context, as_json: bool) -> None:
    """List albums by name.

    \b
    Example:
      photobak album ls
    """
    from photobak.client.library.albums import Albums

    for album in Albums(require_session(context)).all():
        if as_json:
            json_line(album.to_json())
        else:
            click.echo(shown(f"{album.id}  {album.name}"))


@command.command(name="create", short_help="Create an album.")
@click.argument("name")
@click.option("--description", metavar="TEXT", default="", help="What the album is about.")
@pass_context
def create(context: Context, name: str, description: str) -> None:
    """Create an album, and print its id.

    \b
    Example:
      photobak album create "Summer 2024"
    """
    from photobak.client.library.albums import Albums

    click.echo(Albums(require_session(context)).create(name, description).id)


@command.command(name="rename", short_help="Rename an album.")
@click.argument("album")
@click.argument("name")
@pass_context
def rename(context: Context, album: str, name: str) -> None:
    """Rename an album.

    \b
    Example:
      photobak album rename "Summer 2024" "Lisbon 2024"
    """
    from photobak.client.library.albums import Albums

    albums = Albums(require_session(context))
    albums.rename(albums.find(album), name)


@command.command(name="add", short_help="Put photos into an album.")
@click.argument("album")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@pass_context
def add(context: Context, album: str, ids: tuple[str, ...]) -> None:
    """Put photos into an album.

    \b
    Example:
      photobak album add "Summer 2024" 3f2a9c81d0e4
    """
    _move(context, album, ids, into=True)


@command.command(name="remove", short_help="Take photos out of an album.")
@click.argument("album")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@pass_context
def remove(context: Context, album: str, ids: tuple[str, ...]) -> None:
    """Take photos out of an album; they stay in the backup.

    \b
    Example:
      photobak album remove "Summer 2024" 3f2a9c81d0e4
    """
    _move(context, album, ids, into=False)


@command.command(name="show", short_help="List the photos in an album.")
@click.argument("album")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo.")
@pass_context
def show(context: Context, album: str, as_json: bool) -> None:
    """List the photos in an album, newest first.

    \b
    Example:
      photobak album show "Summer 2024"
    """
    from photobak.cli.ui.rows import Rows
    from photobak.client.library.albums import Albums
    from photobak.client.library.library import Library

    session = require_session(context)
    found = Albums(session).find(album)
    rows = Rows.for_stdout()
    for record in Library(session).records(album=found.id):
        if as_json:
            json_line(record.listing())
        else:
            click.echo(rows.row(record))


@command.command(name="delete", short_help="Delete an album, and no photo.")
@click.argument("album")
@pass_context
def delete(context: Context, album: str) -> None:
    """Delete an album; its photos stay in the backup.

    If it is interrupted, run it again.

    \b
    Example:
      photobak album delete "Summer 2024"
    """
    from photobak.client.library.albums import Albums
    from photobak.client.library.library import Library

    session = require_session(context)
    albums = Albums(session)
    found = albums.find(album)
    members = list(Library(session).records(album=found.id))
    moved = list(albums.take_out(found, [record.sha256 for record in members]))
    albums.delete(found)  # last, so that the same command finishes an interrupted run
    _conclude(context, members, moved)


def _move(context: Context, album: str, ids: tuple[str, ...], *, into: bool) -> None:
    """Put photos into an album, or take them out."""
    from photobak.client.library.albums import Albums
    from photobak.client.library.library import Library

    session = require_session(context)
    albums, records = Albums(session), Library(session).find_all(ids)
    move = albums.put_in if into else albums.take_out
    _conclude(context, records, move(albums.find(album), [record.sha256 for record in records]))


def _conclude(context: Context, records: "Iterable[Record]", moved: "Iterable[tuple[str, bool]]") -> None:
    names = {record.sha256: record.id for record in records}
    done = dict(moved)
    for sha256, known in done.items():
        if not known:
            say(f"{names.get(sha256, sha256[:12])}: the cloud doesn't have it any more")
    if not context.quiet:
        say(f"Changed {plural(sum(done.values()), 'photo')}.")
    if not all(done.values()):
        click.get_current_context().exit(INCOMPLETE)
