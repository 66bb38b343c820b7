"""The temp bucket: presigned POSTs that uploads are sent with, and the uploads on their way in."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from photobak.photo.identity import CHUNK_BYTES
from photobak.photo.keys import TempKey
from photobak.photo.media_type import HEAD_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

POST_SECONDS: Final = 300
"""Lifetime of a presigned POST."""
MAX_LOCAL_COPY: Final = 512 * 1024 * 1024
"""Bytes; a larger upload is a video, or nothing that previews can be made of, and is hashed without a local copy."""

_NOT_FOUND: Final = ("NoSuchKey", "404", "NotFound")


@dataclass(frozen=True, slots=True)
class PostSigner:
    """Signs uploads to the temp bucket of one stack."""

    s3: "S3Client"
    temp_bucket: str

    def sign(self, key: TempKey, size: int, content_type: str) -> dict[str, Any]:
        """Sign a POST whose policy fixes key, size, type and checksum; the result has ``url`` and ``fields``."""
        fixed = {
            "Content-Type": content_type,
            "x-amz-checksum-algorithm": "SHA256",
            "x-amz-checksum-sha256": base64.b64encode(bytes.fromhex(key.sha256)).decode(),
        }
        size_range = ["content-length-range", size, size]
        post = self.s3.generate_presigned_post(
            self.temp_bucket,
            str(key),
            Fields=dict(fixed),
            Conditions=[size_range, *({name: value} for name, value in fixed.items())],
            ExpiresIn=POST_SECONDS,
        )
        return {"url": post["url"], "fields": post["fields"]}


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded object, fetched and hashed."""

    bucket: str
    object_key: str
    """Where the bytes are."""
    key: TempKey
    """Whose they are, and what they should be."""
    etag: str
    """Identifies the bytes that were hashed: later copies and deletions require it."""
    sha256: str
    """The hash of the actual bytes, whatever the key says."""
    size: int
    uploaded_at: datetime
    head: bytes
    """The first bytes, enough to recognise the content type."""
    path: Path | None
    """A local copy that lives as long as the context; None for an object larger than any photo."""
    content_type: str = "application/octet-stream"
    """The content type that it was uploaded with."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """The object's own S3 metadata."""


class UploadStore:
    """Reads and deletes uploads; the bucket's name comes with each event."""

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    @contextmanager
    def fetch(self, bucket: str, key: TempKey) -> Iterator[Upload | None]:
        """Fetch an upload; None if the object does not exist any more."""
        with fetched(self._s3, bucket, str(key), key) as upload:
            yield upload

    def delete(self, upload: Upload) -> None:
        """Delete an upload, unless its key holds other bytes by now."""
        try:
            self._s3.delete_object(Bucket=upload.bucket, Key=str(upload.key), IfMatch=upload.etag)
        except ClientError as error:
            if error.response["Error"]["Code"] not in (*_NOT_FOUND, "PreconditionFailed"):
                raise


@contextmanager
def fetched(s3: "S3Client", bucket: str, object_key: str, key: TempKey) -> Iterator[Upload | None]:
    """Download an object to a local file and hash it on the way; None if it does not exist.

    Args:
        s3: a client that may read it.
        bucket: its bucket.
        object_key: its key: in the temp bucket, or that of a photo's original.
        key: its owner, and the hash that it should have.
    """
    try:
        answer = s3.get_object(Bucket=bucket, Key=object_key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NOT_FOUND:
            raise
        yield None
        return
    local = answer["ContentLength"] <= MAX_LOCAL_COPY
    digest, size, head = hashlib.sha256(), 0, b""
    with NamedTemporaryFile(prefix="upload-") as file:
        for chunk in answer["Body"].iter_chunks(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
            head = head or chunk[:HEAD_BYTES]
            if local:
                file.write(chunk)
        file.flush()
        yield Upload(
            bucket=bucket,
            object_key=object_key,
            key=key,
            etag=answer["ETag"],
            sha256=digest.hexdigest(),
            size=size,
            uploaded_at=answer["LastModified"],
            head=head,
            path=Path(file.name) if local else None,
            content_type=answer["ContentType"],
            metadata=answer.get("Metadata", {}),
        )
