"""``photobak schedule``: back up every night."""

import os
import sys
from pathlib import Path

import click

from photobak.cli.ui.context import Context, pass_context
from photobak.cli.ui.terminal import json_line, say, shown

_KEPT_VARIABLES = ("PHOTOBAK_HOME", "PHOTOBAK_TOKEN_STORE")


@click.group(name="schedule", short_help="Back up every night.")
def command() -> None:
    """Run `photobak sync` every night, with a systemd timer or cron.

    systemd is preferred if it is available, because it catches up after a night when the machine was off. cron cannot
    open a keyring: if your sign-in is stored in one, run: PHOTOBAK_TOKEN_STORE=file photobak login

    \b
    Examples:
      photobak schedule install ~/Pictures
      photobak schedule show
      photobak schedule remove
    """


@command.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--at", metavar="HH:MM", default="03:00", help="Time of day (default: 03:00).")
@click.option(
    "--with", "wish", type=click.Choice(["systemd", "cron"]), help="Scheduler to use (default: systemd if available)."
)
@click.option("--dry-run", is_flag=True, help="Print what would be written, and where; change nothing.")
@pass_context
def install(context: Context, paths: tuple[Path, ...], at: str, wish: str | None, dry_run: bool) -> None:
    """Schedule a nightly backup of each PATH. This replaces the previous schedule.

    \b
    Examples:
      photobak schedule install ~/Pictures
      photobak schedule install --at 22:30 --with cron --dry-run ~/Pictures
    """
    from photobak.cli.ui.values import parse_time_of_day
    from photobak.client.files.scan import distinct_roots
    from photobak.platform.scheduler.choice import schedulers, usable
    from photobak.platform.scheduler.interface import Job

    distinct_roots(paths)  # raises if one does not exist
    name, arguments = _profile(context)
    job = Job(
        name=name,
        at=parse_time_of_day(at),
        command=(*_program(), *arguments, "sync", *(str(path.absolute()) for path in paths)),
        environment=tuple((each, os.environ[each]) for each in _KEPT_VARIABLES if os.environ.get(each)),
    )
    chosen = usable(schedulers(), wish)[0]
    if dry_run:
        click.echo(shown_lines(chosen.draft(job)), nl=False)
        return
    fresh = chosen.install(job)
    moved = [each.name for each in usable(schedulers()) if each.name != chosen.name and each.remove(name)]
    if not context.quiet:
        say(f"Scheduled every day at {job.at:%H:%M} with {chosen.name}" + ("" if fresh else " (unchanged)") + ".")
        for each in moved:
            say(f"Removed the previous schedule from {each}.")
        if chosen.name == "systemd" and not _lingers():
            say("It runs only while you are logged in. To run it at any time: loginctl enable-linger")


@command.command()
@pass_context
def remove(context: Context) -> None:
    """Remove the schedule.

    \b
    Example:
      photobak schedule remove
    """
    from photobak.platform.scheduler.choice import schedulers, usable

    name, _ = _profile(context)
    removed = [each.name for each in usable(schedulers()) if each.remove(name)]
    if not context.quiet:
        say(f"Removed from {' and '.join(removed)}." if removed else "There was no schedule.")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object per scheduler that runs photobak.")
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Show the schedule as systemd or cron has it.

    \b
    Example:
      photobak schedule show
    """
    from photobak.platform.scheduler.choice import schedulers, usable

    name, _ = _profile(context)
    found = {each.name: text for each in usable(schedulers()) if (text := each.installed(name))}
    for scheduler, text in found.items():
        if as_json:
            json_line({"scheduler": scheduler, "profile": name, "entry": text})
        else:
            click.echo(shown_lines(text), nl=False)
    if not found and not context.quiet:
        say("There is no schedule. Create one with: photobak schedule install PATH")


def shown_lines(text: str) -> str:
    """Several lines, without control characters."""
    return "".join(f"{shown(line)}\n" for line in text.splitlines())


def _profile(context: Context) -> tuple[str, tuple[str, ...]]:
    """The job's name, and the options that select its profile; the default profile is looked up when the job runs."""
    from photobak.client.profile import load_profile

    name = context.profile or os.environ.get("PHOTOBAK_PROFILE")
    if not name:
        return "default", ()
    load_profile(context.places, name)  # raises if there is none
    return name, ("--profile", name)


def _program() -> tuple[str, ...]:
    """The command as it was called, with an absolute path."""
    called = Path(sys.argv[0]).absolute()
    return (str(called),) if os.access(called, os.X_OK) else (sys.executable, str(called))


def _lingers() -> bool:
    """Whether the user's systemd runs while they are logged out (loginctl(1), enable-linger)."""
    from getpass import getuser

    return Path("/var/lib/systemd/linger", getuser()).exists()
