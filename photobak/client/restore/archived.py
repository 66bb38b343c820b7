"""Originals in GLACIER and DEEP_ARCHIVE, which S3 has to restore (here: thaw) before they can be read.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/restoring-objects.html
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from photobak.client.transport.errors import refusal
from photobak.client.transport.s3 import S3, Bucket
from photobak.errors import CloudError

_WHAT: Final = "the original can't be thawed"

THAWED_DAYS: Final = 7
"""Days for which a thawed original can be read; it costs as much as in STANDARD meanwhile."""


class Speed(StrEnum):
    """S3's retrieval tiers, which decide time and price; Expedited is not meant for whole libraries."""

    STANDARD = "standard"
    BULK = "bulk"


@dataclass(frozen=True, slots=True)
class Archived:
    """The state of an original that can't be read yet."""

    storage_class: str
    under_way: bool
    """Whether it is being thawed."""

    def __str__(self) -> str:
        return "it is being thawed" if self.under_way else f"it is archived in {self.storage_class}"


class RestoreRequest:
    """Requests that archived originals be thawed. Threads may share it."""

    def __init__(self, bucket: Bucket, speed: Speed | None) -> None:
        """Make one; without a speed it requests nothing and only looks."""
        self._s3 = S3(bucket)
        self._speed = speed

    def ensure(self, key: str, storage_class: str) -> Archived:
        """Request that an original be thawed, or look whether it is being thawed already.

        Raises:
            CloudError, SignInNeeded: S3 refuses it.
        """
        under_way = self._request(key, self._speed) if self._speed else self._is_requested(key)
        return Archived(storage_class, under_way)

    def _is_requested(self, key: str) -> bool:
        head = self._s3.head(key, what=_WHAT)
        return head is not None and "x-amz-restore" in head  # requested, or done a moment ago

    def _request(self, key: str, speed: Speed) -> bool:
        refused = self._s3.thaw(key, THAWED_DAYS, speed.value.capitalize())
        if refused is not None and refused.code == "AccessDenied":
            next_step = "A cloud of an earlier photobak doesn't allow it; type: photobak deploy"
            raise CloudError(_WHAT, why=refused.code, next_step=next_step)
        if refused is not None and refused.code != "RestoreAlreadyInProgress":
            raise refusal(_WHAT, refused.code, refused.message, None)
        return True
