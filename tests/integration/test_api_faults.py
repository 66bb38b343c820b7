"""``POST /prep/photoupload``, cut off and overtaken between any two of its AWS calls: a photo's places stay right."""

from functools import partial

import pytest
from support.campaign import moments
from support.cloud import (
    Aws,
    Died,
    Person,
    announcement,
    dying_before,
    once_before,
    sha256_of_bytes,
)
from support.pictures import encoded, quadrants

from photobak.photo.announcement import Announcement
from photobak.photo.keys import record_key

PHOTO = encoded(quadrants(), "JPEG")
SHA256 = sha256_of_bytes(PHOTO)
OLD, NEW, ELSEWHERE = "laptop:old.jpg", "laptop:new.jpg", "phone:a.jpg"


def with_photo_at(aws: Aws, *sources: str) -> Person:
    """Somebody whose photo lies at these places."""
    person = aws.person()
    person.announce(announcement(PHOTO, *sources))
    person.process(person.upload(PHOTO))
    return person


def check_places(person: Person, *sources: str) -> None:
    """The table and the record beside the photo agree."""
    (record,) = person.records
    assert record.sources == set(sources)
    assert person.record_json(SHA256) == record.to_json()


def calls_of(person: Person, said: Announcement) -> range:
    person.announce(said)
    return moments(len(person.calls))


MOVED = announcement(PHOTO, NEW, gone=(OLD,))


def test_it_may_die_before_any_of_its_calls_while_a_photo_moves(aws: Aws) -> None:
    for number in calls_of(with_photo_at(aws, OLD), MOVED):
        person = with_photo_at(aws, OLD)
        with pytest.raises(Died):
            person.announce(MOVED, before_call=dying_before(number))
        person.announce(MOVED)
        check_places(person, NEW)


def test_it_may_die_before_any_of_its_calls_while_a_photo_is_new(aws: Aws) -> None:
    said = announcement(PHOTO, NEW)
    for number in calls_of(aws.person(), said):
        person = aws.person()
        with pytest.raises(Died):
            person.announce(said, before_call=dying_before(number))
        person.announce(said)
        person.process(person.upload(PHOTO))
        check_places(person, NEW)


def test_another_device_may_announce_between_any_two_of_its_calls(aws: Aws) -> None:
    for number in calls_of(with_photo_at(aws, OLD), MOVED):
        person = with_photo_at(aws, OLD)
        other = Person(aws, person.identity_id)
        person.announce(MOVED, before_call=once_before(number, partial(other.announce, announcement(PHOTO, ELSEWHERE))))
        assert other.calls
        check_places(person, NEW, ELSEWHERE)


def test_the_last_place_stays_whoever_gives_up_the_others(aws: Aws) -> None:
    """Two devices give up one place each, at any moment of each other's request: one of them stays."""
    ours, theirs = (announcement(PHOTO, sources=(), gone=(place,)) for place in (OLD, ELSEWHERE))
    for number in calls_of(with_photo_at(aws, OLD, ELSEWHERE), ours):
        person = with_photo_at(aws, OLD, ELSEWHERE)
        other = Person(aws, person.identity_id)
        person.announce(ours, before_call=once_before(number, partial(other.announce, theirs)))
        (record,) = person.records
        assert len(record.sources) == 1
        assert person.record_json(SHA256) == record.to_json()


def test_new_photos_are_noted_in_one_request_unless_another_device_stores_one_of_them_meanwhile(aws: Aws) -> None:
    person = aws.person()
    others = [announcement(b"photo %d" % number, NEW) for number in range(3)]
    answers = person.announce(*others)
    assert {answer["status"] for answer in answers} == {"upload"}
    assert person.calls == ["BatchGetItem", "TransactWriteItems"]

    def store() -> None:
        other = Person(aws, person.identity_id)
        other.announce(announcement(PHOTO, ELSEWHERE))
        other.process(other.upload(PHOTO))

    late, first, *_ = person.announce(
        announcement(PHOTO, NEW), announcement(b"one more", NEW), before_call=once_before(2, store)
    )
    assert (late["status"], first["status"]) == ("stored", "upload")
    check_places(person, NEW, ELSEWHERE)


def test_the_same_photo_twice_in_one_request(local: Aws) -> None:
    person = local.person()
    first, second = person.announce(announcement(PHOTO, OLD), announcement(PHOTO, ELSEWHERE))
    assert (first["status"], second["status"]) == ("upload", "upload")
    person.process(person.upload(PHOTO))
    check_places(person, OLD, ELSEWHERE)
    for answer in person.announce(announcement(PHOTO, NEW), announcement(PHOTO, NEW, gone=(OLD,))):
        assert answer["status"] == "stored"
    check_places(person, NEW, ELSEWHERE)


def test_the_same_place_twice_in_one_announcement(aws: Aws) -> None:
    person = aws.person()
    person.announce(announcement(PHOTO, OLD, OLD))
    person.process(person.upload(PHOTO))
    person.announce(announcement(PHOTO, NEW, NEW, gone=(OLD, OLD)))
    check_places(person, NEW)


def test_a_place_that_is_given_up_and_named_is_kept(aws: Aws) -> None:
    person = with_photo_at(aws, OLD, ELSEWHERE)
    person.announce(announcement(PHOTO, OLD, gone=(OLD, ELSEWHERE)))
    check_places(person, OLD)


@pytest.mark.parametrize("beside", [None, b"", b"not JSON", b"{}", b"[]", b'{"kind": "hologram"}'])
def test_a_record_beside_the_photo_that_is_lost_or_illegible_is_written_again(local: Aws, beside: bytes | None) -> None:
    person = with_photo_at(local, OLD)
    s3, key = local.root("s3"), record_key(person.identity_id, SHA256)
    s3.delete_object(Bucket=local.photo_bucket, Key=key)
    if beside is not None:
        s3.put_object(Bucket=local.photo_bucket, Key=key, Body=beside)
    person.announce(announcement(PHOTO, OLD))
    check_places(person, OLD)
