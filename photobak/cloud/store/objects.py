"""The photo bucket: originals, previews and records, the truth of which the tables are an index."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from photobak.cloud.store.originals import Condition, Originals
from photobak.cloud.store.presence import seen_together
from photobak.cloud.store.uploads import Upload
from photobak.photo.keys import record_key
from photobak.photo.record import Record, Status

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

WEBP: Final = "image/webp"
TRASHED_TAG: Final = "status=trashed"
"""What a lifecycle rule of the bucket looks for: the record of a photo in the trash goes when the photo does."""
_FOREVER: Final = "private, max-age=31536000, immutable"  # the key is the content's hash


class PhotoBucket:
    """The photo bucket of one stack."""

    def __init__(self, s3: "S3Client", name: str) -> None:
        self._s3 = s3
        self.name = name
        self.originals = Originals(s3, name)

    def keep_original(self, upload: Upload, key: str, content_type: str, metadata: Mapping[str, str]) -> None:
        """Copy an upload's very bytes to their place inside S3, unless they are there already.

        Other bytes that are in their place stay below them, as an older version.

        Raises:
            ClientError: ``PreconditionFailed`` where the upload has been replaced by other bytes since it was hashed.
        """
        match self.originals.look_into(key, upload.sha256, upload.size):
            case Condition.MISSING:
                self._copy_if_none(upload, key, content_type, metadata)
            case Condition.WRONG:
                self._copy(upload, key, content_type, metadata)

    def _copy_if_none(self, upload: Upload, key: str, content_type: str, metadata: Mapping[str, str]) -> None:
        try:
            self._copy(upload, key, content_type, metadata, IfNoneMatch="*")
        except ClientError as error:
            # Either condition gives this code: the original may have come from another event meanwhile.
            if error.response["Error"]["Code"] != "PreconditionFailed" or self.size(key) != upload.size:
                raise

    def _copy(self, upload: Upload, key: str, content_type: str, metadata: Mapping[str, str], **only: Any) -> None:
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
        """Put a preview; the same photo gives the same preview, so doing it twice changes nothing."""
        self._s3.put_object(Bucket=self.name, Key=key, Body=webp, ContentType=WEBP, CacheControl=_FOREVER)

    def has_previews(self, record: Record) -> bool:
        """Whether the previews are there that a record names; one that is empty is none."""
        return all(self.size(key) for key in (record.thumb_key, record.web_key) if key)

    def read_record(self, identity_id: str, sha256: str) -> Any:
        """Read the record's JSON beside the photo; None where there is none."""
        try:
            answer = self._s3.get_object(Bucket=self.name, Key=record_key(identity_id, sha256))
        except ClientError as error:
            if error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise
        return json.load(answer["Body"])

    def read_earlier_records(self, identity_id: str, sha256: str) -> Iterator[Any]:
        """Read the JSON that lay beside the photo before, the newest first; what is no JSON is left out."""
        key = record_key(identity_id, sha256)
        for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self.name, Prefix=key):
            for version in page.get("Versions", []):
                if version["Key"] == key:
                    answer = self._s3.get_object(Bucket=self.name, Key=key, VersionId=version["VersionId"])
                    with suppress(ValueError):
                        yield json.load(answer["Body"])

    def keep_record(self, record: Record) -> None:
        """Put the record's JSON beside the photo; that of a photo in the trash expires by its tag."""
        body = json.dumps(record.to_json(), ensure_ascii=False, sort_keys=True).encode()
        key = record_key(record.username, record.sha256)
        tags: Any = {"Tagging": TRASHED_TAG} if record.status is Status.TRASHED else {}
        self._s3.put_object(Bucket=self.name, Key=key, Body=body, ContentType="application/json", **tags)

    def hide(self, key: str) -> None:
        """Put a delete marker on an object: who reads it finds nothing, and nothing is lost."""
        self._s3.delete_object(Bucket=self.name, Key=key)

    def bring_back(self, key: str) -> bool:
        """Take the delete markers off an object, so that its newest version is there again; False where it has none."""
        listing = self._s3.list_object_versions(Bucket=self.name, Prefix=key)
        for marker in listing.get("DeleteMarkers", []):
            if marker["Key"] == key:
                self._s3.delete_object(Bucket=self.name, Key=key, VersionId=marker["VersionId"])
        return any(version["Key"] == key for version in listing.get("Versions", []))

    def size(self, key: str) -> int | None:
        """The size of an object in bytes; None where there is none, or a delete marker hides it."""
        try:
            return self._s3.head_object(Bucket=self.name, Key=key)["ContentLength"]
        except ClientError as error:
            if error.response["Error"]["Code"] in ("404", "NoSuchKey", "NotFound"):
                return None
            raise

    def seen_together(self, keys: Collection[str]) -> dict[str, bool]:
        """Whether objects of one person and one kind are there, as far as one request tells (``presence``)."""
        return seen_together(self._s3, self.name, keys)


def objects_of(record: Record) -> list[str]:
    """The keys of a photo's objects, but for its record's, which says to a repair that the photo is in the trash."""
    return [key for key in (record.original_key, record.thumb_key, record.web_key) if key]
