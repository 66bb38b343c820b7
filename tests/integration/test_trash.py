"""The trash: in and out, cut off and overtaken between any two calls; what the tables say of a photo is always true."""

from collections.abc import Callable
from contextlib import suppress
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
        assert item["ttl"] == record.to_item()["ttl"] == {"N": str(int(record.trashed_until.timestamp()))}
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
    assert person.records == [record]


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


@pytest.mark.parametrize("deleted_by_dynamodb", [[], ["photos"], ["contents"], ["photos", "contents"]])
def test_a_sync_uploads_again_what_the_trash_has_let_go_of(aws: Aws, deleted_by_dynamodb: list[str]) -> None:
    """DynamoDB deletes an item hours or days after its time, each item in its own."""
    person = with_photo(aws)
    person.delete(SHA256)
    past = {":past": {"N": str(int(NOW.timestamp()) - 60)}, ":then": {"S": "2026-11-24T11:59:00+00:00"}}
    dynamodb = aws.root("dynamodb")
    (record,) = person.records
    username = {"username": {"S": person.identity_id}}
    for name, table, key in (
        ("photos", aws.photos_table, username | {"timestamp": record.to_item()["timestamp"]}),
        ("contents", aws.contents_table, username | {"sha256": {"S": SHA256}}),
    ):
        if name in deleted_by_dynamodb:
            dynamodb.delete_item(TableName=table, Key=key)
        else:
            dynamodb.update_item(
                TableName=table,
                Key=key,
                UpdateExpression="SET #ttl = :past, trashed_until = :then",
                ExpressionAttributeNames={"#ttl": "ttl"},
                ExpressionAttributeValues=past,
            )
    (answer,) = person.announce(announcement(PHOTO))
    assert answer["status"] == "upload"
    person.process(person.upload(PHOTO))
    check_kept(person)
