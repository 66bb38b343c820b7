"""``photobak get``: restore originals."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context
from photobak.cli.ui.options import dotfiles_option, origin_options, photo_filters
from photobak.cli.ui.selecting import Ids, ids_and_list, selection
from photobak.cli.ui.terminal import say

if TYPE_CHECKING:
    from collections.abc import Callable

    from photobak.cli.ui.options import Origin
    from photobak.cli.ui.outcomes import LeftOut
    from photobak.client.library.query import Query
    from photobak.client.restore.layout import Variant
    from photobak.photo.record import Record


@click.command(name="get", short_help="Restore originals.")
@ids_and_list("Restore")
@click.option("--all", "everything", is_flag=True, help="Restore everything.")
@photo_filters
@click.option(
    "--to",
    "folder",
    metavar="DIR",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path(),
    help="Target folder (default: the current folder).",
)
@click.option(
    "--layout",
    metavar="LAYOUT",
    default="date",
    help="date: 2024/06/30/NAME (the default); source: the folders they were backed up from; flat: all in DIR; or a "
    "template such as '{year}/{month:02}/{camera}/{filename}'.",
)
@click.option(
    "--size",
    "variant",
    type=click.Choice(["original", "web", "thumb"]),
    default="original",
    help="Restore originals (the default) or previews.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files whose contents differ.")
@click.option(
    "--jobs", metavar="N", type=click.IntRange(1, 64), default=8, help="Download up to N files at once (default: 8)."
)
@click.option(
    "--thaw",
    "speed",
    type=click.Choice(["standard", "bulk"]),
    help="Retrieve archived originals from Glacier; run without it first to see the time and cost.",
)
@click.option("--wait", "waits", is_flag=True, help="Wait until archived originals are available, for hours or days.")
@dotfiles_option
@origin_options
@click.option("--dry-run", is_flag=True, help="Show what would be restored; download nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per file, then a summary.")
@pass_context
def command(
    context: Context,
    ids: Ids,
    everything: bool,
    query: "Query",
    folder: Path,
    layout: str,
    variant: str,
    force: bool,
    jobs: int,
    speed: str | None,
    waits: bool,
    dotfiles: bool,
    origin: "Callable[[Context, LeftOut], Origin]",
    dry_run: bool,
    as_json: bool,
) -> None:
    """Restore originals, byte for byte.

    Each file is hashed while it is downloaded, and gets its final name only when it is complete and its hash matches.
    Existing files are not overwritten. To resume an interrupted restore, run the same command again.

    A template can contain {year}, {month}, {day}, {hour}, {minute}, {second} (with a width: {month:02}), {camera},
    {lens}, {device}, {kind}, {filename}, {stem}, {ext}, {id} and {sha256}. If several photos get the same name, all but
    one of them have their id added to it.

    \b
    Examples:
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
    wished = selection(ids, query, "restore", everything=everything, all_option="--all")
    destination = require_folder(folder)
    left_out = LeftOut()
    source = origin(context, left_out)
    records = _having(size, list(wished.records(source.library, left_out)))
    wanted = targets(map(size.named, records), arrange, replace(destination.name_rules(), dotfiles=dotfiles))
    with restore_view(context, folder, as_json) as view:
        options = RestoreOptions(size, jobs, force, Speed(speed) if speed else None, view.came)
        restorer = Restorer(source.bucket, destination, options)
        view.expect(len(wanted), restorer.missing_bytes(wanted))
        frozen = view.watch(restorer.rehearse(wanted) if dry_run else restorer.restore(wanted))
        for line in advice(frozen):
            view.say(line)
        if waits:
            frozen = wait(frozen, lambda targets: view.watch(restorer.restore(targets)))
        view.leave(frozen)
    if view.incomplete or left_out.count:
        click.get_current_context().exit(INCOMPLETE)


def _having(size: "Variant", records: "list[Record]") -> "list[Record]":
    """The records that have this size; says how many have no preview."""
    having = [record for record in records if size.key(record) is not None]
    if len(having) < len(records):
        say(f"{len(records) - len(having):,} without a preview are skipped.")
    return having
