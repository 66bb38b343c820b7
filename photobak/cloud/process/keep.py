"""Turns one upload into a photo, step by step; every step can be repeated, and none undoes an earlier one.

The order is the promise: the bytes are hashed and compared before anything is stored, the original is stored before its
record says so, the tables have the record before its JSON lies in the bucket, and the upload is deleted last, so that
an event repeated after a crash finds everything it needs.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from photobak.cloud.photos.describe import Previewer, describe, keep_previews, make_record, media_type_of
from photobak.cloud.photos.evidence import is_record_of
from photobak.cloud.process.queue import UploadEvent
from photobak.cloud.store.contents import Content
from photobak.cloud.store.library import Library
from photobak.cloud.store.object_metadata import metadata_of
from photobak.cloud.store.uploads import Upload, UploadStore
from photobak.photo.keys import original_key
from photobak.photo.kind import Kind
from photobak.photo.preview import Previews
from photobak.photo.record import Record
from photobak.photo.source import sources_after


@dataclass(frozen=True, slots=True)
class UploadKeeper:
    """Stores uploads in one library."""

    uploads: UploadStore
    library: Library
    previewer: Previewer
    clock: Callable[[], datetime]
    reads_metadata: bool = True
    """Whether to read files' metadata; salvage does not, since that may be what killed the function before."""
    lock_for: timedelta = timedelta(0)
    """How long S3 Object Lock protects new originals; zero for not at all."""

    def keep(self, event: UploadEvent) -> None:
        """Store or reject one upload; doing it again changes nothing."""
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
            if content is not None and content.status.deleted:
                return  # its owner has deleted it
            record = self._existing_record(upload, content)
            if record is not None:
                self._restore_objects(upload, record)
            else:
                record = self._create(upload, content)
        self.library.write_record_json(record)

    def _existing_record(self, upload: Upload, content: Content | None) -> Record | None:
        """The record that an earlier delivery, or another device, has made of this content already."""
        if content is None or content.timestamp is None or not content.is_photo:
            return None
        return self.library.photos.get(upload.key.identity_id, content.timestamp)

    def _create(self, upload: Upload, content: Content | None) -> Record | None:
        """Create the photo's objects and record; None if its content item has changed meanwhile."""
        # The tables may have lost what the bucket still has, with a date that its owner has corrected.
        record = self.library.read_record_json(upload.key.identity_id, upload.sha256)
        if record is not None and is_record_of(record, upload.key.identity_id, upload.sha256) and record.status.kept:
            self._restore_objects(upload, record)
            record = _with_announced_sources(record, content)
        else:
            record = self._create_objects(upload, content)
        return record if self.library.commit(record, content) else None

    def _restore_objects(self, upload: Upload, record: Record) -> None:
        """Put back what the bucket has lost of a photo that has a record."""
        bucket = self.library.bucket
        metadata = metadata_of(record.filename, record.kind, record.taken, record.modified_at, record.sources)
        bucket.keep_original(upload, record.original_key, record.content_type, metadata, self._locked_until())
        if not bucket.has_previews(record):
            previews = self.previewer(upload, media_type_of(upload, record))
            if isinstance(previews, Previews):
                keep_previews(bucket, upload.key, previews)

    def _create_objects(self, upload: Upload, content: Content | None) -> Record:
        """Put the original and its previews into the photo bucket; returns the record to be written."""
        announcement = content.announcement if content else None
        found = describe(upload, announcement, reads_metadata=self.reads_metadata)
        media_type = found.media_type
        key = original_key(upload.key.identity_id, upload.sha256, media_type.extension)
        metadata = metadata_of(found.filename, media_type.kind, found.taken, found.modified_at, found.sources)
        self.library.bucket.keep_original(upload, key, media_type.content_type, metadata, self._locked_until())
        is_seen = media_type.kind is not Kind.SIDECAR
        previews = found.unreadable or self.previewer(upload, media_type) if is_seen else None
        if isinstance(previews, Previews):
            keep_previews(self.library.bucket, upload.key, previews)
        return make_record(upload, found, previews, self.clock())

    def _locked_until(self) -> datetime | None:
        return self.clock() + self.lock_for if self.lock_for else None


def _with_announced_sources(record: Record, content: Content | None) -> Record:
    announced = content.announcement.sources if content is not None and content.announcement is not None else ()
    return replace(record, sources=sources_after(record.sources, announced, ()))
