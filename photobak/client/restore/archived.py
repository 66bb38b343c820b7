"""Originals in GLACIER and DEEP_ARCHIVE: whether they are being thawed, and how to have that done.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Final

from photobak.client.transport.bucket import PhotoBucket
from photobak.errors import CloudError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

THAWED_DAYS: Final = 7
"""How long an original that was thawed can be read; it is paid for as in STANDARD meanwhile."""


class Speed(StrEnum):
    """How fast S3 thaws, which is what the price depends on; Expedited is not for whole libraries."""

    STANDARD = "standard"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Archived:
    """The state of an original that can't be read yet."""

    storage_class: str
    under_way: bool
    """Whether it is being thawed."""

    def __str__(self) -> str:
        return "it is being thawed" if self.under_way else f"it is frozen in {self.storage_class}"


class RestoreRequest:
    """Looks after frozen originals. Threads may share it."""

    def __init__(self, bucket: PhotoBucket, speed: Speed | None) -> None:
        """Make one; with no speed nothing is thawed, but only looked at."""
        self._bucket = bucket
        self._speed = speed
        self._guard = Lock()

    def ensure(self, key: str, storage_class: str) -> Archived:
        """Have a frozen original thawed, or look whether it is being thawed already.

        Raises:
            CloudError, SignInNeeded: S3 doesn't do it.
        """
        with self._bucket.errors("the original can't be thawed"):
            under_way = self._asked(key, self._speed) if self._speed else self._looked_at(key)
        return Archived(storage_class, under_way)

    def _looked_at(self, key: str) -> bool:
        answer = self._client.head_object(Bucket=self._bucket.name, Key=key)
        return "Restore" in answer  # under way, or done a moment ago

    def _asked(self, key: str, speed: Speed) -> bool:
        from botocore.exceptions import ClientError

        wish = {"Days": THAWED_DAYS, "GlacierJobParameters": {"Tier": speed.value.capitalize()}}
        try:
            self._client.restore_object(Bucket=self._bucket.name, Key=key, RestoreRequest=wish)  # type: ignore[arg-type]  # boto3's stubs want their own literals
        except ClientError as error:
            code = error.response["Error"]["Code"]
            if code == "AccessDenied":
                next_step = "A cloud of an earlier photobak doesn't allow it; type: photobak deploy"
                raise CloudError("the original can't be thawed", why=code, next_step=next_step) from error
            if code != "RestoreAlreadyInProgress":
                raise
        return True

    @property
    def _client(self) -> "S3Client":
        with self._guard:  # threads that made one each at once would be in each other's way
            return self._made

    @cached_property
    def _made(self) -> "S3Client":
        return self._bucket.client()
