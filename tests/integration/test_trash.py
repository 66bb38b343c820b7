"""The trash: in and out, cut off and overtaken between any two calls; what the tables say of a photo is always true."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from support.campaign import STEP, moments
from support.cloud import (
    NOW,
    TRASH_DAYS,
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

from photobak.cloud.photos.evidence import Doubt
from photobak.cloud.publish.changes import expired_of
from photobak.cloud.store.contents import ContentsTable
from photobak.photo.record import Record, Status

PHOTO = encoded(quadrants(), "JPEG")
BROKEN = PHOTO[:400]
SHA256 = sha256_of_bytes(PHOTO)
Request = Callable[[Person, BeforeCall], object]


def with_photo(aws: Aws, content: bytes = PHOTO) -> Person:
    person = aws.person()
    person.announce(announcement(content))
    person.process(person.upload(content))
    return person


def delete(person: Person, before_call: BeforeCall) -> object:
    return person.delete(SHA256, before_call=before_call)


def restore(person: Person, before_call: BeforeCall) -> object:
    return person.restore(SHA256, before_call=before_call)


def check_agreed(person: Person, content: bytes = PHOTO) -> Record:
    """The table, the content item and the JSON beside the photo say the same; the objects are there, or hidden."""
    sha256 = sha256_of_bytes(content)
    (record,) = person.records
    found = person.content(sha256)
    assert found is not None
    assert (found.status, found.timestamp, found.reason) == (record.status, record.timestamp, record.reason)
    assert person.record_json(sha256) == record.to_json()
    item = person.content_item(sha256)
    visible = {key.partition("/")[0] for key in person.objects()}
    if record.status is Status.TRASHED:
        assert record.trashed_until is not None
        assert record.to_item()["ttl"] == {"N": str(int(record.trashed_until.timestamp()))}
        assert "ttl" not in item, "it outlives the record"
        assert (found.trashed_until, found.deleted_at) == (record.trashed_until, record.deleted_at)
        assert visible == {"record"}
    else:
        assert record.trashed_until is None
        assert "ttl" not in item
        assert visible == {"original", "record"} | ({"thumb", "web"} if record.thumb_key else set())
    return record


def check_deleted(person: Person) -> None:
    assert check_agreed(person).status is Status.TRASHED


def check_kept(person: Person) -> None:
    assert check_agreed(person).status is Status.STORED


PAIRS = [(delete, delete), (delete, restore), (restore, delete), (restore, restore)]
"""One request, and the one that comes between its calls or after its end."""


def test_a_photo_goes_into_the_trash_and_comes_back_as_it_was(aws: Aws) -> None:
    person = with_photo(aws)
    before, objects = person.records, person.objects()
    until = (NOW + TRASH_DAYS).isoformat()
    assert person.delete(SHA256) == [{"sha256": SHA256, "status": "trashed", "trashed_until": until}]
    check_deleted(person)
    assert person.restore(SHA256) == [{"sha256": SHA256, "status": "stored"}]
    check_kept(person)
    assert (person.records, person.objects()) == (before, objects)


def test_a_photo_without_previews_comes_back_with_its_reason(aws: Aws) -> None:
    person = with_photo(aws, BROKEN)
    (before,) = person.records
    assert before.status is Status.NO_PREVIEW
    person.delete(before.sha256)
    assert check_agreed(person, BROKEN).status is Status.TRASHED
    assert person.restore(before.sha256) == [{"sha256": before.sha256, "status": "no-preview"}]
    assert check_agreed(person, BROKEN) == before


def test_it_stays_no_longer_for_being_deleted_twice(aws: Aws) -> None:
    person = with_photo(aws)
    assert person.delete(SHA256, SHA256) == person.delete(SHA256)
    check_deleted(person)
    assert person.restore(SHA256) == person.restore(SHA256)
    check_kept(person)


def test_what_nobody_has_is_unknown_and_what_is_somebody_elses_too(aws: Aws) -> None:
    owner, stranger = with_photo(aws), aws.person()
    stranger.announce(announcement(PHOTO))  # expected, no photo yet
    other = sha256_of_bytes(b"other")
    unknown = [{"sha256": sha256, "status": "unknown"} for sha256 in (SHA256, other)]
    assert stranger.delete(SHA256, other) == stranger.restore(SHA256, other) == unknown
    check_kept(owner)


def test_what_the_bucket_has_deleted_for_good_is_gone(aws: Aws) -> None:
    person = with_photo(aws)
    person.delete(SHA256)
    (record,) = person.records
    s3 = aws.root("s3")
    listing = s3.list_object_versions(Bucket=aws.photo_bucket, Prefix=record.original_key)
    for version in listing["Versions"]:
        s3.delete_object(Bucket=aws.photo_bucket, Key=record.original_key, VersionId=version["VersionId"])
    assert person.restore(SHA256) == [{"sha256": SHA256, "status": "gone"}]
    assert (person.records, person.content(SHA256)) == ([], None)
    assert person.announce(announcement(PHOTO))[0]["status"] == "upload"


@pytest.mark.parametrize(("first", "then"), PAIRS)
def test_it_may_die_before_any_of_its_calls(campaign_aws: Aws, first: Request, then: Request) -> None:
    person = with_photo(campaign_aws)
    died = True
    number = 0
    while died:
        number += STEP
        (restore if first is delete else delete)(person, nothing)
        with suppress(Died):
            first(person, dying_before(number))
            died = False
        (record,) = person.records
        # Whatever it was cut off at, "stored" is said of no photo whose original is hidden.
        assert record.status is Status.TRASHED or "original" in {key.partition("/")[0] for key in person.objects()}
        then(person, nothing)
        (check_deleted if then is delete else check_kept)(person)
    assert number > 5


@pytest.mark.parametrize(("slow", "quick"), PAIRS)
def test_another_request_may_come_between_any_two_calls(campaign_aws: Aws, slow: Request, quick: Request) -> None:
    rehearsal = with_photo(campaign_aws)
    (restore if slow is delete else delete)(rehearsal, nothing)
    slow(rehearsal, nothing)
    for number in moments(len(rehearsal.calls)):
        person = with_photo(campaign_aws)
        (restore if slow is delete else delete)(person, nothing)
        slow(person, once_before(number, partial(quick, person_twin(person), nothing)))
        check_agreed(person)


def person_twin(person: Person) -> Person:
    """The same person at another device."""
    return Person(person.aws, person.identity_id)


def test_an_upload_that_comes_late_takes_nothing_out_of_the_trash(aws: Aws) -> None:
    person = with_photo(aws)
    person.delete(SHA256)
    person.process(person.upload(PHOTO))
    check_deleted(person)
    assert person.waiting_uploads() == []


def test_a_sync_uploads_nothing_that_is_in_the_trash(aws: Aws) -> None:
    person = with_photo(aws)
    person.delete(SHA256)
    (answer,) = person.announce(announcement(PHOTO))
    assert (answer["status"], answer["trashed_until"]) == ("trashed", (NOW + TRASH_DAYS).isoformat())
    check_deleted(person)


def expire(person: Person, *, record: bool) -> Person:
    """Let the time in the trash pass: S3 deletes the bytes, and DynamoDB the record hours or days later."""
    s3, bucket = person.aws.root("s3"), person.aws.photo_bucket
    (found,) = person.records
    for kind in ("original", "thumb", "web", "record"):
        listing = s3.list_object_versions(Bucket=bucket, Prefix=f"{kind}/{person.identity_id}/")
        for version in (*listing.get("Versions", []), *listing.get("DeleteMarkers", [])):
            s3.delete_object(Bucket=bucket, Key=version["Key"], VersionId=version["VersionId"])
    if record:
        key = {name: found.to_item()[name] for name in ("username", "timestamp")}
        person.aws.root("dynamodb").delete_item(TableName=person.aws.photos_table, Key=key)
    return person.later(TRASH_DAYS + timedelta(hours=1))


@pytest.mark.parametrize("record", [False, True])
def test_what_the_trash_has_let_go_of_is_forgotten_and_not_uploaded_again(aws: Aws, record: bool) -> None:
    person = with_photo(aws)
    person.delete(SHA256, device="laptop")
    later = expire(person, record=record)
    (answer,) = later.announce(announcement(PHOTO))
    assert "url" not in answer
    assert answer["status"] == "forgotten"
    assert (answer["deleted_at"], answer["deleted_from"]) == (NOW.isoformat(), "laptop")
    item = later.content_item(SHA256)
    assert "ttl" not in item
    assert item["status"] == {"S": "forgotten" if record else "trashed"}  # its record may still be there
    assert later.announce(announcement(PHOTO))[0]["status"] == "forgotten"


@pytest.mark.parametrize("record", [False, True])
@pytest.mark.parametrize("announced", [False, True])
def test_a_forgotten_photo_is_uploaded_again_once_it_is_restored(aws: Aws, record: bool, announced: bool) -> None:
    person = with_photo(aws)
    person.delete(SHA256)
    later = expire(person, record=record)
    if announced:
        later.announce(announcement(PHOTO))
    assert later.restore(SHA256) == [{"sha256": SHA256, "status": "gone"}]
    assert (later.records, later.content(SHA256)) == ([], None)
    assert later.restore(SHA256) == [{"sha256": SHA256, "status": "unknown"}]
    assert later.repair_records(Doubt(SHA256)) == ["unknown"]
    (answer,) = later.announce(announcement(PHOTO))
    assert answer["status"] == "upload"
    later.process(later.upload(PHOTO))
    check_kept(later)


def test_a_late_upload_of_a_forgotten_photo_is_not_kept(aws: Aws) -> None:
    person = with_photo(aws)
    person.delete(SHA256)
    later = expire(person, record=True)
    later.announce(announcement(PHOTO))
    later.process(later.upload(PHOTO))
    assert (later.records, later.objects(), later.waiting_uploads()) == ([], {}, [])
    assert later.repair_records(Doubt(SHA256)) == later.repair_objects(SHA256) == ["unknown"]
    assert later.delete(SHA256) == [{"sha256": SHA256, "status": "unknown"}]
    found = later.content(SHA256)
    assert found is not None
    assert found.status is Status.FORGOTTEN


def test_a_forgotten_photo_is_its_owners_alone(aws: Aws) -> None:
    person, stranger = with_photo(aws), aws.person()
    person.delete(SHA256)
    later = expire(person, record=True)
    later.announce(announcement(PHOTO))
    assert stranger.announce(announcement(PHOTO))[0]["status"] == "upload"
    assert stranger.restore(SHA256) == [{"sha256": SHA256, "status": "unknown"}]
    assert later.announce(announcement(PHOTO))[0]["status"] == "forgotten"


def test_the_end_of_a_records_time_makes_its_content_forgotten(aws: Aws) -> None:
    """DynamoDB's own deletion does, as the stream tells it; another device's request to redate or restore doesn't."""
    person = with_photo(aws)
    person.delete(SHA256)
    (record,) = person.records
    later = expire(person, record=True)
    removed = {"eventName": "REMOVE", "dynamodb": {"OldImage": record.to_item(), "SequenceNumber": "1"}}
    by_service = {"userIdentity": {"type": "Service", "principalId": "dynamodb.amazonaws.com"}}
    kept = removed | by_service | {"dynamodb": {"OldImage": _kept(record).to_item(), "SequenceNumber": "2"}}
    assert list(expired_of([removed, kept, {}, None, removed | by_service])) == [(person.identity_id, SHA256)]
    contents = ContentsTable(aws.root("dynamodb"), aws.contents_table)
    assert not contents.forget(person.identity_id, SHA256, person.now)  # not yet
    assert contents.forget(person.identity_id, SHA256, later.now)
    found = later.content(SHA256)
    assert found is not None
    assert (found.status, found.timestamp, found.deleted_at) == (Status.FORGOTTEN, None, NOW)


def _kept(record: Record) -> Record:
    return replace(record, status=Status.STORED, trashed_until=None, deleted_at=None)


def test_it_is_told_when_and_from_where_a_photo_was_deleted(aws: Aws) -> None:
    person = with_photo(aws)
    person.delete(SHA256, device="gallery")
    record = check_agreed(person)
    assert (record.deleted_at, record.deleted_from) == (NOW, "gallery")
    person.later(timedelta(hours=1)).delete(SHA256, device="laptop")
    assert check_agreed(person) == record  # it was deleted already
    (answer,) = person.announce(announcement(PHOTO))
    until = (NOW + TRASH_DAYS).isoformat()
    assert (answer["status"], answer["trashed_until"]) == ("trashed", until)
    assert (answer["deleted_at"], answer["deleted_from"]) == (NOW.isoformat(), "gallery")
    person.restore(SHA256)
    record = check_agreed(person)
    assert (record.deleted_at, record.deleted_from) == (None, None)
