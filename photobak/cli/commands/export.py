"""``photobak export``: a takeout."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context
from photobak.cli.ui.options import dotfiles_option, origin_options

if TYPE_CHECKING:
    from collections.abc import Callable

    from photobak.cli.ui.options import Origin
    from photobak.cli.ui.outcomes import LeftOut


@click.command(name="export", short_help="Export all originals, with XMP sidecars.")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option(
    "--layout", metavar="LAYOUT", default="date", help="How to arrange the files, as in `get` (default: date)."
)
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 64), default=8, help="Download up to N files at once (default: 8)."
)
@click.option(
    "--thaw", "speed", type=click.Choice(["standard", "bulk"]), help="Retrieve archived originals from Glacier."
)
@dotfiles_option
@origin_options
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per file, then a summary.")
@pass_context
def command(
    context: Context,
    folder: Path,
    layout: str,
    jobs: int,
    speed: str | None,
    dotfiles: bool,
    origin: "Callable[[Context, LeftOut], Origin]",
    as_json: bool,
) -> None:
    """Export all originals to DIR, with their metadata in formats that other programs read.

    Each photo gets an XMP sidecar (IMG_1.JPG.xmp: time, place, description, favorite, tags, people, albums) for Immich,
    digiKam, Lightroom, darktable or exiftool. Sidecars that you backed up yourself are not changed. photos.jsonl and
    albums.jsonl hold every record and album, one per line. `photobak import folder` reads all of it back. Run the
    command again to add what is new.

    \b
    Examples:
      photobak export /media/disk/photos
      photobak export takeout --layout source
    """
    from photobak.cli.ui.outcomes import LeftOut
    from photobak.cli.ui.restore_view import advice, restore_view
    from photobak.client.export.takeout import Takeout, with_room_for_sidecars
    from photobak.client.library.query import ALWAYS
    from photobak.client.restore.archived import Speed
    from photobak.client.restore.destination import require_folder
    from photobak.client.restore.layout import layout_of, targets
    from photobak.client.restore.restorer import RestoreOptions, Restorer

    arrange, destination, thaw = layout_of(layout), require_folder(folder), Speed(speed) if speed else None
    left_out = LeftOut()
    source = origin(context, left_out)
    rules = replace(with_room_for_sidecars(destination.name_rules()), dotfiles=dotfiles)
    wanted = targets(source.library.records(ALWAYS, oldest_first=True), arrange, rules)
    takeout = Takeout(destination, wanted, rules, {album.id: album for album in source.albums()})
    takeout.require_place()
    with restore_view(context, folder, as_json) as view:
        restorer = Restorer(source.bucket, destination, RestoreOptions(jobs=jobs, thaw=thaw, on_bytes=view.came))
        view.expect(len(wanted), restorer.missing_bytes(wanted))
        frozen = view.watch(takeout.complete(restorer.restore(wanted)))
        takeout.write_lists()
        for line in advice(frozen):
            view.say(line)
        view.leave(frozen)
    if view.incomplete or left_out.count:
        click.get_current_context().exit(INCOMPLETE)
