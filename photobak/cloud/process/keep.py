"""Turns one upload into a photo, step by step; every step can be repeated, and none is undone by a later one.

The order is the promise: the bytes are hashed and compared before anything is kept, the original is kept before its
record says so, the record stands in the tables before its JSON lies beside the photo, and the upload goes last, so that
an event that is repeated after a crash finds all that it needs.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from photobak.cloud.process.describe import Description, describe, make_record
from photobak.cloud.process.events import UploadEvent
from photobak.cloud.store.contents import Content
from photobak.cloud.store.library import Library
from photobak.cloud.store.uploads import Upload, UploadStore
from photobak.photo.keys import original_key, thumb_key, web_key
from photobak.photo.kind import Kind
from photobak.photo.preview import Previews
from photobak.photo.record import Record, Status

Previewer = Callable[[Upload, Description], Previews | str]
"""Makes the previews of a photo, or says why there are none."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """Keeps what is uploaded, in one library."""

    uploads: UploadStore
    library: Library
    previewer: Previewer
    clock: Callable[[], datetime]

    def keep(self, event: UploadEvent) -> None:
        """Do all that one event asks for; doing it again changes nothing."""
        with self.uploads.fetch(event.bucket, event.key) as upload:
            if upload is None:
                return  # an earlier delivery of this event has finished it
            if upload.sha256 == event.key.sha256:
                self._store(upload)
            else:
                reason = f"the bytes that arrived have the SHA-256 {upload.sha256}"
                self.library.contents.reject(event.key.identity_id, event.key.sha256, reason, self.clock())
            self.uploads.delete(upload)

    def _store(self, upload: Upload) -> None:
        record = None
        while record is None:
            content = self.library.contents.get(upload.key.identity_id, upload.sha256)
            if content is not None and content.status is Status.TRASHED:
                return  # it stays where its owner has put it
            record = self._settled_record(upload, content) or self._settle(upload, content)
        self.library.lay_record_beside(record)

    def _settled_record(self, upload: Upload, content: Content | None) -> Record | None:
        """The record that an earlier delivery, or another device, has made of this content already."""
        if content is None or content.timestamp is None or not content.is_photo:
            return None
        return self.library.photos.get(upload.key.identity_id, content.timestamp)

    def _settle(self, upload: Upload, content: Content | None) -> Record | None:
        """Make the photo's objects and record; None where its content item has changed meanwhile."""
        record = None
        if content is not None and content.is_photo:  # the table has lost its record
            record = self.library.record_beside(upload.key.identity_id, upload.sha256)
        if record is None:
            record = self._keep_objects(upload, content)
        return record if self.library.settle(record, content) else None

    def _keep_objects(self, upload: Upload, content: Content | None) -> Record:
        """Put the original and its previews into the photo bucket."""
        description = describe(upload, content.announcement if content else None)
        identity_id, bucket = upload.key.identity_id, self.library.bucket
        key = original_key(identity_id, upload.sha256, description.media_type.extension)
        bucket.keep_original(upload, key, description.media_type.content_type, _object_metadata(description))
        previews = self.previewer(upload, description) if description.media_type.kind is Kind.PHOTO else None
        if isinstance(previews, Previews):
            bucket.keep_preview(thumb_key(identity_id, upload.sha256), previews.thumb)
            bucket.keep_preview(web_key(identity_id, upload.sha256), previews.web)
        return make_record(upload, description, previews, self.clock())


def _object_metadata(description: Description) -> dict[str, str]:
    """What the original says of itself where all else is lost; S3 metadata is ASCII, so names are percent-encoded."""
    return {"taken-at": description.taken.isoformat(), "filename": quote(description.filename)[:1024]}
