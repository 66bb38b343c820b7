"""When a photo was taken, where an export or a sidecar speaks of it too: which wins, and what the zone is."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo
from typing import TYPE_CHECKING, Final

from photobak.photo.capture_time import (
    CLOCK_TOLERANCE,
    FIRST_YEAR,
    STATED,
    CaptureTime,
    Statement,
    TakenSource,
    decide,
    in_zone,
    offset_by_gps,
    possible_statements,
)

if TYPE_CHECKING:
    from photobak.photo.metadata.value import Metadata

_QUARTER: Final = timedelta(minutes=15)
_FARTHEST: Final = timedelta(hours=14)
"""No place's clocks differ more from UTC."""
_INSTANTS: Final = frozenset({TakenSource.TAKEOUT, TakenSource.ICLOUD})
"""Sources that tell an instant in UTC, and nothing of the place's clocks."""
_PRECISION: Final = {TakenSource.TAKEOUT: timedelta(seconds=1), TakenSource.ICLOUD: timedelta(minutes=1)}
"""How much is cut off: Google counts seconds, Apple minutes."""


@dataclass(frozen=True, slots=True)
class ToldTime:
    """What an export or a sidecar says of the capture time."""

    at: datetime
    """Of an export an instant; of a sidecar with the place's offset, or without ``tzinfo`` where it has none."""
    source: TakenSource
    """``takeout``, ``icloud`` or ``xmp``."""


@dataclass(frozen=True, slots=True)
class ReconciledTime:
    """The capture time, and what other sources say where they disagree."""

    taken: CaptureTime
    alternatives: tuple[CaptureTime, ...] = ()


def reconcile(
    metadata: "Metadata", told: ToldTime, *, filename: str, modified_at: datetime, zone: tzinfo, now: datetime
) -> ReconciledTime:
    """Decide when a photo was taken, given what is told of it besides.

    A file's local time and an instant that differ by what some place's clocks differ from UTC agree: the difference is
    the zone. Where they differ otherwise, its owner has corrected the date in that service or program, which wins.

    Args:
        metadata: what the file says.
        told: what the export or sidecar says.
        filename: the file's name without folders.
        modified_at: its mtime, with offset.
        zone: where the clocks stood that are not told.
        now: with offset; what lies more than a day after it is impossible.
    """
    own = next(possible_statements(metadata, filename, zone=zone, now=now), None)
    if not is_possible(told.at, now):
        return ReconciledTime(decide(metadata, filename=filename, modified_at=modified_at, zone=zone, now=now))
    if own is None:
        return ReconciledTime(_alone(told, zone))
    said, placed = own
    if _names_the_day_alone(said, told.at):
        return ReconciledTime(_alone(told, zone))
    agreed = _agreed(said, placed, told, metadata.gps_time)
    if agreed is None:
        there = placed.tzinfo if said.time is not None and said.time.tzinfo is not None and not said.utc else zone
        return ReconciledTime(_alone(told, there or zone), (CaptureTime(placed, said.source),))
    if said.source in STATED:
        return ReconciledTime(CaptureTime(agreed, said.source))
    return ReconciledTime(CaptureTime(_with_offset_of(told.at, agreed), told.source))


def is_possible(at: datetime, now: datetime) -> bool:
    """Whether a photo may have been taken then: since there are photographs, and not in the future."""
    if not FIRST_YEAR <= at.year <= now.year + 1:
        return False
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) <= now + CLOCK_TOLERANCE


def _alone(told: ToldTime, zone: tzinfo) -> CaptureTime:
    if told.at.tzinfo is None:
        offset = told.at.replace(tzinfo=zone).utcoffset() or timedelta(0)
        return CaptureTime(told.at.replace(tzinfo=timezone(offset)), told.source)
    return CaptureTime(in_zone(told.at, zone) if told.source in _INSTANTS else told.at, told.source)


def _with_offset_of(told: datetime, agreed: datetime) -> datetime:
    return told.replace(tzinfo=agreed.tzinfo) if told.tzinfo is None else told.astimezone(agreed.tzinfo)


def _names_the_day_alone(said: Statement, told: datetime) -> bool:
    """Whether a file's name has a day without time, and that day was the told time's somewhere on Earth."""
    if said.source is not TakenSource.FILENAME or said.time is None or said.time.timetz() != time():
        return False
    after = told.replace(tzinfo=UTC) - said.time.replace(tzinfo=UTC)
    return -_FARTHEST <= after < timedelta(days=1) + _FARTHEST


def _agreed(said: Statement, placed: datetime, told: ToldTime, gps_time: datetime | None) -> datetime | None:
    """What the file says, with the zone that both together tell; None where they disagree."""
    assert said.time is not None  # noqa: S101 - of possible statements
    precision = _PRECISION.get(told.source, timedelta(seconds=1))
    if said.time.tzinfo is not None:
        instant = told.at if told.at.tzinfo else told.at.replace(tzinfo=placed.tzinfo)
        return placed if abs(said.time - instant) <= precision else None
    if told.source in _INSTANTS:
        return _in_told_zone(said.time, told.at, gps_time, precision)
    if abs(said.time - told.at.replace(tzinfo=None)) > precision:
        return None
    return said.time.replace(tzinfo=told.at.tzinfo or placed.tzinfo)


def _in_told_zone(
    local: datetime, instant: datetime, gps_time: datetime | None, precision: timedelta
) -> datetime | None:
    """A file's local time with the offset that makes it the instant, if some place has it."""
    difference = local.replace(tzinfo=UTC) - instant
    offset = round(difference / _QUARTER) * _QUARTER
    if abs(difference - offset) > precision or abs(offset) > _FARTHEST:
        return None
    by_gps = offset_by_gps(local, gps_time) if gps_time else None
    return local.replace(tzinfo=timezone(offset)) if by_gps in (None, offset) else None
