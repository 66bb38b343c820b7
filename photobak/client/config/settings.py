"""The settings: one frozen dataclass for each table of ``config.toml``, each field with its parser and meaning."""

from collections.abc import Callable, Iterator
from dataclasses import MISSING, Field, dataclass, field, fields
from datetime import time
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from photobak.client.config import values

_Value = TypeVar("_Value")

SCHEDULERS: Final = ("auto", "systemd", "cron", "launchd", "task-scheduler")
"""What ``schedule.scheduler`` may be; ``auto``: the best one that this machine has."""

_THREE_O_CLOCK: Final = time(3)


def _setting(
    default: _Value, parse: Callable[[object], _Value], meaning: str, example: str, *, secret: bool = False
) -> _Value:
    """A field of a table.

    Args:
        default: its value where nothing sets it.
        parse: turns TOML's value into a typed one, or raises ValueError.
        meaning: one sentence for the documentation.
        example: a value as it is written in TOML.
        secret: whether a value may hold a password or token.
    """
    about = {"parse": parse, "meaning": meaning, "example": example, "secret": secret}
    made: _Value = field(default=default, metadata=about)
    return made


@dataclass(frozen=True, slots=True)
class Folders:
    """``[folders]``: what to back up."""

    paths: tuple[Path, ...] = _setting(
        (), values.folders, "Folders that `photobak sync`, `watch` and the schedule back up.", '["~/Pictures"]'
    )


@dataclass(frozen=True, slots=True)
class FilterPatterns:
    """``[filters]``: which files in these folders; gitignore syntax."""

    include: tuple[str, ...] = _setting((), values.texts, "Back up only files that match, as `--include`.", '["*.jpg"]')
    exclude: tuple[str, ...] = _setting(
        (), values.texts, "Leave out files and folders that match, as `--exclude`.", '["*.png", "Drafts/"]'
    )


@dataclass(frozen=True, slots=True)
class Limits:
    """``[limits]``: how much a run may use."""

    rate: float | None = _setting(
        None, cast("Callable[[object], float | None]", values.rate), "Most bytes uploaded per second.", '"2M"'
    )
    jobs: int = _setting(8, values.whole(1, 64), "Files uploaded at once.", "8")
    timeout: int = _setting(
        600, values.whole(1, 86_400), "Seconds to wait without a confirmation before a run gives up.", "600"
    )


@dataclass(frozen=True, slots=True)
class Schedule:
    """``[schedule]``: when `photobak schedule install` runs the backup."""

    at: time = _setting(_THREE_O_CLOCK, values.time_of_day, "Time of day, local time.", '"03:00"')  # noqa: RUF009 - a field
    jitter: int = _setting(
        15,
        values.whole(0, 59),
        "Minutes within which the start is chosen at random, so that not all start at once.",
        "15",
    )
    scheduler: str = _setting("auto", values.choice(SCHEDULERS), f"One of {', '.join(SCHEDULERS)}.", '"auto"')
    on_battery: bool = _setting(False, values.flag, "Run also on battery power.", "false")
    on_metered: bool = _setting(False, values.flag, "Run also on metered networks, such as a phone's.", "false")


@dataclass(frozen=True, slots=True)
class Notify:
    """``[notify]``: whom to tell, and where."""

    urls: tuple[str, ...] = _setting(
        (), values.texts, "Where notices are sent, as Apprise URLs.", '["ntfy://ntfy.sh/my-topic"]', secret=True
    )
    ping: str | None = _setting(
        None,
        cast("Callable[[object], str | None]", values.web_url),
        "A check of healthchecks.io or the like, pinged at the start and end of each scheduled run.",
        '"https://hc-ping.com/your-uuid"',
        secret=True,
    )


@dataclass(frozen=True, slots=True)
class Prove:
    """``[prove]``: originals read back by each scheduled run."""

    count: int = _setting(
        2, values.whole(0, 1000), "Random originals to read back after each scheduled run; 0 turns it off.", "2"
    )


@dataclass(frozen=True, slots=True)
class Settings:
    """All tables."""

    folders: Folders = Folders()
    filters: FilterPatterns = FilterPatterns()
    limits: Limits = Limits()
    schedule: Schedule = Schedule()
    notify: Notify = Notify()
    prove: Prove = Prove()


TABLES: Final[dict[str, type[Any]]] = {
    "folders": Folders,
    "filters": FilterPatterns,
    "limits": Limits,
    "schedule": Schedule,
    "notify": Notify,
    "prove": Prove,
}


@dataclass(frozen=True, slots=True)
class Key:
    """One setting, as the documentation and the loader see it."""

    table: str
    name: str
    default: Any
    parse: Callable[[object], Any]
    meaning: str
    example: str
    """As it is written in TOML."""
    secret: bool

    @property
    def variable(self) -> str:
        """The environment variable that overrides it."""
        return f"PHOTOBAK_{self.table}_{self.name}".upper()


def keys() -> Iterator[Key]:
    """Every setting, in the order of the tables."""
    for table, kind in TABLES.items():
        for each in fields(kind):
            yield _key(table, each)


def _key(table: str, each: "Field[Any]") -> Key:
    if each.default is MISSING:
        raise TypeError(f"{table}.{each.name} needs a default")
    return Key(table, each.name, each.default, **each.metadata)
