"""A file's date and an export's or a sidecar's: which wins, and what they tell of the zone together."""

# ruff: noqa: DTZ001 - times without a zone are the subject

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.photo.capture_time import TakenSource
from photobak.photo.metadata import Metadata
from photobak.photo.reconciled_time import ReconciledTime, ToldTime, reconcile

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2024, 7, 1, 12, tzinfo=UTC)
MODIFIED = datetime(2023, 3, 4, 5, 6, 7, tzinfo=UTC)
NOON = datetime(2024, 6, 30, 12)
NOON_UTC = NOON.replace(tzinfo=UTC)
NOTHING = Metadata()


def reconciled(
    metadata: Metadata, told: datetime, source: TakenSource = TakenSource.TAKEOUT, filename: str = "a.jpg"
) -> tuple[str, str, list[tuple[str, str]]]:
    found: ReconciledTime = reconcile(
        metadata, ToldTime(told, source), filename=filename, modified_at=MODIFIED, zone=BERLIN, now=NOW
    )
    others = [(other.isoformat(), str(other.source)) for other in found.alternatives]
    return found.taken.isoformat(), str(found.taken.source), others


@given(st.integers(-14 * 4, 14 * 4), st.datetimes(datetime(1990, 1, 2), datetime(2024, 6, 29)))
def test_exif_and_an_instant_give_the_zone(quarters: int, local: datetime) -> None:
    offset = timedelta(minutes=15 * quarters)
    instant = local.replace(tzinfo=timezone(offset)).astimezone(UTC).replace(microsecond=0)
    found = reconcile(
        Metadata(original=local),
        ToldTime(instant, TakenSource.TAKEOUT),
        filename="a.jpg",
        modified_at=MODIFIED,
        zone=BERLIN,
        now=NOW,
    )
    assert found.taken.source is TakenSource.EXIF
    assert found.taken.taken_at.replace(tzinfo=None) == local.replace(microsecond=local.microsecond // 1000 * 1000)
    assert found.taken.taken_at.utcoffset() == offset
    assert found.alternatives == ()


@pytest.mark.parametrize(
    "shift",
    [
        timedelta(minutes=5),
        timedelta(hours=3, minutes=7),
        timedelta(hours=14, minutes=15),
        timedelta(days=1),
        timedelta(days=3000),
        timedelta(seconds=3),
    ],
)
def test_another_difference_is_a_correction_that_wins_and_both_are_kept(shift: timedelta) -> None:
    taken, source, others = reconciled(Metadata(original=NOON), NOON_UTC - shift)
    assert datetime.fromisoformat(taken) == NOON_UTC - shift
    assert source == "takeout"
    assert others == [("2024-06-30T12:00:00+02:00", "exif")]


def test_a_file_that_states_its_offset_agrees_with_its_own_instant_alone() -> None:
    tokyo = NOON.replace(tzinfo=timezone(timedelta(hours=9)))
    assert reconciled(Metadata(original=tokyo), tokyo.astimezone(UTC)) == ("2024-06-30T12:00:00+09:00", "exif", [])
    assert reconciled(Metadata(original=tokyo), NOON_UTC) == (
        "2024-06-30T21:00:00+09:00",
        "takeout",
        [("2024-06-30T12:00:00+09:00", "exif")],
    )


def test_gps_knows_the_zone_better() -> None:
    in_tokyo = Metadata(original=NOON, gps_time=NOON_UTC - timedelta(hours=9))
    assert reconciled(in_tokyo, NOON_UTC - timedelta(hours=9))[:2] == ("2024-06-30T12:00:00+09:00", "exif")
    taken, source, others = reconciled(in_tokyo, NOON_UTC - timedelta(hours=2))
    assert (taken, source) == ("2024-06-30T12:00:00+02:00", "takeout")
    assert others == [("2024-06-30T12:00:00+09:00", "exif")]


def test_a_video_that_states_utc_agrees_with_the_same_instant() -> None:
    recorded = Metadata(recorded_utc=NOON_UTC)
    assert reconciled(recorded, NOON_UTC) == ("2024-06-30T14:00:00+02:00", "video", [])
    assert reconciled(recorded, NOON_UTC - timedelta(hours=1))[1:] == (
        "takeout",
        [("2024-06-30T14:00:00+02:00", "video")],
    )


@pytest.mark.parametrize("filename", ["a.jpg", "IMG-20240630-WA0001.jpg"])
def test_where_the_file_has_no_date_the_told_one_wins(filename: str) -> None:
    assert reconciled(NOTHING, NOON_UTC, filename=filename) == ("2024-06-30T14:00:00+02:00", "takeout", [])


def test_a_file_name_gives_the_zone_too() -> None:
    assert reconciled(NOTHING, NOON_UTC, filename="IMG_20240630_210000.jpg") == (
        "2024-06-30T21:00:00+09:00",
        "takeout",
        [],
    )
    assert reconciled(NOTHING, NOON_UTC, filename="PXL_20240630_120000000.jpg") == (
        "2024-06-30T14:00:00+02:00",
        "takeout",
        [],
    )


@pytest.mark.parametrize("filename", ["IMG_20240520_111111.jpg", "IMG-20240520-WA0001.jpg"])
def test_a_file_name_that_disagrees_is_kept_as_an_alternative(filename: str) -> None:
    taken, source, others = reconciled(NOTHING, NOON_UTC, filename=filename)
    assert (taken, source) == ("2024-06-30T14:00:00+02:00", "takeout")
    assert [by for _, by in others] == ["filename"]


@pytest.mark.parametrize("told", [datetime(1700, 1, 1, tzinfo=UTC), datetime(2031, 1, 1, tzinfo=UTC)])
def test_an_impossible_time_has_no_say(told: datetime) -> None:
    assert reconciled(Metadata(original=NOON), told) == ("2024-06-30T12:00:00+02:00", "exif", [])
    assert reconciled(NOTHING, told)[1] == "mtime"


def test_apple_counts_minutes() -> None:
    seconds = Metadata(original=NOON.replace(second=59))
    assert reconciled(seconds, NOON_UTC, TakenSource.ICLOUD) == ("2024-06-30T12:00:59+00:00", "exif", [])


def test_a_sidecar_tells_local_time() -> None:
    local = Metadata(original=NOON)
    tokyo = timezone(timedelta(hours=9))
    assert reconciled(local, NOON.replace(tzinfo=tokyo), TakenSource.XMP) == ("2024-06-30T12:00:00+09:00", "exif", [])
    assert reconciled(local, NOON, TakenSource.XMP) == ("2024-06-30T12:00:00+02:00", "exif", [])
    # A correction by whole hours is none of the zone: a sidecar has local time.
    assert reconciled(local, NOON + timedelta(hours=1), TakenSource.XMP) == (
        "2024-06-30T13:00:00+02:00",
        "xmp",
        [("2024-06-30T12:00:00+02:00", "exif")],
    )
    assert reconciled(NOTHING, NOON.replace(tzinfo=tokyo), TakenSource.XMP) == ("2024-06-30T12:00:00+09:00", "xmp", [])


def test_a_local_time_that_the_file_name_agrees_with_has_the_zone_of_the_machine() -> None:
    taken = reconciled(NOTHING, NOON, TakenSource.XMP, "IMG_20240630_120000.jpg")
    assert taken == ("2024-06-30T12:00:00+02:00", "xmp", [])


def test_a_local_time_alone_in_utc_has_no_offset_from_it() -> None:
    told = ToldTime(NOON, TakenSource.XMP)
    found = reconcile(NOTHING, told, filename="a.jpg", modified_at=MODIFIED, zone=ZoneInfo("UTC"), now=NOW)
    assert found.taken.isoformat() == "2024-06-30T12:00:00+00:00"


TOKYO = NOON.replace(tzinfo=timezone(timedelta(hours=9)))


@pytest.mark.parametrize("own", [NOON, TOKYO])
@pytest.mark.parametrize(("seconds", "agree"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_second_was_cut_off_and_no_more(own: datetime, seconds: int, agree: bool) -> None:
    instant = TOKYO.astimezone(UTC) + timedelta(seconds=seconds)
    found = reconciled(Metadata(original=own), instant)
    assert found[1:] == ("exif", []) if agree else found[1] == "takeout"
    local = NOON + timedelta(seconds=seconds)
    assert reconciled(Metadata(original=own), local, TakenSource.XMP)[1] == ("exif" if agree else "xmp")


@pytest.mark.parametrize(("year", "counts"), [(1825, False), (1826, True), (2024, True), (2026, False)])
def test_years_before_photography_and_after_the_next_have_no_say(year: int, counts: bool) -> None:
    told = datetime(year, 1, 1, 12, tzinfo=UTC)
    assert (reconciled(NOTHING, told)[1] == "takeout") is counts
