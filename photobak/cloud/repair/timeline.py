"""``POST /photos/repair/timeline``: makes months of the timeline anew, as the records have them.

The publish function keeps the timeline while records change; what it missed, or what the table has lost, comes back by
this. Doing it again changes nothing.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from photobak.cloud.store.months import MonthsTable
from photobak.cloud.store.photos import PhotosTable
from photobak.photo.keys import FIRST_KEY, LAST_KEY, instant_key
from photobak.photo.kind import Kind
from photobak.photo.record import Record
from photobak.photo.timeline import Entry, may_be_in_timeline, month_of

_PAGE: Final = 1_000
_LONGEST_OFFSET: Final = timedelta(days=1)
"""From UTC; a month begins and ends by the calendar of the place."""


@dataclass(frozen=True, slots=True)
class TimelineRepairer:
    """Repairs the timelines of one stack."""

    months: MonthsTable
    photos: PhotosTable

    def repair(self, identity_id: str, month: str, motion_videos: Collection[str]) -> None:
        """Make one month anew.

        Args:
            identity_id: whose it is.
            month: such as ``2024-06``.
            motion_videos: SHA-256 of its videos that belong to a Live Photo, which may be in another month.
        """
        hidden = frozenset(motion_videos)
        self._note_motion(identity_id, month, hidden)

        def entries() -> dict[str, list[bytes]]:
            found: dict[str, list[bytes]] = {}
            for record in self._records(identity_id, month):
                if record.sha256 not in hidden:
                    found.setdefault(record.sha256[0], []).append(Entry.of(record).to_bytes())
            return found

        self.months.replace(identity_id, month, entries)

    def _note_motion(self, identity_id: str, month: str, hidden: frozenset[str]) -> None:
        videos = {record.sha256 for record in self._records(identity_id, month) if record.kind is Kind.VIDEO}
        noted = self.months.motion_videos(identity_id, videos)
        for sha256 in videos & (noted ^ hidden):
            self.months.set_motion_video(identity_id, sha256, belongs=sha256 in hidden)

    def _records(self, identity_id: str, month: str) -> Iterator[Record]:
        """The records of a month that may be in a timeline."""
        if month < "0001":
            return  # Python's calendar has no year 0
        since, before = _range(month)
        while before is not None:
            page = self.photos.newest(identity_id, _PAGE, since, before, consistent=True)
            yield from (each for each in page.records if may_be_in_timeline(each) and month_of(each) == month)
            before = page.before


def _range(month: str) -> tuple[Decimal, Decimal | None]:
    """The sort keys between which all photos of a month lie, and some of its neighbours'."""
    year, number = map(int, month.split("-"))
    first = datetime(year, number, 1, tzinfo=UTC)
    since = FIRST_KEY if (year, number) == (1, 1) else instant_key(first - _LONGEST_OFFSET)
    if (year, number) == (9999, 12):
        return since, LAST_KEY
    following = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=UTC)
    return since, instant_key(following + _LONGEST_OFFSET)
