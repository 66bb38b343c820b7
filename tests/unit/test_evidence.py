"""Which record follows from what three places say of one content."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from support.cloud import announcement
from support.records import record

from photobak.cloud.photos.evidence import Evidence, is_record_of, standing_record
from photobak.cloud.store.contents import Content
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import timestamp_key
from photobak.photo.record import Record, Status

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
PHOTO = record()
TRASHED = replace(PHOTO, status=Status.TRASHED, trashed_until=NOW + timedelta(days=1))
LET_GO = replace(PHOTO, status=Status.TRASHED, trashed_until=NOW - timedelta(days=1))
MOVED = replace(PHOTO, sources=frozenset({"laptop:b.jpg"}))


def dated(year: int, source: TakenSource) -> Record:
    taken = CaptureTime(datetime(year, 6, 30, 12, tzinfo=UTC), source)
    return replace(PHOTO, taken=taken, timestamp=timestamp_key(taken.taken_at, PHOTO.sha256))


STRAY, REDATED = dated(2020, TakenSource.EXIF), dated(1999, TakenSource.USER)


def of(record: Record, **changes: Any) -> Content:
    """The content item of a record."""
    return replace(Content(record.sha256, record.status, record.timestamp), **changes)


EXPECTED = of(PHOTO, status=Status.EXPECTED)

DECISIONS: dict[str, tuple[Evidence, Record | None]] = {
    "all agree": (Evidence(of(PHOTO), (PHOTO,), PHOTO, True), PHOTO),
    "nothing is known": (Evidence(None, (), None, True), None),
    "the tables are lost": (Evidence(None, (), PHOTO, True), PHOTO),
    "the content item is lost": (Evidence(None, (PHOTO,), PHOTO, True), PHOTO),
    "the content item and the JSON are lost": (Evidence(None, (PHOTO,), None, True), PHOTO),
    "the record is lost": (Evidence(of(PHOTO), (), PHOTO, True), PHOTO),
    "the JSON is lost": (Evidence(of(PHOTO), (PHOTO,), None, True), PHOTO),
    "the JSON is older": (Evidence(of(MOVED), (MOVED,), PHOTO, True), MOVED),
    "the tables don't agree": (Evidence(of(PHOTO, status=Status.NO_PREVIEW), (STRAY,), PHOTO, True), PHOTO),
    "a second record": (Evidence(of(PHOTO), (STRAY, PHOTO), PHOTO, True), PHOTO),
    "a second record, and no content item": (Evidence(None, (STRAY, PHOTO), PHOTO, True), PHOTO),
    "the JSON knows of a corrected date": (Evidence(of(PHOTO), (PHOTO,), REDATED, True), REDATED),
    "a lost record knows of a corrected date": (Evidence(None, (REDATED,), PHOTO, True), REDATED),
    "the tables know of a corrected date": (Evidence(of(REDATED), (REDATED,), PHOTO, True), REDATED),
    "in the trash": (Evidence(of(TRASHED), (TRASHED,), TRASHED, False), TRASHED),
    "in the trash, and the tables are lost": (Evidence(None, (), TRASHED, False), TRASHED),
    "on its way into the trash": (Evidence(of(TRASHED), (TRASHED,), PHOTO, True), TRASHED),
    "out of the trash, and cut off": (Evidence(of(PHOTO), (PHOTO,), TRASHED, True), PHOTO),
    "in the trash, and older tables": (Evidence(of(PHOTO), (PHOTO,), TRASHED, False), TRASHED),
    "the trash has let go of it": (Evidence(None, (), LET_GO, False), None),
}


@pytest.mark.parametrize("name", DECISIONS)
def test_the_record_that_stands(name: str) -> None:
    evidence, expected = DECISIONS[name]
    assert standing_record(evidence, NOW) == expected


def test_a_place_that_was_announced_since_is_added() -> None:
    said = announcement(b"photo", "phone:c.jpg")
    found = standing_record(Evidence(replace(EXPECTED, announcement=said), (), PHOTO, True), NOW)
    assert found is not None
    assert found.sources == PHOTO.sources | {"phone:c.jpg"}


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "us-east-1:1"},
        {"sha256": "0" * 64},
        {"timestamp": PHOTO.timestamp + 1},
        {"original_key": "original/us-east-1:1/x.jpg"},
        {"status": Status.EXPECTED},
    ],
)
def test_what_names_anything_else_is_no_record_of_it(changes: dict[str, Any]) -> None:
    assert is_record_of(PHOTO, "us-east-1:0", PHOTO.sha256)
    assert not is_record_of(replace(PHOTO, **changes), "us-east-1:0", PHOTO.sha256)


def test_what_is_forgotten_and_has_no_original_has_no_record() -> None:
    forgotten = of(PHOTO, status=Status.FORGOTTEN)
    assert standing_record(Evidence(forgotten, (), PHOTO, is_original_there=False), NOW) is None
    assert standing_record(Evidence(forgotten, (), PHOTO, is_original_there=True), NOW) == PHOTO


def test_the_trash_lets_go_at_the_very_second() -> None:
    ends_now = replace(PHOTO, status=Status.TRASHED, trashed_until=NOW)
    assert standing_record(Evidence(None, (), ends_now, is_original_there=False), NOW) is None
