"""``GET /timeline``: how many photos each month has and what shape they are, and photos by their place in it."""

import base64
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from photobak.cloud.store.changes import ChangesTable
from photobak.cloud.store.contents import ContentsTable
from photobak.cloud.store.months import Month, MonthsTable
from photobak.cloud.store.photos import PhotosTable
from photobak.photo.record import Record
from photobak.photo.timeline import Entry, month_of


@dataclass(frozen=True, slots=True)
class Placed:
    """A photo and its place in the timeline."""

    record: Record
    month: str
    position: int
    """Its number in the month; the newest has 0."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The timelines of one stack."""

    months: MonthsTable
    photos: PhotosTable
    contents: ContentsTable
    changes: ChangesTable

    def overview(self, identity_id: str, month: str | None) -> dict[str, Any]:
        """All months, newest first, or the requested one, with the sequence of the latest change that they include."""
        # Read before the months: the publish function updates them before the feed, so no change is in neither.
        sequence = self.changes.newest(identity_id)
        if month is None:
            found = list(self.months.all(identity_id))
        else:
            found = [one for one in [self.months.one(identity_id, month)] if one is not None]
        return {"sequence": sequence, "months": [_told(each) for each in found]}

    def page(self, identity_id: str, month: str, position: int, limit: int) -> list[Placed]:
        """Photos from a place on, newest first, across months.

        Args:
            identity_id: whose they are.
            month: such as ``2024-06``.
            position: in that month.
            limit: the most photos to return; those whose record is lost are left out.
        """
        places = list(islice(self._places(identity_id, month, position), limit))
        timestamps = [Entry.from_bytes(entry).timestamp for _, _, entry in places]
        records = {record.timestamp: record for record in self.photos.get_readable(identity_id, timestamps)}
        return [
            Placed(records[timestamp], month, position)
            for (month, position, _), timestamp in zip(places, timestamps, strict=True)
            if timestamp in records
        ]

    def locate(self, identity_id: str, prefix: str) -> Placed | None:
        """The photo whose SHA-256 begins so, where there is just one and it is in the timeline."""
        content = self.contents.find(identity_id, prefix)
        if content is None or content.timestamp is None or not content.is_photo:
            return None
        record = self.photos.get(identity_id, content.timestamp)
        month = self.months.one(identity_id, month_of(record)) if record else None
        if record is None or month is None:
            return None
        entry = Entry.of(record).to_bytes()
        ascending = month.entries[::-1]
        index = bisect_left(ascending, entry)
        if index == len(ascending) or ascending[index] != entry:
            return None
        return Placed(record, month.name, len(ascending) - 1 - index)

    def _places(self, identity_id: str, month: str, position: int) -> Iterator[tuple[str, int, bytes]]:
        for each in self.months.until(identity_id, month):
            start = position if each.name == month else 0
            for index in range(start, len(each.entries)):
                yield each.name, index, each.entries[index]


def _told(month: Month) -> dict[str, Any]:
    ratios = bytes(entry[-1] for entry in month.entries)
    return {"month": month.name, "count": len(ratios), "ratios": base64.b64encode(ratios).decode()}
