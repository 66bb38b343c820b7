"""A run that comes back every day, and what a scheduler does with it."""

from dataclasses import dataclass
from datetime import time
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """A command that is run once a day."""

    name: str
    """The profile, which has one job at most."""
    at: time
    """Local time, to the minute."""
    command: tuple[str, ...]
    """Program (an absolute path) and arguments."""
    environment: tuple[tuple[str, str], ...] = ()
    """Variables that it needs besides the scheduler's own."""


class Scheduler(Protocol):
    """Runs jobs of this user."""

    name: str
    """``cron``, ``systemd``."""

    def problem(self) -> str:
        """Why it can't be used on this machine; empty where it can."""

    def draft(self, job: Job) -> str:
        """What ``install`` would write, and where, for a person to read."""

    def install(self, job: Job) -> bool:
        """Have the job run from now on, in place of an earlier one of its name.

        Returns:
            False where just this job is installed already.

        Raises:
            ScheduleError: it can't be installed.
        """

    def installed(self, name: str) -> str:
        """What is installed for a profile, as it is written; empty where there is nothing.

        Raises:
            ScheduleError: it can't be read.
        """

    def remove(self, name: str) -> bool:
        """Have the job run no more; returns whether there was one.

        Raises:
            ScheduleError: it can't be removed.
        """
