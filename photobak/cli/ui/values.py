"""Parses option values: dates, rates, sizes, times and time zones."""

import os
import re
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import TYPE_CHECKING, Final

from photobak.client.config.values import FACTORS, rate, time_of_day
from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from photobak.client.library.query import Span

_AGE: Final = re.compile(r"(\d{1,5})([hdwmy])")
_MONTH: Final = re.compile(r"(\d{4})(?:-(\d{1,2}))?", re.ASCII)
_DAY: Final = re.compile(r"\d{4}-\d{1,2}-\d{1,2}", re.ASCII)
_WEEK: Final = re.compile(r"(\d{4})-W(\d{2})", re.ASCII)
_SIZE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)\s?([kKmMgG]?)[bB]?")
_DURATION: Final = re.compile(r"(\d{1,6})([smhd])")
_SECONDS: Final = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_FORMS: Final = "2024, 2024-06, 2024-06-30, 2024-06-30T12:00, yesterday, or an age such as 36h, 30d, 2w, 6m, 1y"


def parse_since(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The start of a period: a year, month, week, day, ISO time, or age.

    Raises:
        WrongUsage: the text is none of these.
    """
    return _span(text, now, zone)[0]


def parse_until(text: str, now: datetime, zone: tzinfo) -> datetime:
    """The end of a period: ``2024-06`` includes June. Raises as ``parse_since``."""
    return _span(text, now, zone)[1]


def parse_duration(text: str) -> float:
    """Parse a duration in seconds: ``30s``, ``5m`` (minutes), ``2h``, ``1d``.

    Raises:
        WrongUsage: the text is not a duration.
    """
    match = _DURATION.fullmatch(text)
    if match is None:
        raise WrongUsage(f"{text!r} is not a duration", next_step="Write it like 30s, 5m or 2h")
    return float(int(match[1]) * _SECONDS[match[2]])


def parse_span(since: str | None, until: str | None) -> "Span":
    """Parse ``--since`` and ``--until``, in local time.

    Raises:
        WrongUsage: one of them is not a date, or the period is empty.
    """
    from photobak.client.library.query import Span
    from photobak.photo.keys import instant_key

    if since is None and until is None:
        return Span()
    now, zone = datetime.now(UTC), local_zone()
    start = parse_since(since, now, zone) if since else None
    end = parse_until(until, now, zone) if until else None
    if start and end and start >= end:
        raise WrongUsage(f"--since {since} is not before --until {until}")
    return Span(instant_key(start) if start else None, instant_key(end) if end else None)


def parse_rate(text: str | None) -> float | None:
    """Parse bytes per second: ``500k``, ``2M``.

    Raises:
        WrongUsage: the text is not a rate.
    """
    if text is None:
        return None
    try:
        return rate(text)
    except ValueError as error:
        next_step = "Write bytes per second, such as 500k or 2M"
        raise WrongUsage(f"{text!r} is not a rate", next_step=next_step) from error


def parse_size(text: str) -> int:
    """Parse a size in bytes: ``4MB``, ``800 kB``, ``1.5G``, in decimal units.

    Raises:
        WrongUsage: the text is not a size.
    """
    match = _SIZE.fullmatch(text)
    size = round(float(match[1]) * FACTORS[match[2].lower()]) if match else 0
    if size <= 0:
        raise WrongUsage(f"{text!r} is not a size", next_step="Write it like 4MB or 800kB")
    return size


def parse_time_of_day(text: str) -> time:
    """Parse a time of day: ``22:30``.

    Raises:
        WrongUsage: the text is not a time of day.
    """
    try:
        return time_of_day(text)
    except ValueError as error:
        raise WrongUsage(f"{text!r} is not a time of day", next_step="Write it like 22:30") from error


def parse_zone(name: str | None) -> tzinfo:
    """Find a time zone by its IANA name; without a name, the zone of the machine.

    Raises:
        WrongUsage: there is no such time zone.
    """
    from zoneinfo import ZoneInfo

    if name is None:
        return local_zone()
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        next_step = "Write a name such as Europe/Lisbon"
        raise WrongUsage(f"{name!r} is not a time zone", next_step=next_step) from error


def local_zone() -> tzinfo:
    """The time zone of the machine; ``$TZ`` may name one, or be a rule (POSIX, 8.3 "Other Environment Variables").

    Raises:
        WrongUsage: ``$TZ`` is neither.
    """
    from tzlocal import get_localzone

    try:
        return get_localzone()
    except (KeyError, ValueError, OSError):  # tzlocal knows no rules
        return _zone_of_rule(os.environ.get("TZ", ""))


def _zone_of_rule(rule: str) -> tzinfo:
    from dateutil.tz import tzstr

    next_step = "Set it to a name such as Europe/Lisbon, or pass --timezone"
    wrong = WrongUsage(f"TZ={rule} is not a time zone", next_step=next_step)
    if not re.match(r"(<[^>]+>|[A-Za-z]{3,})[+-]?\d", rule):  # dateutil takes anything else for UTC
        raise wrong
    try:
        return tzstr(rule, posix_offset=True)
    except ValueError as error:
        raise wrong from error


def _span(text: str, now: datetime, zone: tzinfo) -> tuple[datetime, datetime]:
    age = _AGE.fullmatch(text)
    try:
        if age:
            instant = _ago(now.astimezone(zone), int(age[1]), age[2])
            return instant, instant
        return _named(text.replace("/", "-"), now.astimezone(zone).date(), zone)
    except (ValueError, OverflowError) as error:
        raise WrongUsage(f"{text!r} is not a date", next_step=f"Write {_FORMS}") from error


def _ago(now: datetime, count: int, unit: str) -> datetime:
    from dateutil.relativedelta import relativedelta

    match unit:
        case "h":
            return (now.astimezone(UTC) - timedelta(hours=count)).astimezone(now.tzinfo)
        case "d" | "w":
            return now - timedelta(days=count * (7 if unit == "w" else 1))
        case "m":
            earlier: datetime = now - relativedelta(months=count)
        case _:
            earlier = now - relativedelta(years=count)
    return earlier


def _named(text: str, today: date, zone: tzinfo) -> tuple[datetime, datetime]:
    if text in ("today", "yesterday"):
        return _days(today - timedelta(days=text == "yesterday"), zone)
    if month := _MONTH.fullmatch(text):
        from dateutil.relativedelta import relativedelta

        start = date(int(month[1]), int(month[2] or 1), 1)
        step = relativedelta(months=1) if month[2] else relativedelta(years=1)
        return _midnight(start, zone), _midnight(start + step, zone)
    if _DAY.fullmatch(text):
        year, month_of_year, day = map(int, text.split("-"))
        return _days(date(year, month_of_year, day), zone)
    if week := _WEEK.fullmatch(text):
        return _days(date.fromisocalendar(int(week[1]), int(week[2]), 1), zone, count=7)
    instant = datetime.fromisoformat(text)
    if len(text) <= len("2024-06-30"):  # other ISO 8601 dates: 20240630, 2024-W26-7
        return _days(instant.date(), zone)
    instant = instant if instant.tzinfo else instant.replace(tzinfo=zone)
    return instant, instant + timedelta(milliseconds=1)


def _days(first: date, zone: tzinfo, count: int = 1) -> tuple[datetime, datetime]:
    return _midnight(first, zone), _midnight(first + timedelta(days=count), zone)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
