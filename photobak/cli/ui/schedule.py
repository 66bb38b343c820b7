"""Installs and removes the schedule: what the scheduler calls, with which variables, and whether it can sign in."""

import os
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from photobak.cli.ui.context import Context
from photobak.cli.ui.scheduled_run import program
from photobak.cli.ui.terminal import say, shown
from photobak.client.scheduled import Schedule, forget_schedule, read_schedule, save_schedule
from photobak.errors import ScheduleError
from photobak.platform.network import CA_VARIABLES

if TYPE_CHECKING:
    from photobak.platform.scheduler.interface import Job, Scheduler

_KEPT_VARIABLES: Final = (
    "PHOTOBAK_HOME", "PHOTOBAK_TOKEN_STORE", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", *CA_VARIABLES,
    "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "no_proxy", "NO_PROXY",
)  # fmt: skip
"""What a scheduler does not pass on: where things are, and the way to the network."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What the command line asks for; None: as in the settings."""

    paths: tuple[Path, ...] = ()
    """The folders; none: those of the settings, whenever it runs."""
    at: str | None = None
    jitter: int | None = None
    on_battery: bool = False
    on_metered: bool = False
    scheduler: str | None = None


def job_name(context: Context) -> tuple[str, tuple[str, ...]]:
    """The job's name, and the options that select its profile; the default profile is looked up when the job runs.

    Raises:
        ConfigError: there is no such profile.
    """
    from photobak.client.profile import load_profile

    name = context.profile or os.environ.get("PHOTOBAK_PROFILE")
    if not name:
        return "default", ()
    load_profile(context.places, name)  # raises if there is none
    return name, ("--profile", name)


def draft_schedule(context: Context, wish: Wish) -> str:
    """What ``install_schedule`` would write, and where; raises as that."""
    job, chosen = _plan(context, wish)
    return shown_lines(chosen.draft(job))


def install_schedule(context: Context, wish: Wish) -> str:
    """Install the schedule in place of the previous one; returns the scheduler's name.

    Raises:
        ScheduleError: no scheduler can be used, or the sign-in cannot be read when the schedule runs.
        WrongUsage: the time of day is none.
        ConfigError: a setting is wrong, or there is no such profile.
    """
    from photobak.platform.scheduler.choice import schedulers, usable

    job, chosen = _plan(context, wish)
    warning = sign_in_at_night(context, chosen.name)
    fresh = chosen.install(job)
    moved = [each.name for each in usable(schedulers()) if each.name != chosen.name and each.remove(job.name)]
    known = read_schedule(context.places, job.name)
    at = f"{job.at:%H:%M}"
    if fresh or known is None or known.at != at or known.scheduler != chosen.name:
        known = replace(known or Schedule(at), at=at, scheduler=chosen.name, installed_at=time.time())
        save_schedule(context.places, job.name, known)
    if not context.quiet:
        say(f"Scheduled every day at {at} with {chosen.name}" + ("" if fresh else " (unchanged)") + ".")
        for each in moved:
            say(f"Removed the previous schedule from {each}.")
        if warning:
            say(warning)
        if chosen.name == "systemd" and not _lingers():
            say("It runs only while you are logged in. To run it at any time: loginctl enable-linger")
    return chosen.name


def remove_schedule(context: Context) -> list[str]:
    """Remove the schedule; returns the names of the schedulers that had it."""
    from photobak.platform.scheduler.choice import schedulers, usable

    name, _ = job_name(context)
    removed = [each.name for each in usable(schedulers()) if each.remove(name)]
    forget_schedule(context.places, name)
    return removed


def shown_lines(text: str) -> str:
    """Several lines, without control characters."""
    return "".join(f"{shown(line)}\n" for line in text.splitlines())


def _plan(context: Context, wish: Wish) -> "tuple[Job, Scheduler]":
    from photobak.cli.ui.values import parse_time_of_day
    from photobak.platform.scheduler.choice import schedulers, usable
    from photobak.platform.scheduler.interface import Job

    name, profile = job_name(context)
    settings = context.settings.schedule
    at = parse_time_of_day(wish.at) if wish.at else settings.at
    flags = ("--on-battery",) * wish.on_battery + ("--on-metered",) * wish.on_metered
    paths = tuple(str(path.absolute()) for path in wish.paths)
    job = Job(
        name=name,
        at=at,
        command=(*program(), "-q", *profile, "schedule", "run", "--at", f"{at:%H:%M}", *flags, *paths),
        environment=tuple((each, os.environ[each]) for each in _KEPT_VARIABLES if _may_be_kept(each)),
        jitter=settings.jitter if wish.jitter is None else wish.jitter,
    )
    wanted = wish.scheduler or (None if settings.scheduler == "auto" else settings.scheduler)
    return job, usable(schedulers(), wanted)[0]


def _may_be_kept(variable: str) -> bool:
    """Whether it is set, and holds no password: what a proxy's URL has before an @."""
    value = os.environ.get(variable, "")
    return bool(value) and not (variable.lower().endswith("s_proxy") and "@" in value)


def sign_in_at_night(context: Context, scheduler: str) -> str:
    """What to tell about a sign-in in the keyring, which is locked while nobody is logged in; "" if it is not in one.

    Raises:
        ScheduleError: cron would never be able to read it.
    """
    from photobak.client.account.tokens.choice import store_to_read
    from photobak.client.account.tokens.file import FileStore
    from photobak.client.profile import load_profile

    profile = load_profile(context.places, context.profile)
    if profile is None or isinstance(store := store_to_read(context.places, profile, os.environ), FileStore):
        return ""
    cure = "PHOTOBAK_TOKEN_STORE=file photobak login"
    if scheduler == "cron":
        raise ScheduleError(
            "cron could not sign in",
            why=f"your sign-in is in {store.description}, which cron cannot open",
            next_step=f"Keep it in a file instead: {cure}",
        )
    return f"Your sign-in is in {store.description}, which is locked while you are logged out. To run then, too: {cure}"


def _lingers() -> bool:
    """Whether the user's systemd runs while they are logged out (loginctl(1), enable-linger)."""
    from getpass import getuser

    return Path("/var/lib/systemd/linger", getuser()).exists()
