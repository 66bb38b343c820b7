"""``photobak duplicates``: list photos that look alike."""

from typing import TYPE_CHECKING, Any

import click

from photobak.cli.ui.context import Context, pass_context, require_session
from photobak.cli.ui.terminal import json_line, plural, say

if TYPE_CHECKING:
    from photobak.client.library.duplicates import Duplicates


@click.command(name="duplicates", short_help="List photos that look alike.")
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per group, then a summary.")
@pass_context
def command(context: Context, as_json: bool) -> None:
    """List photos that look alike, in groups; delete nothing.

    Messengers and editors make copies that are smaller or compressed again, so that their bytes differ. Such copies are
    found by what they show. In each group, the photo with the most pixels comes first. Crops and turned copies are not
    found, and a series of shots may look like copies: look before you delete.

    \b
    Examples:
      photobak duplicates
      photobak duplicates --json | jq -r '.photos[1:][]?.id'
    """
    from photobak.cli.ui.rows import Rows
    from photobak.client.library.duplicates import Duplicates

    duplicates, rows = Duplicates(require_session(context)), Rows.for_stdout(as_long=True)
    summary = {"groups": 0, "photos": 0}
    for group in duplicates.groups():
        summary["groups"] += 1
        summary["photos"] += len(group)
        if as_json:
            json_line({"type": "group", "photos": [record.listing() for record in group]})
            continue
        if summary["groups"] > 1:
            click.echo()
        for record in group:
            pixels = f"{record.width} x {record.height}" if record.width and record.height else None
            click.echo(rows.row(record, pixels))
    if as_json:
        more = {"compared": duplicates.compared, "without_hash": duplicates.without_hash}
        json_line({"type": "summary", **summary, **more})
    elif not context.quiet:
        _conclude(duplicates, summary)


def _conclude(duplicates: "Duplicates", summary: dict[str, Any]) -> None:
    compared = plural(duplicates.compared, "photo")
    if summary["groups"]:
        say(f"{plural(summary['photos'], 'photo')} in {plural(summary['groups'], 'group')}; {compared} compared.")
    else:
        say(f"No photos look alike; {compared} compared.")
    if duplicates.without_hash:
        older = plural(duplicates.without_hash, "older photo")
        say(f"{older} could not be compared yet. Make them comparable with: photobak repair")
