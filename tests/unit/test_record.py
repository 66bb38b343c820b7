"""The record in its three forms: an item of DynamoDB, JSON beside the photo, a line of a list."""

import json
from dataclasses import fields, replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from support.strategies import records

from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import timestamp_key
from photobak.photo.kind import Kind
from photobak.photo.record import InvalidRecord, Record, Status

NOON = datetime(2024, 6, 30, 12, tzinfo=UTC)
SHA256 = "ab" * 32
PLAIN = Record(
    username="eu-central-1:12345678-90ab-cdef-1234-567890abcdef",
    timestamp=timestamp_key(NOON, SHA256),
    sha256=SHA256,
    kind=Kind.PHOTO,
    status=Status.STORED,
    size=3,
    content_type="image/jpeg",
    taken=CaptureTime(NOON, TakenSource.EXIF),
    filename="IMG_1.JPG",
    modified_at=NOON,
    original_key="original/eu-central-1:12345678-90ab-cdef-1234-567890abcdef/abab.jpg",
    stored_at=NOON,
    sources=frozenset({"phone:1.jpg", "laptop:IMG_1.JPG"}),
    latitude=0.0,
    longitude=-1e-7,
    camera_make="Canon",
    camera_model="EOS R5",
)


@given(records())
def test_it_comes_back_from_json_as_it_was(record: Record) -> None:
    assert Record.from_json(json.loads(json.dumps(record.to_json()))) == record


@given(records())
def test_it_comes_back_from_dynamodb_as_it_was(record: Record) -> None:
    assert Record.from_item(record.to_item()) == record


@given(records())
def test_dynamodb_takes_it(record: Record) -> None:
    for name, value in record.to_item().items():
        ((kind, content),) = value.items()
        if kind == "N":
            assert Decimal(content).is_finite(), name
        elif kind == "SS":
            assert content, "a set has at least one member"
            assert len(set(content)) == len(content)
        elif kind == "BOOL":
            assert isinstance(content, bool)
        elif kind == "B":
            assert isinstance(content, bytes)
        else:
            assert kind == "S"
            assert isinstance(content, str)


@given(records())
def test_an_item_is_the_json_with_types(record: Record) -> None:
    """``ttl`` is DynamoDB's alone, which deletes the item some time after it."""
    item = {name: value for name, value in record.to_item().items() if name != "ttl"}
    assert item.keys() == record.to_json().keys()
    assert item["timestamp"] == {"N": record.to_json()["timestamp"]}


def test_all_of_it_is_in_the_json_but_what_is_empty() -> None:
    names = {field.name for field in fields(Record)} - {"taken"} | {"taken_at", "taken_source"}
    empty = {name for name in names - {"taken_at", "taken_source"} if getattr(PLAIN, name) in (None, frozenset())}
    assert PLAIN.to_json().keys() == names - empty
    assert PLAIN.to_json()["latitude"] == 0.0
    assert PLAIN.to_json()["sources"] == ["laptop:IMG_1.JPG", "phone:1.jpg"]


def test_a_thumbhash_is_bytes_to_dynamodb_and_base64_to_everyone_else() -> None:
    record = replace(PLAIN, thumbhash=b"\xdf\xf7\x09")
    assert record.to_item()["thumbhash"] == {"B": b"\xdf\xf7\x09"}
    assert record.to_json()["thumbhash"] == "3/cJ"
    over_http = {**record.to_item(), "thumbhash": {"B": "3/cJ"}}  # as DynamoDB's JSON protocol writes it
    assert Record.from_item(over_http) == record


def test_a_newer_record_can_be_read() -> None:
    newer = PLAIN.to_json() | {"schema": 2, "faces": ["ann"]}
    assert Record.from_json(newer) == replace(PLAIN, schema=2)


@pytest.mark.parametrize(
    "name",
    [
        "username", "timestamp", "sha256", "kind", "status", "size", "content_type", "taken_at", "taken_source",
        "filename", "modified_at", "original_key", "stored_at",
    ],
)  # fmt: skip
def test_without_one_of_these_it_is_no_record(name: str) -> None:
    whole = PLAIN.to_json()
    del whole[name]
    with pytest.raises(InvalidRecord, match="can't be read"):
        Record.from_json(whole)


@pytest.mark.parametrize(
    "change",
    [
        {"sha256": "AB" * 32},
        {"timestamp": "soon"},
        {"thumbhash": "no base64"},
        {"thumbhash": "AAAA" * 30},
        {"perceptual_hash": "<script>"},
        {"kind": "picture"},
        {"status": "lost"},
        {"size": "many"},
        {"taken_at": "2024-06-30"},
        {"taken_at": 5},
        {"taken_source": "guess"},
        {"modified_at": "2024-06-30T12:00:00"},
        {"stored_at": 5},
        {"sources": "laptop:IMG_1.JPG"},
        {"sources": [5]},
        {"width": []},
        {"latitude": "north"},
        {"filename": 5},
        {"favorite": "yes"},
        {"people": "Ann"},
        {"motion": "1234"},
        {"taken_alternatives": ["exif"]},
        {"taken_alternatives": ["guess 2024-06-30T12:00:00+02:00"]},
    ],
    ids=str,
)
def test_a_wrong_field_is_named(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidRecord, match=r"can't be read: (its field|a field)"):
        Record.from_json(PLAIN.to_json() | change)


@pytest.mark.parametrize("whole", [None, [], "record", 5])
def test_what_is_no_object_is_no_record(whole: Any) -> None:
    with pytest.raises(InvalidRecord, match="not a JSON object"):
        Record.from_json(whole)


def test_a_line_of_a_list_has_these_fields_and_no_others() -> None:
    line = PLAIN.listing()
    assert line == {
        "id": "abababababab",
        "sha256": SHA256,
        "kind": "photo",
        "status": "stored",
        "taken_at": "2024-06-30T12:00:00+00:00",
        "taken_source": "exif",
        "size": 3,
        "content_type": "image/jpeg",
        "width": None,
        "height": None,
        "camera": "Canon EOS R5",
        "latitude": 0.0,
        "longitude": -1e-7,
        "filename": "IMG_1.JPG",
        "sources": ["laptop:IMG_1.JPG", "phone:1.jpg"],
        "stored_at": "2024-06-30T12:00:00+00:00",
        "description": None,
        "favorite": False,
        "archived": False,
        "people": [],
        "tags": [],
        "albums": [],
        "motion": None,
        "taken_alternatives": [],
    }
    assert json.loads(json.dumps(line)) == line


@pytest.mark.parametrize(
    ("make", "model", "camera"),
    [
        ("Canon", "EOS R5", "Canon EOS R5"),
        ("Canon", "Canon EOS R5", "Canon EOS R5"),
        ("NIKON CORPORATION", "NIKON D70", "NIKON CORPORATION NIKON D70"),
        (None, "Pixel 8", "Pixel 8"),
        ("Apple", None, "Apple"),
        (None, None, None),
        ("", "", None),
    ],
)
def test_a_camera_is_called_as_people_call_it(make: str | None, model: str | None, camera: str | None) -> None:
    assert replace(PLAIN, camera_make=make, camera_model=model).camera == camera


@pytest.mark.parametrize(
    ("changes", "exposure"),
    [
        ({"f_number": 2.8, "exposure_time": 0.004, "iso": 100, "focal_length": 35.0}, "f/2.8, 1/250 s, ISO 100, 35 mm"),
        ({"exposure_time": 0.25}, "1/4 s"),
        ({"exposure_time": 0.3, "focal_length": 5.43}, "0.3 s, 5.43 mm"),
        ({"exposure_time": 30.0}, "30 s"),
        ({"exposure_time": 1 / 60}, "1/60 s"),
        ({"f_number": 11.0}, "f/11"),
        ({}, None),
    ],
)
def test_exposure_is_written_as_photographers_write_it(changes: dict[str, Any], exposure: str | None) -> None:
    assert replace(PLAIN, **changes).exposure == exposure


@pytest.mark.parametrize("value", [float("inf"), float("nan"), "much", [], {}])
def test_a_number_that_is_none_makes_a_record_illegible(value: object) -> None:
    for field in ("f_number", "latitude", "size", "iso"):
        with pytest.raises(InvalidRecord, match=field):
            Record.from_json(PLAIN.to_json() | {field: value})


@pytest.mark.parametrize(
    ("status", "kept"),
    [
        (Status.STORED, True),
        (Status.NO_PREVIEW, True),
        (Status.TRASHED, False),
        (Status.FORGOTTEN, False),
        (Status.EXPECTED, False),
        (Status.REJECTED, False),
    ],
)
def test_what_counts_as_backed_up(status: Status, kept: bool) -> None:
    assert status.kept is kept


def test_every_status_is_decided() -> None:
    assert set(Status) == {
        Status.STORED,
        Status.NO_PREVIEW,
        Status.TRASHED,
        Status.FORGOTTEN,
        Status.EXPECTED,
        Status.REJECTED,
    }
