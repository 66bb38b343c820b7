"""The photo bucket: originals, previews and records; it is the truth, and the tables are an index of it."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from datetime import datetime
from os.path import commonprefix
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from photobak.cloud.store.originals import Condition, Originals
from photobak.cloud.store.uploads import Upload
from photobak.photo.keys import record_key
from photobak.photo.record import Record, Status

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEBP: Final = "image/webp"
TRASHED_TAG: Final = "status=trashed"
"""Matched by a lifecycle rule of the bucket: the record of a photo in the trash expires with the photo."""
_FOREVER: Final = "private, max-age=31536000, immutable"  # the key is the content's hash
_MIN_KEYS_TO_LIST: Final = 8
"""Fewer keys cost less to look up one by one."""
_MAX_PAGE: Final = 1_000
"""The most keys that one ListObjectsV2 returns (S3 API reference)."""


class PhotoBucket:
    """The photo bucket of one stack."""

    def __init__(self, s3: "S3Client", name: str) -> None:
        self._s3 = s3
        self.name = name
        self.originals = Originals(s3, name)

    def keep_original(
        self,
        upload: Upload,
        key: str,
        content_type: str,
        metadata: Mapping[str, str],
        locked_until: datetime | None = None,
    ) -> None:
        """Copy an upload to its key in the photo bucket, inside S3, unless the right bytes are there already.

        Wrong bytes at that key stay as an older version.

        Args:
            upload: its verified bytes.
            key: of the original.
            content_type: of the original.
            metadata: of the original.
            locked_until: until when S3 Object Lock protects the copy, in governance mode; None for not at all.

        Raises:
            ClientError: ``PreconditionFailed`` if the upload was replaced by other bytes after it was hashed.
        """
        match self.originals.look_into(key, upload.sha256, upload.size):
            case Condition.MISSING:
                self._copy_if_none(upload, key, content_type, metadata, locked_until)
            case Condition.WRONG:
                self._copy(upload, key, content_type, metadata, locked_until)

    def _copy_if_none(
        self, upload: Upload, key: str, content_type: str, metadata: Mapping[str, str], locked_until: datetime | None
    ) -> None:
        try:
            self._copy(upload, key, content_type, metadata, locked_until, IfNoneMatch="*")
        except ClientError as error:
            # Both conditions fail with this code: another event may have copied the original meanwhile.
            if error.response["Error"]["Code"] != "PreconditionFailed" or self.size(key) != upload.size:
                raise

    def _copy(
        self,
        upload: Upload,
        key: str,
        content_type: str,
        metadata: Mapping[str, str],
        locked_until: datetime | None,
        **only: Any,
    ) -> None:
        if locked_until is not None:
            only |= {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": locked_until}
        self._s3.copy_object(
            Bucket=self.name,
            Key=key,
            CopySource={"Bucket": upload.bucket, "Key": str(upload.key)},
            CopySourceIfMatch=upload.etag,
            ContentType=content_type,
            Metadata=dict(metadata),
            MetadataDirective="REPLACE",
            ChecksumAlgorithm="SHA256",
            CacheControl=_FOREVER,
            **only,
        )

    def keep_preview(self, key: str, webp: bytes) -> None:
        """Put a preview; the same photo gives the same preview, so repeating it changes nothing."""
        self._s3.put_object(Bucket=self.name, Key=key, Body=webp, ContentType=WEBP, CacheControl=_FOREVER)

    def is_frozen(self, key: str) -> bool:
        """Whether an object can't be read before it is restored from an archive storage class."""
        head = self._s3.head_object(Bucket=self.name, Key=key)
        archived = head.get("StorageClass") in ("GLACIER", "DEEP_ARCHIVE") or "ArchiveStatus" in head
        return archived and 'ongoing-request="false"' not in head.get("Restore", "")

    def has_previews(self, record: Record) -> bool:
        """Whether the previews named by a record exist and are not empty."""
        return all(self.size(key) for key in (record.thumb_key, record.web_key) if key)

    def read_record(self, identity_id: str, sha256: str) -> Any:
        """Read a photo's record JSON; None if there is none.

        Raises:
            ValueError: the object is not JSON.
        """
        try:
            answer = self._s3.get_object(Bucket=self.name, Key=record_key(identity_id, sha256))
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        return json.load(answer["Body"])

    def read_earlier_records(self, identity_id: str, sha256: str) -> Iterator[Any]:
        """Read all versions of a photo's record JSON, newest first, leaving out those that are not JSON."""
        key = record_key(identity_id, sha256)
        for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=key):
            for version in page.get("Versions", []):
                if version["Key"] == key:
                    answer = self._s3.get_object(Bucket=self.name, Key=key, VersionId=version["VersionId"])
                    with suppress(ValueError):
                        yield json.load(answer["Body"])

    def keep_record(self, record: Record) -> None:
        """Put a photo's record JSON; that of a photo in the trash expires by its tag."""
        body = json.dumps(record.to_json(), ensure_ascii=False, sort_keys=True).encode()
        key = record_key(record.username, record.sha256)
        tags: Any = {"Tagging": TRASHED_TAG} if record.status is Status.TRASHED else {}
        self._s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType="application/json", **tags)

    def hide(self, key: str) -> None:
        """Hide an object with a delete marker; its versions stay."""
        self._s3.delete_object(Bucket=self.name, Key=key)

    def unhide(self, key: str) -> bool:
        """Remove an object's delete markers, so that its newest version shows again; False if it has no version."""
        listing = self._s3.list_object_versions(Bucket=self.name, Prefix=key)
        for marker in listing.get("DeleteMarkers", []):
            if marker["Key"] == key:
                self._s3.delete_object(Bucket=self.name, Key=key, VersionId=marker["VersionId"])
        return any(version["Key"] == key for version in listing.get("Versions", []))

    def size(self, key: str) -> int | None:
        """The size of an object in bytes; None if it does not exist or a delete marker hides it."""
        try:
            return self._s3.head_object(Bucket=self.name, Key=key)["ContentLength"]
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
                return None
            raise

    def present(self, keys: Collection[str]) -> dict[str, bool]:
        """Whether objects exist and are not hidden, as far as one page of the bucket's listing tells.

        The page begins at the first key and is twice as long as there are keys: a request that names keys far apart
        learns little and can't have a whole bucket listed.

        Args:
            keys: all of one person and of one prefix.

        Returns:
            By key; keys beyond the page are left out, and all of them where there are too few to be worth a page.
        """
        wanted = sorted(set(keys))
        if len(wanted) < _MIN_KEYS_TO_LIST:
            return {}
        page = self._s3.list_objects_v2(
            Bucket=self.name,
            Prefix=commonprefix(wanted),  # noqa: RUF071 - by characters: an S3 prefix may end anywhere
            StartAfter=wanted[0][:-1],
            MaxKeys=min(2 * len(wanted), _MAX_PAGE),
        )
        listed = {entry["Key"] for entry in page.get("Contents", [])}
        end = max(listed, default="") if page["IsTruncated"] else wanted[-1]
        return {key: key in listed for key in wanted if key <= end}


def objects_of(record: Record) -> list[str]:
    """The keys that the trash hides: all of a photo's but its record, which tells a repair that it is in the trash."""
    return [key for key in (record.original_key, record.thumb_key, record.web_key) if key]
