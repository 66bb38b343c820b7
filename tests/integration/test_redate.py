"""Corrected capture times: one record at its one new place, cut off and overtaken between any two calls."""

from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

import pytest
from support.campaign import STEP, moments
from support.cloud import (
    NOW,
    Aws,
    BeforeCall,
    Died,
    Person,
    announcement,
    dying_before,
    nothing,
    once_before,
    sha256_of_bytes,
)
from support.pictures import encoded, quadrants

from photobak.cloud.http.problem import Problem
from photobak.photo.capture_time import TakenSource
from photobak.photo.keys import timestamp_key
from photobak.photo.record import Record, Status

PHOTO = encoded(quadrants(64, 48), "JPEG")
SHA256 = sha256_of_bytes(PHOTO)
THEN = datetime(1987, 7, 14, 15, 30, tzinfo=timezone(timedelta(hours=2)))
LATER = datetime(1999, 12, 31, 23, 59, 59, 999000, tzinfo=UTC)


def with_photo(aws: Aws) -> Person:
    person = aws.person()
    person.announce(announcement(PHOTO))
    person.process(person.upload(PHOTO))
    return person


def twin(person: Person) -> Person:
    """The same person at another device."""
    return Person(person.aws, person.identity_id)


def check_agreed(person: Person) -> Record:
    """One record under its own key; the content item points to it, and the JSON beside the photo is the same."""
    (record,) = person.records
    assert record.timestamp == timestamp_key(record.taken.taken_at, SHA256)
    found = person.content(SHA256)
    assert found is not None
    assert (found.status, found.timestamp) == (record.status, record.timestamp)
    assert person.record_json(SHA256) == record.to_json()
    return record


def test_the_record_moves_and_all_else_stays(aws: Aws) -> None:
    person = with_photo(aws)
    (before,) = person.records
    objects = person.objects()
    answer = {"sha256": SHA256, "status": "stored", "taken_at": "1987-07-14T15:30:00+02:00"}
    assert person.redate({SHA256: THEN}) == [answer]
    after = check_agreed(person)
    assert (after.taken.taken_at, after.taken.source) == (THEN, TakenSource.USER)
    same = [name for name in Record.__dataclass_fields__ if name not in ("taken", "timestamp")]
    assert [getattr(after, name) for name in same] == [getattr(before, name) for name in same]
    moved = person.objects()
    assert {key: moved[key] for key in moved if "record" not in key} == {
        key: objects[key] for key in objects if "record" not in key
    }
    assert person.redate({SHA256: THEN}) == [answer]
    assert check_agreed(person) == after


def test_the_offset_alone_can_be_corrected(aws: Aws) -> None:
    person = with_photo(aws)
    (before,) = person.records
    elsewhere = before.taken.taken_at.astimezone(timezone(timedelta(hours=9)))
    person.redate({SHA256: elsewhere})
    after = check_agreed(person)
    assert after.timestamp == before.timestamp
    assert after.taken.isoformat() == "2024-06-01T21:00:00+09:00"


def test_a_later_sync_of_the_same_bytes_leaves_it_so(aws: Aws) -> None:
    person = with_photo(aws)
    person.redate({SHA256: THEN})
    (answer,) = person.announce(announcement(PHOTO, "phone:DCIM/1.jpg", day=20))
    assert answer["status"] == "stored"
    person.process(person.upload(PHOTO))  # an upload that was under way
    record = check_agreed(person)
    assert record.taken.taken_at == THEN
    assert record.sources == {"laptop:Pictures/IMG_1.JPG", "phone:DCIM/1.jpg"}


def test_what_is_in_the_trash_or_somebody_elses_is_left_alone(aws: Aws) -> None:
    owner, stranger = with_photo(aws), aws.person()
    unknown = [{"sha256": SHA256, "status": "unknown"}]
    assert stranger.redate({SHA256: THEN}) == unknown
    owner.delete(SHA256)
    assert owner.redate({SHA256: THEN}) == unknown
    assert check_agreed(owner).status is Status.TRASHED


@pytest.mark.parametrize("impossible", [datetime(1500, 1, 1, tzinfo=UTC), NOW + timedelta(days=2)])
def test_what_is_impossible_is_refused_before_anything_is_done(aws: Aws, impossible: datetime) -> None:
    person = with_photo(aws)
    before = person.records
    with pytest.raises(Problem, match=r"photography|future"):
        person.redate({SHA256: THEN, sha256_of_bytes(b""): impossible})
    assert person.records == before


def test_it_may_die_before_any_of_its_calls(campaign_aws: Aws) -> None:
    person = with_photo(campaign_aws)
    times = [THEN, LATER]
    number, died = 0, True
    while died:
        number += STEP
        wish = {SHA256: times[number % 2]}
        with suppress(Died):
            person.redate(wish, dying_before(number))
            died = False
        assert len(person.records) == 1
        person.redate(wish)
        assert check_agreed(person).taken.taken_at == times[number % 2]
    assert number > 3


REQUESTS: dict[str, Callable[[Person, BeforeCall], object]] = {
    "another date": lambda person, before_call: person.redate({SHA256: LATER}, before_call),
    "the trash": lambda person, before_call: person.delete(SHA256, before_call=before_call),
    "another place": lambda person, before_call: person.announce(
        announcement(PHOTO, "phone:1.jpg"), before_call=before_call
    ),
}


@pytest.mark.parametrize("quick", REQUESTS)
def test_another_request_may_come_between_any_two_calls(campaign_aws: Aws, quick: str) -> None:
    rehearsal = with_photo(campaign_aws)
    rehearsal.redate({SHA256: THEN})
    for number in moments(len(rehearsal.calls)):
        person = with_photo(campaign_aws)
        person.redate({SHA256: THEN}, once_before(number, partial(REQUESTS[quick], twin(person), nothing)))
        check_agreed(person)


@pytest.mark.parametrize("slow", REQUESTS)
def test_it_may_come_between_any_two_calls_of_another_request(campaign_aws: Aws, slow: str) -> None:
    rehearsal = with_photo(campaign_aws)
    REQUESTS[slow](rehearsal, nothing)
    for number in moments(len(rehearsal.calls)):
        person = with_photo(campaign_aws)
        other = twin(person)
        REQUESTS[slow](person, once_before(number, partial(other.redate, {SHA256: THEN})))
        check_agreed(person)
