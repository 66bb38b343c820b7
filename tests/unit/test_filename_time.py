"""Dates in file names."""

# ruff: noqa: DTZ001 - times without a zone are the subject

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.photo.filename_time import time_in

LAST_SECOND = datetime(2024, 1, 31, 23, 59, 59)


@pytest.mark.parametrize(
    "name",
    [
        "IMG_20240131_235959.jpg",
        "IMG_20240131_235959_1.jpg",
        "IMG_20240131_235959_HDR.jpg",
        "IMG_20240131_235959~2.jpg",
        "VID_20240131_235959.mp4",
        "20240131_235959.jpg",
        "20240131_235959(0).jpg",
        "20240131-235959.jpg",
        "20240131235959.jpg",
        "2024-01-31 23.59.59.jpg",
        "2024-01-31 23.59.59-1.jpg",
        "2024-01-31_23-59-59.jpg",
        "2024-01-31T23:59:59.jpg",
        "2024-01-31T23-59-59.jpg",
        "2024_01_31_23_59_59.jpg",
        "2024.01.31 23.59.59.jpg",
        "photo_2024-01-31_23-59-59.jpg",
        "signal-2024-01-31-23-59-59.jpg",
        "signal-2024-01-31-235959.jpg",
        "Screenshot_20240131-235959.png",
        "Screenshot_20240131-235959_Chrome.jpg",
        "Screenshot_2024-01-31-23-59-59.png",
        "Screenshot 2024-01-31 at 23.59.59.png",
        "Screenshot 2024-01-31 at 11.59.59 PM.png",
        "Screenshot 2024-01-31 at 11.59.59\u202fPM.png",
        "Screen Shot 2024-01-31 at 23.59.59.png",
        "Screenshot 2024-01-31 235959.png",
        "WhatsApp Image 2024-01-31 at 23.59.59.jpeg",
        "WIN_20240131_23_59_59_Pro.jpg",
        "DJI_20240131235959_0001_D.JPG",
        "C360_2024-01-31-23-59-59.jpg",
    ],
)
def test_day_and_time_are_read(name: str) -> None:
    assert time_in(name) == LAST_SECOND


@pytest.mark.parametrize(
    ("name", "milliseconds"),
    [("IMG_20240131_235959123.jpg", 123), ("signal-2024-01-31-23-59-59-123.jpg", 123), ("20240131235959007.jpg", 7)],
)
def test_milliseconds_are_read(name: str, milliseconds: int) -> None:
    assert time_in(name) == LAST_SECOND.replace(microsecond=milliseconds * 1000)


@pytest.mark.parametrize("name", ["PXL_20240131_235959123.jpg", "PXL_20240131_235959123.PORTRAIT.jpg"])
def test_googles_pixel_names_count_in_utc(name: str) -> None:
    assert time_in(name) == LAST_SECOND.replace(microsecond=123000, tzinfo=UTC)


@pytest.mark.parametrize("name", ["FB_IMG_1706745599123.jpg", "mmexport1706745599123.jpg", "1706745599123.jpg"])
def test_unix_milliseconds_count_in_utc(name: str) -> None:
    assert time_in(name) == LAST_SECOND.replace(microsecond=123000, tzinfo=UTC)


@pytest.mark.parametrize(
    "name", ["IMG-20240131-WA0001.jpg", "2024-01-31.jpg", "20240131.jpg", "2024-01-31 Alice's birthday.jpg"]
)
def test_a_day_alone_means_midnight(name: str) -> None:
    assert time_in(name) == datetime(2024, 1, 31)


@pytest.mark.parametrize(
    "name",
    [
        "IMG_1234.JPG",
        "DSC_20241.NEF",
        "P1010001.JPG",
        "IMG_20241301_000000.jpg",
        "IMG_20240230_000000.jpg",
        "IMG_00000000_000000.jpg",
        "12345678.jpg",
        "120240131.jpg",
        "202401310.jpg",
        "1920x1080.jpg",
        "2024-01.jpg",
        "holiday 2024.jpg",
        "99991231235959.jpg",
        "",
    ],
)
def test_other_numbers_are_no_date(name: str) -> None:
    assert time_in(name) is None


def test_an_impossible_time_leaves_its_day() -> None:
    assert time_in("IMG_20240131_256199.jpg") == datetime(2024, 1, 31)


def test_noon_and_midnight_are_told_apart() -> None:
    assert time_in("Screenshot 2024-01-31 at 12.00.00 AM.png") == datetime(2024, 1, 31, 0, 0, 0)
    assert time_in("Screenshot 2024-01-31 at 12.00.00 PM.png") == datetime(2024, 1, 31, 12, 0, 0)


@given(st.text(max_size=60))
def test_any_name_gets_an_answer(name: str) -> None:
    found = time_in(name)
    assert found is None or 1900 <= found.year <= 2099


@given(st.datetimes(datetime(1900, 1, 1), datetime(2099, 12, 31)))
def test_what_a_phone_writes_comes_back(taken: datetime) -> None:
    assert time_in(f"IMG_{taken:%Y%m%d_%H%M%S}.jpg") == taken.replace(microsecond=0)
