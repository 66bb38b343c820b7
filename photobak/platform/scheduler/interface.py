"""A run that comes back every day, and what a scheduler does with it."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Protocol

from photobak.platform.host import host_name

_ANY_DAY = date(2024, 1, 1)


@dataclass(frozen=True, slots=True)
class Job:
    """A command that is run every hour; it decides by itself whether there is anything to do.

    Not once a day: what a run has to wait for, such as mains power, may come an hour later, and no scheduler tells.
    """

    name: str
    """The profile, which has one job at most."""
    at: time
    """When the backup is due: local time, to the minute. Schedulers need only the minute."""
    command: tuple[str, ...]
    """Program (an absolute path) and arguments."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables that it needs besides the scheduler's own."""
    jitter: int = 0
    """Minutes (at most 59) by which its start may be moved, so that not every machine starts at the same time."""

    @property
    def moved_at(self) -> time:
        """``at`` moved by up to ``jitter`` minutes, the same each time: for schedulers that cannot do that."""
        digest = hashlib.sha256(f"{host_name()} {self.name}".encode()).digest()
        moved = datetime.combine(_ANY_DAY, self.at) + timedelta(minutes=digest[0] * (self.jitter + 1) // 256)
        return moved.time()


class Scheduler(Protocol):
    """Runs jobs of this user."""

    name: str
    """``systemd``, ``cron``, ``launchd``, ``task-scheduler``."""

    def problem(self) -> str:
        """Why it cannot be used on this machine; empty if it can."""

    def draft(self, job: Job) -> str:
        """What ``install`` would write, and where, for people."""

    def install(self, job: Job) -> bool:
        """Run the job from now on, in place of an earlier one of its name.

        Returns:
            False if this very job is installed already.

        Raises:
            ScheduleError: it cannot be installed.
        """

    def installed(self, name: str) -> str:
        """What is installed for a profile, as it is written; empty if there is nothing.

        Raises:
            ScheduleError: it cannot be read.
        """

    def remove(self, name: str) -> bool:
        """Stop running the job; returns whether there was one.

        Raises:
            ScheduleError: it cannot be removed.
        """
