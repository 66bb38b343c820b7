"""Records from the photo bucket alone: those that lie beside the photos, and where one is lost, the original's own.

The bucket is the truth and the tables are an index of it; this is what is left where the index is gone.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import Final
from urllib.parse import unquote

from photobak.client.library.bucket import PhotoBucket
from photobak.client.library.query import Span
from photobak.client.transport.curl import Headers
from photobak.client.transport.listing import ListedObject
from photobak.client.transport.s3 import S3
from photobak.errors import UnknownPhoto
from photobak.photo.album import Album
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.identity import is_id_prefix, is_sha256
from photobak.photo.keys import record_key, timestamp_key
from photobak.photo.kind import Kind
from photobak.photo.record import InvalidRecord, Record, Status

_JOBS: Final = 16
_WHAT: Final = "the bucket can't be read"
_LARGEST_RECORD: Final = 1 << 20
"""Bytes; a record has a few thousand."""


class BucketLibrary:
    """The records of one person in one bucket; as ``Library``, but from the bucket alone."""

    def __init__(self, bucket: PhotoBucket) -> None:
        self._bucket = bucket
        self._s3 = S3(bucket.objects)

    def records(self, span: Span, *, oldest_first: bool, album: str | None = None) -> Iterator[Record]:
        """Read all records of a stretch of time, in order of capture; those without an original are left out.

        Args:
            span: the stretch of time.
            oldest_first: the order.
            album: the id of an album; only its records are wanted.

        Raises:
            CloudError: the bucket can't be read.
        """
        found = self._read(self._originals)
        kept = [
            record
            for record in found
            if record.status is not Status.TRASHED
            and span.holds(record.timestamp)
            and (album is None or album in record.albums)
        ]
        return iter(sorted(kept, key=lambda each: each.timestamp, reverse=not oldest_first))

    def find_each(self, prefixes: Sequence[str]) -> list[Record | UnknownPhoto]:
        """Find the photos whose ids begin so, in the order in which they were named; of the others, say why.

        Raises:
            CloudError: the bucket can't be read.
        """
        found = [self._the_one(prefix.lower()) for prefix in prefixes]
        records = self._read([each for each in found if isinstance(each, str)])
        return [each if isinstance(each, UnknownPhoto) else next(records) for each in found]

    def albums(self) -> list[Album]:
        """Read all albums, leaving out illegible ones.

        Raises:
            CloudError: the bucket can't be read.
        """
        found = []
        for listed in self._list("album"):
            with suppress(ValueError, TypeError, KeyError):
                found.append(Album.from_json(json.loads(self._body(listed))))
        return found

    def _the_one(self, prefix: str) -> str | UnknownPhoto:
        """The whole hash of the one photo that is meant."""
        found = [sha256 for sha256 in self._originals if sha256.startswith(prefix)] if is_id_prefix(prefix) else []
        if len(found) > 1:
            return UnknownPhoto(f"{len(found)} photos begin with {prefix}", why=", ".join(sorted(found)[:5]))
        if not found:
            return UnknownPhoto(f"there is no photo {prefix} in the bucket {self._bucket.name}")
        return found[0]

    def _read(self, hashes: Iterable[str]) -> Iterator[Record]:
        beside = {listed.key: listed for listed in self._list("record")}

        def record(sha256: str) -> Record:
            return self._record(sha256, beside.get(record_key(self._bucket.identity_id, sha256)))

        with ThreadPoolExecutor(_JOBS) as pool:
            yield from pool.map(record, hashes)

    def _record(self, sha256: str, beside: ListedObject | None) -> Record:
        original = self._originals[sha256]
        try:
            record = Record.from_json(json.loads(self._body(beside))) if beside else None
        except (ValueError, InvalidRecord):
            record = None
        if record is None or record.sha256 != sha256:
            return self._from_original(sha256, original)
        return replace(record, original_key=original.key)

    def _body(self, listed: ListedObject) -> bytes:
        if listed.size > _LARGEST_RECORD:
            return b""
        return self._s3.get(listed.key, what=_WHAT) or b""

    def _from_original(self, sha256: str, original: ListedObject) -> Record:
        """What the original says of itself: its capture time and its name, which the cloud gave it for this day."""
        said = self._s3.head(original.key, what=_WHAT) or Headers()
        content_type, modified_at = said.text("Content-Type"), datetime.fromisoformat(original.modified_at)
        try:
            taken = CaptureTime.parse(said.text("x-amz-meta-taken-at"), TakenSource.MTIME)
        except ValueError:
            taken = CaptureTime(modified_at, TakenSource.MTIME)
        kinds = {"image": Kind.PHOTO, "video": Kind.VIDEO}
        return Record(
            username=self._bucket.identity_id,
            timestamp=timestamp_key(taken.taken_at, sha256),
            sha256=sha256,
            kind=kinds.get(content_type.partition("/")[0], Kind.SIDECAR),
            status=Status.STORED,
            size=original.size,
            content_type=content_type,
            taken=taken,
            filename=unquote(said.text("x-amz-meta-filename")) or PurePosixPath(original.key).name,
            modified_at=taken.taken_at,
            original_key=original.key,
            stored_at=modified_at,
        )

    @cached_property
    def _originals(self) -> dict[str, ListedObject]:
        """By SHA-256."""
        listed = self._list("original")
        names = {PurePosixPath(each.key).name.partition(".")[0]: each for each in listed}
        return {name: each for name, each in names.items() if is_sha256(name)}

    def _list(self, kind: str) -> Iterator[ListedObject]:
        for page in self._s3.pages(f"{kind}/{self._bucket.identity_id}/", what=_WHAT):
            yield from page
