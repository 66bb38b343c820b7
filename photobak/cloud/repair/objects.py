"""Repairs originals, previews and whole records as far as the versions in the bucket allow.

Nothing is deleted: wrong bytes stay below the right ones as an older version. Every step may be repeated.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC
from typing import Any, Final

from photobak.cloud.http.problem import Problem
from photobak.cloud.photos.describe import (
    Description,
    Previewer,
    describe,
    keep_previews,
    make_record,
    media_type_of,
    with_previews,
)
from photobak.cloud.store.library import Library
from photobak.cloud.store.object_metadata import ObjectMetadata
from photobak.cloud.store.originals import Archived, Condition
from photobak.cloud.store.uploads import PostSigner, Upload
from photobak.photo.announcement import Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource, decide
from photobak.photo.keys import TempKey
from photobak.photo.kind import Kind
from photobak.photo.media_type import recognise
from photobak.photo.preview import Previews
from photobak.photo.record import Record

MAX_SECONDS: Final = 15.0
"""No photo is begun after this time: HTTP APIs wait for 30 s, and one photo may take some."""

_TRIES: Final = 10


class _Unavailable(Exception):
    """The original can't be read; the only argument is the answer's status."""


@dataclass(frozen=True, slots=True)
class ObjectRepairer:
    """Repairs the photo bucket of one stack."""

    library: Library
    signer: PostSigner
    previewer: Previewer
    stopwatch: Callable[[], float]
    """Seconds since an arbitrary time."""

    def repair(self, identity_id: str, doubts: Mapping[str, bool]) -> list[dict[str, Any]]:
        """Repair photos, one after the other, as long as there is time.

        Args:
            identity_id: the owner.
            doubts: by SHA-256, whether to check the original's bytes even if its size is right.

        Returns:
            For each, in order: ``sha256``, and ``status`` as the tables have it now; or ``lost`` if no version of the
            original has the right bytes, with a presigned POST ``upload``; ``frozen`` if the original is archived;
            ``unknown`` if nothing of it exists; ``later`` if there was no time for it.

        Raises:
            Problem: other requests keep changing a photo (409).
        """
        end = self.stopwatch() + MAX_SECONDS
        answers: list[dict[str, Any]] = []
        for sha256, is_in_doubt in doubts.items():
            if answers and self.stopwatch() > end:
                answers.append({"sha256": sha256, "status": "later"})
            else:
                answers.append({"sha256": sha256, **self._repair(TempKey(identity_id, sha256), is_in_doubt)})
        return answers

    def _repair(self, key: TempKey, is_in_doubt: bool) -> dict[str, Any]:
        record = self.library.find(key.identity_id, key.sha256)
        try:
            if record is None:
                return {"status": self._recreate_record(key)}
            return {"status": self._repair_objects(key, record, is_in_doubt) if record.status.kept else record.status}
        except _Unavailable as why:
            lost = record is not None and why.args == ("lost",)
            upload = {"upload": self.signer.sign(key, record.size, record.content_type)} if record and lost else {}
            return {"status": why.args[0], **upload}

    def _repair_objects(self, key: TempKey, record: Record, is_in_doubt: bool) -> str:
        """Repair the objects of a photo that has a record; returns its status afterwards."""
        originals, what = self.library.bucket.originals, (record.original_key, record.sha256, record.size)
        lacks_previews = record.lacks_previews or not self.library.bucket.has_previews(record)
        look = originals.look_into if is_in_doubt or lacks_previews else originals.glance
        if look(*what) is not Condition.SOUND and not originals.bring_back(*what):
            raise _Unavailable("lost")
        if not lacks_previews:
            return record.status.value
        with self._fetched(record.original_key, key) as original:
            made = self.previewer(original, media_type_of(original, record))
        if isinstance(made, Previews):
            keep_previews(self.library.bucket, key, made)
        return self._write_previews(record, made).status.value

    def _write_previews(self, record: Record, made: Previews | str) -> Record:
        """Let a record name the previews it has now; changes that other requests make meanwhile stay."""
        current: Record | None = record
        while current is not None and current.status.kept:
            after = with_previews(current, made)
            if after == current or self.library.replace(current, after):
                self.library.write_record_json(after)
                return after
            current = self.library.find(record.username, record.sha256)
        return current or record

    def _recreate_record(self, key: TempKey) -> str:
        """Recreate a lost record from the original alone; returns its status."""
        for _ in range(_TRIES):
            content = self.library.contents.get(key.identity_id, key.sha256)
            original_key = self.library.bucket.originals.find(key.identity_id, key.sha256)
            if original_key is None or (content is not None and content.status.deleted):
                return "unknown"
            with self._fetched(original_key, key) as original:
                description = describe_original(original)
                is_seen = description.media_type.kind is not Kind.SIDECAR
                previews = self.previewer(original, description.media_type) if is_seen else None
                made = make_record(original, description, previews, original.uploaded_at)
            if isinstance(previews, Previews):
                keep_previews(self.library.bucket, key, previews)
            record = replace(made, original_key=original_key)
            if self.library.commit(record, content):
                self.library.write_record_json(record)
                return record.status.value
        raise Problem.contended(key.sha256)

    @contextmanager
    def _fetched(self, original_key: str, key: TempKey) -> Iterator[Upload]:
        """An original with the right bytes, in a local file that lives as long as the context."""
        try:
            with self.library.bucket.originals.fetch(original_key, key) as original:
                if original is None or original.sha256 != key.sha256:
                    raise _Unavailable("lost")
                yield original
        except Archived as error:
            raise _Unavailable("frozen") from error


def describe_original(original: Upload) -> Description:
    """Describe an original whose records are all lost, from its bytes and its S3 metadata."""
    known = ObjectMetadata.read(original.metadata)
    filename = known.filename or original.key.sha256
    recognised = recognise(original.head, filename)
    announcement = Announcement(
        sha256=original.sha256,
        kind=known.kind or (recognised.kind if recognised else Kind.SIDECAR),
        size=original.size,
        content_type=original.content_type,
        taken=known.taken or CaptureTime(original.uploaded_at, TakenSource.MTIME),
        modified_at=known.modified_at or original.uploaded_at,
        filename=filename,
        sources=(known.source,) if known.source else (),
    )
    description = describe(original, announcement)
    if known.taken is not None:
        return description
    taken = decide(
        description.metadata,
        filename=filename,
        modified_at=announcement.modified_at,
        zone=UTC,
        now=original.uploaded_at,
    )
    return replace(description, taken=taken)
