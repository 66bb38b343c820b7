"""Which scheduler this machine has."""

from collections.abc import Sequence

from photobak.errors import ScheduleError
from photobak.platform.scheduler.cron import Cron
from photobak.platform.scheduler.interface import Scheduler
from photobak.platform.scheduler.launchd import Launchd
from photobak.platform.scheduler.systemd import Systemd
from photobak.platform.scheduler.task_scheduler import TaskScheduler


def schedulers() -> list[Scheduler]:
    """All that photobak knows, the best one first."""
    return [Systemd(), Launchd(), TaskScheduler(), Cron()]


def usable(known: Sequence[Scheduler], wish: str | None = None) -> list[Scheduler]:
    """Those that can be used here.

    Args:
        known: all of them.
        wish: the name of the one to use; None = any.

    Raises:
        ScheduleError: none can.
    """
    meant = [each for each in known if wish in (None, each.name)]
    problems = {each.name: each.problem() for each in meant}
    found = [each for each in meant if not problems[each.name]]
    if not found:
        raise ScheduleError(
            "no scheduler on this machine can run photobak",
            why="; ".join(f"{name}: {problem}" for name, problem in problems.items() if problem),
            next_step="Install cron, or let your own scheduler run: photobak -q sync",
        )
    return found
