"""Originals in GLACIER and DEEP_ARCHIVE: whether they are being thawed, and how to have that done.

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

    def __init__(self, bucket: Bucket, speed: Speed | None) -> None:
        """Make one; with no speed nothing is thawed, but only looked at."""
        self._s3 = S3(bucket)
        self._speed = speed

    def ensure(self, key: str, storage_class: str) -> Archived:
        """Have a frozen original thawed, or look whether it is being thawed already.

        Raises:
            CloudError, SignInNeeded: S3 doesn't do it.
        """
        under_way = self._asked(key, self._speed) if self._speed else self._looked_at(key)
        return Archived(storage_class, under_way)

    def _looked_at(self, key: str) -> bool:
        head = self._s3.head(key, what=_WHAT)
        return head is not None and "x-amz-restore" in head  # under way, or done a moment ago

    def _asked(self, key: str, speed: Speed) -> bool:
        refused = self._s3.thaw(key, THAWED_DAYS, speed.value.capitalize())
        if refused is not None and refused.code == "AccessDenied":
            next_step = "A cloud of an earlier photobak doesn't allow it; type: photobak deploy"
            raise CloudError(_WHAT, why=refused.code, next_step=next_step)
        if refused is not None and refused.code != "RestoreAlreadyInProgress":
            raise refusal(_WHAT, refused.code, refused.message, None)
        return True
