"""What a request may say; everything else is refused before any code of ours sees it."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, datetime
from decimal import Decimal
from http import HTTPStatus
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, field_validator

from photobak.cloud.http.problem import Problem
from photobak.cloud.store.evidence import Doubt
from photobak.cloud.store.places import MOST_BYTES
from photobak.photo.announcement import LONGEST_SOURCE, MAX_PHOTOS_A_REQUEST, MAX_SOURCES_A_PHOTO, Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.kind import Kind
from photobak.photo.source import Source

_LONGEST_NAME = 1024
_LARGEST_SIZE = 2**53
"""Far more than S3 holds, and few enough digits for JSON, DynamoDB and a message."""
_ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _instant(value: object) -> datetime:
    """Read ISO 8601 with an offset, and nothing else: pydantic would take ``2024`` for Unix seconds."""
    if isinstance(value, str) and _ISO_8601.fullmatch(value):
        with suppress(ValueError):  # no date of the calendar
            instant = datetime.fromisoformat(value)
            if MINYEAR < instant.year < MAXYEAR:  # room for every other time zone
                return instant
    raise ValueError("should be a date with time and offset, like 2024-06-30T12:00:00+02:00")


Instant = Annotated[datetime, BeforeValidator(_instant)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
SortKey = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,23})?$")]
SourceText = Annotated[str, Field(max_length=LONGEST_SOURCE)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, hide_input_in_errors=True)


class AnnouncedPhoto(_Request):
    """One photo that the client has."""

    sha256: Sha256
    kind: Kind
    size: Annotated[int, Field(ge=0, le=_LARGEST_SIZE, strict=True)]
    content_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100)]
    taken_at: Instant
    taken_source: TakenSource
    modified_at: Instant
    filename: Annotated[str, Field(min_length=1, max_length=_LONGEST_NAME)]
    sources: Annotated[list[SourceText], Field(max_length=MAX_SOURCES_A_PHOTO)] = []
    sources_gone: Annotated[list[SourceText], Field(max_length=MAX_SOURCES_A_PHOTO)] = []

    @field_validator("sources", "sources_gone")
    @classmethod
    def _are_places(cls, sources: list[str]) -> list[str]:
        for source in sources:
            try:
                Source.parse(source)
            except ValueError:
                raise ValueError("each should be device:relative/path") from None
        if sum(len(source.encode()) for source in sources) > MOST_BYTES:
            raise ValueError(f"should be {MOST_BYTES} bytes at most, all together")
        return sources

    def announcement(self) -> Announcement:
        """The same as a value."""
        return Announcement(
            sha256=self.sha256,
            kind=self.kind,
            size=self.size,
            content_type=self.content_type,
            taken=CaptureTime(taken_at=self.taken_at, source=self.taken_source),
            modified_at=self.modified_at,
            filename=self.filename,
            sources=tuple(self.sources),
            sources_gone=tuple(self.sources_gone),
        )


class PrepRequest(_Request):
    """The body of ``POST /prep/photoupload``."""

    photos: Annotated[list[AnnouncedPhoto], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


class PhotosRequest(_Request):
    """The body of requests that do the same with each of some photos."""

    photos: Annotated[list[Sha256], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


class DoubtedRecord(_Request):
    """One photo whose records are in doubt."""

    sha256: Sha256
    timestamps: Annotated[list[SortKey], Field(max_length=10)] = []
    """Where records of it have been seen."""
    objects: bool = False
    """Whether objects of it are hidden that should not be, or the other way round."""

    def doubt(self) -> Doubt:
        """The same as a value."""
        return Doubt(self.sha256, tuple(map(Decimal, self.timestamps)), self.objects)


class RecordsRequest(_Request):
    """The body of ``POST /photos/repair/records``."""

    photos: Annotated[list[DoubtedRecord], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


class DoubtedObject(_Request):
    """One photo whose objects are lost or wrong."""

    sha256: Sha256
    bytes: bool = False
    """Whether the original is to be looked into although it is as long as it was."""


class ObjectsRequest(_Request):
    """The body of ``POST /photos/repair/objects``."""

    photos: Annotated[list[DoubtedObject], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


class RedatedPhoto(_Request):
    """One photo and when it was taken."""

    sha256: Sha256
    taken_at: Instant


class RedateRequest(_Request):
    """The body of ``POST /photos/redate``."""

    photos: Annotated[list[RedatedPhoto], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


class ListQuery(_Request):
    """The query string of ``GET /list/photos``."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    before: SortKey | None = None
    since: Instant | None = None
    until: Instant | None = None


Parsed = TypeVar("Parsed", bound=BaseModel)


def parse_body(model: type[Parsed], body: bytes) -> Parsed:
    """Read a JSON body.

    Raises:
        Problem: it is not JSON (400), or not of this shape (422, naming the field).
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _problem(error) from None


def parse_query(model: type[Parsed], query: Mapping[str, str]) -> Parsed:
    """Read a query string; Problem as in ``parse_body``."""
    try:
        return model.model_validate(dict(query))
    except ValidationError as error:
        raise _problem(error) from None


def _problem(error: ValidationError) -> Problem:
    """The first thing that is wrong, and where; the input itself is not repeated."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return Problem(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {first['msg']}.")
    place = ".".join(str(part) for part in first["loc"])
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    message = first["msg"].removeprefix("Value error, ")
    return Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{place or 'The request'}: {message}{more}.")
