"""What the client announces is what the API reads: the two never import each other, and meet here."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from support.strategies import announcements

from photobak.cloud.api.requests import PrepRequest
from photobak.cloud.http.problem import Problem
from photobak.cloud.http.requests import parse_body
from photobak.photo.announcement import LONGEST_SOURCE, MAX_PHOTOS_A_REQUEST, MAX_SOURCES_A_PHOTO, Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.kind import Kind
from photobak.photo.source import MAX_SOURCE_BYTES

PLAIN = Announcement(
    sha256="0" * 64,
    kind=Kind.PHOTO,
    size=3,
    content_type="image/jpeg",
    taken=CaptureTime(datetime(2024, 6, 30, 12, 0, 0, 250_000, UTC), TakenSource.EXIF),
    modified_at=datetime(2024, 7, 1, tzinfo=UTC),
    filename="IMG_1.JPG",
    sources=("laptop:Pictures/IMG_1.JPG",),
    sources_gone=("laptop:Desktop/IMG_1.JPG",),
)


def parsed(*photos: dict[str, Any]) -> list[Announcement]:
    request = parse_body(PrepRequest, json.dumps({"photos": photos}).encode())
    return [photo.announcement() for photo in request.photos]


@given(announcements)
def test_the_api_reads_what_the_client_writes(announcement: Announcement) -> None:
    assert parsed(announcement.to_json()) == [announcement]


def test_an_entry_as_it_goes_over_the_wire() -> None:
    assert PLAIN.to_json() == {
        "sha256": "0" * 64,
        "kind": "photo",
        "size": 3,
        "content_type": "image/jpeg",
        "taken_at": "2024-06-30T12:00:00.250+00:00",
        "taken_source": "exif",
        "modified_at": "2024-07-01T00:00:00+00:00",
        "filename": "IMG_1.JPG",
        "sources": ["laptop:Pictures/IMG_1.JPG"],
        "sources_gone": ["laptop:Desktop/IMG_1.JPG"],
    }


def test_the_bounds_that_the_client_knows_are_those_of_the_api() -> None:
    most = ["laptop:" + "a" * (LONGEST_SOURCE - 7)] * MAX_SOURCES_A_PHOTO
    assert sum(map(len, most)) <= MAX_SOURCE_BYTES
    entry = PLAIN.to_json() | {"sources": most, "sources_gone": most}
    assert len(parsed(*[entry] * MAX_PHOTOS_A_REQUEST)) == MAX_PHOTOS_A_REQUEST


@pytest.mark.parametrize(
    ("photos", "said"),
    [
        ([PLAIN.to_json()] * (MAX_PHOTOS_A_REQUEST + 1), "photos: List should have at most 100 items"),
        ([PLAIN.to_json() | {"sources": ["a:b"] * (MAX_SOURCES_A_PHOTO + 1)}], "photos.0.sources: Tuple should have"),
        ([PLAIN.to_json() | {"sources": ["a:" + "b" * LONGEST_SOURCE]}], "photos.0.sources.0: String should have"),
        ([PLAIN.to_json() | {"size": -1}] * 3, r"photos.0.size: .* \(2 more\)"),
    ],
)
def test_what_is_beyond_them_is_named(photos: list[dict[str, Any]], said: str) -> None:
    with pytest.raises(Problem, match=said):
        parsed(*photos)
