"""The schedule as photobak remembers it: when it is due, when it ran last, and how that ended.

The schedulers call ``photobak schedule run`` every hour; whether there is anything to do is decided here. So a night
that the machine was off or on battery power is made up, and two schedulers at once back up once.
"""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from photobak.client.places import Places
from photobak.errors import ConfigError, reason_of
from photobak.platform.private_files import write_private

ANOTHER_RUN: Final = 5
"""Exit code of a run that found another one at work."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """What is installed for one profile, and its last run. Times are Unix seconds."""

    at: str
    """Time of day, ``HH:MM``, local time."""
    scheduler: str = ""
    """``systemd``, ``cron``, …"""
    installed_at: float = 0.0
    began_at: float | None = None
    """When the last scheduled run began; None before the first."""
    finished_at: float | None = None
    """When it ended; None while it runs, or if it was cut off."""
    exit_code: int | None = None
    waiting_for: str = ""
    """Why a run that was due has not begun: ``mains power``, ``an unmetered network``."""

    def slot(self, now: datetime) -> datetime:
        """The latest time, up to ``now`` (local time), at which a run was planned."""
        planned = datetime.combine(now.date(), _time(self.at), tzinfo=now.tzinfo)
        return planned if planned <= now else planned - timedelta(days=1)

    def due(self, now: datetime) -> bool:
        """Whether a planned run has not begun yet."""
        return max(self.installed_at, self.began_at or 0.0) < self.slot(now).timestamp()

    def next_run(self, now: datetime) -> datetime:
        """When the next run is planned; ``now`` if it is overdue."""
        return now if self.due(now) else self.slot(now) + timedelta(days=1)


def read_schedule(places: Places, name: str) -> Schedule | None:
    """What is remembered for a profile; None if nothing is installed, or the file cannot be used."""
    try:
        values: dict[str, Any] = json.loads(_path(places, name).read_text("utf-8"))
        known = {each.name for each in fields(Schedule)}
        found = Schedule(**{key: value for key, value in values.items() if key in known})
        _time(found.at)
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return found


def save_schedule(places: Places, name: str, schedule: Schedule) -> None:
    """Remember it; ConfigError if it cannot be written."""
    write_private(_path(places, name), json.dumps(asdict(schedule)).encode())


def forget_schedule(places: Places, name: str) -> None:
    """Remove what is remembered; ConfigError if that fails."""
    path = _path(places, name)
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{path} cannot be removed", why=reason_of(error)) from error


def called(schedule: Schedule, now: datetime, waiting_for: Callable[[], str]) -> Schedule | None:
    """The schedule after a scheduler's call: the run that is due begins, or waits; None if none is due.

    Args:
        schedule: before the call.
        now: local time.
        waiting_for: tells what a run would have to wait for; "" for nothing. Asked only if a run is due.
    """
    if not schedule.due(now):
        return None
    if reason := waiting_for():
        return replace(schedule, waiting_for=reason)
    return began(schedule, now.timestamp())


def began(schedule: Schedule, now: float) -> Schedule:
    """The schedule when a run begins."""
    return replace(schedule, began_at=now, finished_at=None, exit_code=None, waiting_for="")


def ended(before: Schedule, running: Schedule, exit_code: int, now: float) -> Schedule:
    """The schedule when a run has ended; if another one was at work, as if it had not begun, so that it is tried again.

    Args:
        before: the schedule before ``began``.
        running: the schedule after it.
        exit_code: of the run.
        now: Unix seconds.
    """
    if exit_code == ANOTHER_RUN:
        return before
    return replace(running, finished_at=now, exit_code=exit_code)


def _path(places: Places, name: str) -> Path:
    return places.state / f"{name}.schedule.json"


def _time(text: str) -> time:
    return time.fromisoformat(text)
