"""The timeline's entries: the order of photos in sixteen bytes each, and the byte of an aspect ratio."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.records import record

from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import timestamp_key
from photobak.photo.kind import Kind
from photobak.photo.record import Status
from photobak.photo.timeline import Entry, may_be_in_timeline, month_of, ratio_byte, without

INSTANTS = st.datetimes(datetime(2, 1, 1), datetime(9998, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - given a zone
HASHES = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(INSTANTS, HASHES, st.integers(0, 255))
def test_an_entry_is_read_back_as_it_was(instant: datetime, sha256: str, ratio: int) -> None:
    entry = Entry(timestamp_key(instant, sha256), ratio)
    assert len(entry.to_bytes()) == 16
    assert Entry.from_bytes(entry.to_bytes()) == entry


@given(INSTANTS, HASHES, INSTANTS, HASHES)
def test_entries_sort_as_their_photos_do(one: datetime, one_hash: str, other: datetime, other_hash: str) -> None:
    first, second = timestamp_key(one, one_hash), timestamp_key(other, other_hash)
    packed = [Entry(each, 7).to_bytes() for each in (first, second)]
    assert (first < second) == (packed[0] < packed[1])


def test_the_key_stays_exact_to_its_last_digit() -> None:
    timestamp = Decimal("1706741999.12318446744073709551615")
    assert Entry.from_bytes(Entry(timestamp, 1).to_bytes()).timestamp == timestamp


@pytest.mark.parametrize(
    ("width", "height", "byte"),
    [
        (1000, 1000, 128),
        (2000, 1000, 192),
        (1000, 2000, 64),
        (4000, 3000, 155),
        (3000, 4000, 101),
        (16, 9, 181),
        (12000, 1000, 255),
        (1000, 90000, 1),
        (None, 1000, 0),
        (1000, None, 0),
        (0, 0, 0),
        (-3, 4, 0),
    ],
)
def test_a_ratio_is_one_byte(width: int | None, height: int | None, byte: int) -> None:
    assert ratio_byte(width, height) == byte


@given(st.integers(1, 20_000), st.integers(1, 20_000))
def test_a_ratio_is_right_within_six_thousandths(width: int, height: int) -> None:
    byte, ratio = ratio_byte(width, height), width / height
    if 0.25 < ratio < 3.95:
        assert 2 ** ((byte - 128) / 64) == pytest.approx(ratio, rel=0.006)
    assert 1 <= byte <= 255


def test_a_photo_is_in_the_month_of_the_place_where_it_was_taken() -> None:
    midnight = datetime(2025, 1, 1, 0, 10, tzinfo=timezone(timedelta(hours=1)))
    photo = replace(record(), taken=CaptureTime(midnight, TakenSource.EXIF))
    assert month_of(photo) == "2025-01"


def test_an_early_year_has_four_digits() -> None:
    photo = replace(record(), taken=CaptureTime(datetime(901, 2, 3, tzinfo=UTC), TakenSource.USER))
    assert month_of(photo) == "0901-02"


def test_what_belongs_to_the_timeline() -> None:
    photo = record()
    assert may_be_in_timeline(photo)
    assert may_be_in_timeline(replace(photo, kind=Kind.VIDEO))
    assert may_be_in_timeline(replace(photo, status=Status.NO_PREVIEW))
    assert not may_be_in_timeline(replace(photo, kind=Kind.SIDECAR))
    assert not may_be_in_timeline(replace(photo, status=Status.TRASHED))
    assert not may_be_in_timeline(replace(photo, archived=True))


def test_a_photo_is_taken_out_whatever_its_ratio_was() -> None:
    kept, gone = Entry(Decimal("1.5"), 3).to_bytes(), Entry(Decimal("2.5"), 4).to_bytes()
    assert without([kept, gone], Entry(Decimal("2.5"), 99).to_bytes()) == [kept]
