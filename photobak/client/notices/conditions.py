"""Decides which notices are due: pure functions of what is known after a run and of what was told before."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from photobak.client.index.health import OLD

NIGHTS: Final = 2
"""Nights in a row that a backup has to fail before anybody is told: one may just have had no network."""
_DAY: Final = 86_400.0
_JITTER: Final = 6 * 3600.0
"""Seconds by which two nightly runs may be closer than a day."""
SIGN_IN_SOON: Final = 14 * _DAY
LITTLE_ROOM: Final = 100_000_000
"""Bytes free on the disk of photobak's own files, below which it is called full."""


class Event(StrEnum):
    """What people are told of."""

    FAILED = "failed"
    SIGN_IN = "sign-in"
    STALE = "stale"
    DELETED = "deleted"
    FULL = "full"
    PROOF = "proof"


_RECOVERED: Final[Mapping[Event, str]] = {
    Event.FAILED: "The backup works again.",
    Event.SIGN_IN: "The sign-in is renewed.",
    Event.STALE: "All photos were confirmed again.",
    Event.FULL: "There is room on the disk again.",
    Event.PROOF: "The damaged originals are repaired.",
}
"""What is told when it is over; nobody is told that photos are no longer being deleted."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What is known after a run. Times are Unix seconds."""

    now: float
    failing_since: float | None = None
    """When the first of the runs failed that have all failed since; None if the last one succeeded."""
    last_error: str = ""
    """Why the last run failed, if that is known."""
    sign_in_ends_at: float | None = None
    """None if that is not known."""
    signed_out: bool = False
    """Whether a run could not sign in."""
    oldest_confirmation: float | None = None
    deleted_elsewhere: int = 0
    """Photos whose deletion the last run has reported, or that nobody has accepted."""
    failed_proofs: int = 0
    free_bytes: int | None = None
    """Room on the disk of photobak's own files."""
    write_refused: bool = False
    """Whether the last run could not write because the disk or the quota was full."""


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that people should know of, for as long as it lasts."""

    event: Event
    level: int
    """How bad it is; it is told again when it gets worse."""
    text: str
    """What, and what to do."""


@dataclass(frozen=True, slots=True)
class Notice:
    """One message about all that has changed."""

    title: str
    body: str
    is_recovery: bool
    """Whether all of it is good news."""


def conditions(found: Situation) -> list[Condition]:
    """What people should know of now."""
    return list(_conditions(found))


def _conditions(found: Situation) -> Iterator[Condition]:
    if found.signed_out:
        yield Condition(Event.SIGN_IN, 2, "The sign-in has ended, and nothing is backed up. Run: photobak login")
    elif found.sign_in_ends_at is not None and found.sign_in_ends_at - found.now <= SIGN_IN_SOON:
        days = max(int((found.sign_in_ends_at - found.now) / _DAY), 0)
        yield Condition(Event.SIGN_IN, 1, f"The sign-in ends in {days} day{'s' * (days != 1)}. Run: photobak login")
    if found.failing_since is not None:
        nights = int((found.now - found.failing_since + _JITTER) / _DAY) + 1
        if nights >= NIGHTS and not found.signed_out:
            why = f": {found.last_error}" if found.last_error else ""
            yield Condition(Event.FAILED, 1, f"The backup has failed for {nights} nights{why}. Run: photobak status")
    if found.oldest_confirmation is not None and (age := found.now - found.oldest_confirmation) > OLD:
        text = f"Some photos were last confirmed {age / _DAY:.0f} days ago. Run: photobak sync --recheck"
        yield Condition(Event.STALE, 1, text)
    if found.deleted_elsewhere:
        photos = f"{found.deleted_elsewhere:,} photo{'s were' if found.deleted_elsewhere != 1 else ' was'}"
        yield Condition(Event.DELETED, found.deleted_elsewhere, f"{photos} deleted elsewhere. Run: photobak trash")
    if found.write_refused or (found.free_bytes is not None and found.free_bytes < LITTLE_ROOM):
        yield Condition(Event.FULL, 1, "The disk is full, or your quota is reached. Make room, then run: photobak sync")
    if found.failed_proofs:
        originals = f"{found.failed_proofs:,} original{'s are' if found.failed_proofs != 1 else ' is'}"
        text = f"{originals} lost or damaged in the cloud. Run: photobak repair"
        yield Condition(Event.PROOF, found.failed_proofs, text)


def due(told: Mapping[Event, int], now: Sequence[Condition], name: str) -> Notice | None:
    """The notice about what has changed; None if nothing has.

    Args:
        told: the level of each condition that was told and has not ended.
        now: the conditions.
        name: of the profile and the machine, for a person with several.
    """
    new = [each.text for each in now if each.level > told.get(each.event, 0)]
    lasting = {each.event for each in now}
    over = [_RECOVERED[event] for event in told if event not in lasting and event in _RECOVERED]
    if not new and not over:
        return None
    title = f"photobak: {(new or over)[0].partition('.')[0]}"
    return Notice(title, "\n".join([*new, *over, "", name]), is_recovery=not new)


def levels(now: Sequence[Condition]) -> dict[Event, int]:
    """What is told once the notice is sent."""
    return {each.event: each.level for each in now}
