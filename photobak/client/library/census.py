"""Counts photos: how many of each kind and how large they are, all together or by the time they were taken."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from enum import StrEnum
from typing import Any

from photobak.photo.kind import Kind
from photobak.photo.record import Record


class Period(StrEnum):
    """What photos are grouped by."""

    YEAR = "year"
    MONTH = "month"
    DAY = "day"

    @property
    def digits(self) -> int:
        """How much of an ISO 8601 date names it."""
        return {Period.YEAR: len("2024"), Period.MONTH: len("2024-06"), Period.DAY: len("2024-06-30")}[self]


@dataclass(slots=True)
class Census:
    """What has been counted so far."""

    kinds: Counter[Kind] = field(default_factory=Counter)
    size: int = 0
    """Bytes of the originals."""

    @property
    def count(self) -> int:
        """Files of every kind."""
        return self.kinds.total()

    def add(self, record: Record) -> None:
        """Count one more."""
        self.kinds[record.kind] += 1
        self.size += record.size

    def __add__(self, other: "Census") -> "Census":
        return Census(self.kinds + other.kinds, self.size + other.size)

    def to_json(self) -> dict[str, Any]:
        """The counts as ``ls --by --json`` prints them."""
        return {"count": self.count, **{f"{kind}s": self.kinds[kind] for kind in Kind}, "bytes": self.size}


def count_by(records: Iterable[Record], period: Period, zone: tzinfo | None = None) -> dict[str, Census]:
    """Count photos by the years, months or days in which they were taken, in the order in which these come.

    Args:
        records: what is counted.
        period: what they are grouped by.
        zone: whose calendar it is; None: the machine's.
    """
    groups: dict[str, Census] = {}
    for record in records:
        date = record.taken.in_zone(zone).date().isoformat()
        groups.setdefault(date[: period.digits], Census()).add(record)
    return groups
