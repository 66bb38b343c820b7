"""What a setting may be: each function turns a value as TOML has it into a typed one.

All of them raise ValueError, which says what the value must be.
"""

import re
from collections.abc import Callable, Iterable
from datetime import time
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

_TIME_OF_DAY: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
_RATE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,3})?)([kKmMgG]?)")
FACTORS: Final = {"": 1, "k": 1_000, "m": 1_000_000, "g": 1_000_000_000}
"""Decimal prefixes."""


def text(value: object) -> str:
    """A text that is not empty."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError("it must be a text in quotes")
    return value


def flag(value: object) -> bool:
    """``true`` or ``false``."""
    if not isinstance(value, bool):
        raise ValueError("it must be true or false, without quotes")  # noqa: TRY004 - one error for all wrong values
    return value


def whole(low: int, high: int) -> Callable[[object], int]:
    """A whole number within these limits."""

    def parse(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise ValueError(f"it must be a whole number from {low} to {high}")
        return value

    return parse


def choice(names: Iterable[str]) -> Callable[[object], str]:
    """One of these names."""
    known = tuple(names)

    def parse(value: object) -> str:
        if value not in known:
            raise ValueError(f"it must be one of {', '.join(known)}")
        return str(value)

    return parse


def texts(value: object) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list):
        raise ValueError('it must be a list of texts, such as ["one", "two"]')  # noqa: TRY004 - as above
    return tuple(text(each) for each in value)


def folders(value: object) -> tuple[Path, ...]:
    """A list of absolute paths; ``~`` is the home folder."""
    paths = []
    for each in texts(value):
        try:
            path = Path(each).expanduser()
        except RuntimeError as error:  # no home folder, or no such user
            raise ValueError(f"{each!r}: {error}") from error
        if not path.is_absolute():
            raise ValueError(f"{each!r} must be an absolute path, or begin with ~")
        paths.append(path)
    return tuple(paths)


def web_url(value: object) -> str:
    """An http or https URL."""
    url = text(value)
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        usable = False
    if not usable or not url.isprintable() or " " in url:
        raise ValueError("it must be a URL that begins with https://")
    return url


def rate(value: object) -> float:
    """Bytes per second: ``"500k"``, ``"2M"``, or a number."""
    match = _RATE.fullmatch(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else None
    found = float(match[1]) * FACTORS[match[2].lower()] if match else 0.0
    if found <= 0:
        raise ValueError('it must be bytes per second, such as "500k" or "2M"')
    return found


def time_of_day(value: object) -> time:
    """A time of day in quotes, ``"22:30"``, or TOML's own ``22:30:00``."""
    if isinstance(value, time):
        return value.replace(second=0, microsecond=0)
    match = _TIME_OF_DAY.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError('it must be a time of day, such as "22:30"')
    return time(int(match[1]), int(match[2]))
