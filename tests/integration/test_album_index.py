"""The index of albums: pages that read the album alone, and an index that follows its records whatever changes them."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from botocore.credentials import Credentials
from support.cloud import NOW, Aws, Died, Person, announcement, dying_before, sha256_of_bytes
from support.pictures import encoded, quadrants
from support.records import record

from photobak.cloud.api.albums import Albums
from photobak.cloud.api.listing import Lister
from photobak.cloud.api.requests import ListQuery, NewAlbum
from photobak.cloud.api.timeline import Timeline
from photobak.cloud.store.album_index import AlbumsTable, Place, places_of
from photobak.cloud.store.albums import AlbumStore
from photobak.cloud.store.changes import ChangesTable
from photobak.cloud.store.contents import ContentsTable
from photobak.cloud.store.library import Library
from photobak.cloud.store.months import MonthsTable
from photobak.cloud.store.objects import PhotoBucket
from photobak.cloud.store.photos import PhotosTable
from photobak.cloud.store.signed_urls import UrlSigner
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import timestamp_key
from photobak.photo.record import Record, Status

NOON = datetime(2024, 6, 30, 12, tzinfo=UTC)
PHOTO = encoded(quadrants(64, 48), "JPEG")
SHA256 = sha256_of_bytes(PHOTO)


@dataclass
class Reading:
    """What DynamoDB had to read."""

    requests: int = 0
    items: int = 0


@contextmanager
def opened(person: Person, role: str = "api_role", reading: Reading | None = None) -> Iterator[Library]:
    """The stores as a function has them, with what they read counted."""

    def count(parsed: Any, model: Any, **_: object) -> None:
        if reading is not None and model.name in ("Query", "BatchGetItem", "GetItem"):
            reading.requests += 1
            reading.items += parsed.get("ScannedCount", 0) + sum(map(len, parsed.get("Responses", {}).values()))
            reading.items += "Item" in parsed

    aws = person.aws
    lend = getattr(aws, role).lent
    with lend("dynamodb", lambda **_: None) as dynamodb, lend("s3", lambda **_: None) as s3:
        dynamodb.meta.events.register("after-call.dynamodb", count)
        try:
            yield Library(
                dynamodb,
                ContentsTable(dynamodb, aws.contents_table),
                PhotosTable(dynamodb, aws.photos_table),
                AlbumsTable(dynamodb, aws.albums_table),
                PhotoBucket(s3, aws.photo_bucket),
            )
        finally:
            dynamodb.meta.events.unregister("after-call.dynamodb", count)


def albums_of(library: Library) -> Albums:
    return Albums(AlbumStore(library.bucket._s3, library.bucket.name), library)


def new_album(person: Person, name: str = "Summer") -> str:
    with opened(person) as library:
        return str(albums_of(library).create(person.identity_id, NewAlbum(name=name))["id"])


def move(person: Person, album: str, *, add: Sequence[str] = (), remove: Sequence[str] = ()) -> list[str]:
    with opened(person) as library:
        return [each["status"] for each in albums_of(library).move(person.identity_id, album, add, remove)]


def indexed(person: Person, album: str) -> list[Place]:
    """What the index has of an album, newest first."""
    table = AlbumsTable(person.aws.root("dynamodb"), person.aws.albums_table)
    return table.places(person.identity_id, album, 1_000_000)[0]


def check_index(person: Person, *albums: str) -> None:
    """The index is as the records say."""
    expected = {place for each in person.records for place in places_of(each)}
    for album in albums:
        found = indexed(person, album)
        assert found == sorted(found, key=lambda place: place.timestamp, reverse=True)
        assert set(found) == {place for place in expected if place.album_id == album}


def with_photo(aws: Aws) -> Person:
    person = aws.person()
    person.announce(announcement(PHOTO))
    person.process(person.upload(PHOTO))
    return person


# ---------------------------------------------------------------------- the index follows the records


def test_a_photo_takes_its_place_along(aws: Aws) -> None:
    person = with_photo(aws)
    album, other = new_album(person), new_album(person, "Other")
    assert move(person, album, add=[SHA256]) == ["stored"]
    check_index(person, album, other)
    assert [place.sha256 for place in indexed(person, album)] == [SHA256]
    person.redate({SHA256: NOON - timedelta(days=9_000)})
    check_index(person, album)
    move(person, other, add=[SHA256])
    person.delete(SHA256)
    assert indexed(person, album) == indexed(person, other) == []
    person.restore(SHA256)
    check_index(person, album, other)
    assert len(indexed(person, album)) == len(indexed(person, other)) == 1
    move(person, album, remove=[SHA256])
    assert indexed(person, album) == []
    check_index(person, other)


def test_a_photo_in_more_albums_than_a_transaction_has_room_for(local: Aws) -> None:
    person = with_photo(local)
    ids = [f"{number:016x}" for number in range(100)]
    with opened(person) as library:
        before = library.find(person.identity_id, SHA256)
        assert before is not None
        assert library.replace(before, replace(before, albums=frozenset(ids)))
    check_index(person, *ids)
    person.redate({SHA256: NOON - timedelta(days=1)})
    check_index(person, *ids)
    assert len(indexed(person, ids[-1])) == 1
    person.delete(SHA256)
    assert all(indexed(person, each) == [] for each in ids)
    person.restore(SHA256)
    check_index(person, *ids)


@pytest.mark.parametrize("hostile", ["", "x" * 5_000, "../../other", "0" * 15, "#head", "/"])
def test_what_is_no_album_is_in_no_index_and_hinders_nothing(local: Aws, hostile: str) -> None:
    person = with_photo(local)
    table = person.aws.root("dynamodb")
    (before,) = person.records
    item = before.to_item() | ({"albums": {"SS": [hostile or " "]}})
    table.put_item(TableName=person.aws.photos_table, Item=item)
    person.redate({SHA256: NOON})
    person.delete(SHA256)
    person.restore(SHA256)
    (after,) = person.records
    assert after.albums == {hostile or " "}
    assert places_of(after) == frozenset()


@pytest.mark.parametrize("step", ["redate", "delete", "restore"])
def test_a_function_that_dies_leaves_record_and_index_agreed(local: Aws, step: str) -> None:
    person = with_photo(local)
    album = new_album(person)
    move(person, album, add=[SHA256])
    for number in range(1, 9):
        if step == "restore":
            person.delete(SHA256)
        with suppress(Died):
            _act(person, step, number)
        check_index(person, album)
        person.restore(SHA256)
    assert len(indexed(person, album)) == 1


def _act(person: Person, step: str, number: int) -> None:
    dies = dying_before(number)
    if step == "redate":
        person.redate({SHA256: NOON - timedelta(days=number)}, before_call=dies)
    elif step == "delete":
        person.delete(SHA256, before_call=dies)
    else:
        person.restore(SHA256, before_call=dies)


# ---------------------------------------------------------------------- pages


def filled(person: Person, album: str, *, of_album: int, others: int) -> list[Record]:
    """A library with its index, written at once; the album's records, newest first."""
    dynamodb, aws = person.aws.root("dynamodb"), person.aws
    albums = AlbumsTable(dynamodb, aws.albums_table)
    members, writes = list[Record](), dict[str, list[Any]]()
    for number in range(of_album + others):
        taken = CaptureTime(NOON - timedelta(minutes=number), TakenSource.EXIF)
        member = number % ((of_album + others) // of_album) == 0 and len(members) < of_album
        made = record(f"{person.identity_id} {number}", taken=taken, albums=frozenset({album} if member else ()))
        made = replace(made, username=person.identity_id)
        content: dict[str, Any] = {
            "username": {"S": made.username},
            "sha256": {"S": made.sha256},
            "status": {"S": "stored"},
        }
        content["timestamp"] = made.to_item()["timestamp"]
        writes.setdefault(aws.photos_table, []).append({"PutRequest": {"Item": made.to_item()}})
        if of_album + others < 1_000:  # where photos change, too
            writes.setdefault(aws.contents_table, []).append({"PutRequest": {"Item": content}})
        if member:
            members.append(made)
            (place,) = places_of(made)
            put = {"PutRequest": {"Item": albums.addition(place)["Put"]["Item"]}}
            writes.setdefault(aws.albums_table, []).append(put)
    for table, requests in writes.items():
        for start in range(0, len(requests), 25):
            dynamodb.batch_write_item(RequestItems={table: requests[start : start + 25]})
    return members


def page(person: Person, reading: Reading | None = None, **query: object) -> dict[str, Any]:
    with opened(person, reading=reading) as library:
        months = MonthsTable(library.dynamodb, person.aws.albums_table.replace("-albums", "-months"))
        changes = ChangesTable(library.dynamodb, person.aws.albums_table.replace("-albums", "-changes"))
        timeline = Timeline(months, library.photos, library.contents, changes)
        signer = UrlSigner.of(library.bucket._s3, "none", lambda: Credentials("key", "secret"), lambda: NOW)
        lister = Lister(library.photos, library.albums, timeline, signer)
        return lister.page(person.identity_id, ListQuery.model_validate(query))


def pages(person: Person, album: str, limit: int) -> Iterator[list[str]]:
    before: dict[str, Any] = {}
    while True:
        answer = page(person, album=album, limit=limit, **before)
        yield [each["sha256"] for each in answer["photos"]]
        if "before" not in answer:
            return
        before = {"before": answer["before"]}


def test_pages_of_a_large_album_read_the_album_alone(moto: Aws) -> None:
    person = moto.person()
    album = new_album(person)
    members = filled(person, album, of_album=1_000, others=9_000)
    reading, before, found = Reading(), dict[str, Any](), list[str]()
    for number in range(1, 100):
        answer = page(person, reading, album=album, limit=100, **before)
        found += [each["sha256"] for each in answer["photos"]]
        # The mark, a query of the places with two to see that there are more, and the records by key.
        assert reading.requests == 3 * number
        assert reading.items <= number * (1 + 102 + 100)
        if "before" not in answer:
            break
        before = {"before": answer["before"]}
    assert found == [each.sha256 for each in members]


def test_pages_have_no_double_and_no_gap_while_the_album_changes(local: Aws) -> None:
    person = local.person()
    album = new_album(person)
    members = filled(person, album, of_album=300, others=300)
    outside = [each.sha256 for each in person.records if not each.albums]
    twin = Person(person.aws, person.identity_id)
    removed = [each.sha256 for each in members[1::30]]
    trashed = [each.sha256 for each in members[2::30]]
    redated = [each.sha256 for each in members[3::30]]
    found: list[str] = []
    for number, each in enumerate(pages(person, album, 25)):
        found += each
        if number < len(removed):
            move(person, album, remove=[removed[number]])
            move(twin, album, add=[outside[number]])
            twin.delete(trashed[-1 - number])
            person.redate({redated[number]: NOON + timedelta(days=number + 1)})  # to the front, which has been read
    assert len(found) == len(set(found))
    changed = {*removed, *trashed, *redated}
    assert [each for each in found if each not in {*changed, *outside}] == [
        each.sha256 for each in members if each.sha256 not in changed
    ]
    check_index(person, album)


def test_a_range_and_a_filter_narrow_an_album(local: Aws) -> None:
    person = local.person()
    album = new_album(person)
    members = filled(person, album, of_album=30, others=30)
    since, until = members[20].taken.taken_at, members[10].taken.taken_at
    answer = page(person, album=album, limit=100, since=since.isoformat(), until=until.isoformat())
    assert [each["sha256"] for each in answer["photos"]] == [each.sha256 for each in members[10:21]]
    assert page(person, album=album, limit=100, kind="video") == {"photos": []}
    assert page(person, album="0" * 16) == {"photos": []}


def test_an_album_from_before_the_index_is_read_from_the_records(local: Aws) -> None:
    person = local.person()
    album = new_album(person)
    members = filled(person, album, of_album=30, others=90)
    AlbumsTable(person.aws.root("dynamodb"), person.aws.albums_table).unmark(person.identity_id, album)
    for place in indexed(person, album)[::2]:
        key = {"album": {"S": f"{place.identity_id}/{album}"}, "timestamp": {"N": str(place.timestamp)}}
        person.aws.root("dynamodb").delete_item(TableName=person.aws.albums_table, Key=key)
    assert [sha256 for each in pages(person, album, 7) for sha256 in each] == [each.sha256 for each in members]


# ---------------------------------------------------------------------- repair


def test_settling_follows_the_record_and_nothing_else(aws: Aws) -> None:
    person = with_photo(aws)
    album = new_album(person)
    (photo,) = person.records
    place = Place(person.identity_id, album, photo.timestamp, SHA256)
    with opened(person, "repair_role") as library:
        assert library.settle(place) is False
        assert indexed(person, album) == []
    move(person, album, add=[SHA256])
    with opened(person, "repair_role") as library:
        library.write_together(library.albums.removal(place))
        assert library.settle(place) is True
        assert indexed(person, album) == [place]
        for wrong in (replace(place, sha256="0" * 64), replace(place, timestamp=place.timestamp + 1)):
            library.write_together(library.albums.addition(wrong))
            assert library.settle(wrong) is False
        library.settle(place)
    person.delete(SHA256)
    with opened(person, "repair_role") as library:
        library.write_together(library.albums.addition(place))
        assert library.settle(place) is False
    assert indexed(person, album) == []


def test_the_mark_is_no_photo(aws: Aws) -> None:
    person = aws.person()
    album = new_album(person)
    assert indexed(person, album) == []
    with opened(person) as library:
        assert library.albums.is_whole(person.identity_id, album)
        assert library.albums.places(person.identity_id, album, 10, before=Decimal(10) ** 11)[0] == []
        albums_of(library).delete(person.identity_id, album)
        assert not library.albums.is_whole(person.identity_id, album)


def test_a_record_in_the_trash_has_no_place() -> None:
    kept = record(albums=frozenset({"0" * 16}))
    assert len(places_of(kept)) == 1
    assert places_of(replace(kept, status=Status.TRASHED)) == frozenset()
    assert kept.timestamp == timestamp_key(kept.taken.taken_at, kept.sha256)
