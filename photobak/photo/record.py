"""The record of a photo, as DynamoDB item, as JSON beside the photo, and as a line of a list.

The fields are those of docs/architecture.md, "The two tables"; all forms are made from this one class.
"""

import base64
import math
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Any, Final

from photobak.errors import PhotobakError
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.described import alternative_text, parse_alternative
from photobak.photo.identity import is_sha256, short_id
from photobak.photo.keys import plain
from photobak.photo.kind import Kind
from photobak.photo.source import Source

SCHEMA: Final = 1

AttributeValue = Mapping[str, Any]
"""A DynamoDB attribute value: ``{"S": …}``, ``{"N": …}``, ``{"SS": […]}``, ``{"BOOL": …}`` or ``{"B": …}``."""

_PERCEPTUAL_HASH = re.compile(r"[0-9a-f]{16}")
_MAX_THUMBHASH: Final = 64
"""Bytes; the published encoder gives 37 at most."""


class InvalidRecord(PhotobakError):
    """A record read from the cloud is not one."""


class Status(StrEnum):
    """The state of a content; ``expected``, ``rejected`` and ``forgotten`` appear in ``Contents`` only."""

    EXPECTED = "expected"
    REJECTED = "rejected"
    STORED = "stored"
    NO_PREVIEW = "no-preview"
    TRASHED = "trashed"
    FORGOTTEN = "forgotten"
    """Deleted by its owner, and gone from the trash; only ``Contents`` keeps it, so that no sync uploads it again."""

    @property
    def kept(self) -> bool:
        """Whether the original is in the photo bucket and counts as backed up."""
        return self in (Status.STORED, Status.NO_PREVIEW)

    @property
    def deleted(self) -> bool:
        """Whether its owner has deleted it, so that no sync uploads it again."""
        return self in (Status.TRASHED, Status.FORGOTTEN)

    @property
    def has_record(self) -> bool:
        """Whether a record belongs to it, in the trash or not."""
        return self.kept or self is Status.TRASHED


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """One photo of one person."""

    username: str
    """The Cognito identity id."""
    timestamp: Decimal
    """The sort key: ``photo.keys.timestamp_key``."""
    sha256: str
    kind: Kind
    status: Status
    size: int
    """Bytes of the original."""
    content_type: str
    taken: CaptureTime
    filename: str
    modified_at: datetime
    """The file's mtime where it was first seen."""
    original_key: str
    stored_at: datetime
    sources: frozenset[str] = frozenset()
    """Where it lies, each in the form of ``photo.source``."""
    reason: str | None = None
    """Why there is no preview."""
    width: int | None = None
    """Pixels, upright."""
    height: int | None = None
    orientation: int | None = None
    """EXIF Orientation (0x0112), 1 to 8."""
    camera_make: str | None = None
    camera_model: str | None = None
    lens: str | None = None
    f_number: float | None = None
    """2.8 stands for f/2.8."""
    exposure_time: float | None = None
    """Seconds."""
    iso: int | None = None
    focal_length: float | None = None
    """Millimetres, of the lens itself."""
    duration: float | None = None
    """Seconds, of a video."""
    latitude: float | None = None
    """Degrees north."""
    longitude: float | None = None
    """Degrees east."""
    thumb_key: str | None = None
    web_key: str | None = None
    thumbhash: bytes | None = None
    """A placeholder for the thumbnail (``photo.thumbhash``)."""
    perceptual_hash: str | None = None
    """Of the thumbnail (``photo.similarity``), 16 hexadecimal digits; None for a picture without features."""
    description: str | None = None
    """What its owner says of it."""
    favorite: bool | None = None
    """None where nobody has said."""
    archived: bool | None = None
    """Whether it is kept out of the timeline."""
    people: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    """A hierarchy's levels are separated by ``/``."""
    albums: frozenset[str] = frozenset()
    """Ids of the albums in which it is."""
    motion: str | None = None
    """SHA-256 of the video that belongs to this Live or Motion Photo."""
    motion_offset: int | None = None
    """Where in the original the video inside a Motion Photo begins, in bytes; always together with its size."""
    motion_size: int | None = None
    """Bytes of the video inside a Motion Photo."""
    taken_alternatives: frozenset[CaptureTime] = frozenset()
    """What other sources say of the capture time, where they disagree."""
    trashed_until: datetime | None = None
    """Until when it can be undeleted; None unless it is in the trash."""
    deleted_at: datetime | None = None
    deleted_from: str | None = None
    """The device that deleted it, or ``gallery``; None unless it is in the trash, or if nobody said."""
    schema: int = SCHEMA

    @property
    def id(self) -> str:
        """The short id, as people type it."""
        return short_id(self.sha256)

    @property
    def status_outside_trash(self) -> Status:
        """The status before the deletion, and after an undelete."""
        return Status.NO_PREVIEW if self.reason else Status.STORED

    @property
    def lacks_previews(self) -> bool:
        """Whether it was stored before its kind had previews, or before previews had a placeholder."""
        return self.status is Status.STORED and self.kind is not Kind.SIDECAR and self.thumbhash is None

    @property
    def camera(self) -> str | None:
        """Make and model, naming the make only once."""
        make, model = self.camera_make or "", self.camera_model or ""
        if model.lower().startswith(make.lower()):
            return model or None
        return f"{make} {model}".strip()

    @property
    def exposure(self) -> str | None:
        """Aperture, exposure time, sensitivity and focal length as photographers write them: ``f/2.8, 1/250 s, …``."""
        parts = [
            f"f/{self.f_number:g}" if self.f_number else "",
            _exposure_text(self.exposure_time) if self.exposure_time else "",
            f"ISO {self.iso}" if self.iso else "",
            f"{self.focal_length:g} mm" if self.focal_length else "",
        ]
        return ", ".join(part for part in parts if part) or None

    @property
    def parsed_sources(self) -> list[Source]:
        """Its sources in order, leaving out illegible ones."""
        found = []
        for text in sorted(self.sources):
            with suppress(ValueError):
                found.append(Source.parse(text))
        return found

    def to_json(self) -> dict[str, Any]:
        """The record as JSON: all fields that are not empty."""
        whole = {field.name: getattr(self, field.name) for field in fields(self) if field.name != "taken"}
        whole |= {"taken_at": self.taken.isoformat(), "taken_source": self.taken.source}
        return {name: _json_value(value) for name, value in whole.items() if value not in (None, frozenset())}

    @classmethod
    def from_json(cls, whole: Mapping[str, Any]) -> "Record":
        """Read a record back, leaving out fields of a newer schema.

        Raises:
            InvalidRecord: a field is missing or has a value that it can't have.
        """
        if not isinstance(whole, Mapping):
            raise InvalidRecord("a photo's record can't be read", why="it is not a JSON object")
        known: dict[str, Any] = {}
        for name, read in _READERS.items():
            if whole.get(name) is None:
                continue
            try:
                known[name] = read(whole[name])
            except (ValueError, TypeError, OverflowError, InvalidOperation) as error:
                why = f"its field {name} has the value {whole[name]!r}"
                raise InvalidRecord("a photo's record can't be read", why=why) from error
        try:
            known["taken"] = CaptureTime.parse(known.pop("taken_at"), known.pop("taken_source"))
            return cls(**known)
        except (KeyError, ValueError, TypeError) as error:
            raise InvalidRecord(
                "a photo's record can't be read", why=f"a field is missing or wrong ({error})"
            ) from error

    def to_item(self) -> dict[str, AttributeValue]:
        """The record as an item of the table ``Photos``, which DynamoDB deletes some time after its ``ttl``."""
        item = {name: _attribute(name, value) for name, value in self.to_json().items()}
        if self.thumbhash is not None:
            item["thumbhash"] = {"B": self.thumbhash}
        if self.trashed_until is not None:
            item["ttl"] = {"N": str(int(self.trashed_until.timestamp()))}
        return item

    @classmethod
    def from_item(cls, item: Mapping[str, AttributeValue]) -> "Record":
        """Read an item of the table ``Photos``; InvalidRecord as in ``from_json``."""
        try:
            whole = {name: next(iter(value.values())) for name, value in item.items()}
        except (AttributeError, TypeError, StopIteration) as error:
            raise InvalidRecord("a photo's record can't be read", why="it is not a DynamoDB item") from error
        return cls.from_json(whole)

    def listing(self) -> dict[str, Any]:
        """The record as ``ls --json`` prints it and as the live service announces it."""
        return {
            "id": self.id,
            "sha256": self.sha256,
            "kind": self.kind.value,
            "status": self.status.value,
            "taken_at": self.taken.isoformat(),
            "taken_source": self.taken.source.value,
            "size": self.size,
            "content_type": self.content_type,
            "width": self.width,
            "height": self.height,
            "camera": self.camera,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "filename": self.filename,
            "sources": sorted(self.sources),
            "stored_at": self.stored_at.isoformat(),
            "description": self.description,
            "favorite": bool(self.favorite),
            "archived": bool(self.archived),
            "people": sorted(self.people),
            "tags": sorted(self.tags),
            "albums": sorted(self.albums),
            "motion": self.motion,
            "taken_alternatives": sorted(map(alternative_text, self.taken_alternatives)),
        }


def _exposure_text(seconds: float) -> str:
    """Seconds as a fraction up to a quarter of a second, which is how cameras show it."""
    return f"1/{round(1 / seconds)} s" if seconds <= 0.25 else f"{seconds:g} s"


def _json_value(value: object) -> object:
    match value:
        case Decimal():
            return plain(value)
        case datetime():
            return value.isoformat()
        case StrEnum():
            return value.value
        case bytes():
            return base64.b64encode(value).decode()
        case frozenset():
            return sorted(alternative_text(each) if isinstance(each, CaptureTime) else each for each in value)
        case _:
            return value


def _attribute(name: str, value: object) -> AttributeValue:
    if isinstance(value, bool):
        return {"BOOL": value}
    if name == "timestamp" or isinstance(value, int | float):
        return {"N": str(value)}
    return {"SS": value} if isinstance(value, list) else {"S": value}


def _sha256(value: object) -> str:
    if not isinstance(value, str) or not is_sha256(value):
        raise ValueError("not a SHA-256")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError("not text")
    return value


def _texts(value: object) -> frozenset[str]:
    if not isinstance(value, list | tuple | set | frozenset):
        raise TypeError("not a list")
    return frozenset(_text(each) for each in value)


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError("neither true nor false")
    return value


def _thumbhash(value: object) -> bytes:
    """JSON, and DynamoDB's own protocol, have it as base64."""
    hashed = value if isinstance(value, bytes) else base64.b64decode(_text(value), validate=True)
    if len(hashed) > _MAX_THUMBHASH:
        raise ValueError("too long")
    return hashed


def _perceptual_hash(value: object) -> str:
    if not _PERCEPTUAL_HASH.fullmatch(_text(value)):
        raise ValueError("not 16 hexadecimal digits")
    return _text(value)


def _alternatives(value: object) -> frozenset[CaptureTime]:
    return frozenset(map(parse_alternative, _texts(value)))


def _instant(value: object) -> datetime:
    instant = datetime.fromisoformat(_text(value))
    if instant.tzinfo is None:
        raise ValueError("no offset")
    return instant


def _number(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]  # whatever can't be read raises TypeError or ValueError
    if not math.isfinite(number):
        raise ValueError("not a finite number")
    return number


def _byte_count(value: Any) -> int:
    count = int(value)
    if count <= 0:
        raise ValueError("not positive")
    return count


_READERS: Final[Mapping[str, Callable[[Any], object]]] = {
    "username": _text,
    "timestamp": Decimal,
    "sha256": _sha256,
    "kind": Kind,
    "status": Status,
    "size": int,
    "content_type": _text,
    "taken_at": _text,
    "taken_source": TakenSource,
    "filename": _text,
    "modified_at": _instant,
    "original_key": _text,
    "stored_at": _instant,
    "sources": _texts,
    "reason": _text,
    "width": int,
    "height": int,
    "orientation": int,
    "camera_make": _text,
    "camera_model": _text,
    "lens": _text,
    "f_number": _number,
    "exposure_time": _number,
    "iso": int,
    "focal_length": _number,
    "duration": _number,
    "latitude": _number,
    "longitude": _number,
    "thumb_key": _text,
    "web_key": _text,
    "thumbhash": _thumbhash,
    "perceptual_hash": _perceptual_hash,
    "description": _text,
    "favorite": _flag,
    "archived": _flag,
    "people": _texts,
    "tags": _texts,
    "albums": _texts,
    "motion": _sha256,
    "motion_offset": _byte_count,
    "motion_size": _byte_count,
    "taken_alternatives": _alternatives,
    "trashed_until": _instant,
    "deleted_at": _instant,
    "deleted_from": _text,
    "schema": int,
}
