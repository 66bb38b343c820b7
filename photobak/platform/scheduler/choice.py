"""Which scheduler this machine has."""

from collections.abc import Sequence

from photobak.errors import ScheduleError
from photobak.platform.scheduler.cron import Cron
from photobak.platform.scheduler.interface import Scheduler
from photobak.platform.scheduler.systemd import Systemd


def schedulers() -> list[Scheduler]:
    """All that photobak knows, the better one first: systemd makes up for a night that was slept through."""
    return [Systemd(), Cron()]


def usable(known: Sequence[Scheduler], wish: str | None = None) -> list[Scheduler]:
    """Those that can be used here.

    Args:
        known: all of them.
        wish: the name of the only one that is meant; None = any.

    Raises:
        ScheduleError: none can.
    """
    meant = [each for each in known if wish in (None, each.name)]
    problems = {each.name: each.problem() for each in meant}
    found = [each for each in meant if not problems[each.name]]
    if not found:
        raise ScheduleError(
            "nothing on this machine can run photobak at night",
            why="; ".join(f"{name}: {problem}" for name, problem in problems.items()),
            next_step="Install cron, or have your own scheduler call: photobak sync PATH",
        )
    return found
