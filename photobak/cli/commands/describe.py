"""``photobak describe``: say what photos are."""

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, plural, say, shown
from photobak.errors import WrongUsage


@click.command(name="describe", short_help="Describe photos: text, favorite, archive, tags.")
@click.argument("ids", metavar="ID...", nargs=-1, required=True)
@click.option("--description", metavar="TEXT", help="What the photo shows; an empty text removes it.")
@click.option("--favorite/--no-favorite", default=None, help="Mark or unmark as a favorite.")
@click.option("--archive/--no-archive", "archived", default=None, help="Keep out of the timeline, or bring back.")
@click.option("--tag", "tags", metavar="TAG", multiple=True, help="Add a tag; levels are separated by a slash.")
@click.option("--untag", metavar="TAG", multiple=True, help="Remove a tag.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per photo, then a summary.")
@pass_context
def command(
    context: Context,
    ids: tuple[str, ...],
    description: str | None,
    favorite: bool | None,
    archived: bool | None,
    tags: tuple[str, ...],
    untag: tuple[str, ...],
    as_json: bool,
) -> None:
    """Describe photos. What no option names stays as it is, and so does the original.

    \b
    Examples:
      photobak describe 3f2a9c81d0e4 --favorite --tag Places/Lisbon
      photobak describe 3f2a9c81d0e4 --description "On the bridge"
    """
    from photobak.client.library.describe import Change, describe
    from photobak.client.library.library import Library

    change = Change(description, favorite, archived, tags, untag)
    if not change.to_json():
        next_step = "Pass --description, --favorite, --archive or --tag"
        raise WrongUsage("nothing to say about these photos", next_step=next_step)
    session = require_session(context)
    described = failed = 0
    for record, known in describe(session, Library(session).find_all(ids), change):
        described, failed = described + known, failed + (not known)
        if as_json:
            result = "described" if known else "failed"
            json_line({"type": "photo", "sha256": record.sha256, "filename": record.filename, "result": result})
        elif not known:
            say(f"{record.id} {shown(record.filename)}: the cloud doesn't have it any more")
    if as_json:
        json_line({"type": "summary", "described": described, "failed": failed})
    elif not context.quiet:
        say(f"Described {plural(described, 'photo')}.")
    if failed:
        click.get_current_context().exit(INCOMPLETE)
