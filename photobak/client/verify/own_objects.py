"""What the photo bucket has of the signed-in person: listed kind by kind, and looked at one by one."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from photobak.client.account.session import Session
from photobak.client.network.aws_errors import aws_errors
from photobak.client.verify.judge import Listed
from photobak.client.verify.plain_listing import read_listings_plainly
from photobak.photo.keys import record_key
from photobak.photo.record import InvalidRecord, Record

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

KINDS: Final = ("original", "thumb", "web", "record")

_FROZEN: Final = frozenset({"GLACIER", "DEEP_ARCHIVE"})
_GONE: Final = ("404", "NoSuchKey", "NotFound")
_WHAT: Final = "the bucket can't be read"


class OwnObjects:
    """The objects of one person. Threads may share it."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._bucket = session.profile.bucket
        self._s3: S3Client = session.client("s3")
        read_listings_plainly(self._s3)

    def pages(self, kind: str) -> Iterator[list[Listed]]:
        """The objects of one of the KINDS, in the order of their keys' bytes, which is that of the hashes in them.

        Raises:
            CloudError: the bucket can't be read; so from all that is here.
        """
        query: Any = {"Bucket": self._bucket, "Prefix": f"{kind}/{self._session.identity_id}/"}
        while True:
            with aws_errors(_WHAT, self._session.profile):
                page = self._s3.list_objects_v2(**query)
            yield [
                Listed(
                    entry["Key"], int(entry["Size"]), str(entry["LastModified"]), entry.get("StorageClass") in _FROZEN
                )
                for entry in page.get("Contents", [])
            ]
            if not page["IsTruncated"]:
                return
            query["ContinuationToken"] = page["NextContinuationToken"]

    def seen(self, key: str) -> Listed | None:
        """One object as it is now; None where there is none."""
        from botocore.exceptions import ClientError

        with aws_errors(_WHAT, self._session.profile):
            try:
                found = self._s3.head_object(Bucket=self._bucket, Key=key)
            except ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    return None
                raise
        modified_at = found["LastModified"].isoformat()
        return Listed(key, found["ContentLength"], modified_at, found.get("StorageClass") in _FROZEN)

    def record_beside(self, sha256: str) -> Record | None:
        """The record as it lies beside the photo; None where there is none, or none that can be read."""
        from botocore.exceptions import ClientError

        key = record_key(self._session.identity_id, sha256)
        with aws_errors(_WHAT, self._session.profile):
            try:
                body = self._s3.get_object(Bucket=self._bucket, Key=key)["Body"].read()
            except ClientError as error:
                if error.response["Error"]["Code"] in _GONE:
                    return None
                raise
        try:
            return Record.from_json(json.loads(body))
        except (ValueError, InvalidRecord):
            return None
