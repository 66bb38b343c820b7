"""What the stages of an upload pass on: a content on its way to the cloud, and what the cloud says of it."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from photobak.client.account.session import Session
from photobak.client.concurrency import Report
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import Result
from photobak.client.library.tables import DELETION_FIELDS, Tables
from photobak.photo.announcement import Announcement
from photobak.photo.deletion import Deletion
from photobak.photo.record import Status

_FRESH_FOR: Final = 240.0
"""Seconds; the cloud's POSTs live for 300."""


@dataclass(frozen=True, slots=True)
class Content:
    """One content and the paths in this batch that have it."""

    candidates: tuple[Candidate, ...]
    """At least one; the first one is uploaded."""
    expired: int = 0
    """How many POSTs for it have expired in this run."""
    sent_again: bool = False
    """Whether it is on its way for the second time, because what arrived was broken or is lost."""

    @property
    def first(self) -> Candidate:
        """The path that is read for the upload."""
        return self.candidates[0]

    @property
    def sha256(self) -> str:
        """Its identity."""
        return self.first.sha256

    @property
    def uploaded_at(self) -> float | None:
        """When an earlier run uploaded it, in Unix seconds; None if any of its paths has not been announced."""
        times = [each.uploaded_at for each in self.candidates]
        return None if None in times else max(time for time in times if time is not None)

    @property
    def is_known(self) -> bool:
        """Whether the cloud may know it under all of these paths: it is looked up before it is announced."""
        return self.uploaded_at is not None or all(each.deleted for each in self.candidates)

    def again(self, *, expired: int = 0, sent_again: bool = False) -> "Content":
        """The same content, to be announced once more: what earlier runs did counts no longer.

        Args:
            expired: POSTs that have expired now.
            sent_again: whether it has been uploaded in vain.
        """
        candidates = tuple(replace(each, uploaded_at=None) for each in self.candidates)
        return Content(candidates, self.expired + expired, self.sent_again or sent_again)

    @property
    def announcement(self) -> Announcement:
        """What the cloud is told."""
        return self.first.announcement(tuple(dict.fromkeys(each.source for each in self.candidates)))


@dataclass(frozen=True, slots=True)
class Post:
    """A presigned POST (S3 API reference, "POST Object"). It lets anyone who has it upload, so it is never shown."""

    url: str
    fields: Mapping[str, str]
    made_at: float
    """When it was issued, by the monotonic clock."""

    @property
    def fresh(self) -> bool:
        """Whether it will last until S3 has checked it."""
        return time.monotonic() - self.made_at < _FRESH_FOR

    def __repr__(self) -> str:
        return "Post(…)"


@dataclass(frozen=True, slots=True)
class Wanted:
    """A content that the cloud does not have, and where to upload it."""

    content: Content
    post: Post


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A content that S3 has accepted and the cloud has not confirmed yet."""

    content: Content
    uploaded_at: float
    """Unix seconds of the POST."""


@dataclass(frozen=True, slots=True)
class Announced(Report):
    """These were read and are about to be announced."""

    contents: Sequence[Content]


@dataclass(frozen=True, slots=True)
class Sent(Report):
    """S3 has accepted this content."""

    content: Content
    uploaded_at: float
    """Unix seconds."""


@dataclass(frozen=True, slots=True)
class Conclusion(Report):
    """What became of a content: every path of it that was announced is concluded once."""

    content: Content

    @property
    def concluded(self) -> int:
        """The paths that need nothing more in this run."""
        return len(self.content.candidates)


@dataclass(frozen=True, slots=True)
class Confirmed(Conclusion):
    """The cloud has it."""

    result: Result
    """Of the first path; others are ``already-stored``."""
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Deleted(Conclusion):
    """Its owner has deleted it from the cloud, so it is not uploaded."""

    status: Status
    """``trashed`` or ``forgotten``."""
    deletion: Deletion


@dataclass(frozen=True, slots=True)
class Pending(Conclusion):
    """The cloud has not confirmed it in this run."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rejected(Conclusion):
    """The cloud has rejected it twice."""

    reason: str | None


@dataclass(frozen=True, slots=True)
class Failed(Conclusion):
    """It could not be read or uploaded."""

    reason: str


@dataclass(frozen=True, slots=True)
class Vanished(Conclusion):
    """Its files were removed before they were uploaded."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the cloud says of one content."""

    status: Status
    reason: str | None = None
    deletion: Deletion | None = None
    """Only of a deleted one."""


class StatusReader:
    """Reads the status of contents from the table ``Contents``, by key and consistently, a hundred at a time.

    A 204 from S3 is not a backup. What counts is the item in ``Contents``, which the cloud writes in one transaction
    with the record.
    """

    def __init__(self, session: Session) -> None:
        self._tables = Tables(session)

    def read(self, hashes: Iterable[str]) -> dict[str, Verdict]:
        """Look up any number of contents; those that the cloud does not know are left out.

        Raises:
            CloudError: the table can't be read.
        """
        rows = self._tables.contents(hashes, "sha256", "status", "reason", *DELETION_FIELDS)
        return {row.sha256: Verdict(row.status, row.reason, row.deletion) for row in rows}
