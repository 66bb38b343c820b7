"""``photobak get``: restore originals."""

from pathlib import Path
from typing import IO, TYPE_CHECKING

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context
from photobak.cli.ui.options import origin_options, photo_filters
from photobak.cli.ui.terminal import say
from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from collections.abc import Callable

    from photobak.cli.ui.options import Origin
    from photobak.cli.ui.outcomes import LeftOut
    from photobak.client.library.query import Query
    from photobak.client.restore.layout import Variant
    from photobak.client.restore.selection import Selection
    from photobak.photo.record import Record


@click.command(name="get", short_help="Restore originals.")
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Everything that is backed up.")
@photo_filters
@click.option(
    "--from-list",
    "listed",
    metavar="FILE",
    type=click.File(encoding="utf-8", errors="replace"),
    help="Those that FILE names, one a line: ids, or what `ls --json` prints; - for standard input.",
)
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Where to; here by default.",
)
@click.option(
    "--layout",
    metavar="LAYOUT",
    default="date",
    help="date: 2024/06/30/NAME (the default); source: as it lay on its device; flat: all in DIR; or a template: "
    "'{year}/{month:02}/{camera}/{filename}'.",
)
@click.option(
    "--size",
    "variant",
    type=click.Choice(["original", "web", "thumb"]),
    default="original",
    help="original (the default), or the preview of that size.",
)
@click.option("--force", is_flag=True, help="Overwrite files that are there with other bytes.")
@click.option("--jobs", metavar="N", type=click.IntRange(1, 64), default=8, help="Files fetched at once; 8 by default.")
@click.option(
    "--thaw",
    "speed",
    type=click.Choice(["standard", "bulk"]),
    help="Have originals in Glacier thawed; what that takes and costs is said before.",
)
@click.option("--wait", "waits", is_flag=True, help="Wait until what is being thawed is here, for hours or days.")
@origin_options
@click.option("--dry-run", is_flag=True, help="Say what would be restored.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each file, then a summary.")
@pass_context
def command(
    context: Context,
    ids: tuple[str, ...],
    everything: bool,
    query: "Query",
    listed: IO[str] | None,
    folder: Path,
    layout: str,
    variant: str,
    force: bool,
    jobs: int,
    speed: str | None,
    waits: bool,
    origin: "Callable[[Context, LeftOut], Origin]",
    dry_run: bool,
    as_json: bool,
) -> None:
    """Restore originals, byte for byte.

    Each file is hashed on its way in and gets its name only when it is whole and right. A file that is there already
    is not overwritten. What is cut off goes on where it was when the same command is given again.

    A template may name {year}, {month}, {day}, {hour}, {minute}, {second} (with a width: {month:02}), {camera}, {lens},
    {device}, {kind}, {filename}, {stem}, {ext}, {id} and {sha256}. Where several photos want one name, all but one
    carry their id.

    \b
      photobak get 3f2a9c81d0e4
      photobak get --since 2024-06 --near Lisbon --to summer
      photobak get --all --layout source --to /media/disk
      photobak get --all --from-bucket photobak-photos-123456789012-eu-central-1
      photobak ls --json | jq -c 'select(.size > 5e6)' | photobak get --from-list - --to large
    """
    from photobak.cli.ui.outcomes import LeftOut
    from photobak.cli.ui.restore_view import advice, restore_view, wait
    from photobak.client.restore.archived import Speed
    from photobak.client.restore.destination import require_folder
    from photobak.client.restore.layout import Variant, layout_of, targets
    from photobak.client.restore.restorer import RestoreOptions, Restorer

    size, arrange = Variant(variant), layout_of(layout)
    selection = _selection(ids, everything, query, listed)
    destination = require_folder(folder)
    left_out = LeftOut()
    source = origin(context, left_out)
    records = _having(size, list(selection.records(source.library, left_out)))
    wanted = targets(map(size.named, records), arrange, destination.name_rules())
    with restore_view(context, folder, as_json) as view:
        options = RestoreOptions(size, jobs, force, Speed(speed) if speed else None, view.came)
        restorer = Restorer(source.bucket, destination, options)
        view.expect(len(wanted), restorer.bytes_to_come(wanted))
        frozen = view.watch(restorer.rehearse(wanted) if dry_run else restorer.restore(wanted))
        for line in advice(frozen):
            view.say(line)
        if waits:
            frozen = wait(frozen, lambda targets: view.watch(restorer.restore(targets)))
        view.leave(frozen)
    if view.incomplete or left_out.count:
        click.get_current_context().exit(INCOMPLETE)


def _selection(ids: tuple[str, ...], everything: bool, query: "Query", listed: IO[str] | None) -> "Selection":
    """What is asked for.

    Raises:
        WrongUsage: nothing is, or ids and dates are, or the list can't be read.
    """
    from photobak.client.library.query import EVERYTHING
    from photobak.client.restore.selection import Selection, listed_ids

    if bool(ids or listed) + everything + (query != EVERYTHING) != 1:
        next_step = "Give ids, or --from-list, or options such as --since or --near, or --all"
        raise WrongUsage("say what to restore", next_step=next_step)
    if listed is not None:
        return Selection((*ids, *listed_ids(listed, listed.name)))
    return Selection(ids or None, query)


def _having(size: "Variant", records: "list[Record]") -> "list[Record]":
    """Those that there are in this size; the others are counted, not missed."""
    having = [record for record in records if size.key(record) is not None]
    if len(having) < len(records):
        say(f"{len(records) - len(having):,} have no preview and are left out.")
    return having
