"""``photobak status``: the state of the backup."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from photobak.cli.ui.context import INCOMPLETE, Context, pass_context
from photobak.cli.ui.terminal import json_line, shown
from photobak.errors import PhotobakError


@click.command(name="status", short_help="Show the state of the backup.")
@click.option("--check", "as_check", is_flag=True, help="For monitoring: print one line; exit with 0 or 3.")
@click.option("--max-age", metavar="AGE", help="With --check, the last backup must be younger: 36h, 2d.")
@click.option(
    "--prometheus",
    metavar="FILE",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write metrics for Prometheus's textfile collector to FILE.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@pass_context
def command(context: Context, as_check: bool, max_age: str | None, prometheus: Path | None, as_json: bool) -> None:
    """Show the health of the backup: green, yellow or red, and why.

    It shows how many photos are safe and the date of the oldest confirmation, pending files, the last and the next run,
    proofs, the trash, when your sign-in ends, and the estimated cost of this month. It works offline. The exit code is
    3 if the state is red: photos are not safe, or the local stack that has them is not running.

    \b
    Examples:
      photobak status
      photobak status --json | jq -r .api_url
      photobak status --check --max-age 2d
    """
    if as_check or prometheus:
        _monitor(context, max_age, prometheus, as_check, as_json)
        return
    from photobak.cli.ui.status import lines, state_of

    found = state_of(context)
    if as_json:
        json_line(found)
    else:
        for number, (label, text) in enumerate(lines(found)):
            click.echo(click.style(f"{label:11}", **_style(label, bold=number == 0)) + shown(text))
    if found["state"] == "red":
        click.get_current_context().exit(INCOMPLETE)


def _monitor(context: Context, max_age: str | None, metrics: Path | None, as_check: bool, as_json: bool) -> None:
    """Judge the state for a monitoring program; what cannot be read is not ok, too."""
    from photobak.cli.ui.monitoring import Check, check, write_metrics
    from photobak.cli.ui.status import state_of
    from photobak.cli.ui.values import local_zone, parse_since

    oldest_run = parse_since(max_age, datetime.now(UTC), local_zone()) if max_age else None
    found = None
    try:
        found = state_of(context)
        judged = check(found, oldest_run)
    except PhotobakError as error:
        judged = Check(False, shown(str(error)))
    if metrics:
        write_metrics(metrics, found["profile"] if found else context.profile or "", found, judged)
    if as_check:
        json_line(judged.to_json()) if as_json else click.echo(judged.line)
        if not judged.ok:
            click.get_current_context().exit(INCOMPLETE)


def _style(label: str, *, bold: bool) -> dict[str, Any]:
    colour = label.removeprefix("! ")
    if colour not in ("green", "yellow", "red") or not sys.stdout.isatty() or "NO_COLOR" in os.environ:
        return {}
    return {"fg": colour, "bold": bold}
