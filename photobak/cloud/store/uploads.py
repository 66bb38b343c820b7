"""The temp bucket: uploads on their way in."""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from photobak.photo.identity import CHUNK_BYTES
from photobak.photo.keys import TempKey
from photobak.photo.media_type import HEAD_BYTES

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST_LOCAL_COPY: Final = 512 * 1024 * 1024
"""Bytes; a longer upload is a video, or nothing that previews can be made of, and is only hashed."""

_GONE: Final = ("NoSuchKey", "404", "NotFound")


@dataclass(frozen=True, slots=True)
class Upload:
    """An uploaded object, fetched and hashed."""

    bucket: str
    key: TempKey
    etag: str
    """Names the very bytes that were hashed: what is copied or deleted later must still have it."""
    sha256: str
    """The hash of the bytes as they are, whatever the key says."""
    size: int
    uploaded_at: datetime
    head: bytes
    """The first bytes, as many as tell a content type."""
    path: Path | None
    """A local copy for as long as the context lasts; None for what is larger than any photo."""
    content_type: str = "application/octet-stream"
    """What the object was said to be when it was put."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """What the object says of itself."""


class UploadStore:
    """Reads and deletes uploads; the bucket's name comes with each event."""

    def __init__(self, s3: "S3Client") -> None:
        self._s3 = s3

    @contextmanager
    def fetch(self, bucket: str, key: TempKey) -> Iterator[Upload | None]:
        """Fetch an upload; None where there is no such object any more."""
        with fetched(self._s3, bucket, str(key), key) as upload:
            yield upload

    def delete(self, upload: Upload) -> None:
        """Delete an upload, unless other bytes have come to its key since."""
        try:
            self._s3.delete_object(Bucket=upload.bucket, Key=str(upload.key), IfMatch=upload.etag)
        except ClientError as error:
            if error.response["Error"]["Code"] not in (*_GONE, "PreconditionFailed"):
                raise


@contextmanager
def fetched(s3: "S3Client", bucket: str, object_key: str, key: TempKey) -> Iterator[Upload | None]:
    """Stream an object to a local file, hashing it on the way; None where there is no such object any more.

    Args:
        s3: who may read it.
        bucket: where it is.
        object_key: its key: in the temp bucket, or of a photo's original.
        key: whose it is, and the hash that it should have.
    """
    try:
        answer = s3.get_object(Bucket=bucket, Key=object_key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise
        yield None
        return
    local = answer["ContentLength"] <= LARGEST_LOCAL_COPY
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
