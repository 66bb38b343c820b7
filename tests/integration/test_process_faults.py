"""The process function, cut off, doubled and overtaken between any two of its AWS calls: one photo all the same.

Nothing here is timed: a call is where one thing ends and another begins, and every call is tried.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import pytest
from botocore.exceptions import ClientError
from support.campaign import STEP, moments
from support.cloud import (
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
from support.photo_files import movie
from support.pictures import encoded, quadrants
from support.videos import video

from photobak.cloud.process.queue import UploadEvent
from photobak.cloud.store.posters import PosterFailed
from photobak.photo.keys import record_key
from photobak.photo.record import Record, Status

PHOTO = encoded(quadrants(), "JPEG")
SHA256 = sha256_of_bytes(PHOTO)
OTHER = encoded(quadrants(48, 64), "JPEG")


@dataclass(frozen=True)
class Scenario:
    """An upload that has come, and what is to become of it."""

    content: bytes
    announced: bool = True
    status: Status = Status.STORED
    objects: tuple[str, ...] = ("original", "record", "thumb", "web")
    key: str | None = None

    def begin(self, person: Person) -> UploadEvent:
        if self.announced:
            person.announce(announcement(self.content))
        return person.upload(self.content, self.key)


KEPT = {
    "announced": Scenario(PHOTO),
    "unannounced": Scenario(PHOTO, announced=False),
    "undecodable": Scenario(PHOTO[:400], status=Status.NO_PREVIEW, objects=("original", "record")),
    "film": Scenario(video()),
    "film without pictures": Scenario(movie(), status=Status.NO_PREVIEW, objects=("original", "record")),
}
WRONG_BYTES = Scenario(OTHER, announced=False, key=SHA256)


def check_kept(person: Person, scenario: Scenario) -> Record:
    """The promise: one record, said alike in all three places, and the original byte for byte in all its versions."""
    sha256 = sha256_of_bytes(scenario.content)
    (record,) = person.records
    assert (record.sha256, record.status) == (sha256, scenario.status)
    found = person.content(sha256)
    assert found is not None
    assert (found.status, found.timestamp, found.reason) == (record.status, record.timestamp, record.reason)
    assert "ttl" not in person.content_item(sha256)
    assert person.record_json(sha256) == record.to_json()
    objects = person.objects()
    assert sorted(key.partition("/")[0] for key in objects) == sorted(scenario.objects)
    original = next(body for key, body in objects.items() if key.startswith("original/"))
    assert sha256_of_bytes(original) == sha256
    assert len(set(person.versions(record.original_key))) == 1
    assert person.waiting_uploads() == []
    return record


def check_rejected(person: Person) -> None:
    """Other bytes than announced: told, and nothing of them kept."""
    found = person.content(SHA256)
    assert found is not None
    assert found.status is Status.REJECTED
    assert sha256_of_bytes(OTHER) in (found.reason or "")
    assert (person.records, person.objects(), person.waiting_uploads()) == ([], {}, [])


def calls_of(person: Person, event: UploadEvent) -> range:
    """The numbers of the calls that the process function makes for this event."""
    person.process(event)
    return moments(len(person.calls))


def deliver(person: Person, event: UploadEvent, before_call: BeforeCall = nothing) -> None:
    """As the queue does: what fails is delivered again."""
    try:
        person.process(event, before_call)
    except ClientError as error:
        # The upload has gone, or is another, since it was hashed.
        assert error.response["Error"]["Code"] in ("NoSuchKey", "PreconditionFailed")  # noqa: PT017
        person.process(event)


def dies(person: Person, event: UploadEvent, number: int) -> bool:
    try:
        person.process(event, dying_before(number))
    except Died:
        return True
    return False


# ---------------------------------------------------------------------- dying


@pytest.mark.parametrize(("implementation", "name"), [("moto", "announced"), *(("local", name) for name in KEPT)])
def test_it_may_die_before_any_of_its_calls(request: pytest.FixtureRequest, implementation: str, name: str) -> None:
    aws: Aws = request.getfixturevalue(implementation)
    rehearsal = aws.person()
    for number in calls_of(rehearsal, KEPT[name].begin(rehearsal)):
        person = aws.person()
        event = KEPT[name].begin(person)
        assert dies(person, event, number)
        person.process(event)
        check_kept(person, KEPT[name])


def test_it_may_die_again_and_again(local: Aws) -> None:
    """Each delivery gets one call further than the one before, and leaves what it did to the next."""
    person = local.person()
    event = KEPT["announced"].begin(person)
    number = 1
    while dies(person, event, number):
        number += STEP
    assert number > 5
    check_kept(person, KEPT["announced"])


def test_it_may_die_before_it_calls_the_poster_function(local: Aws) -> None:
    rehearsal, person = local.person(), local.person()
    rehearsal.process(KEPT["film"].begin(rehearsal))
    event = KEPT["film"].begin(person)
    assert dies(person, event, rehearsal.calls.index("Invoke") + 1)
    person.process(event)
    check_kept(person, KEPT["film"])


def test_a_poster_function_that_fails_once_costs_no_poster(local: Aws) -> None:
    """It fails for real: what its URL names is not there, and then is again."""
    person = local.person()
    event = KEPT["film"].begin(person)

    def take_away(_number: int, name: str) -> None:
        if name == "Invoke":
            local.root("s3").delete_object(Bucket=event.bucket, Key=str(event.key))

    with pytest.raises(PosterFailed):
        person.process(event, take_away)
    assert person.records == []
    person.process(person.upload(KEPT["film"].content))
    check_kept(person, KEPT["film"])


def test_it_may_die_before_any_of_its_calls_while_it_refuses(aws: Aws) -> None:
    rehearsal = aws.person()
    for number in calls_of(rehearsal, WRONG_BYTES.begin(rehearsal)):
        person = aws.person()
        event = WRONG_BYTES.begin(person)
        assert dies(person, event, number)
        person.process(event)
        check_rejected(person)


def test_the_right_bytes_after_wrong_ones_are_kept(aws: Aws) -> None:
    person = aws.person()
    person.announce(announcement(PHOTO))
    person.process(person.upload(OTHER, SHA256))
    check_rejected(person)
    person.process(person.upload(PHOTO))
    assert check_kept(person, KEPT["announced"]).sources == {"laptop:Pictures/IMG_1.JPG"}


# ---------------------------------------------------------------------- the same event more than once


def test_another_delivery_may_run_between_any_two_of_its_calls(aws: Aws) -> None:
    rehearsal = aws.person()
    for number in calls_of(rehearsal, KEPT["announced"].begin(rehearsal)):
        person = aws.person()
        event = KEPT["announced"].begin(person)
        other = Person(aws, person.identity_id)
        deliver(person, event, once_before(number, partial(other.process, event)))
        assert other.calls
        check_kept(person, KEPT["announced"])


def test_two_deliveries_that_write_at_the_same_moment_make_one_record(local: Aws) -> None:
    person = local.person()
    event = KEPT["announced"].begin(person)
    meeting = threading.Barrier(2, timeout=10)

    def meet(_number: int, name: str) -> None:
        if name == "TransactWriteItems" and not meeting.broken:
            with suppress(threading.BrokenBarrierError):
                meeting.wait()

    at_once([lambda: deliver(Person(local, person.identity_id), event, meet)] * 2)
    meeting.abort()
    check_kept(person, KEPT["announced"])


def test_many_deliveries_at_once_make_one_record(local: Aws) -> None:
    person = local.person()
    event = KEPT["announced"].begin(person)
    at_once([lambda: deliver(Person(local, person.identity_id), event)] * 6)
    check_kept(person, KEPT["announced"])


def test_an_event_that_comes_after_all_is_done_changes_nothing(local: Aws) -> None:
    person = local.person()
    event = KEPT["announced"].begin(person)
    person.process(event)
    before = (person.records, person.objects())
    person.process(event)
    assert person.calls == ["GetObject"]
    again = person.upload(PHOTO)
    person.process(again)
    person.process(event)
    assert (person.records, person.objects()) == before
    check_kept(person, KEPT["announced"])


def at_once(runs: list[Callable[[], None]]) -> None:
    failures: list[BaseException] = []

    def run(one: Callable[[], None]) -> None:
        try:
            one()
        except BaseException as error:  # noqa: BLE001 - shown by the test
            failures.append(error)

    threads = [threading.Thread(target=run, args=(one,)) for one in runs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []


# ---------------------------------------------------------------------- uploads that change


def test_bytes_that_replace_the_upload_at_any_moment_are_never_kept_in_its_name(local: Aws) -> None:
    """A presigned POST can be used twice, and S3 tells of both uploads in any order. (moto compares no ETags.)"""
    outcomes = set()
    rehearsal = local.person()
    for number in calls_of(rehearsal, KEPT["announced"].begin(rehearsal)):
        person = local.person()
        event = KEPT["announced"].begin(person)
        replace = once_before(number, partial(person.upload, OTHER, SHA256))
        deliver(person, event, replace)
        deliver(person, event)  # the second upload's own event is the same
        found = person.content(SHA256)
        assert found is not None
        outcomes.add(found.status)
        if found.status is Status.STORED:
            check_kept(person, KEPT["announced"])
        else:
            check_rejected(person)
    assert outcomes == {Status.STORED, Status.REJECTED}


def test_right_bytes_that_replace_wrong_ones_at_any_moment_are_kept(local: Aws) -> None:
    """As a client does that has read its file again: what was refused may not take along what came after it."""
    rehearsal = local.person()
    for number in calls_of(rehearsal, WRONG_BYTES.begin(rehearsal)):
        person = local.person()
        event = WRONG_BYTES.begin(person)
        deliver(person, event, once_before(number, partial(person.upload, PHOTO)))
        deliver(person, event)
        check_kept(person, KEPT["unannounced"])


def test_wrong_bytes_after_the_photo_is_kept_change_nothing(local: Aws) -> None:
    person = local.person()
    person.process(KEPT["announced"].begin(person))
    person.process(person.upload(OTHER, SHA256))
    check_kept(person, KEPT["announced"])


# ---------------------------------------------------------------------- two devices


def test_a_second_device_may_announce_between_any_two_of_its_calls(aws: Aws) -> None:
    """The first device's date stands, and the places of both are known."""
    second = announcement(PHOTO, "phone:DCIM/1.JPG", day=2, filename="1.JPG")
    rehearsal = aws.person()
    for number in calls_of(rehearsal, KEPT["announced"].begin(rehearsal)):
        person = aws.person()
        event = KEPT["announced"].begin(person)
        other = Person(aws, person.identity_id)
        person.process(event, once_before(number, partial(other.announce, second)))
        record = check_kept(person, KEPT["announced"])
        assert record.sources == {"laptop:Pictures/IMG_1.JPG", "phone:DCIM/1.JPG"}
        assert (record.taken.taken_at.day, record.filename) == (1, "IMG_1.JPG")


def test_a_photo_that_nobody_has_announced_may_be_announced_between_any_two_of_its_calls(aws: Aws) -> None:
    """What the announcement says is never lost: an announcement that expired may be made again while it is late."""
    rehearsal = aws.person()
    for number in calls_of(rehearsal, KEPT["unannounced"].begin(rehearsal)):
        person = aws.person()
        event = KEPT["unannounced"].begin(person)
        other = Person(aws, person.identity_id)
        deliver(person, event, once_before(number, partial(other.announce, announcement(PHOTO))))
        assert check_kept(person, KEPT["unannounced"]).sources == {"laptop:Pictures/IMG_1.JPG"}


@pytest.mark.parametrize("number", [1, 2])
def test_a_second_device_may_announce_between_any_two_calls_of_the_firsts_announcement(aws: Aws, number: int) -> None:
    person = aws.person()
    other = Person(aws, person.identity_id)
    second = announcement(PHOTO, "phone:DCIM/1.JPG", day=2, filename="1.JPG")
    person.announce(announcement(PHOTO), before_call=once_before(number, partial(other.announce, second)))
    assert len(person.calls) == 2
    for event in (person.upload(PHOTO), person.upload(PHOTO)):
        person.process(event)
    record = check_kept(person, KEPT["announced"])
    assert record.sources == {"laptop:Pictures/IMG_1.JPG", "phone:DCIM/1.JPG"}
    assert (record.taken.taken_at.day, record.filename) == (2, "1.JPG")  # the second one was the first to be heard


def test_two_devices_that_announce_at_the_same_moment_are_both_heard(local: Aws) -> None:
    person = local.person()
    devices = [announcement(PHOTO, f"device-{day}:a.jpg", day=day) for day in range(1, 7)]
    at_once([lambda said=said: Person(local, person.identity_id).announce(said) for said in devices])
    person.process(person.upload(PHOTO))
    record = check_kept(person, KEPT["announced"])
    assert record.sources == {f"device-{day}:a.jpg" for day in range(1, 7)}


# ---------------------------------------------------------------------- tables that lost something


@pytest.mark.parametrize("beside", [True, False], ids=["from beside the photo", "from the bytes"])
def test_a_record_that_the_table_has_lost_comes_back_with_the_next_upload(aws: Aws, beside: bool) -> None:
    person = aws.person()
    person.process(KEPT["announced"].begin(person))
    (before,) = person.records
    root_dynamodb, root_s3 = person.aws.root("dynamodb"), person.aws.root("s3")
    key = {name: before.to_item()[name] for name in ("username", "timestamp")}
    root_dynamodb.delete_item(TableName=aws.photos_table, Key=key)
    if not beside:
        root_s3.delete_object(Bucket=aws.photo_bucket, Key=record_key(person.identity_id, SHA256))
    person.process(person.upload(PHOTO))
    after = check_kept(person, KEPT["announced"])
    assert (after == before) is beside
