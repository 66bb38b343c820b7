"""Dates as cameras, editors and containers write them, turned into datetimes; what is impossible becomes None.

A result without ``tzinfo`` is local time whose place is unknown.
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Final

_DATE = re.compile(
    r"\s*(?P<year>\d{4})[:/.-]\s?(?P<month>\d{1,2})[:/.-]\s?(?P<day>\d{1,2})(?!\d)"
    r"(?:/?[T\s]\s*(?P<hour>\d{1,2}):\s?(?P<minute>\d{1,2})(?::\s?(?P<second>\d{1,2})(?:\.(?P<fraction>\d+))?)?"
    r"\s*(?P<half>[AP]M?)?\s*(?P<offset>Z|[+-]\d{1,2}:?\d\d)?)?",
    re.IGNORECASE | re.ASCII,
)
_OFFSET = re.compile(r"\s*(?P<sign>[+-])(?P<hours>\d{1,2}):?(?P<minutes>\d\d)(?!\d)", re.ASCII)
_CTIME = re.compile(
    r"\s*[A-Z]{3}\s+(?P<month>[A-Z]{3})\s+(?P<day>\d{1,2})\s+(?P<time>\d\d:\d\d:\d\d)\s+(?P<year>\d{4})", re.IGNORECASE
)
_DIGITS = re.compile(r"\s*(\d+)", re.ASCII)
_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

_WEST: Final = timedelta(hours=-12)
_EAST: Final = timedelta(hours=14)
_QUICKTIME_EPOCH: Final = datetime(1904, 1, 1, tzinfo=UTC)
_UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCHS_APART: Final = int((_UNIX_EPOCH - _QUICKTIME_EPOCH).total_seconds())


def parse(text: str, *, fraction: str = "", offset: str = "") -> datetime | None:
    """Read ``YYYY:MM:DD HH:MM:SS`` (EXIF 2.32, 4.6.5 D), ISO 8601 as in XMP, and their many variants.

    Blank hours mean an unknown time of a known day: midnight. A 60th second is the next minute's first.

    Args:
        text: the date; a fraction and an offset written in it win.
        fraction: digits after the decimal point of the seconds (EXIF SubSecTime*).
        offset: ``+HH:MM`` (EXIF OffsetTime*).
    """
    found = _DATE.match(text)
    if found is None:
        return None
    hour = int(found["hour"] or 0)
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].upper().startswith("P") else 0)
    return local(
        (int(found["year"]), int(found["month"]), int(found["day"])),
        (hour, int(found["minute"] or 0), int(found["second"] or 0)),
        microsecond=_microseconds(found["fraction"] or fraction),
        zone=parse_offset(found["offset"] or offset),
    )


def parse_ctime(text: str) -> datetime | None:
    """Read C's ``Mon Mar 10 15:04:43 2003``, the standard form in AVI files."""
    found = _CTIME.match(text)
    if found is None or found["month"].lower() not in _MONTHS:
        return None
    return parse(f"{found['year']}:{_MONTHS.index(found['month'].lower()) + 1}:{found['day']} {found['time']}")


def parse_offset(text: str) -> timezone | None:
    """Read ``Z`` or ``+HH:MM``; None for anything else and for offsets that no place on Earth has."""
    if text.strip().upper() == "Z":
        return UTC
    found = _OFFSET.match(text)
    if found is None:
        return None
    offset = timedelta(hours=int(found["hours"]), minutes=int(found["minutes"]))
    if found["sign"] == "-":
        offset = -offset
    return timezone(offset) if _WEST <= offset <= _EAST and int(found["minutes"]) < 60 else None


def local(
    date: tuple[int, int, int], time: tuple[int, int, int], *, microsecond: int = 0, zone: timezone | None = None
) -> datetime | None:
    """A datetime from (year, month, day) and (hour, minute, second); None where there is no such day or time."""
    hour, minute, second = time
    if not 0 <= second <= 60:
        return None
    try:
        return datetime(*date, hour, minute, 0, microsecond, tzinfo=zone) + timedelta(seconds=second)
    except (ValueError, OverflowError):
        return None


def gps(date: str, hours: float, minutes: float, seconds: float) -> datetime | None:
    """EXIF GPSDateStamp and the three numbers of GPSTimeStamp; UTC, sub-seconds included."""
    day = parse(date)
    if day is None or not (0 <= hours < 24 and 0 <= minutes < 60 and 0 <= seconds < 61):
        return None
    midnight = day.replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=UTC)
    try:
        return midnight + timedelta(hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None


def quicktime(seconds: int) -> datetime | None:
    """A movie header's creation time: seconds since 1904, UTC (QuickTime File Format, "Movie header atom").

    0 means unknown. Some recorders count from 1970: what would lie before then is read so.
    """
    if seconds == 0:
        return None
    try:
        return _UNIX_EPOCH + timedelta(seconds=seconds - _EPOCHS_APART if seconds >= _EPOCHS_APART else seconds)
    except OverflowError:
        return None


def unix_local(seconds: int) -> datetime | None:
    """Seconds since 1970 counted by a clock that shows local time, as cameras before EXIF did; None for 0."""
    if seconds == 0:
        return None
    return (_UNIX_EPOCH + timedelta(seconds=seconds)).replace(tzinfo=None)


def _microseconds(fraction: str) -> int:
    digits = _DIGITS.match(fraction)
    return int(digits[1][:6].ljust(6, "0")) if digits else 0
