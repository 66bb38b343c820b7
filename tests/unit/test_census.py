"""Counts by year, month and day."""

from datetime import datetime, timedelta, timezone

import pytest
from support.records import record

from photobak.client.library.census import Census, Period, count_by
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.kind import Kind

TOKYO = timezone(timedelta(hours=9))


def taken(text: str, kind: Kind = Kind.PHOTO) -> object:
    return record(text, taken=CaptureTime(datetime.fromisoformat(text), TakenSource.EXIF), kind=kind, size=1000)


LIBRARY = [
    taken("2024-06-30T16:00+00:00"),  # in Tokyo it is July
    taken("2024-06-30T14:00+00:00", Kind.VIDEO),
    taken("2024-06-01T00:00+00:00"),
    taken("2023-12-31T23:00+00:00"),
]


@pytest.mark.parametrize(
    ("period", "counts"),
    [
        (Period.YEAR, {"2024": 4}),
        (Period.MONTH, {"2024-07": 1, "2024-06": 2, "2024-01": 1}),
        (Period.DAY, {"2024-07-01": 1, "2024-06-30": 1, "2024-06-01": 1, "2024-01-01": 1}),
    ],
)
def test_photos_are_counted_by_the_calendar_of_one_place(period: Period, counts: dict[str, int]) -> None:
    found = count_by(LIBRARY, period, TOKYO)
    assert {name: census.count for name, census in found.items()} == counts
    assert list(found) == list(counts)


def test_the_counts_tell_kinds_and_sizes() -> None:
    (census,) = count_by(LIBRARY[:3], Period.YEAR, TOKYO).values()
    assert census.to_json() == {"count": 3, "photos": 2, "videos": 1, "sidecars": 0, "bytes": 3000}
    assert (census + Census()).to_json() == census.to_json()
