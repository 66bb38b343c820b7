"""What a photo is whose records are all lost: its bytes and its original's own metadata, put together again."""

from dataclasses import replace
from datetime import UTC

from photobak.cloud.photos.describe import Description, describe
from photobak.cloud.store.imprint import Imprint
from photobak.cloud.store.uploads import Upload
from photobak.photo.announcement import Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource, decide
from photobak.photo.kind import Kind
from photobak.photo.media_type import recognise


def recollect(original: Upload) -> Description:
    """Describe an original as the upload that it came from was described.

    Args:
        original: fetched from the photo bucket.
    """
    said = Imprint.read(original.metadata)
    filename = said.filename or original.key.sha256
    recognised = recognise(original.head, filename)
    announcement = Announcement(
        sha256=original.sha256,
        kind=said.kind or (recognised.kind if recognised else Kind.SIDECAR),
        size=original.size,
        content_type=original.content_type,
        taken=said.taken or CaptureTime(original.uploaded_at, TakenSource.MTIME),
        modified_at=said.modified_at or original.uploaded_at,
        filename=filename,
        sources=(said.source,) if said.source else (),
    )
    description = describe(original, announcement)
    if said.taken is not None:
        return description
    taken = decide(
        description.metadata,
        filename=filename,
        modified_at=announcement.modified_at,
        zone=UTC,
        now=original.uploaded_at,
    )
    return replace(description, taken=taken)
