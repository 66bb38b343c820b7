"""``photobak schedule``: back up every night."""

from pathlib import Path
from typing import Final

import click

from photobak.cli.ui.context import Context, folders_to_back_up, pass_context
from photobak.cli.ui.terminal import json_line, say

_SCHEDULERS: Final = ("systemd", "cron", "launchd", "task-scheduler")
_BATTERY: Final = click.option("--on-battery", is_flag=True, help="Run also on battery power.")
_METERED: Final = click.option("--on-metered", is_flag=True, help="Run also on metered networks, such as a phone's.")


@click.group(name="schedule", short_help="Back up every night.")
def command() -> None:
    """Run `photobak sync` every night.

    It uses the scheduler of the system: a systemd timer or cron on Linux, launchd on macOS, Task Scheduler on Windows.
    The scheduler checks every hour whether a backup is due. If the machine was off, on battery power or on a metered
    network, the backup runs within an hour after that has changed. It has low priority. Only photobak's own entry is
    changed.

    \b
    Examples:
      photobak schedule install
      photobak schedule show
      photobak schedule remove
    """


@command.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--at", metavar="HH:MM", help="Time of day (default: 03:00).")
@click.option(
    "--jitter", metavar="MINUTES", type=click.IntRange(0, 59), help="Start up to this much later (default: 15)."
)
@_BATTERY
@_METERED
@click.option("--with", "wish", type=click.Choice(_SCHEDULERS), help="Scheduler to use (default: the best available).")
@click.option("--dry-run", is_flag=True, help="Print what would be written, and where; change nothing.")
@pass_context
def install(
    context: Context,
    paths: tuple[Path, ...],
    at: str | None,
    jitter: int | None,
    on_battery: bool,
    on_metered: bool,
    wish: str | None,
    dry_run: bool,
) -> None:
    """Schedule a nightly backup of each PATH; without PATH, of the folders in the settings.

    This replaces the previous schedule. Options that you leave out come from the settings (photobak config show).

    \b
    Examples:
      photobak schedule install
      photobak schedule install --at 22:30 --with cron --dry-run ~/Pictures
    """
    from photobak.cli.ui.schedule import Wish, draft_schedule, install_schedule
    from photobak.client.files.scan import distinct_roots

    distinct_roots(folders_to_back_up(context, paths))  # raises if one does not exist
    wanted = Wish(paths, at, jitter, on_battery, on_metered, wish)
    if dry_run:
        click.echo(draft_schedule(context, wanted), nl=False)
    else:
        install_schedule(context, wanted)


@command.command()
@pass_context
def remove(context: Context) -> None:
    """Remove the schedule.

    \b
    Example:
      photobak schedule remove
    """
    from photobak.cli.ui.schedule import remove_schedule

    removed = remove_schedule(context)
    if not context.quiet:
        say(f"Removed from {' and '.join(removed)}." if removed else "There was no schedule.")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per scheduler that runs photobak.")
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Show the schedule as the system's scheduler has it.

    \b
    Example:
      photobak schedule show
    """
    from photobak.cli.ui.schedule import job_name, shown_lines
    from photobak.platform.scheduler.choice import schedulers, usable

    name, _ = job_name(context)
    found = {each.name: text for each in usable(schedulers()) if (text := each.installed(name))}
    for scheduler, text in found.items():
        if as_json:
            json_line({"scheduler": scheduler, "profile": name, "entry": text})
        else:
            click.echo(shown_lines(text), nl=False)
    if not found and not context.quiet:
        say("There is no schedule. Create one with: photobak schedule install PATH")


@command.command()
@click.argument("paths", metavar="[PATH]...", nargs=-1, type=click.Path(path_type=Path))
@click.option("--at", metavar="HH:MM", default="03:00", help="Time of day (default: 03:00).")
@_BATTERY
@_METERED
@click.option("--now", is_flag=True, help="Run it even if it is not due.")
@pass_context
def run(context: Context, paths: tuple[Path, ...], at: str, on_battery: bool, on_metered: bool, now: bool) -> None:
    """Run the scheduled backup if it is due; this is what the scheduler calls.

    A backup is due once a day, from the given time on, until it has begun. It does nothing while another run is at
    work. After the backup, it reads a few originals back (prove.count in the settings), and sends a notice if something
    has changed (docs/notices.md).

    \b
    Example:
      photobak schedule run
    """
    from photobak.cli.ui.schedule import job_name
    from photobak.cli.ui.scheduled_run import Allowed, run_if_due
    from photobak.cli.ui.values import parse_time_of_day

    name, profile = job_name(context)
    limits = context.settings.schedule
    allowed = Allowed(on_battery or limits.on_battery, on_metered or limits.on_metered)
    arguments = ("-q", *profile, "sync", "--prove", str(context.settings.prove.count), *map(str, paths))
    code = run_if_due(context, name, f"{parse_time_of_day(at):%H:%M}", arguments, allowed, always=now)
    click.get_current_context().exit(code)
