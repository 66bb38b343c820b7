"""Decides when a photo was taken and how that is known, for the client and the cloud alike."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from enum import StrEnum
from typing import TYPE_CHECKING, Final, NamedTuple, Self

from photobak.photo.filename_time import time_in

if TYPE_CHECKING:  # with it come the readers of all formats, which a list of records does without
    from photobak.photo.metadata.value import Metadata


class TakenSource(StrEnum):
    """How a capture time is known, from the most trusted source to the least."""

    EXIF = "exif"
    """DateTimeOriginal, or what older and XMP metadata have in its place."""
    EXIF_DIGITIZED = "exif-digitized"
    """DateTimeDigitized, or xmp:CreateDate."""
    GPS = "gps"
    """GPS date and time."""
    VIDEO = "video"
    """The video's container."""
    PARTNER = "partner"
    """The photo that shares the file's stem."""
    TAKEOUT = "takeout"
    """Google Photos, as its export says."""
    ICLOUD = "icloud"
    """iCloud Photos, as its export says."""
    XMP = "xmp"
    """A sidecar."""
    FILENAME = "filename"
    MTIME = "mtime"
    """The file's modification time."""
    USER = "user"
    """Corrected by its owner."""


STATED: Final = frozenset({TakenSource.EXIF, TakenSource.EXIF_DIGITIZED, TakenSource.GPS, TakenSource.VIDEO})
"""Sources inside the file itself."""

FIRST_YEAR: Final = 1826
"""The oldest surviving photograph, Niépce's, is from 1826 or 1827."""
CLOCK_TOLERANCE: Final = timedelta(days=1)
"""A camera set to the far side of the date line, or running fast, is not in the future."""

_ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", re.ASCII)

_GPS_STEP: Final = timedelta(minutes=15)
_ZONES_IN_USE: Final = frozenset(
    timedelta(minutes=minutes)
    for minutes in (
        *range(-12 * 60, 14 * 60 + 1, 60),
        *(-570, -270, -210, -150, 210, 270, 330, 345, 390, 525, 570, 630, 765, 825),
    )
)
"""Offsets of places on Earth since cameras know the time; another difference means a clock set wrong."""


@dataclass(frozen=True, slots=True)
class CaptureTime:
    """When a photo was taken: the instant, the offset of the place's clocks, and the source."""

    taken_at: datetime
    """With offset; always in whole milliseconds and whole minutes of offset."""
    source: TakenSource

    def __post_init__(self) -> None:
        offset = self.taken_at.utcoffset()
        if offset is None:
            raise ValueError("a capture time needs an offset")
        whole = timezone(_whole_minutes(offset))
        taken_at = self.taken_at.replace(tzinfo=whole) + (whole.utcoffset(None) - offset)
        object.__setattr__(self, "taken_at", taken_at.replace(microsecond=taken_at.microsecond // 1000 * 1000))

    def isoformat(self) -> str:
        """ISO 8601 with numeric offset, and milliseconds where they are not zero."""
        return self.taken_at.isoformat(timespec="milliseconds" if self.taken_at.microsecond else "seconds")

    def in_zone(self, zone: tzinfo | None = None) -> datetime:
        """The instant in some zone (None: the machine's); as it is where that would be before year 1 or after 9999."""
        try:
            return self.taken_at.astimezone(zone)
        except (OverflowError, ValueError, OSError):
            return self.taken_at

    @classmethod
    def parse(cls, text: str, source: TakenSource) -> Self:
        """Read what ``isoformat`` wrote, or the same with ``Z`` for the offset.

        Raises:
            ValueError: it is not ISO 8601 with offset, or no date of the calendar.
        """
        if not _ISO_8601.fullmatch(text):
            raise ValueError(f"{text!r} is not a date like 2024-06-30T12:00:00+02:00")
        return cls(datetime.fromisoformat(text), source)


def decide(metadata: "Metadata", *, filename: str, modified_at: datetime, zone: tzinfo, now: datetime) -> CaptureTime:
    """Decide when a photo was taken: the first source that names a possible date.

    Args:
        metadata: what the file says.
        filename: its name without folders.
        modified_at: its mtime, with offset.
        zone: for times without offset: ``--timezone``, else the machine's zone.
        now: with offset; a time more than a day later is impossible.
    """
    found = next(possible_statements(metadata, filename, zone=zone, now=now), None)
    if found is None:
        return CaptureTime(in_zone(modified_at, zone), TakenSource.MTIME)
    said, taken_at = found
    return CaptureTime(taken_at, said.source)


def possible_statements(
    metadata: "Metadata", filename: str, *, zone: tzinfo, now: datetime
) -> Iterator[tuple["Statement", datetime]]:
    """What is said of the time by a file and its name, and the same with an offset; the most trusted first."""
    for said in _statements(metadata, filename):
        # The year comes first: near the calendar's ends no zone can be applied.
        if said.time is not None and FIRST_YEAR <= said.time.year <= now.year + 1:
            taken_at = _placed(said, metadata.gps_time, zone)
            if taken_at <= now + CLOCK_TOLERANCE:
                yield said, taken_at


def beside(partner: CaptureTime) -> CaptureTime:
    """The capture time of a file that belongs to a photo, so that lists show both together (``photo.pairs``)."""
    return CaptureTime(partner.taken_at, TakenSource.PARTNER)


class Statement(NamedTuple):
    """What one source says of the time."""

    source: TakenSource
    time: datetime | None
    """Without ``tzinfo`` local time of a place that is not told."""
    utc: bool = False
    """The time is an instant, without the place's offset."""


def _statements(metadata: "Metadata", filename: str) -> Iterator[Statement]:
    """The sources in order of trust; the file name is parsed only if the file itself has no date."""
    yield Statement(TakenSource.EXIF, metadata.original)
    yield Statement(TakenSource.EXIF_DIGITIZED, metadata.digitized)
    yield Statement(TakenSource.GPS, metadata.gps_time, utc=True)
    yield Statement(TakenSource.VIDEO, metadata.recorded_local)
    yield Statement(TakenSource.VIDEO, metadata.recorded_utc, utc=True)
    named = time_in(filename)
    yield Statement(TakenSource.FILENAME, named, utc=named is not None and named.tzinfo is not None)


def _placed(said: Statement, gps_time: datetime | None, zone: tzinfo) -> datetime:
    """The time with its own offset, or else with the place's."""
    assert said.time is not None  # noqa: S101
    if said.utc:
        return in_zone(said.time, zone)
    if said.time.tzinfo is not None:
        return said.time
    offset = offset_by_gps(said.time, gps_time) if gps_time else None
    if offset is None:
        # In the hour that a change to summer time skips, this is the offset from before the change.
        offset = said.time.replace(tzinfo=zone).utcoffset() or timedelta(0)
    return said.time.replace(tzinfo=timezone(_whole_minutes(offset)))


def in_zone(instant: datetime, zone: tzinfo) -> datetime:
    """An instant with a zone's offset; as it is on the first and last day of the calendar, where that can't be."""
    try:
        return instant.astimezone(zone)
    except OverflowError:
        return instant


def offset_by_gps(local: datetime, gps_time: datetime) -> timedelta | None:
    """The offset that makes a camera's time the GPS time, if some place has it; receivers lag by minutes at most."""
    difference = local.replace(tzinfo=UTC) - gps_time
    offset = round(difference / _GPS_STEP) * _GPS_STEP
    return offset if offset in _ZONES_IN_USE else None


def _whole_minutes(offset: timedelta) -> timedelta:
    """Local mean times of before standard time have seconds; ISO 8601 and the record have none."""
    return timedelta(minutes=round(offset / timedelta(minutes=1)))
