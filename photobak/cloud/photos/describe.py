"""Turns an upload into a record: its bytes and its announcement put together, and its previews made."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any, Final

from aws_lambda_powertools import Logger

from photobak.cloud.store.objects import PhotoBucket
from photobak.cloud.store.posters import Posters
from photobak.cloud.store.uploads import Upload
from photobak.photo.announcement import Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource, decide
from photobak.photo.described import Described, enriched
from photobak.photo.keys import TempKey, original_key, thumb_key, timestamp_key, web_key
from photobak.photo.kind import Kind
from photobak.photo.media_type import MediaType, recognise
from photobak.photo.metadata import InnerVideo, Metadata, UnreadableMetadata, find_inner_video, read_metadata
from photobak.photo.preview import Previews, UndecodableImage, make_previews
from photobak.photo.record import Record, Status

logger = Logger(child=True)

_MAX_EXTENSION: Final = 8

Previewer = Callable[[Upload, MediaType], Previews | str]
"""Makes the previews of a photo or video, or says why there are none."""


@dataclass(frozen=True, slots=True)
class Description:
    """What is known of an upload before its previews are made."""

    media_type: MediaType
    metadata: Metadata
    taken: CaptureTime
    filename: str
    sources: frozenset[str]
    modified_at: datetime
    described: Described
    """What an import has announced with it."""
    unreadable: str | None
    """Why its metadata could not be read, for a person; None where they were."""
    inner_video: InnerVideo | None
    """Of a Motion Photo."""


def describe(upload: Upload, announcement: Announcement | None, *, reads_metadata: bool = True) -> Description:
    """Describe an upload; where its bytes and its announcement overlap, each is believed about what it knows best.

    The announcement knows the capture time (the laptop's time zone, the file's mtime, the photo that a video belongs
    to); the bytes know what they are.

    Args:
        upload: its verified bytes.
        announcement: what the client knows; None where nobody announced it.
        reads_metadata: whether to look into the file, which may be what ended the function before.
    """
    filename = announcement.filename if announcement else upload.key.sha256
    media_type = recognise(upload.head, filename) or _announced_type(announcement, filename)
    metadata, unreadable = _metadata(upload, media_type) if reads_metadata else (Metadata(), None)
    return Description(
        media_type=media_type,
        metadata=metadata,
        taken=_capture_time(announcement, metadata, filename, upload.uploaded_at),
        filename=filename,
        sources=frozenset(announcement.sources if announcement else ()),
        modified_at=announcement.modified_at if announcement else upload.uploaded_at,
        described=(announcement.described if announcement else None) or Described(),
        unreadable=unreadable,
        inner_video=_inner_video(upload, media_type) if reads_metadata else None,
    )


def media_type_of(upload: Upload, record: Record) -> MediaType:
    """The media type of an upload that has a record already: from its bytes, or else from the record."""
    extension = PurePosixPath(record.original_key).suffix.removeprefix(".")
    return recognise(upload.head, record.filename) or MediaType(record.content_type, record.kind, extension)


def make_record(upload: Upload, description: Description, previews: Previews | str | None, now: datetime) -> Record:
    """Make the record of a photo that is about to be stored.

    Args:
        upload: its verified bytes.
        description: of the upload.
        previews: made of it; the reason why there are none; or None for a kind without previews.
        now: the time of storing.
    """
    identity_id, sha256 = upload.key.identity_id, upload.sha256
    metadata, inner_video = description.metadata, description.inner_video
    record = Record(
        username=identity_id,
        timestamp=timestamp_key(description.taken.taken_at, sha256),
        sha256=sha256,
        kind=description.media_type.kind,
        status=Status.STORED,
        size=upload.size,
        content_type=description.media_type.content_type,
        width=metadata.width,
        height=metadata.height,
        orientation=metadata.orientation,
        taken=description.taken,
        camera_make=metadata.camera_make,
        camera_model=metadata.camera_model,
        lens=metadata.lens,
        f_number=metadata.f_number,
        exposure_time=metadata.exposure_time,
        iso=metadata.iso,
        focal_length=metadata.focal_length,
        duration=metadata.duration,
        latitude=metadata.latitude,
        longitude=metadata.longitude,
        motion_offset=inner_video.offset if inner_video else None,
        motion_size=inner_video.size if inner_video else None,
        filename=description.filename,
        sources=description.sources,
        modified_at=description.modified_at,
        original_key=original_key(identity_id, sha256, description.media_type.extension),
        stored_at=now,
    )
    if previews is not None:
        record = with_previews(record, previews)
    return enriched(record, description.described, record.taken)


def with_previews(record: Record, previews: Previews | str) -> Record:
    """A record that names its previews, or says why there are none."""
    if isinstance(previews, str):
        none: dict[str, Any] = {"thumb_key": None, "web_key": None, "thumbhash": None, "perceptual_hash": None}
        return replace(record, status=Status.NO_PREVIEW, reason=previews, **none)
    looks = previews.perceptual_hash
    return replace(
        record,
        status=Status.STORED,
        reason=None,
        width=previews.width,
        height=previews.height,
        duration=previews.duration if record.duration is None else record.duration,
        thumb_key=thumb_key(record.username, record.sha256),
        web_key=web_key(record.username, record.sha256),
        thumbhash=previews.thumbhash,
        perceptual_hash=None if looks is None else f"{looks:016x}",
    )


def previews_of(posters: Callable[[], Posters], upload: Upload, media_type: MediaType) -> Previews | str:
    """Make both previews, or return the reason, for a person, why there are none.

    Args:
        posters: returns the poster function, which makes those of videos.
        upload: its verified bytes.
        media_type: of its content.
    """
    if media_type.kind is Kind.VIDEO:
        return posters().make(upload, media_type)
    return previews_of_photo(upload, media_type)


def previews_of_photo(upload: Upload, media_type: MediaType) -> Previews | str:
    """Make both previews of a photo; returns as ``previews_of``."""
    if upload.path is None:
        return f"{upload.size // 1_000_000} MB are too many to make a preview of"
    try:
        return make_previews(upload.path, media_type)
    except UndecodableImage as error:
        return error.why


def keep_previews(bucket: PhotoBucket, key: TempKey, previews: Previews) -> None:
    """Put both previews of a photo into the bucket."""
    bucket.keep_preview(thumb_key(key.identity_id, key.sha256), previews.thumb)
    bucket.keep_preview(web_key(key.identity_id, key.sha256), previews.web)


def _announced_type(announcement: Announcement | None, filename: str) -> MediaType:
    """Believe the announcement if the bytes are not recognised: a sidecar is one because of the photo beside it."""
    extension = PurePosixPath(filename).suffix.removeprefix(".").lower()
    if not (extension.isascii() and extension.isalnum() and len(extension) <= _MAX_EXTENSION):
        extension = "bin"
    if announcement is None:
        return MediaType(content_type="application/octet-stream", kind=Kind.SIDECAR, extension=extension)
    return MediaType(content_type=announcement.content_type, kind=announcement.kind, extension=extension)


def _metadata(upload: Upload, media_type: MediaType) -> tuple[Metadata, str | None]:
    """What the file says, and why it could not be read if it couldn't."""
    if upload.path is None:
        return Metadata(), None
    with upload.path.open("rb") as file:
        try:
            return read_metadata(file, media_type), None
        except UnreadableMetadata as error:
            return Metadata(), str(error)


def _inner_video(upload: Upload, media_type: MediaType) -> InnerVideo | None:
    if upload.path is None:
        return None
    with upload.path.open("rb") as file:
        try:
            return find_inner_video(file, media_type)
        except UnreadableMetadata as error:  # a photo is worth keeping without it
            logger.warning("A Motion Photo's video was not found", extra={"reason": str(error)})
            return None


def _capture_time(
    announcement: Announcement | None, metadata: Metadata, filename: str, uploaded_at: datetime
) -> CaptureTime:
    """The announced capture time, unless it is only the file's mtime: browsers read no metadata."""
    if announcement is None:
        return decide(metadata, filename=filename, modified_at=uploaded_at, zone=UTC, now=uploaded_at)
    if announcement.taken.source is not TakenSource.MTIME:
        return announcement.taken
    zone = announcement.taken.taken_at.tzinfo or UTC
    own = decide(metadata, filename=filename, modified_at=announcement.modified_at, zone=zone, now=uploaded_at)
    return announcement.taken if own.source is TakenSource.MTIME else own
