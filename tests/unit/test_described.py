"""What an import knows of a photo completes its record, and what its owner has said here stands."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from support.records import record
from support.strategies import captures, descriptions, records

from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.described import Described, enriched
from photobak.photo.keys import timestamp_key
from photobak.photo.record import Record

NOON = datetime(2024, 6, 30, 12, tzinfo=UTC)
SAID = Described(
    description="On the bridge",
    favorite=True,
    archived=False,
    people=frozenset({"Ann"}),
    tags=frozenset({"Paris"}),
    latitude=48.8,
    longitude=2.3,
    motion="ab" * 32,
    alternatives=frozenset({CaptureTime(NOON, TakenSource.FILENAME)}),
)


@given(descriptions)
def test_it_comes_back_from_json_as_it_was(said: Described) -> None:
    assert Described.from_json(json.loads(json.dumps(said.to_json()))) == said


def test_a_record_gets_what_it_lacks() -> None:
    bare = record()
    after = enriched(bare, SAID, bare.taken)
    assert after == replace(
        bare,
        description="On the bridge",
        favorite=True,
        archived=False,
        people=frozenset({"Ann"}),
        tags=frozenset({"Paris"}),
        latitude=48.8,
        longitude=2.3,
        motion="ab" * 32,
        taken_alternatives=SAID.alternatives,
    )


def test_what_its_owner_has_said_here_stands() -> None:
    said = record(description="mine", favorite=False, archived=True, people=frozenset({"Bob"}))
    after = enriched(said, SAID, said.taken)
    assert (after.description, after.favorite, after.archived) == ("mine", False, True)
    assert after.people == {"Ann", "Bob"}


@given(records(), descriptions, captures)
def test_doing_it_again_changes_nothing(before: Record, said: Described, taken: CaptureTime) -> None:
    after = enriched(before, said, taken)
    assert enriched(after, said, taken) == after
    assert after.timestamp in (before.timestamp, timestamp_key(taken.taken_at, before.sha256))


@pytest.mark.parametrize(
    ("known", "told", "wins"),
    [
        ("mtime", "takeout", True),
        ("filename", "takeout", True),
        ("exif", "takeout", True),
        ("exif", "exif", True),
        ("takeout", "exif", False),
        ("exif", "mtime", False),
        ("user", "takeout", False),
        ("xmp", "takeout", True),
        ("partner", "takeout", True),
        ("takeout", "partner", False),
    ],
)
def test_a_capture_time_gives_way_to_one_that_is_believed_as_much(known: str, told: str, wins: bool) -> None:
    before = record(taken=CaptureTime(NOON, TakenSource(known)))
    taken = CaptureTime(NOON - timedelta(hours=3), TakenSource(told))
    after = enriched(before, SAID, taken)
    assert after.taken == (taken if wins else before.taken)
    assert after.timestamp == timestamp_key(after.taken.taken_at, before.sha256)


def test_the_same_instant_in_another_zone_is_another_capture_time() -> None:
    before = record(taken=CaptureTime(NOON, TakenSource.EXIF))
    taken = CaptureTime(NOON.astimezone(timezone(timedelta(hours=9))), TakenSource.EXIF)
    assert enriched(before, Described(), taken).taken.isoformat() == "2024-06-30T21:00:00+09:00"


@given(descriptions, descriptions)
def test_copies_complete_each_other(one: Described, other: Described) -> None:
    both = one.completed_by(other)
    assert both.people == one.people | other.people
    assert (both.latitude, both.longitude) in ((one.latitude, one.longitude), (other.latitude, other.longitude))
    assert both.completed_by(other) == both


def test_what_was_corrected_here_is_not_undone_by_an_older_export() -> None:
    corrected = record(taken=CaptureTime(NOON, TakenSource.USER))
    exported = CaptureTime(NOON - timedelta(days=1), TakenSource.USER)
    assert enriched(corrected, Described(), exported).taken == corrected.taken
    assert enriched(record(), Described(), exported).taken == exported


def test_a_sync_that_pairs_a_live_photo_changes_no_date() -> None:
    """Two machines in two time zones may date a photo without an offset differently, and the first date stands."""
    elsewhere = CaptureTime(NOON + timedelta(hours=1), TakenSource.EXIF)
    paired = enriched(record(), Described(motion="ab" * 32), elsewhere)
    assert paired == record(motion="ab" * 32)
    exported = CaptureTime(NOON + timedelta(hours=1), TakenSource.TAKEOUT)
    assert enriched(record(), Described(motion="ab" * 32), exported).taken == exported
