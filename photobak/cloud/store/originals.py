"""Originals in the photo bucket: whether their bytes are right, and which older versions have the right ones."""

import base64
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from enum import Enum, auto
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError, HTTPClientError, IncompleteReadError

from photobak.cloud.store.uploads import Upload, fetched
from photobak.photo.identity import CHUNK_BYTES
from photobak.photo.keys import TempKey, original_key

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_NOT_FOUND: Final = ("404", "NoSuchKey", "NotFound")


class Archived(Exception):
    """The object is in an archive storage class and has to be restored before anyone can read it."""


class Condition(Enum):
    """The state of an original."""

    MISSING = auto()
    """It does not exist, or a delete marker hides it."""
    WRONG = auto()
    """Its bytes are not the ones that were stored."""
    SOUND = auto()


class Originals:
    """The originals of one stack."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def find(self, identity_id: str, sha256: str) -> str | None:
        """The key of a content's original, whatever its extension; None if it does not exist or is hidden."""
        prefix = original_key(identity_id, sha256, "")
        found = self._s3.list_objects_v2(Bucket=self._bucket, Prefix=prefix, MaxKeys=1).get("Contents", [])
        return found[0]["Key"] if found else None

    @contextmanager
    def fetch(self, key: str, owner: TempKey) -> Iterator[Upload | None]:
        """Download an original and hash it; None if it does not exist.

        Args:
            key: its own.
            owner: its owner, and the hash that it should have.

        Raises:
            Archived: it has to be restored from its archive storage class first.
        """
        with _archived_told_apart(), fetched(self._s3, self._bucket, key, owner) as original:
            yield original

    def glance(self, key: str, sha256: str, size: int) -> Condition:
        """Check an original without reading it: by its size, and by its checksum if S3 has one."""
        head = self._head(key)
        return _condition(head, sha256, size, _checksum(head) if head else None)

    def look_into(self, key: str, sha256: str, size: int) -> Condition:
        """Check an original by its bytes; an archived one can't be read, and its checksum is believed."""
        head = self._head(key)
        if head is None or head["ContentLength"] != size:
            return _condition(head, sha256, size, None)
        try:
            with _archived_told_apart():
                found: str | None = self._hash(Bucket=self._bucket, Key=key)
        except Archived:
            found = _checksum(head)
        return _condition(head, sha256, size, found)

    def bring_back(self, key: str, sha256: str, size: int) -> bool:
        """Copy the newest older version with the right bytes on top; False if there is none.

        All versions stay, so nothing is lost.
        """
        for version in self._older_versions(key):
            if version["Size"] == size and self._is_right(key, sha256, version["VersionId"]):
                self._s3.copy_object(
                    Bucket=self._bucket,
                    Key=key,
                    CopySource={"Bucket": self._bucket, "Key": key, "VersionId": version["VersionId"]},
                    ChecksumAlgorithm="SHA256",
                )
                return True
        return False

    def _is_right(self, key: str, sha256: str, version: str) -> bool:
        """Whether an older version has these bytes; an archived one does not count, since it could not be copied."""
        where: Any = {"Bucket": self._bucket, "Key": key, "VersionId": version}
        checksum = _checksum(self._s3.head_object(**where, ChecksumMode="ENABLED"))
        if checksum is None:
            with suppress(Archived), _archived_told_apart():
                checksum = self._hash(**where)
        return checksum == sha256

    def _hash(self, **where: Any) -> str:
        """The SHA-256 of an object's bytes; "" if S3 does not return all of them."""
        digest = hashlib.sha256()
        try:
            for chunk in self._s3.get_object(**where)["Body"].iter_chunks(CHUNK_BYTES):
                digest.update(chunk)
        except (HTTPClientError, IncompleteReadError):  # its head was readable just before
            return ""
        return digest.hexdigest()

    def _older_versions(self, key: str) -> Iterator[Any]:
        for page in self._s3.get_paginator("list_object_versions").paginate(Bucket=self._bucket, Prefix=key):
            for version in page.get("Versions", []):
                if version["Key"] == key and not version["IsLatest"]:
                    yield version

    def _head(self, key: str) -> Any:
        try:
            return self._s3.head_object(Bucket=self._bucket, Key=key, ChecksumMode="ENABLED")
        except ClientError as error:
            if error.response["Error"]["Code"] in _NOT_FOUND:
                return None
            raise


@contextmanager
def _archived_told_apart() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidObjectState":
            raise Archived from error
        raise


def _condition(head: Mapping[str, Any] | None, sha256: str, size: int, found: str | None) -> Condition:
    if head is None:
        return Condition.MISSING
    return Condition.SOUND if head["ContentLength"] == size and found in (None, sha256) else Condition.WRONG


def _checksum(head: Mapping[str, Any]) -> str | None:
    """The SHA-256 of the whole object in hex, if S3 has one (S3 API reference, HeadObject, ``ChecksumMode``)."""
    checksum = head.get("ChecksumSHA256", "")
    # A multipart object has a checksum of its parts' checksums, which ends with their number.
    if not checksum or "-" in checksum or head.get("ChecksumType", "FULL_OBJECT") != "FULL_OBJECT":
        return None
    return base64.b64decode(checksum).hex()
