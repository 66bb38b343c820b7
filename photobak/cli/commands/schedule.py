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
    """Have cron, or a timer of systemd, run `photobak sync` every night.

    systemd's is taken where your user has one: it makes up for a night that the machine has slept through. Under cron
    no keyring is open; where your sign-in is in one, type: PHOTOBAK_TOKEN_STORE=file photobak login

    \b
      photobak schedule install ~/Pictures
      photobak schedule show
      photobak schedule remove
    """


@command.command()
@click.argument("paths", metavar="PATH...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--at", metavar="HH:MM", default="03:00", help="The time of day; 03:00 by default.")
@click.option("--with", "wish", type=click.Choice(["systemd", "cron"]), help="Which one; the better one by default.")
@click.option("--dry-run", is_flag=True, help="Print what would be written, and where; change nothing.")
@pass_context
def install(context: Context, paths: tuple[Path, ...], at: str, wish: str | None, dry_run: bool) -> None:
    """Back up each PATH every night from now on; done again, it replaces what was scheduled before.

    \b
      photobak schedule install ~/Pictures
      photobak schedule install --at 22:30 --with cron --dry-run ~/Pictures
    """
    from photobak.cli.ui.values import parse_time_of_day
    from photobak.client.files.scan import distinct_roots
    from photobak.platform.scheduler.choice import schedulers, usable
    from photobak.platform.scheduler.interface import Job

    distinct_roots(paths)  # they are there
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
        say(f"Every day at {job.at:%H:%M}, by {chosen.name}" + ("" if fresh else ", as it was") + ".")
        for each in moved:
            say(f"It is no longer in {each}.")
        if chosen.name == "systemd" and not _lingers():
            say("It runs while you are logged in; to have it run in any case, type: loginctl enable-linger")


@command.command()
@pass_context
def remove(context: Context) -> None:
    """Back up no more at night; done again, it changes nothing.

    \b
      photobak schedule remove
    """
    from photobak.platform.scheduler.choice import schedulers, usable

    name, _ = _profile(context)
    removed = [each.name for each in usable(schedulers()) if each.remove(name)]
    if not context.quiet:
        say(f"Removed from {' and '.join(removed)}." if removed else "Nothing was scheduled.")


@command.command()
@click.option("--json", "as_json", is_flag=True, help="Print a JSON object for each scheduler that runs photobak.")
@pass_context
def show(context: Context, as_json: bool) -> None:
    """Show what is scheduled, as it is written there.

    \b
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
        say("Nothing is scheduled. To change that: photobak schedule install PATH")


def shown_lines(text: str) -> str:
    """Several lines, each without anything that a terminal would obey."""
    return "".join(f"{shown(line)}\n" for line in text.splitlines())


def _profile(context: Context) -> tuple[str, tuple[str, ...]]:
    """What the job is called, and the options that name its profile; the default one is known at the time it runs."""
    from photobak.client.profile import load_profile

    name = context.profile or os.environ.get("PHOTOBAK_PROFILE")
    if not name:
        return "default", ()
    load_profile(context.places, name)  # there is one
    return name, ("--profile", name)


def _program() -> tuple[str, ...]:
    """The command as it was called, wherever the scheduler runs it."""
    called = Path(sys.argv[0]).absolute()
    return (str(called),) if os.access(called, os.X_OK) else (sys.executable, str(called))


def _lingers() -> bool:
    """Whether the user's manager runs without them (loginctl(1), enable-linger)."""
    from getpass import getuser

    return Path("/var/lib/systemd/linger", getuser()).exists()
