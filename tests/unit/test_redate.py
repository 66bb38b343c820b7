"""Corrected capture times: what each option makes of a time, and what can't be read."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.records import record

from photobak.cli.commands.redate import parse_correction
from photobak.client.library.library import Library
from photobak.client.library.redate import ShiftBy
from photobak.client.library.settle import Side, is_unsettled, settled
from photobak.errors import WrongUsage
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.record import Record

WINTER = datetime(2024, 1, 31, 23, 30, 15, 250000, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("option", "value", "corrected"),
    [
        ("new", "1987-07-14T15:30", "1987-07-14T15:30:00+01:00"),
        ("new", "1987-07-14 15:30:59", "1987-07-14T15:30:59+01:00"),
        ("new", "1987-07-14T15:30-05:00", "1987-07-14T15:30:00-05:00"),
        ("new", "1987-07-14T15:30Z", "1987-07-14T15:30:00+00:00"),
        ("new", "2024-02-29", "2024-02-29T23:30:15.250000+01:00"),
        ("shift", "+1h", "2024-02-01T00:30:15.250000+01:00"),
        ("shift", "-1d2h3m4s", "2024-01-30T21:27:11.250000+01:00"),
        ("shift", "+30m", "2024-02-01T00:00:15.250000+01:00"),
        ("timezone", "Asia/Tokyo", "2024-01-31T23:30:15.250000+09:00"),
        ("timezone", "UTC", "2024-01-31T23:30:15.250000+00:00"),
    ],
)
def test_what_is_made_of_a_time(option: str, value: str, corrected: str) -> None:
    options = {"new": None, "shift": None, "timezone": None, option: value}
    assert parse_correction(**options)(WINTER).isoformat() == corrected


def test_a_zone_has_the_offset_of_its_season() -> None:
    correct = parse_correction(None, None, "Europe/Lisbon")
    assert correct(datetime(2024, 1, 1, 12, tzinfo=UTC)).isoformat() == "2024-01-01T12:00:00+00:00"
    assert correct(datetime(2024, 7, 1, 12, tzinfo=UTC)).isoformat() == "2024-07-01T12:00:00+01:00"


@pytest.mark.parametrize(
    ("new", "shift", "timezone"),
    [
        (None, None, None),
        ("2024-01-01", "+1h", None),
        ("2024-01-01", "+1h", "UTC"),
        ("yesterday", None, None),
        ("2024-02-30", None, None),
        ("", None, None),
        (None, "1h", None),
        (None, "+", None),
        (None, "+1w", None),
        (None, "+1h30", None),
        (None, "", None),
        (None, None, "Europe/Atlantis"),
        (None, None, ""),
    ],
)
def test_what_can_not_be_read_is_wrong_usage(new: str | None, shift: str | None, timezone: str | None) -> None:
    with pytest.raises(WrongUsage):
        parse_correction(new, shift, timezone)


@given(st.timedeltas(timedelta(days=-1000), timedelta(days=1000)))
def test_a_shift_and_its_contrary_undo_each_other(difference: timedelta) -> None:
    assert ShiftBy(-difference)(ShiftBy(difference)(WINTER)) == WINTER


BY_FILE = CaptureTime(datetime(2024, 6, 30, 12, tzinfo=UTC), TakenSource.GPS)
BY_GOOGLE = CaptureTime(datetime(2019, 1, 1, tzinfo=timezone(timedelta(hours=2))), TakenSource.TAKEOUT)
DISPUTED = record(
    taken=BY_GOOGLE,
    taken_alternatives=frozenset({BY_FILE}),
    filename="IMG_20180102_030405.jpg",
    modified_at=datetime(2017, 5, 6, tzinfo=UTC),
)


class NoFollowers(Library):
    """A library of single photos."""

    def __init__(self) -> None:
        """It has no session."""

    def records(self, *_: object, **__: object) -> Iterator[Record]:
        return iter(())


@pytest.mark.parametrize(
    ("side", "taken_at"),
    [
        (Side.EXIF, BY_FILE.taken_at),
        (Side.TAKEOUT, BY_GOOGLE.taken_at),
        (Side.ICLOUD, None),
        (Side.FILENAME, datetime(2018, 1, 2, 3, 4, 5, tzinfo=timezone(timedelta(hours=2)))),
        (Side.MTIME, datetime(2017, 5, 6, tzinfo=UTC)),
    ],
)
def test_a_source_settles_what_it_speaks_of(side: Side, taken_at: datetime | None) -> None:
    wishes = settled(NoFollowers(), [DISPUTED], side)
    assert [wish.taken for wish in wishes] == ([CaptureTime(taken_at, TakenSource.USER)] if taken_at else [])


def test_what_its_owner_has_decided_is_settled() -> None:
    assert is_unsettled(DISPUTED)
    assert not is_unsettled(record())
    assert not is_unsettled(replace(DISPUTED, taken=CaptureTime(BY_FILE.taken_at, TakenSource.USER)))
