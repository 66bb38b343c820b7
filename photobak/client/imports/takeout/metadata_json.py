"""The JSONs of a Google Takeout, told apart by their content and read into typed values, whatever is in them."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from photobak.client.imports.facts import Facts, clean_name, clean_names, clean_text, whole
from photobak.photo.metadata.exif import position

MAX_BYTES: Final = 4 * 1024 * 1024
"""Of one JSON; an album's comments take most."""
MAX_TITLE: Final = 1000
"""Characters of a file's whole name."""

_OF_PHOTOS: Final = frozenset(
    {
        "imageViews",
        "geoDataExif",
        "creationTime",
        "modificationTime",
        "photoLastModifiedTime",
        "googlePhotosOrigin",
        "url",
    }
)
"""Keys of a photo's JSON besides ``photoTakenTime``, which the format of 2017 lacks; no album has any."""
_MOST_DEGREES: Final = 180
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SECOND: Final = -4_544_208_000
"""The beginning of 1826, before the first photograph."""
_LAST_SECOND: Final = 253_370_764_800
"""The beginning of 9999."""


@dataclass(frozen=True, slots=True)
class AlbumFacts:
    """What an album's JSON says."""

    title: str
    """Empty where the album was never named."""
    description: str


class UnreadableJson(ValueError):
    """A file called ``.json`` is none, or has more than ``MAX_BYTES``."""


def read_json(data: bytes) -> Facts | AlbumFacts | None:
    """Read a JSON of a Takeout; None where it speaks neither of a photo nor of an album.

    Timestamps are texts of Unix seconds; their ``formatted`` beside it is in the account's language and never read.

    Args:
        data: in UTF-8, UTF-16 or UTF-32, with or without byte order mark; bytes that are no text become U+FFFD.

    Raises:
        UnreadableJson: it is no JSON.
    """
    document = _load(data)
    if not isinstance(document, dict):
        return None
    if "photoTakenTime" in document or ("title" in document and not _OF_PHOTOS.isdisjoint(document)):
        return _facts(document)
    album = document.get("albumData", document)
    if isinstance(album, dict) and isinstance(album.get("title"), str):
        return AlbumFacts(clean_name(album["title"]), clean_text(album.get("description")))
    return None


def _load(data: bytes) -> object:
    if len(data) > MAX_BYTES:
        raise UnreadableJson(f"it has more than {MAX_BYTES:,} bytes")
    try:
        return json.loads(data.decode(json.detect_encoding(data), "replace"))
    except (ValueError, RecursionError) as error:  # no JSON, a number of thousands of digits; nested too deeply
        raise UnreadableJson("it is no JSON") from error


def _facts(document: dict[str, Any]) -> Facts:
    latitude, longitude = _position(document.get("geoData"))
    if latitude is None:
        latitude, longitude = _position(document.get("geoDataExif"))
    people = document.get("people")
    named = [person.get("name") for person in people if isinstance(person, dict)] if isinstance(people, list) else []
    origin = document.get("googlePhotosOrigin")
    title = document.get("title")
    return Facts(
        title=whole(title[:MAX_TITLE]) if isinstance(title, str) else "",
        taken=_instant(document.get("photoTakenTime")),
        latitude=latitude,
        longitude=longitude,
        description=clean_text(document.get("description")),
        favorite=document.get("favorited") is True,
        archived=document.get("archived") is True,
        trashed=document.get("trashed") is True,
        from_partner=isinstance(origin, dict) and "fromPartnerSharing" in origin,
        people=clean_names(named),
    )


def _instant(value: object) -> datetime | None:
    """An instant in UTC; None for 0, which means none, and for what no photo was taken at."""
    timestamp = value.get("timestamp") if isinstance(value, dict) else None
    if not isinstance(timestamp, str | int | float) or isinstance(timestamp, bool):
        return None
    try:
        seconds = int(timestamp)
    except (ValueError, OverflowError):  # text; infinite
        return None
    if seconds == 0 or not _FIRST_SECOND <= seconds < _LAST_SECOND:
        return None
    return _EPOCH + timedelta(seconds=seconds)


def _position(value: object) -> tuple[float, float] | tuple[None, None]:
    if not isinstance(value, dict):
        return None, None
    latitude, longitude = (_number(value.get(name)) for name in ("latitude", "longitude"))
    return position(latitude, longitude)


def _number(value: object) -> float | None:
    if not isinstance(value, int | float) or isinstance(value, bool) or abs(value) > _MOST_DEGREES:
        return None
    return float(value)
