"""What people say of photos: announced by an import, changed through the API, and the same in table and bucket."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from support.campaign import moments
from support.cloud import Aws, Died, Person, announcement, dying_before, once_before, sha256_of_bytes
from support.pictures import encoded, quadrants

from photobak.cloud.api.requests import DescribedPhoto
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.described import Described
from photobak.photo.record import Record

PHOTO = encoded(quadrants(64, 48), "JPEG")
SHA256 = sha256_of_bytes(PHOTO)
SAID = Described(
    description="On the bridge",
    favorite=True,
    people=frozenset({"Ann"}),
    tags=frozenset({"Paris"}),
    latitude=48.8,
    longitude=2.3,
    alternatives=frozenset({CaptureTime(datetime(2020, 1, 1, tzinfo=UTC), TakenSource.EXIF)}),
)
TAKEOUT = CaptureTime(datetime(2021, 6, 7, 8, 9, 10, tzinfo=UTC), TakenSource.TAKEOUT)
IMPORTED = replace(announcement(PHOTO), described=SAID, taken=TAKEOUT)


def with_photo(aws: Aws) -> Person:
    person = aws.person()
    person.announce(announcement(PHOTO))
    person.process(person.upload(PHOTO))
    return person


def check_agreed(person: Person) -> Record:
    (record,) = person.records
    found = person.content(SHA256)
    assert found is not None
    assert (found.status, found.timestamp) == (record.status, record.timestamp)
    assert person.record_json(SHA256) == record.to_json()
    return record


def assert_said(record: Record) -> None:
    assert (record.description, record.favorite, record.archived) == ("On the bridge", True, None)
    assert (record.people, record.tags) == (SAID.people, SAID.tags)
    assert (record.latitude, record.longitude) == (48.8, 2.3)
    assert (record.taken, record.taken_alternatives) == (TAKEOUT, SAID.alternatives)


def test_a_new_photo_has_what_was_announced_with_it(aws: Aws) -> None:
    person = aws.person()
    (answer,) = person.announce(IMPORTED)
    assert answer["status"] == "upload"
    person.process(person.upload(PHOTO))
    assert_said(check_agreed(person))


def test_a_photo_that_is_stored_gets_what_it_lacks(aws: Aws) -> None:
    person = with_photo(aws)
    (answer,) = person.announce(IMPORTED)
    assert answer["status"] == "stored"
    assert_said(check_agreed(person))
    before = person.records
    person.announce(IMPORTED)
    assert person.records == before


@pytest.mark.parametrize("number", moments(8))
def test_an_import_that_dies_is_finished_by_the_next(aws: Aws, number: int) -> None:
    person = with_photo(aws)
    try:
        person.announce(IMPORTED, before_call=dying_before(number))
    except Died:
        person.announce(IMPORTED)
    assert_said(check_agreed(person))


def test_each_field_changes_by_itself(aws: Aws) -> None:
    person = with_photo(aws)
    person.describe(DescribedPhoto(sha256=SHA256, description="a", favorite=True, tags=("x", "y"), people=("Ann",)))
    (answer,) = person.describe(DescribedPhoto(sha256=SHA256, favorite=False, untag=("x",), archived=True))
    assert answer == {"sha256": SHA256, "status": "stored"}
    record = check_agreed(person)
    assert (record.description, record.favorite, record.archived) == ("a", False, True)
    assert (record.tags, record.people) == ({"y"}, {"Ann"})
    person.describe(DescribedPhoto(sha256=SHA256, description=""))
    assert check_agreed(person).description is None


@pytest.mark.parametrize("number", range(1, 6))
def test_two_devices_that_change_different_fields_both_win(aws: Aws, number: int) -> None:
    person = with_photo(aws)
    other = Person(person.aws, person.identity_id)

    def meanwhile() -> None:
        other.describe(DescribedPhoto(sha256=SHA256, favorite=True))

    person.describe(DescribedPhoto(sha256=SHA256, description="a"), before_call=once_before(number, meanwhile))
    if not check_agreed(person).favorite:  # it ended before that moment came
        meanwhile()
    record = check_agreed(person)
    assert (record.description, record.favorite) == ("a", True)


def test_what_is_unknown_or_in_the_trash_stays_as_it_is(aws: Aws) -> None:
    person = with_photo(aws)
    person.delete(SHA256)
    answers = person.describe(
        DescribedPhoto(sha256=SHA256, description="a"), DescribedPhoto(sha256="ab" * 32, description="a")
    )
    assert [answer["status"] for answer in answers] == ["unknown", "unknown"]
    assert person.records[0].description is None
