"""The bodies and query strings that the api function's routes take."""

from decimal import Decimal
from typing import Annotated, Final, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from photobak.cloud.http.requests import AlbumId, Instant, MonthName, PhotosRequest, RequestModel, Sha256, SortKey
from photobak.photo.album import MAX_NAME as MAX_ALBUM_NAME
from photobak.photo.announcement import LONGEST_SOURCE, MAX_PHOTOS_A_REQUEST, MAX_SOURCES_A_PHOTO, Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.described import (
    MAX_ALTERNATIVES,
    MAX_DESCRIPTION,
    MAX_NAME,
    MAX_NAMES,
    Described,
    is_printable_text,
)
from photobak.photo.keys import FIRST_KEY, LAST_KEY
from photobak.photo.kind import Kind
from photobak.photo.place.circle import Circle
from photobak.photo.place.search import parse_position
from photobak.photo.record import Record
from photobak.photo.source import MAX_SOURCE_BYTES, Source

MAX_PAGE: Final = 500
"""The most photos of one answer."""
MAX_INDEX_PAGE: Final = 5_000
"""The most ids of one answer."""
_MAX_NAME: Final = 1024
_MAX_DEVICE: Final = 255
_MAX_POSITION: Final = 100
_MAX_SIZE: Final = 2**53
"""Far more than S3 holds, and few enough digits for JSON, DynamoDB and a message."""


def _possible(cursor: str) -> str:
    if not FIRST_KEY <= Decimal(cursor) <= LAST_KEY:
        raise ValueError("should be the `before` of an earlier answer")
    return cursor


def _circle(value: object) -> Circle:
    circle = parse_position(value) if isinstance(value, str) and len(value) <= _MAX_POSITION else None
    if circle is None:
        raise ValueError("should be latitude, longitude and kilometres, like 38.72,-9.14,5")
    return circle


SourceText = Annotated[str, Field(max_length=LONGEST_SOURCE)]
SearchText = Annotated[str, Field(min_length=1, max_length=100)]
Cursor = Annotated[SortKey, AfterValidator(_possible)]


def _printable(text: str) -> str:
    if not is_printable_text(text):
        raise ValueError("should have no control characters")
    return text


Text = Annotated[str, Field(max_length=MAX_DESCRIPTION), AfterValidator(_printable)]
Name = Annotated[str, Field(min_length=1, max_length=MAX_NAME), AfterValidator(_printable)]
Names = Annotated[tuple[Name, ...], Field(max_length=MAX_NAMES)]


class DescribedModel(RequestModel):
    """What an import knows of a photo."""

    description: Text = ""
    favorite: bool | None = None
    archived: bool | None = None
    people: Names = ()
    tags: Names = ()
    latitude: Annotated[float | None, Field(ge=-90, le=90, allow_inf_nan=False)] = None
    longitude: Annotated[float | None, Field(ge=-180, le=180, allow_inf_nan=False)] = None
    motion: Sha256 | None = None
    alternatives: Annotated[tuple[Annotated[str, Field(max_length=100)], ...], Field(max_length=MAX_ALTERNATIVES)] = ()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.latitude is None) != (self.longitude is None):
            raise ValueError("should have both latitude and longitude, or neither")
        self.described()
        return self

    def described(self) -> Described:
        """The same as a value."""
        try:
            return Described.from_json(self.model_dump())
        except ValueError:
            raise ValueError("alternatives should be sources and times, like exif 2024-06-30T12:00:00+02:00") from None


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
    described: DescribedModel | None = None

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
            described=self.described.described() if self.described else None,
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


class DescribedPhoto(RequestModel):
    """One photo and what its owner says of it; what is None stays as it is."""

    sha256: Sha256
    description: Text | None = None
    """Empty: none from now on."""
    favorite: bool | None = None
    archived: bool | None = None
    tags: Names = ()
    untag: Names = ()
    people: Names = ()
    unname: Names = ()


class DescribeRequest(RequestModel):
    """The body of ``POST /photos/describe``."""

    photos: Annotated[list[DescribedPhoto], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


AlbumName = Annotated[str, Field(min_length=1, max_length=MAX_ALBUM_NAME), AfterValidator(_printable)]


class NewAlbum(RequestModel):
    """The body of ``POST /albums``."""

    name: AlbumName
    description: Text = ""


class ChangedAlbum(RequestModel):
    """The body of ``PATCH /albums``; what is None stays as it is."""

    id: AlbumId
    name: AlbumName | None = None
    description: Text | None = None
    cover: Sha256 | None = None


class DeletedAlbum(RequestModel):
    """The body of ``DELETE /albums``."""

    id: AlbumId


class AlbumPhotos(RequestModel):
    """The body of ``POST /albums/photos``."""

    id: AlbumId
    add: Annotated[tuple[Sha256, ...], Field(max_length=MAX_PHOTOS_A_REQUEST)] = ()
    remove: Annotated[tuple[Sha256, ...], Field(max_length=MAX_PHOTOS_A_REQUEST)] = ()


class AlbumIndexQuery(RequestModel):
    """The query string of ``GET /albums/photos``."""

    id: AlbumId
    limit: Annotated[int, Field(ge=1, le=MAX_INDEX_PAGE)] = MAX_INDEX_PAGE
    before: Cursor | None = None


class RedatedPhoto(RequestModel):
    """One photo and its new capture time."""

    sha256: Sha256
    taken_at: Instant


class RedateRequest(RequestModel):
    """The body of ``POST /photos/redate``."""

    photos: Annotated[list[RedatedPhoto], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


class ListQuery(RequestModel):
    """The query string of ``GET /list/photos``."""

    limit: Annotated[int, Field(ge=1, le=MAX_PAGE)] = 10
    before: Cursor | None = None
    since: Instant | None = None
    until: Instant | None = None
    camera: SearchText | None = None
    """Part of make and model, in capitals or not."""
    kind: Kind | None = None
    favorite: bool | None = None
    name: SearchText | None = None
    """Part of the file name, in capitals or not."""
    near: Annotated[Circle, BeforeValidator(_circle)] | None = None
    """Where it was taken: ``latitude,longitude,kilometres``; photos without a position do not match."""
    album: AlbumId | None = None
    month: MonthName | None = None
    """Photos by their place in the timeline: this month, and older ones."""
    position: Annotated[int, Field(ge=0)] = 0
    photo: Annotated[str, Field(pattern=r"^[0-9a-f]{6,64}$")] | None = None
    """One photo, by its SHA-256 or what it begins with."""

    @property
    def by_time_alone(self) -> bool:
        """Whether every photo of the range matches, or every photo of the album in the range."""
        return all(each is None for each in (self.camera, self.kind, self.favorite, self.name, self.near))

    def matches(self, record: Record) -> bool:
        """Whether a photo of the range is one that is asked for."""
        return (
            (self.camera is None or self.camera.casefold() in (record.camera or "").casefold())
            and (self.kind is None or record.kind is self.kind)
            and (self.favorite is None or bool(record.favorite) is self.favorite)
            and (self.name is None or self.name.casefold() in record.filename.casefold())
            and (self.near is None or self.near.holds(record.latitude, record.longitude))
            and (self.album is None or self.album in record.albums)
        )


class PlacesQuery(RequestModel):
    """The query string of ``GET /places``."""

    name: SearchText
    """A town or a position, as ``photobak ls --near`` takes it."""


class TimelineQuery(RequestModel):
    """The query string of ``GET /timeline``."""

    month: MonthName | None = None


class ChangesQuery(RequestModel):
    """The query string of ``GET /changes``."""

    after: Annotated[str, Field(pattern=r"^(\d{40})?$")] = ""
    """The ``sequence`` of an earlier answer; empty for none."""
