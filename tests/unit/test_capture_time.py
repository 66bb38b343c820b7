"""When a photo was taken: which source wins, and in which zone."""

# ruff: noqa: DTZ001 - times without a zone are the subject

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.photo.capture_time import CaptureTime, TakenSource, beside, decide
from photobak.photo.metadata import Metadata

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)
MODIFIED = datetime(2023, 3, 4, 5, 6, 7, 891234, tzinfo=UTC)
NOTHING = Metadata()
NOON = datetime(2024, 6, 30, 12)

offsets = st.integers(-12 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
photographed = st.datetimes(datetime(1826, 1, 2), datetime(2024, 6, 29))


def decided(
    metadata: Metadata = NOTHING,
    filename: str = "IMG_1.JPG",
    zone: tzinfo = BERLIN,
    modified_at: datetime = MODIFIED,
) -> tuple[str, str]:
    found = decide(metadata, filename=filename, modified_at=modified_at, zone=zone, now=NOW)
    return found.isoformat(), found.source


EVERYTHING = Metadata(
    original=datetime(2024, 1, 1),
    digitized=datetime(2024, 1, 2),
    gps_time=datetime(2024, 1, 3, tzinfo=UTC),
    recorded_local=datetime(2024, 1, 4),
    recorded_utc=datetime(2024, 1, 5, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("silent", "day", "source"),
    [
        ((), 1, "exif"),
        (("original",), 2, "exif-digitized"),
        (("original", "digitized"), 3, "gps"),
        (("original", "digitized", "gps_time"), 4, "video"),
        (("original", "digitized", "gps_time", "recorded_local"), 5, "video"),
        (("original", "digitized", "gps_time", "recorded_local", "recorded_utc"), 6, "filename"),
    ],
)
def test_the_most_trusted_source_wins(silent: tuple[str, ...], day: int, source: str) -> None:
    said = {name: getattr(EVERYTHING, name) for name in Metadata.__slots__ if name not in silent}
    taken_at, by = decided(Metadata(**said), "IMG_20240106_000000.jpg")
    assert (taken_at[:10], by) == (f"2024-01-0{day}", source)


def test_without_any_statement_the_modification_time_counts() -> None:
    assert decided() == ("2023-03-04T06:06:07.891+01:00", "mtime")


@pytest.mark.parametrize(
    "impossible", [datetime(2024, 7, 3), datetime(2098, 1, 1), datetime(1825, 1, 1), datetime(1, 1, 1)]
)
def test_impossible_dates_fall_through(impossible: datetime) -> None:
    assert decided(Metadata(original=impossible, digitized=NOON)) == ("2024-06-30T12:00:00+02:00", "exif-digitized")
    assert decided(Metadata(original=impossible), "20240630_120000.jpg") == ("2024-06-30T12:00:00+02:00", "filename")
    assert decided(Metadata(gps_time=impossible.replace(tzinfo=UTC)))[1] == "mtime"
    assert decided(filename=f"IMG_{impossible:%Y%m%d}.jpg")[1] == "mtime"


def test_a_clock_that_is_a_little_fast_is_believed() -> None:
    assert decided(Metadata(original=datetime(2024, 7, 2, 13)))[1] == "exif"


def test_the_modification_time_is_taken_as_it_is() -> None:
    assert decided(modified_at=datetime(2099, 1, 1, tzinfo=UTC)) == ("2099-01-01T01:00:00+01:00", "mtime")
    assert decided(modified_at=datetime.max.replace(tzinfo=UTC))[0].startswith("9999-12-31T23:59:59.999")


def test_a_stated_offset_stands() -> None:
    tokyo = NOON.replace(tzinfo=timezone(timedelta(hours=9)))
    assert decided(Metadata(original=tokyo)) == ("2024-06-30T12:00:00+09:00", "exif")
    assert decided(Metadata(original=NOON.replace(tzinfo=UTC)))[0] == "2024-06-30T12:00:00+00:00"
    assert decided(Metadata(recorded_local=NOON.replace(tzinfo=UTC)))[0] == "2024-06-30T12:00:00+00:00"


def test_an_instant_is_shown_in_the_zone() -> None:
    instant = NOON.replace(tzinfo=UTC)
    assert decided(Metadata(gps_time=instant)) == ("2024-06-30T14:00:00+02:00", "gps")
    assert decided(Metadata(recorded_utc=instant)) == ("2024-06-30T14:00:00+02:00", "video")
    assert decided(filename="PXL_20240630_120000123.jpg") == ("2024-06-30T14:00:00.123+02:00", "filename")


@pytest.mark.parametrize(
    ("local", "gps", "expected"),
    [
        (time(12), "2024-06-30T10:00:00", "+02:00"),
        (time(12), "2024-06-30T09:57:30", "+02:00"),
        (time(12), "2024-06-30T10:04:10", "+02:00"),
        (time(12), "2024-06-30T06:15:00", "+05:45"),
        (time(12), "2024-06-30T21:30:00", "-09:30"),
        (time(12), "2024-06-29T22:00:00", "+14:00"),
        (time(12), "2024-07-01T00:00:00", "-12:00"),
        (time(12), "2024-06-30T12:00:00", "+00:00"),
    ],
)
def test_the_gps_time_tells_the_zone(local: time, gps: str, expected: str) -> None:
    said = Metadata(
        original=datetime.combine(date(2024, 6, 30), local), gps_time=datetime.fromisoformat(gps).replace(tzinfo=UTC)
    )
    assert decided(said, zone=UTC) == (f"2024-06-30T12:00:00{expected}", "exif")


@pytest.mark.parametrize(
    "gps", ["2024-07-01T09:58:00", "2024-06-29T10:00:00", "2024-06-30T09:40:00", "2009-12-12T10:00:00"]
)
def test_a_gps_time_that_no_zone_explains_is_not_used(gps: str) -> None:
    said = Metadata(original=NOON, gps_time=datetime.fromisoformat(gps).replace(tzinfo=UTC))
    assert decided(said) == ("2024-06-30T12:00:00+02:00", "exif")


def test_the_zones_summer_and_winter_time_are_kept_apart() -> None:
    assert decided(Metadata(original=datetime(2024, 1, 31, 12)))[0] == "2024-01-31T12:00:00+01:00"
    assert decided(Metadata(original=datetime(2023, 7, 31, 12)))[0] == "2023-07-31T12:00:00+02:00"


def test_the_hour_that_summer_time_skips_and_the_one_that_comes_twice() -> None:
    assert decided(Metadata(original=datetime(2024, 3, 31, 2, 30)))[0] == "2024-03-31T02:30:00+01:00"
    assert decided(Metadata(original=datetime(2023, 10, 29, 2, 30)))[0] == "2023-10-29T02:30:00+02:00"


def test_local_mean_time_is_rounded_to_a_minute() -> None:
    """Amsterdam stood 19 minutes and 32 seconds ahead of Greenwich until 1937."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    taken = decide(
        Metadata(original=datetime(1880, 1, 1)), filename="a.jpg", modified_at=MODIFIED, zone=amsterdam, now=NOW
    )
    offset = taken.taken_at.utcoffset()
    assert offset is not None
    assert offset % timedelta(minutes=1) == timedelta(0)
    assert taken.isoformat()[:19] == "1880-01-01T00:00:00"


def test_milliseconds_are_kept_and_no_more() -> None:
    assert decided(Metadata(original=NOON.replace(microsecond=123999)))[0] == "2024-06-30T12:00:00.123+02:00"
    assert decided(Metadata(original=NOON.replace(microsecond=999)))[0] == "2024-06-30T12:00:00+02:00"


@given(photographed, offsets)
def test_text_and_value_are_one(taken: datetime, zone: timezone) -> None:
    kept = CaptureTime(taken.replace(tzinfo=zone), TakenSource.EXIF)
    assert CaptureTime.parse(kept.isoformat(), TakenSource.EXIF) == kept
    assert kept.taken_at.microsecond % 1000 == 0


@given(
    st.datetimes(timezones=st.timezones()),
    st.datetimes(),
    st.sampled_from([field for field in Metadata.__slots__ if "time" in field or field in ("original", "digitized")]),
    st.timezones(),
    st.text(max_size=20),
)
def test_any_statement_gets_a_whole_answer(
    modified_at: datetime, said: datetime, field: str, zone: tzinfo, filename: str
) -> None:
    said = said.replace(tzinfo=UTC) if field == "gps_time" else said
    metadata = Metadata(**{field: said})
    found = decide(metadata, filename=filename, modified_at=modified_at, zone=zone, now=NOW)
    offset = found.taken_at.utcoffset()
    assert offset is not None
    assert offset % timedelta(minutes=1) == timedelta(0)
    assert found.source is TakenSource.MTIME or found.taken_at <= NOW + timedelta(days=1)


def test_a_follower_lies_beside_its_photo() -> None:
    photo = CaptureTime(NOON.replace(tzinfo=UTC), TakenSource.EXIF)
    assert beside(photo) == CaptureTime(photo.taken_at, TakenSource.PARTNER)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        "2024-06-30",
        "2024-06-30T12:00:00",
        "2024-06-30 12:00:00+02:00",
        "2024-13-30T12:00:00+02:00",
        "2024-06-30T12:00:00+99:00",
        "2024-06-30T12:00:00+02:00\n",
        "٢٠٢٤-06-30T12:00:00+02:00",
    ],
)
def test_what_is_no_capture_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        CaptureTime.parse(text, TakenSource.USER)


def test_the_calendars_ends_are_read() -> None:
    assert CaptureTime.parse("0001-01-01T00:00:00+02:00", TakenSource.USER).isoformat() == "0001-01-01T00:00:00+02:00"
    assert CaptureTime.parse("9999-12-31T23:59:59Z", TakenSource.USER).isoformat() == "9999-12-31T23:59:59+00:00"


def test_a_capture_time_without_offset_does_not_exist() -> None:
    with pytest.raises(ValueError, match="offset"):
        CaptureTime(NOON, TakenSource.EXIF)


def test_the_first_year_of_photography_counts() -> None:
    assert decided(Metadata(original=datetime(1826, 6, 1)))[1] == "exif"


def test_a_local_time_in_utc_has_no_offset_from_it() -> None:
    found = decide(Metadata(original=NOON), filename="", modified_at=NOON.replace(tzinfo=UTC), zone=UTC, now=NOW)
    assert found.isoformat() == "2024-06-30T12:00:00+00:00"


def test_an_instant_is_shown_in_any_zone() -> None:
    taken = CaptureTime(NOON.replace(tzinfo=UTC), TakenSource.EXIF)
    assert taken.in_zone(timezone(timedelta(hours=9))).isoformat() == "2024-06-30T21:00:00+09:00"


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: CaptureTime(NOON, TakenSource.EXIF), "a capture time needs an offset"),
        (lambda: CaptureTime.parse("x", TakenSource.EXIF), "'x' is not a date like 2024-06-30T12:00:00+02:00"),
    ],
)
def test_what_is_no_capture_time_says_what_is_missing(wrong: Callable[[], object], said: str) -> None:
    with pytest.raises(ValueError, match=rf"^{re.escape(said)}$"):
        wrong()
