"""The capture time in a file name."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Final

_DAY = r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<s>[-_.:]?)(?P<month>\d\d)(?P=s)(?P<day>\d\d)"
_TIME = (
    r"[-_.,tT\s]+(?:at\s+)?(?P<hour>\d\d?)(?P<c>[-_.:]?)(?P<minute>\d\d)(?P=c)(?P<second>\d\d)"
    r"(?:[-_.]?(?P<millisecond>\d{3}))?(?!\d)(?:[\s\u202f]*(?P<half>[aApP][mM])\b)?"  # macOS: a narrow no-break space
)
_DAY_AND_TIME = re.compile(_DAY + _TIME, re.ASCII)
_UNBROKEN = re.compile(
    r"(?<!\d)(?P<year>(?:19|20)\d\d)(?P<month>\d\d)(?P<day>\d\d)"
    r"(?P<hour>\d\d)(?P<minute>\d\d)(?P<second>\d\d)(?P<millisecond>\d{3})?(?!\d)",
    re.ASCII,
)
_DAY_ALONE = re.compile(_DAY + r"(?!\d)", re.ASCII)
_UNIX_MILLISECONDS = re.compile(r"(?:FB_IMG_|mmexport|wx_camera_)?(?P<value>1\d{12})(?!\d)", re.ASCII)
_PIXEL = re.compile(r"PXL_", re.IGNORECASE)
_UNIX_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def time_in(filename: str) -> datetime | None:
    """Read the date that cameras, phones and messengers put into names.

    ``IMG_20240131_235959``, ``2024-01-31 23.59.59``, ``Screenshot 2024-01-31 at 11.59.59 PM``, ``20240131235959``,
    ``IMG-20240131-WA0001`` (a day alone: midnight), ``FB_IMG_1706741999123`` (Unix milliseconds).

    Returns:
        Local time without ``tzinfo``; UTC where the name counts in it: Unix milliseconds, and Google's ``PXL_``.
        None where there is no date, or none of the calendar.
    """
    if found := _UNIX_MILLISECONDS.match(filename):
        return _UNIX_EPOCH + timedelta(milliseconds=int(found["value"]))
    for pattern, read in _PATTERNS:
        for found in pattern.finditer(filename):
            if (taken := read(found)) is not None:
                return taken.replace(tzinfo=UTC) if _PIXEL.match(filename) else taken
    return None


def _day_and_time(found: re.Match[str]) -> datetime | None:
    hour = int(found["hour"])
    half = found.groupdict().get("half")
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half.lower() == "pm" else 0)
    return _local(found, hour, int(found["minute"]), int(found["second"]), int(found["millisecond"] or 0))


def _midnight(found: re.Match[str]) -> datetime | None:
    return _local(found, 0, 0, 0, 0)


def _local(found: re.Match[str], hour: int, minute: int, second: int, millisecond: int) -> datetime | None:
    try:
        return datetime(  # noqa: DTZ001  # local time of a place not known here
            int(found["year"]), int(found["month"]), int(found["day"]), hour, minute, second, millisecond * 1000
        )
    except ValueError:
        return None


_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], datetime | None]], ...]] = (
    (_DAY_AND_TIME, _day_and_time),
    (_UNBROKEN, _day_and_time),
    (_DAY_ALONE, _midnight),
)
