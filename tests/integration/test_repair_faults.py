"""Repairs in the cloud, cut off before any of their calls and begun again: one record, as it was, and nothing lost."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from support.campaign import STEP
from support.cloud import Aws, Died, Person, announcement, dying_before, nothing, sha256_of_bytes
from support.pictures import encoded, quadrants

from photobak.cloud.photos.evidence import Doubt
from photobak.photo.record import Record, Status

PHOTO = encoded(quadrants(), "JPEG")
SHA256 = sha256_of_bytes(PHOTO)


def with_photo(aws: Aws) -> tuple[Person, Record]:
    person = aws.person()
    person.announce(announcement(PHOTO, "laptop:a.jpg", "laptop:b.jpg"))
    person.process(person.upload(PHOTO))
    (record,) = person.records
    return person, record


def lose_rows(person: Person, record: Record) -> None:
    dynamodb, key = person.aws.root("dynamodb"), {"username": {"S": person.identity_id}}
    dynamodb.delete_item(TableName=person.aws.contents_table, Key=key | {"sha256": {"S": SHA256}})
    dynamodb.delete_item(TableName=person.aws.photos_table, Key=key | {"timestamp": record.to_item()["timestamp"]})


def lose_objects(person: Person, record: Record) -> None:
    """The original is overwritten, a preview is gone."""
    s3, bucket = person.aws.root("s3"), person.aws.photo_bucket
    s3.put_object(Bucket=bucket, Key=record.original_key, Body=b"x" * record.size)
    s3.delete_object(Bucket=bucket, Key=record.thumb_key)


def hide_original(person: Person, record: Record) -> None:
    person.aws.root("s3").delete_object(Bucket=person.aws.photo_bucket, Key=record.original_key)


def lose_rows_and_original(person: Person, record: Record) -> None:
    lose_rows(person, record)
    hide_original(person, record)


def records(person: Person, before_call: Callable[[int, str], None]) -> list[str]:
    return person.repair_records(Doubt(SHA256, objects=True), before_call=before_call)


def objects(person: Person, before_call: Callable[[int, str], None]) -> list[str]:
    return person.repair_objects(SHA256, before_call=before_call)


@pytest.mark.parametrize(
    ("damage", "repair"),
    [
        (lose_rows, records),
        (lose_rows_and_original, records),
        (hide_original, records),
        (lose_objects, objects),
    ],
)
def test_it_may_die_before_any_of_its_calls(
    campaign_aws: Aws,
    damage: Callable[[Person, Record], None],
    repair: Callable[[Person, Callable[[int, str], None]], list[str]],
) -> None:
    person, record = with_photo(campaign_aws)
    sound = person.objects()
    number, died = 0, True
    while died:
        number += STEP
        damage(person, record)
        with suppress(Died):
            repair(person, dying_before(number))
            died = False
        assert repair(person, nothing) == ["stored"]
        assert person.records == [record]
        assert person.record_json(SHA256) == record.to_json()
        assert person.objects() == sound
    assert number > 3


def test_what_is_in_the_trash_stays_there(aws: Aws) -> None:
    person, record = with_photo(aws)
    person.delete(SHA256)
    (trashed,) = person.records
    for damage in (lambda: lose_rows(person, trashed), lambda: lose_objects(person, record)):
        damage()
        assert records(person, nothing) == ["trashed"]
        assert objects(person, nothing) == ["trashed"]
        assert person.records == [trashed]
        assert {key.partition("/")[0] for key in person.objects()} == {"record"}


def test_a_late_upload_and_a_new_announcement_find_the_record_that_the_tables_have_lost(aws: Aws) -> None:
    person, record = with_photo(aws)
    lose_rows(person, record)
    person.announce(announcement(PHOTO, "phone:c.jpg", day=5))
    person.process(person.upload(PHOTO))
    (found,) = person.records
    assert found.sources == record.sources | {"phone:c.jpg"}
    assert (found.timestamp, found.taken) == (record.timestamp, record.taken)


def test_an_upload_puts_back_what_the_bucket_has_lost(aws: Aws) -> None:
    person, record = with_photo(aws)
    sound = person.objects()
    lose_objects(person, record)
    person.process(person.upload(PHOTO))
    assert (person.records, person.objects()) == ([record], sound)


def test_nobody_repairs_what_is_anothers(aws: Aws) -> None:
    person, record = with_photo(aws)
    stranger = aws.person()
    assert stranger.repair_records(Doubt(SHA256, (record.timestamp,), objects=True)) == ["unknown"]
    assert stranger.repair_objects(SHA256) == ["unknown"]
    assert (stranger.records, stranger.objects()) == ([], {})
    assert person.content(SHA256) is not None
    assert person.records[0].status is Status.STORED
