"""``POST /prep/photoupload`` over HTTP: what it refuses, and what its presigned POSTs can and can't do."""

import base64
import json

import pytest
import urllib3
from support.api import Answer, Member, new_member, photo
from support.cloud import sha256_of_bytes
from support.local_stack import root_client

from photobak.local.lifecycle import MAX_UPLOAD_BYTES
from photobak.local.values import LocalStack

PREP = "/prep/photoupload"
FILE = b"not much of a photo"
LONG = 10_000


@pytest.fixture(scope="module")
def ann(local_stack: LocalStack) -> Member:
    return new_member(local_stack)


def check_problem(answer: Answer, status: int, *said: str) -> None:
    """RFC 9457, and words that name what is wrong."""
    assert (answer.status, answer.content_type) == (status, "application/problem+json")
    assert answer.body["status"] == status
    assert answer.body["title"]
    for words in said:
        assert words in answer.body["detail"]
    assert len(answer.body["detail"]) < 500


# ---------------------------------------------------------------------- what it refuses

NOT_JSON: dict[str, bytes] = {
    "nothing": b"",
    "text": b"photos, please",
    "cut off": b'{"photos": [',
    "a form": b"photos=1",
    "half a surrogate": b'{"photos": "\\ud800"}',
    "deep": b"[" * 100_000,
    "NUL": b"\0",
}


@pytest.mark.parametrize("name", NOT_JSON)
def test_what_is_not_json(ann: Member, name: str) -> None:
    check_problem(ann.request("POST", PREP, NOT_JSON[name]), 400, "not JSON")


def test_what_is_no_text(ann: Member) -> None:
    """A gateway passes it on in Base64, or with replacement characters where it was announced as text."""
    check_problem(ann.request("POST", PREP, b'{"photos": "\xff\xfe"}'), 422, "photos")
    answer = ann.request("POST", PREP, b'{"photos": "\xff\xfe"}', Content_Type="application/octet-stream")
    check_problem(answer, 400, "not JSON")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ([], "object"),
        ("photos", "object"),
        (None, "object"),
        (1, "object"),
        ({}, "photos: Field required"),
        ({"photos": []}, "at least 1 item"),
        ({"photos": {}}, "photos: Input should be a valid array"),
        ({"photos": None}, "photos"),
        ({"photos": ["IMG_1.JPG"]}, "photos.0"),
        ({"photos": [photo()], "identity_id": "x"}, "identity_id: Extra inputs are not permitted"),
    ],
)
def test_another_shape(ann: Member, body: object, said: str) -> None:
    check_problem(ann.request("POST", PREP, json.dumps(body).encode()), 422, said)


WRONG_FIELDS: dict[str, list[object]] = {
    "sha256": [None, "", "a" * 63, "a" * 65, "A" * 64, "g" * 64, "a" * 64 + "\n", 7, ["a" * 64]],
    "kind": [None, "picture", "", 1],
    "size": [None, -1, "3", 3.5, 3.0, True, 10**20, [], {}],
    "content_type": [None, "", "jpeg", "image/jpeg; charset=x", "image/jpeg\r\nX: y", "a/" + "b" * 200, 5],
    "taken_at": [
        None, "", "yesterday", 1719741600, "1719741600", "2024-06-30", "2024-06-30T12:00:00", "2024-02-30T12:00:00Z",
        "2024-13-01T12:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "2024-06-30T25:00:00Z",
        "2024-06-30T12:00:00+99:00", "2024-06-30 12:00:00Z", "٢٠٢٤-06-30T12:00:00Z", [], True,
    ],
    "taken_source": [None, "guess", "", 1],
    "modified_at": [None, 0, "2024-06-30T12:00:00", "0000-00-00T00:00:00Z"],
    "filename": [None, "", "a" * (LONG + 1), 5],
    "sources": ["laptop:a", ["no-colon"], [":path"], ["device:"], [""], [5], ["a:b"] * 51, ["a:" + "b" * LONG]],
    "sources_gone": ["laptop:a", [":"], ["a:b"] * 51],
    "url": ["https://example.org"],
    "timestamp": ["1"],
}  # fmt: skip


CASES = [(field, value) for field, values in WRONG_FIELDS.items() for value in values]


@pytest.mark.parametrize(("field", "value"), CASES, ids=[f"{field}-{str(value)[:20]}" for field, value in CASES])
def test_a_wrong_field_is_named(ann: Member, field: str, value: object) -> None:
    """A value of None leaves the field out."""
    check_problem(ann.prep(photo(), photo(**{field: value})), 422, f"photos.1.{field}")


@pytest.mark.parametrize("size", ["1" + "0" * 5000, "1e400", "NaN", "-0.0", "0x10", "null"])
def test_a_size_that_is_no_size(ann: Member, size: str) -> None:
    body = json.dumps({"photos": [photo(size=77)]}).replace(" 77", f" {size}").encode()
    answer = ann.request("POST", PREP, body)
    check_problem(answer, answer.status)
    assert answer.status in (400, 422)


def test_places_may_not_be_null(ann: Member) -> None:
    check_problem(ann.prep({**photo(), "sources": None}), 422, "photos.0.sources")


def test_a_hundred_photos_pass_and_one_more_does_not(ann: Member) -> None:
    photos = [photo() for _ in range(101)]
    assert len(ann.prep(*photos[:100]).body["photos"]) == 100
    check_problem(ann.prep(*photos), 422, "photos: List should have at most 100 items")


def test_places_too_long_for_a_record_are_refused(ann: Member) -> None:
    sources = [f"laptop:{number:04}" + "€" * 4000 for number in range(30)]
    check_problem(ann.prep(photo(sources=sources)), 422, "photos.0.sources", "262144 bytes")


def test_a_photo_larger_than_one_upload_is_named(ann: Member) -> None:
    answer = ann.prep(photo(), photo(size=MAX_UPLOAD_BYTES + 1, filename="FILM.MOV"))
    check_problem(answer, 413, "FILM.MOV", str(MAX_UPLOAD_BYTES))
    assert ann.prep(photo(size=MAX_UPLOAD_BYTES)).status == 200


def test_a_large_body_is_answered(ann: Member) -> None:
    body = json.dumps({"photos": ["x" * 1_000_000]}).encode()
    check_problem(ann.request("POST", PREP, body), 422, "photos.0")


def test_one_bad_photo_leaves_no_trace_of_the_others(ann: Member, local_stack: LocalStack) -> None:
    good = photo()
    assert ann.prep(good, photo(size=-1)).status == 422
    key = {"username": {"S": ann.identity_id}, "sha256": {"S": good["sha256"]}}
    found = root_client(local_stack, "dynamodb").get_item(TableName=local_stack.outputs.contents_table, Key=key)
    assert "Item" not in found


# ---------------------------------------------------------------------- what it answers


def test_each_is_answered_in_order_even_twice(ann: Member) -> None:
    one, two = photo(), photo(taken_at="2024-06-30T12:00:00.250+02:00")
    answer = ann.prep(one, two, one)
    assert [each["sha256"] for each in answer.body["photos"]] == [one["sha256"], two["sha256"], one["sha256"]]
    assert {each["status"] for each in answer.body["photos"]} == {"upload"}
    assert answer.body["photos"][0]["timestamp"].startswith("1719741600.000")
    assert answer.body["photos"][1]["timestamp"].startswith("1719741600.250")


@pytest.mark.parametrize(
    "filename", ["IMG 1.JPG", "ü€😀.jpg", "a\nb.jpg", "../../etc/passwd", '"; drop.jpg', "\u202egpj.exe", "a" * 1024]
)
def test_any_name_is_a_name(ann: Member, filename: str) -> None:
    assert ann.prep(photo(filename=filename, sources=[f"laptop:{filename}"])).status == 200


@pytest.mark.parametrize("taken_at", ["0002-01-01T00:00:00+14:00", "1826-01-01T00:00:00Z", "9998-12-31T23:59:59-14:00"])
def test_any_date_of_the_calendar_has_its_place(ann: Member, taken_at: str) -> None:
    assert ann.prep(photo(taken_at=taken_at)).status == 200


# ---------------------------------------------------------------------- presigned POSTs


def form_for(ann: Member, content: bytes = FILE, **changes: object) -> tuple[str, dict[str, str]]:
    """A fresh presigned POST for these bytes."""
    entry = photo(sha256=sha256_of_bytes(content), size=len(content), **changes)
    (answer,) = ann.prep(entry).body["photos"]
    return answer["url"], answer["fields"]


def post(url: str, fields: dict[str, str], content: bytes = FILE) -> int:
    everything = {**fields, "file": ("photo.jpg", content)}
    return urllib3.request("POST", url, fields=everything, retries=False).status


def uploaded(stack: LocalStack, key: str) -> bool:
    listing = root_client(stack, "s3").list_objects_v2(Bucket=stack.outputs.temp_bucket, Prefix=key)
    return any(entry["Key"] == key for entry in listing.get("Contents", []))


def test_a_post_fixes_all_that_it_says(ann: Member) -> None:
    _, fields = form_for(ann)
    policy = json.loads(base64.b64decode(fields["policy"]))
    sha256 = sha256_of_bytes(FILE)
    checksum = base64.b64encode(bytes.fromhex(sha256)).decode()
    conditions = policy["conditions"]
    assert ["content-length-range", len(FILE), len(FILE)] in conditions
    for condition in (
        {"key": f"{ann.identity_id}/{sha256}"},
        {"Content-Type": "image/jpeg"},
        {"x-amz-checksum-sha256": checksum},
        {"x-amz-checksum-algorithm": "SHA256"},
    ):
        assert condition in conditions
    assert fields["x-amz-algorithm"] == "AWS4-HMAC-SHA256"
    assert not [each for each in conditions if isinstance(each, list) and each[0] != "content-length-range"]


@pytest.mark.parametrize(
    "change",
    [
        {"key": "us-east-1:00000000-0000-0000-0000-000000000000/" + "0" * 64},
        {"key": "${filename}"},
        {"Content-Type": "text/html"},
        {"x-amz-checksum-sha256": base64.b64encode(bytes(32)).decode()},
        {"x-amz-checksum-algorithm": "CRC32"},
        {"x-amz-meta-owner": "me"},
        {"acl": "public-read"},
        {"success_action_redirect": "https://example.org"},
        {"x-amz-storage-class": "DEEP_ARCHIVE"},
        {"x-amz-signature": "0" * 64},
        {"x-amz-date": "20200101T000000Z"},
        {"policy": base64.b64encode(b'{"expiration": "2999-01-01T00:00:00Z", "conditions": []}').decode()},
    ],
    ids=lambda change: "-".join(change),
)
def test_a_tampered_post_is_refused(ann: Member, local_stack: LocalStack, change: dict[str, str]) -> None:
    url, fields = form_for(ann)
    assert post(url, {**fields, **change}) in (400, 403)
    assert not uploaded(local_stack, fields["key"])


@pytest.mark.parametrize("content", [FILE + b"!", FILE[:-1], b""], ids=["longer", "shorter", "empty"])
def test_a_post_takes_no_other_size(ann: Member, content: bytes) -> None:
    url, fields = form_for(ann)
    assert post(url, fields, content) == 400


def test_the_parts_of_two_posts_dont_mix(ann: Member) -> None:
    url, one = form_for(ann)
    _, two = form_for(ann, b"another photograph!")
    assert len(b"another photograph!") == len(FILE)
    assert post(url, {**one, "key": two["key"]}) == 403
    assert post(url, {**two, "policy": one["policy"]}) == 403


def test_a_post_doesnt_work_elsewhere(ann: Member, local_stack: LocalStack) -> None:
    _, fields = form_for(ann)
    assert post(f"{local_stack.endpoint_url}/{local_stack.outputs.bucket}", fields) == 403
