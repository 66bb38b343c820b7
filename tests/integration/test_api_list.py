"""``GET /list/photos`` over HTTP: page by page to the stop marker, between dates, and what it refuses."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
import urllib3
from support.api import Member, new_member
from support.local_stack import root_client

from photobak.local.values import LocalStack
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import original_key, plain, thumb_key, timestamp_key, web_key
from photobak.photo.kind import Kind
from photobak.photo.record import Record, Status

NOON = datetime(2024, 6, 30, 12, tzinfo=UTC)


def sha256_of_number(number: int) -> str:
    return f"{number:016x}" + "0" * 48


def record(identity_id: str, number: int, taken_at: datetime, status: Status = Status.STORED) -> Record:
    sha256 = sha256_of_number(number)
    return Record(
        username=identity_id,
        timestamp=timestamp_key(taken_at, sha256),
        sha256=sha256,
        kind=Kind.PHOTO,
        status=status,
        size=3,
        content_type="image/jpeg",
        taken=CaptureTime(taken_at, TakenSource.EXIF),
        filename=f"IMG_{number}.JPG",
        modified_at=taken_at,
        original_key=original_key(identity_id, sha256, "jpg"),
        thumb_key=thumb_key(identity_id, sha256),
        web_key=web_key(identity_id, sha256),
        stored_at=NOON,
    )


def keep(stack: LocalStack, *records: Record) -> None:
    for each in records:
        root_client(stack, "dynamodb").put_item(TableName=stack.outputs.table, Item=each.to_item())


@pytest.fixture(scope="module")
def ann(local_stack: LocalStack) -> Member:
    """Somebody with 25 photos: one a day in June, the first five of them in one burst of a single millisecond."""
    ann = new_member(local_stack)
    burst = [record(ann.identity_id, number, NOON) for number in range(5)]
    daily = [record(ann.identity_id, number, NOON - timedelta(days=number)) for number in range(5, 25)]
    keep(local_stack, *burst, *daily)
    return ann


@pytest.fixture(scope="module")
def nobody(local_stack: LocalStack) -> Member:
    return new_member(local_stack)


def numbers(photos: list[dict[str, str]]) -> list[int]:
    return [int(entry["sha256"][:16], 16) for entry in photos]


NEWEST_FIRST = [4, 3, 2, 1, 0, *range(5, 25)]


@pytest.mark.parametrize("limit", [1, 2, 5, 24, 25, 26, 100])
def test_paging_goes_through_all_and_ends(ann: Member, limit: int) -> None:
    pages = list(ann.pages(limit=limit))
    assert [number for page in pages for number in numbers(page)] == NEWEST_FIRST
    assert [len(page) for page in pages[:-1]] == [limit] * (len(pages) - 1)
    assert pages[-1]


def test_a_page_has_ten_unless_told(ann: Member) -> None:
    assert len(ann.page().body["photos"]) == 10


def test_nobody_has_nothing(nobody: Member) -> None:
    assert nobody.page().body == {"photos": []}


@pytest.mark.parametrize(
    ("since", "until", "expected"),
    [
        (NOON, None, NEWEST_FIRST[:5]),
        (NOON - timedelta(days=6), None, NEWEST_FIRST[:7]),
        (None, NOON - timedelta(days=24), [24]),
        (None, NOON - timedelta(days=25), []),
        (NOON - timedelta(days=7), NOON - timedelta(days=5), [5, 6, 7]),
        (NOON, NOON, NEWEST_FIRST[:5]),
        (NOON + timedelta(milliseconds=1), None, []),
        (None, NOON - timedelta(milliseconds=1), NEWEST_FIRST[5:]),
        (NOON, NOON - timedelta(days=1), []),
        (datetime(2, 1, 1, tzinfo=UTC), datetime(9998, 12, 31, tzinfo=UTC), NEWEST_FIRST),
    ],
)
@pytest.mark.parametrize("limit", [2, 100])
def test_both_ends_of_a_range_belong_to_it(
    ann: Member, since: datetime | None, until: datetime | None, expected: list[int], limit: int
) -> None:
    bounds = {name: bound.isoformat() for name, bound in (("since", since), ("until", until)) if bound}
    assert [number for page in ann.pages(limit=limit, **bounds) for number in numbers(page)] == expected


def test_a_range_may_be_said_in_any_zone(ann: Member) -> None:
    assert numbers(ann.page(limit=100, since="2024-06-30T14:00:00+02:00").body["photos"]) == NEWEST_FIRST[:5]


def test_an_entry_has_its_record_and_addresses_that_work(local_stack: LocalStack) -> None:
    member = new_member(local_stack)
    kept = record(member.identity_id, 1, NOON)
    keep(local_stack, kept)
    s3 = root_client(local_stack, "s3")
    for key in (kept.thumb_key, kept.web_key, kept.original_key):
        s3.put_object(Bucket=local_stack.outputs.bucket, Key=key, Body=str(key).encode())
    (entry,) = member.page().body["photos"]
    assert {name: entry[name] for name in kept.listing()} == kept.listing()
    for name, key in (("thumb_url", kept.thumb_key), ("web_url", kept.web_key)):
        answer = urllib3.request("GET", entry[name], retries=False)
        assert (answer.status, answer.data) == (200, str(key).encode())
        elsewhere = entry[name].replace(f"/{name.removesuffix('_url')}/", "/original/").replace(".webp", ".jpg")
        assert elsewhere != entry[name]
        assert urllib3.request("GET", elsewhere, retries=False).status == 403
        assert urllib3.request("DELETE", entry[name], retries=False).status == 403
    assert "original_url" not in entry


def test_a_photo_without_previews_has_no_addresses(local_stack: LocalStack) -> None:
    member = new_member(local_stack)
    item = record(member.identity_id, 1, NOON, Status.NO_PREVIEW).to_item()
    del item["thumb_key"], item["web_key"]
    root_client(local_stack, "dynamodb").put_item(TableName=local_stack.outputs.table, Item=item)
    (entry,) = member.page().body["photos"]
    assert entry["status"] == "no-preview"
    assert not {"thumb_url", "web_url"} & entry.keys()


def test_what_is_in_the_trash_is_not_listed_and_ends_no_paging(local_stack: LocalStack) -> None:
    member = new_member(local_stack)
    trashed = [record(member.identity_id, number, NOON, Status.TRASHED) for number in range(1, 8)]
    keep(local_stack, *trashed, record(member.identity_id, 0, NOON), record(member.identity_id, 9, NOON))
    assert [number for page in member.pages(limit=2) for number in numbers(page)] == [9, 0]


def test_a_photo_that_comes_while_somebody_pages_moves_nothing(local_stack: LocalStack) -> None:
    member = new_member(local_stack)
    keep(local_stack, *(record(member.identity_id, number, NOON - timedelta(days=number)) for number in range(4)))
    pages = member.pages(limit=2)
    first = numbers(next(pages))
    keep(local_stack, record(member.identity_id, 9, NOON + timedelta(days=1)))
    assert first + [number for page in pages for number in numbers(page)] == [0, 1, 2, 3]


def test_a_cursor_is_the_last_key_and_any_key_is_a_cursor(ann: Member) -> None:
    middle = plain(timestamp_key(NOON - timedelta(days=10), sha256_of_number(10)))
    assert numbers(ann.page(limit=100, before=middle).body["photos"]) == NEWEST_FIRST[11:]
    after = plain(Decimal(middle) + Decimal("0.001"))
    assert numbers(ann.page(limit=100, before=after).body["photos"]) == NEWEST_FIRST[10:]
    assert ann.page(before="-62135596800").body == {"photos": []}


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"limit": 0}, "limit"),
        ({"limit": 501}, "limit"),
        ({"limit": -1}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": 1.5}, "limit"),
        ({"limit": ""}, "limit"),
        ({"limit": "1" + "0" * 5000}, "limit"),
        ({"before": "soon"}, "before"),
        ({"before": "1e5"}, "before"),
        ({"before": "Infinity"}, "before"),
        ({"before": "1" * 13}, "before"),
        ({"before": "1." + "1" * 24}, "before"),
        ({"before": ""}, "before"),
        ({"before": "-" + "9" * 12}, "before"),
        ({"before": "9" * 12}, "before"),
        ({"before": "٣"}, "before"),
        ({"since": "2024"}, "since"),
        ({"since": "1719741600"}, "since"),
        ({"since": "2024-06-30"}, "since"),
        ({"since": "2024-06-30T12:00:00"}, "since"),
        ({"until": "9999-12-31T23:59:59.999999Z"}, "until"),
        ({"until": "0001-01-01T00:00:00Z"}, "until"),
        ({"until": "tomorrow"}, "until"),
        ({"order": "oldest"}, "order"),
        ({"username": "us-east-1:00000000-0000-0000-0000-000000000000"}, "username"),
    ],
)
def test_a_query_that_makes_no_sense_is_named(ann: Member, query: dict[str, object], said: str) -> None:
    answer = ann.page(**query)
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
    assert answer.body["detail"].startswith(f"{said}: ")


@pytest.mark.parametrize("query", ["limit=1&limit=2", "since=a&since=b", "limit", "%FF=%FF", "limit=%00"])
def test_a_query_string_that_is_odd_is_refused(ann: Member, query: str) -> None:
    answer = ann.request("GET", f"/list/photos?{query}")
    assert (answer.status, answer.content_type) == (400, "application/problem+json")
