"""Timelines on the local stack: kept by the stream as records come, change and go, and read by place."""

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import urllib3
from support.api import Member, new_member
from support.local_stack import eventually, root_client
from support.records import record

from photobak.local.values import LocalStack
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import original_key, thumb_key, timestamp_key, web_key
from photobak.photo.kind import Kind
from photobak.photo.record import Record, Status
from photobak.photo.timeline import ratio_byte

NOON = datetime(2024, 6, 30, 12, tzinfo=UTC)
Months = list[tuple[str, list[int]]]


@pytest.fixture
def ann(local_stack: LocalStack) -> Member:
    return new_member(local_stack)


def photo(member: Member, number: int, taken_at: datetime = NOON, **changes: Any) -> Record:
    """A photo of its own width, by which it can be told in a timeline."""
    made = record(f"{member.identity_id} {number}", taken=CaptureTime(taken_at, TakenSource.EXIF))
    return replace(made, username=member.identity_id, width=1000 + 30 * number, height=1000, **changes)


def put(member: Member, *records: Record) -> None:
    """Write records and their content items as the functions do."""
    dynamodb = root_client(member.stack, "dynamodb")
    for each in records:
        item = {"username": {"S": each.username}, "sha256": {"S": each.sha256}, "status": {"S": each.status.value}}
        item["timestamp"] = each.to_item()["timestamp"]
        dynamodb.put_item(TableName=member.stack.outputs.contents_table, Item=item)
        dynamodb.put_item(TableName=member.stack.outputs.table, Item=each.to_item())


def remove(member: Member, gone: Record) -> None:
    key = {name: gone.to_item()[name] for name in ("username", "timestamp")}
    root_client(member.stack, "dynamodb").delete_item(TableName=member.stack.outputs.table, Key=key)


def timeline(member: Member, query: str = "") -> Months:
    answer = member.request("GET", f"/timeline{query}")
    assert answer.status == 200, answer.body
    assert all(len(base64.b64decode(each["ratios"])) == each["count"] for each in answer.body["months"])
    return [(each["month"], list(base64.b64decode(each["ratios"]))) for each in answer.body["months"]]


def shapes(*photos: Record) -> list[int]:
    return [ratio_byte(each.width, each.height) for each in photos]


def lose(member: Member) -> None:
    """Have the table lose every part of somebody's timeline, and what it knows of Live Photos."""
    dynamodb, table = root_client(member.stack, "dynamodb"), member.stack.outputs.table.replace("-photos", "-months")
    mine = {"KeyConditionExpression": "username = :me", "ExpressionAttributeValues": {":me": {"S": member.identity_id}}}
    for item in dynamodb.query(TableName=table, **mine)["Items"]:
        dynamodb.delete_item(TableName=table, Key={"username": item["username"], "month": item["month"]})


def repair(member: Member, month: str, *motion_videos: str) -> None:
    body = json.dumps({"month": month, "motion_videos": motion_videos}).encode()
    assert member.request("POST", "/photos/repair/timeline", body).status == 200


def test_a_lost_month_is_made_anew_as_it_was(ann: Member) -> None:
    june = [photo(ann, number, NOON - timedelta(hours=number)) for number in range(20)]
    july = photo(ann, 20, datetime(2024, 7, 1, 1, tzinfo=timezone(timedelta(hours=2))))  # June still, in UTC
    video = photo(ann, 21, NOON + timedelta(hours=1), kind=Kind.VIDEO)
    live = photo(ann, 22, NOON + timedelta(hours=2), motion=video.sha256)
    archived = photo(ann, 23, NOON, archived=True)
    put(ann, *june, july, video, live, archived)
    whole = [("2024-07", shapes(july)), ("2024-06", shapes(live, *june))]
    eventually(lambda: timeline(ann) == whole)

    lose(ann)
    assert timeline(ann) == []
    for _ in range(2):
        repair(ann, "2024-06", video.sha256)
        assert timeline(ann) == whole[1:]
    repair(ann, "2024-07")
    assert timeline(ann) == whole
    assert video.sha256 not in {each["sha256"] for each in ann.page(limit=100).body["photos"]}


def test_a_repair_takes_out_what_has_no_record(ann: Member) -> None:
    kept, gone = photo(ann, 1), photo(ann, 2)
    put(ann, kept, gone)
    eventually(lambda: sum(len(shapes_) for _, shapes_ in timeline(ann)) == 2)
    lose(ann)
    remove(ann, gone)
    repair(ann, "2024-06")
    assert timeline(ann) == [("2024-06", shapes(kept))]
    repair(ann, "1999-12")
    repair(ann, "0000-01")
    repair(ann, "9999-12")
    assert timeline(ann) == [("2024-06", shapes(kept))]


def test_a_month_that_is_none_is_refused(ann: Member) -> None:
    for month in ("2024-13", "June", ""):
        answer = ann.request("POST", "/photos/repair/timeline", json.dumps({"month": month}).encode())
        assert (answer.status, answer.content_type) == (422, "application/problem+json")


def test_nobody_has_an_empty_timeline(ann: Member) -> None:
    assert timeline(ann) == []
    assert timeline(ann, "?month=2024-06") == []


def test_photos_are_in_their_months_newest_first(ann: Member) -> None:
    june = [photo(ann, number, NOON - timedelta(hours=number)) for number in range(20)]
    may = [photo(ann, number, NOON - timedelta(days=40, hours=number)) for number in range(20, 25)]
    put(ann, *june[::2], *may, *june[1::2])
    eventually(lambda: timeline(ann) == [("2024-06", shapes(*june)), ("2024-05", shapes(*may))])
    assert timeline(ann, "?month=2024-05") == [("2024-05", shapes(*may))]


def test_the_month_is_that_of_the_place(ann: Member) -> None:
    fireworks = photo(ann, 1, datetime(2025, 1, 1, 0, 5, tzinfo=timezone(timedelta(hours=1))))
    put(ann, fireworks)
    eventually(lambda: timeline(ann) == [("2025-01", shapes(fireworks))])


def test_a_photo_that_is_trashed_or_archived_goes_and_comes_back(ann: Member) -> None:
    one, other = photo(ann, 1), photo(ann, 2, NOON - timedelta(hours=1))
    put(ann, one, other)
    eventually(lambda: timeline(ann) == [("2024-06", shapes(one, other))])
    put(ann, replace(one, status=Status.TRASHED), replace(other, archived=True))
    eventually(lambda: timeline(ann) == [])
    put(ann, one, other)
    eventually(lambda: timeline(ann) == [("2024-06", shapes(one, other))])


def test_a_photo_with_a_new_date_moves(ann: Member) -> None:
    before = photo(ann, 1)
    put(ann, before)
    eventually(lambda: timeline(ann) == [("2024-06", shapes(before))])
    taken = CaptureTime(NOON - timedelta(days=365), TakenSource.USER)
    put(ann, replace(before, taken=taken, timestamp=timestamp_key(taken.taken_at, before.sha256)))
    remove(ann, before)
    eventually(lambda: timeline(ann) == [("2023-07", shapes(before))])


def test_sidecars_are_in_no_timeline_and_videos_are(ann: Member) -> None:
    video = photo(ann, 1, kind=Kind.VIDEO)
    put(ann, video, photo(ann, 2, kind=Kind.SIDECAR))
    eventually(lambda: timeline(ann) == [("2024-06", shapes(video))])


@pytest.mark.parametrize("video_first", [True, False])
def test_the_moving_half_of_a_live_photo_has_no_place_of_its_own(ann: Member, video_first: bool) -> None:
    video = photo(ann, 1, kind=Kind.VIDEO)
    still = photo(ann, 2, NOON - timedelta(seconds=1), motion=video.sha256)
    put(ann, *([video, still] if video_first else [still, video]))
    eventually(lambda: timeline(ann) == [("2024-06", shapes(still))])
    eventually(lambda: [each["sha256"] for each in ann.page(limit=10).body["photos"]] == [still.sha256])
    put(ann, replace(still, status=Status.TRASHED))
    eventually(lambda: timeline(ann) == [("2024-06", shapes(video))])


def test_the_list_has_the_members_and_the_order_of_the_timeline(ann: Member) -> None:
    photos = [photo(ann, number, NOON - timedelta(days=number)) for number in range(30)]
    put(ann, *photos, photo(ann, 31, kind=Kind.SIDECAR), photo(ann, 32, archived=True))
    eventually(lambda: sum(len(ratios) for _, ratios in timeline(ann)) == 30)
    listed = [entry for page in ann.pages(limit=7) for entry in page]
    ratios = [ratio_byte(entry["width"], entry["height"]) for entry in listed]
    assert ratios == [ratio for _, month in timeline(ann) for ratio in month]


def places(member: Member, **query: object) -> list[tuple[str, str, int]]:
    photos = member.page(**query).body["photos"]
    return [(each["sha256"], each["month"], each["position"]) for each in photos]


def test_photos_can_be_had_by_their_place(ann: Member) -> None:
    photos = [photo(ann, number, NOON - timedelta(days=10 * number)) for number in range(9)]  # three a month
    put(ann, *photos)
    eventually(lambda: sum(len(ratios) for _, ratios in timeline(ann)) == 9)
    expected = [(each.sha256, f"{each.taken.taken_at:%Y-%m}") for each in photos]
    found = places(ann, month="2024-06", position=1, limit=4)
    assert [(sha256, month) for sha256, month, _ in found] == expected[1:5]
    assert [position for *_, position in found] == [1, 2, 0, 1]
    assert places(ann, month="2024-05", position=99, limit=2) == [(*expected[7], 0), (*expected[8], 1)]
    assert places(ann, month="2020-01", position=0, limit=5) == []


@pytest.mark.parametrize("digits", [6, 12, 64])
def test_a_photo_can_be_found_by_its_id_with_its_place(ann: Member, digits: int) -> None:
    photos = [photo(ann, number, NOON - timedelta(hours=number)) for number in range(5)]
    put(ann, *photos)
    eventually(lambda: timeline(ann) == [("2024-06", shapes(*photos))])
    assert places(ann, photo=photos[3].sha256[:digits]) == [(photos[3].sha256, "2024-06", 3)]
    assert places(ann, photo="0" * digits) == []


def test_a_filter_finds_what_matches_and_goes_on_where_it_was(ann: Member) -> None:
    photos = [
        photo(ann, number, NOON - timedelta(days=number), favorite=number % 4 == 0, filename=f"IMG_{number}.JPG")
        for number in range(24)
    ]
    photos[7] = replace(photos[7], camera_make="NIKON", camera_model="NIKON D750", kind=Kind.VIDEO)
    put(ann, *photos)

    def found(**query: object) -> list[str]:
        return [entry["filename"] for page in ann.pages(limit=2, **query) for entry in page]

    assert found(favorite="true") == [f"IMG_{number}.JPG" for number in range(0, 24, 4)]
    assert found(name="img_1") == ["IMG_1.JPG", *(f"IMG_{number}.JPG" for number in range(10, 20))]
    assert found(camera="nikon d") == found(kind="video") == ["IMG_7.JPG"]
    assert found(camera="leica") == []


@pytest.mark.parametrize(
    "query",
    ["month=2024", "month=2024-13", "month=2024-06&position=-1", "month=2024-06&limit=501", "photo=abc", "photo=ZZZZZZ",
     "kind=film", "favorite=maybe", f"camera={'x' * 101}", "colour=red"],
)  # fmt: skip
def test_what_can_not_be_is_named(ann: Member, query: str) -> None:
    answer = ann.request("GET", f"/list/photos?{query}")
    assert answer.status == 400
    assert query.split("&")[-1].split("=")[0] in answer.body["detail"]


def test_nobody_sees_another_persons_timeline(ann: Member, local_stack: LocalStack) -> None:
    put(ann, photo(ann, 1))
    eventually(lambda: timeline(ann) != [])
    bob = new_member(local_stack)
    assert timeline(bob) == []
    assert places(bob, month="2024-06", position=0) == []
    assert bob.request("GET", f"/photos/{photo(ann, 1).sha256}/original").status == 404
    assert ann.request("GET", "/timeline", token="").status == 401


def test_an_original_can_be_played_in_ranges_and_saved_under_its_name(ann: Member) -> None:
    name = 'Łódź "1".mov'
    kept = photo(ann, 1, kind=Kind.VIDEO, filename=name, content_type="video/quicktime")
    kept = replace(kept, original_key=original_key(ann.identity_id, kept.sha256, "mov"))
    s3 = root_client(ann.stack, "s3")
    s3.put_object(Bucket=ann.stack.outputs.bucket, Key=kept.original_key, Body=b"0123456789")
    put(ann, kept)
    links = ann.request("GET", f"/photos/{kept.sha256}/original").body
    played = urllib3.request("GET", links["url"], headers={"Range": "bytes=2-4"})
    assert (played.status, played.data) == (206, b"234")
    assert played.headers["Content-Type"] == "video/quicktime"
    saved = urllib3.request("GET", links["download_url"])
    assert saved.data == b"0123456789"
    assert saved.headers["Content-Disposition"] == (
        "attachment; filename=\"__d_ _1_.mov\"; filename*=UTF-8''%C5%81%C3%B3d%C5%BA%20%221%22.mov"
    )


def test_an_original_in_cold_storage_says_how_to_thaw_it(ann: Member) -> None:
    kept = photo(ann, 1)
    kept = replace(kept, original_key=original_key(ann.identity_id, kept.sha256, "jpg"))
    root_client(ann.stack, "s3").put_object(
        Bucket=ann.stack.outputs.bucket, Key=kept.original_key, Body=b"0", StorageClass="GLACIER"
    )
    put(ann, kept)
    answer = ann.request("GET", f"/photos/{kept.sha256}/original")
    assert answer.status == 409
    assert f"photobak get {kept.id}" in answer.body["detail"]


def test_addresses_stay_the_same_while_an_hour_lasts(ann: Member) -> None:
    kept = photo(ann, 1)
    kept = replace(
        kept, thumb_key=thumb_key(ann.identity_id, kept.sha256), web_key=web_key(ann.identity_id, kept.sha256)
    )
    s3 = root_client(ann.stack, "s3")
    s3.put_object(Bucket=ann.stack.outputs.bucket, Key=str(kept.thumb_key), Body=b"thumb")
    put(ann, kept)
    first, again = (ann.page().body["photos"][0]["thumb_url"] for _ in range(2))
    assert urllib3.request("GET", first).data == b"thumb"
    assert first == again or datetime.now(UTC).minute == 0
    assert json.dumps(ann.page().body).count("X-Amz-Expires=7200") == 2
