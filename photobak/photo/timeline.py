"""The timeline of a gallery: which photos are in it, under which month, and what is known of each before it is loaded.

Each photo is an entry of sixteen bytes: its sort key and the byte of its aspect ratio (docs/gallery.md). Entries sort
as their photos do, so a month is a sorted run of them.
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import Final, Self

from photobak.photo.keys import FIRST_KEY, TIE_BREAKER_DIGITS
from photobak.photo.kind import Kind
from photobak.photo.record import Record

ENTRY_BYTES: Final = 16

_KEY_BYTES: Final = ENTRY_BYTES - 1
_TIE_BREAKER_BYTES: Final = 8
_SQUARE: Final = 128
_STEPS_PER_DOUBLING: Final = 64
_EXACT: Final = Context(prec=38)
_TIE_BREAKERS: Final = 10**TIE_BREAKER_DIGITS


def ratio_byte(width: int | None, height: int | None) -> int:
    """The byte that stands for width divided by height: 128 for 1:1, 64 more for twice as wide; 0 for unknown.

    It is right within 0.6 % between 1:4 and 3.95:1; what is taller or wider counts as that.
    """
    if not width or not height or width < 0 or height < 0:
        return 0
    return min(255, max(1, round(_STEPS_PER_DOUBLING * math.log2(width / height)) + _SQUARE))


@dataclass(frozen=True, slots=True)
class Entry:
    """One photo of the timeline."""

    timestamp: Decimal
    """Its sort key."""
    ratio: int
    """Its aspect ratio, as ``ratio_byte`` writes it."""

    @classmethod
    def of(cls, record: Record) -> Self:
        """The entry of a record."""
        return cls(record.timestamp, ratio_byte(record.width, record.height))

    def to_bytes(self) -> bytes:
        """Milliseconds since the first year (7 bytes), the tie-breaker (8), the ratio (1), most significant first."""
        scaled = int(_EXACT.scaleb(self.timestamp, 3 + TIE_BREAKER_DIGITS))
        milliseconds, tie_breaker = divmod(scaled, _TIE_BREAKERS)
        since_first = milliseconds - int(FIRST_KEY) * 1000
        key = since_first.to_bytes(_KEY_BYTES - _TIE_BREAKER_BYTES) + tie_breaker.to_bytes(_TIE_BREAKER_BYTES)
        return key + bytes([self.ratio])

    @classmethod
    def from_bytes(cls, packed: bytes) -> Self:
        """Read an entry back."""
        milliseconds = int.from_bytes(packed[: _KEY_BYTES - _TIE_BREAKER_BYTES]) + int(FIRST_KEY) * 1000
        tie_breaker = int.from_bytes(packed[_KEY_BYTES - _TIE_BREAKER_BYTES : _KEY_BYTES])
        scaled = Decimal(milliseconds * _TIE_BREAKERS + tie_breaker)
        return cls(_EXACT.normalize(_EXACT.scaleb(scaled, -3 - TIE_BREAKER_DIGITS)), packed[_KEY_BYTES])


def month_of(record: Record) -> str:
    """The month in which a photo was taken, by the calendar of the place, such as ``2024-06``."""
    return record.taken.isoformat()[:7]


def may_be_in_timeline(record: Record) -> bool:
    """Whether a record is in the timeline, unless it is the video half of a Live Photo."""
    return record.kind is not Kind.SIDECAR and record.status.kept and not record.archived


@dataclass(slots=True)
class PlannedMonth:
    """What a month should hold, as far as the records say."""

    entries: list[bytes] = field(default_factory=list)
    """Packed, in any order."""
    motion_videos: list[str] = field(default_factory=list)
    """SHA-256 of its videos that belong to a Live Photo, and so have no entry."""

    @property
    def ratios(self) -> bytes:
        """The aspect ratios of its photos, newest first."""
        return bytes(entry[-1] for entry in sorted(self.entries, reverse=True))


def plan_months(records: Iterable[Record]) -> dict[str, PlannedMonth]:
    """The whole timeline as it follows from all records of a person, by month."""
    months: dict[str, PlannedMonth] = {}
    videos: dict[str, tuple[str, bytes]] = {}
    moving: set[str] = set()
    for record in filter(may_be_in_timeline, records):
        month, entry = month_of(record), Entry.of(record).to_bytes()
        if record.motion is not None:
            moving.add(record.motion)
        if record.kind is Kind.VIDEO:
            videos[record.sha256] = month, entry
        else:
            months.setdefault(month, PlannedMonth()).entries.append(entry)
    for sha256, (month, entry) in videos.items():
        planned = months.setdefault(month, PlannedMonth())
        if sha256 in moving:
            planned.motion_videos.append(sha256)
        else:
            planned.entries.append(entry)
    return months


def split_entries(packed: bytes) -> list[bytes]:
    """Take a run of packed entries apart."""
    return [packed[start : start + ENTRY_BYTES] for start in range(0, len(packed), ENTRY_BYTES)]


def without(entries: list[bytes], gone: bytes) -> list[bytes]:
    """Entries without those of the same photo."""
    return [entry for entry in entries if entry[:_KEY_BYTES] != gone[:_KEY_BYTES]]
