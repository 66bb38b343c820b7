"""What is wanted of the library: every condition has to be met, and a photo that doesn't say is not guessed at."""

from datetime import timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.records import NOON, record

from photobak.client.library.query import EVERYTHING, Query, Span
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import instant_key
from photobak.photo.kind import Kind
from photobak.photo.place.circle import Circle, distance_km
from photobak.photo.record import Status

LISBON = (38.7251, -9.1498)
PHOTO = record(camera_make="Google", camera_model="Pixel 8", latitude=LISBON[0], longitude=LISBON[1])
BARE = record("bare", kind=Kind.VIDEO, status=Status.NO_PREVIEW, reason="a film")

degrees_north = st.floats(-90, 90)
degrees_east = st.floats(-180, 180)


@pytest.mark.parametrize(
    ("query", "photo", "bare"),
    [
        (EVERYTHING, True, True),
        (Query(camera="PIXEL"), True, False),
        (Query(camera="google pixel"), True, False),
        (Query(camera="nikon"), False, False),
        (Query(kinds=frozenset({Kind.PHOTO})), True, False),
        (Query(kinds=frozenset({Kind.PHOTO, Kind.VIDEO})), True, True),
        (Query(statuses=frozenset({Status.NO_PREVIEW})), False, True),
        (Query(near=Circle(38.7, -9.1, 10)), True, False),
        (Query(near=Circle(38.7, -9.1, 4)), False, False),
        (Query(kinds=frozenset({Kind.PHOTO}), camera="nikon"), False, False),
        (Query(Span(instant_key(NOON), instant_key(NOON + timedelta(milliseconds=1)))), True, True),
        (Query(Span(instant_key(NOON + timedelta(milliseconds=1)))), False, False),
        (Query(Span(None, instant_key(NOON))), False, False),
    ],
)
def test_all_conditions_have_to_be_met(query: Query, photo: bool, bare: bool) -> None:
    assert (query.matches(PHOTO), query.matches(BARE)) == (photo, bare)


def test_a_span_holds_its_first_key_and_not_its_last() -> None:
    key = record(taken=CaptureTime(NOON, TakenSource.EXIF)).timestamp
    assert Span(key, key + Decimal("0.001")).holds(key)
    assert not Span(None, key).holds(key)


def test_only_time_lets_each_record_that_is_read_count() -> None:
    assert EVERYTHING.by_time_alone
    assert Query(Span(Decimal(0))).by_time_alone
    assert not Query(camera="pixel").by_time_alone


@pytest.mark.parametrize(
    ("there", "kilometres"),
    [((41.1485, -8.6110), 273), ((-33.8679, 151.2073), 18_140), (LISBON, 0)],  # Porto, Sydney
)
def test_distances_are_those_of_the_earth(there: tuple[float, float], kilometres: float) -> None:
    assert distance_km(*LISBON, *there) == pytest.approx(kilometres, rel=0.006, abs=0.001)


def test_a_circle_reaches_over_the_date_line() -> None:
    assert Circle(-17.0, 179.9, 50).holds(-17.0, -179.9)


@given(degrees_north, degrees_east, degrees_north, degrees_east)
def test_a_distance_is_the_same_there_and_back_and_no_longer_than_half_around(
    north: float, east: float, other_north: float, other_east: float
) -> None:
    there = distance_km(north, east, other_north, other_east)
    assert 0 <= there < 20_016
    assert there == pytest.approx(distance_km(other_north, other_east, north, east), abs=1e-6)
