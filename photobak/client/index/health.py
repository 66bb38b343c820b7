"""How healthy a backup is, by what the index knows: decided offline, from facts alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any, Final

from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.scheduled import Schedule

OLD: Final = 10 * 86_400.0
"""Seconds after which a confirmation is too old to rely on: nightly runs renew each within a week."""
TOO_OLD: Final = 30 * 86_400.0
MANY_UNFINISHED: Final = 3
"""Runs in a row that did not finish after which a backup is not safe: new files may never have had their turn."""
OVERDUE: Final = 3 * 86_400.0
"""Seconds without a scheduled run: a weekend away is not a problem."""
SIGN_IN_ENDS_SOON: Final = 14 * 86_400.0


class Level(IntEnum):
    """How a backup is, as a traffic light says it."""

    GREEN = 0
    YELLOW = 1
    RED = 2


@dataclass(frozen=True, slots=True)
class Facts:
    """What the index knows of a backup. Times are in Unix seconds."""

    finished_at: float | None
    """When the last finished run ended; None if none has."""
    began_at: float | None
    """When the last run began; None if none has."""
    unsafe: int
    """Files that the last finished run did not back up."""
    oldest_confirmation: float | None
    unaccepted: int
    """Contents that were deleted elsewhere and that nobody has accepted."""

    unfinished: int = 0
    """Runs that have begun since the last one that finished."""
    failed_proofs: int = 0
    """Originals that could not be read back, or had wrong bytes, when they were last proved."""

    @classmethod
    def of(cls, index: Index, failed_proofs: int = 0) -> "Facts":
        """Read them."""
        confirmations, last = Confirmations(index), index.last_run()
        return cls(
            finished_at=last[0] if last else None,
            began_at=confirmations.began_at,
            unsafe=_unsafe(last[1]) if last else 0,
            oldest_confirmation=confirmations.oldest(),
            unaccepted=sum(not each.accepted for each in confirmations.deleted()),
            unfinished=confirmations.unfinished,
            failed_proofs=failed_proofs,
        )


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is not as it should be."""

    level: Level
    what: str
    next_step: str


@dataclass(frozen=True, slots=True)
class Stored:
    """How much of this machine is stored in the cloud."""

    photos: int
    size: int
    """Bytes of all originals."""
    new: int
    """Photos uploaded since a given time."""


def findings(facts: Facts, now: float) -> Iterator[Finding]:
    """What is wrong, the worst first within each kind; nothing if all is well."""
    if facts.began_at is not None and facts.began_at > (facts.finished_at or 0.0):
        many = facts.unfinished >= MANY_UNFINISHED
        which = f"{facts.unfinished:,} syncs" if many else "sync"
        yield Finding(Level.RED if many else Level.YELLOW, f"the last {which} did not finish", "photobak sync")
    if facts.unsafe:
        files = f"{facts.unsafe:,} file{'s' * (facts.unsafe != 1)}"
        yield Finding(Level.RED, f"{files} NOT safe", "photobak sync")
    if facts.unaccepted:
        photos = f"{facts.unaccepted:,} photo{'s' * (facts.unaccepted != 1)}"
        yield Finding(Level.RED, f"{photos} deleted elsewhere", "photobak trash, then photobak trash accept --all")
    if facts.failed_proofs:
        originals = f"{facts.failed_proofs:,} original{'s' * (facts.failed_proofs != 1)}"
        yield Finding(Level.RED, f"{originals} lost or damaged in the cloud", "photobak repair, then photobak prove")
    if facts.oldest_confirmation is not None:
        age = now - facts.oldest_confirmation
        if age > OLD:
            level = Level.RED if age > TOO_OLD else Level.YELLOW
            what = f"the oldest confirmation is {age / 86_400.0:,.0f} days old"
            yield Finding(level, what, "photobak sync --recheck")


def schedule_findings(schedule: Schedule | None, now: datetime) -> Iterator[Finding]:
    """What is wrong with the scheduled runs; nothing if there is no schedule."""
    if schedule is None:
        return
    overdue = now.timestamp() - max(schedule.began_at or 0.0, schedule.installed_at)
    if overdue > OVERDUE:
        what = f"no scheduled run has begun for {overdue / 86_400.0:,.0f} days"
        yield Finding(Level.YELLOW, what, "photobak doctor")
    if schedule.exit_code:
        what = f"the last scheduled run failed with exit code {schedule.exit_code}"
        yield Finding(Level.YELLOW, what, "photobak sync")


def sign_in_findings(seconds_left: float, login_command: str) -> Iterator[Finding]:
    """What is wrong with the sign-in: it ends soon."""
    if seconds_left <= 0:
        yield Finding(Level.RED, "the sign-in has ended", login_command)
    elif seconds_left < SIGN_IN_ENDS_SOON:
        yield Finding(Level.YELLOW, f"the sign-in ends in {seconds_left / 86_400.0:.0f} days", login_command)


def stored(index: Index, since: float) -> Stored:
    """Measure what is stored of this machine's files; ``since``, in Unix seconds, is where new ones begin."""
    query = """
        SELECT COUNT(*), COALESCE(SUM(size), 0), COALESCE(SUM(uploaded_at >= ?), 0)
        FROM kept_contents JOIN (SELECT sha256, MAX(size) AS size FROM files GROUP BY sha256) USING (sha256)
    """
    ((photos, size, new),) = index.rows(query, since)
    return Stored(photos, size, new)


def _unsafe(summary: dict[str, Any]) -> int:
    names = ("failed", "rejected", "pending", "lost", "emptied")
    return sum(int(summary.get(name, 0)) for name in names)
