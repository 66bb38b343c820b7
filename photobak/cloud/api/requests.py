"""The bodies and query strings that the api function's routes take."""

from decimal import Decimal
from typing import Annotated, Final

from pydantic import AfterValidator, Field, field_validator

from photobak.cloud.http.requests import Instant, PhotosRequest, RequestModel, Sha256, SortKey
from photobak.photo.announcement import LONGEST_SOURCE, MAX_PHOTOS_A_REQUEST, MAX_SOURCES_A_PHOTO, Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import FIRST_KEY, LAST_KEY
from photobak.photo.kind import Kind
from photobak.photo.source import MAX_SOURCE_BYTES, Source

_MAX_NAME: Final = 1024
_MAX_DEVICE: Final = 255
_MAX_SIZE: Final = 2**53
"""Far more than S3 holds, and few enough digits for JSON, DynamoDB and a message."""


def _possible(cursor: str) -> str:
    if not FIRST_KEY <= Decimal(cursor) <= LAST_KEY:
        raise ValueError("should be the `before` of an earlier answer")
    return cursor


SourceText = Annotated[str, Field(max_length=LONGEST_SOURCE)]
Cursor = Annotated[SortKey, AfterValidator(_possible)]


class AnnouncedPhoto(RequestModel):
    """One photo that the client has."""

    sha256: Sha256
    kind: Kind
    size: Annotated[int, Field(ge=0, le=_MAX_SIZE, strict=True)]
    content_type: Annotated[str, Field(pattern=r"^[a-z]+/[a-z0-9.+-]+$", max_length=100)]
    taken_at: Instant
    taken_source: TakenSource
    modified_at: Instant
    filename: Annotated[str, Field(min_length=1, max_length=_MAX_NAME)]
    sources: Annotated[tuple[SourceText, ...], Field(max_length=MAX_SOURCES_A_PHOTO)] = ()
    sources_gone: Annotated[tuple[SourceText, ...], Field(max_length=MAX_SOURCES_A_PHOTO)] = ()

    @field_validator("sources", "sources_gone")
    @classmethod
    def _are_sources(cls, sources: tuple[str, ...]) -> tuple[str, ...]:
        for source in sources:
            try:
                Source.parse(source)
            except ValueError:
                raise ValueError("each should be device:relative/path") from None
        if sum(len(source.encode()) for source in sources) > MAX_SOURCE_BYTES:
            raise ValueError(f"should be at most {MAX_SOURCE_BYTES} bytes in all")
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
            sources=self.sources,
            sources_gone=self.sources_gone,
        )


class PrepRequest(RequestModel):
    """The body of ``POST /prep/photoupload``."""

    photos: Annotated[list[AnnouncedPhoto], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


class TrashRequest(PhotosRequest):
    """The body of ``DELETE /photos``."""

    device: Annotated[str | None, Field(min_length=1, max_length=_MAX_DEVICE)] = None
    """The device that deletes, or ``gallery``; kept with the photo for other devices to show."""

    @field_validator("device")
    @classmethod
    def _is_printable(cls, device: str | None) -> str | None:
        if device is not None and not device.isprintable():
            raise ValueError("should have only printable characters")
        return device


class RedatedPhoto(RequestModel):
    """One photo and its new capture time."""

    sha256: Sha256
    taken_at: Instant


class RedateRequest(RequestModel):
    """The body of ``POST /photos/redate``."""

    photos: Annotated[list[RedatedPhoto], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


class ListQuery(RequestModel):
    """The query string of ``GET /list/photos``."""

    limit: Annotated[int, Field(ge=1, le=100)] = 10
    before: Cursor | None = None
    since: Instant | None = None
    until: Instant | None = None
