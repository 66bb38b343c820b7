"""Deletes photos in the cloud, reversibly: only the backend may, and it keeps what is deleted for a while."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from photobak.client.account.api import PhotoAnswer, ask_of_photos
from photobak.client.account.session import Session
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.library.tables import Tables
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.deletion import Deletion
from photobak.photo.record import Record, Status
from photobak.platform.host import host_name

_GONE = "gone"
"""The cloud's word for a deleted photo whose bytes are no longer there."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one photo that was to go into the trash, or out of it."""

    record: Record
    """As it was before."""
    trashed_until: datetime | None = None
    """Where it is in the trash now."""
    failure: str | None = None
    """Why it is not where it was to go."""
    is_lifted: bool = False
    """Whether it no longer counts as deleted, though its bytes are gone: the next sync uploads it again."""

    @property
    def result(self) -> Literal["failed", "trashed", "restored", "lifted"]:
        """Where it is now, in a word."""
        if self.failure:
            return "failed"
        if self.is_lifted:
            return "lifted"
        return "trashed" if self.trashed_until else "restored"

    def to_json(self) -> dict[str, Any]:
        """The line of ``--json``."""
        until = self.trashed_until.isoformat() if self.trashed_until else None
        return {
            "type": "photo",
            "sha256": self.record.sha256,
            "filename": self.record.filename,
            "result": self.result,
            "trashed_until": until,
            "reason": self.failure,
        }


@dataclass(frozen=True, slots=True)
class Forgotten:
    """A content that its owner has deleted and the trash has let go of: no sync uploads it again."""

    sha256: str
    deletion: Deletion

    def to_json(self) -> dict[str, Any]:
        """The line of ``trash --forgotten --json``."""
        at = self.deletion.deleted_at
        return {
            "sha256": self.sha256,
            "status": Status.FORGOTTEN.value,
            "deleted_at": at.isoformat() if at else None,
            "deleted_from": self.deletion.deleted_from,
        }


def forgotten(session: Session, prefix: str = "") -> Iterator[Forgotten]:
    """The forgotten contents whose hashes begin with ``prefix``; CloudError if the table can't be read."""
    condition = "begins_with(sha256, :prefix)" if prefix else ""
    values = {":prefix": {"S": prefix}} if prefix else {}
    for row in Tables(session).query_contents(condition, values):
        if row.status is Status.FORGOTTEN and row.deletion is not None:
            yield Forgotten(row.sha256, row.deletion)


def lift(session: Session, index: Index, hashes: Sequence[str]) -> int:
    """Let forgotten contents be backed up again: the next sync of a machine that has the file uploads it.

    Returns:
        How many the cloud has lifted.

    Raises:
        CloudError: the API can't be reached, or refuses.
        SignInNeeded: the session has ended.
    """
    confirmations, lifted = Confirmations(index), 0
    for start in range(0, len(hashes), MAX_PHOTOS_A_REQUEST):
        answers = ask_of_photos(session, "/photos/restore", hashes[start : start + MAX_PHOTOS_A_REQUEST])
        for answer in answers.values():
            if answer.status in (_GONE, Status.STORED, Status.NO_PREVIEW):
                confirmations.withdraw(answer.sha256)
                lifted += 1
    return lifted


def put_into_trash(session: Session, index: Index, records: Sequence[Record]) -> Iterator[Moved]:
    """Put photos into the trash; the files on this machine stay as they are, and the index counts them as safe no more.

    Raises:
        CloudError: the API can't be reached, or refuses; what was answered until then is done.
        SignInNeeded: the session has ended.
    """
    return _move(session, index, records, "/photos", "DELETE")


def take_out_of_trash(session: Session, index: Index, records: Sequence[Record]) -> Iterator[Moved]:
    """Take photos out of the trash; raises as ``put_into_trash``."""
    return _move(session, index, records, "/photos/restore", "POST")


def _move(session: Session, index: Index, records: Sequence[Record], route: str, method: str) -> Iterator[Moved]:
    confirmations = Confirmations(index)
    for start in range(0, len(records), MAX_PHOTOS_A_REQUEST):
        batch = records[start : start + MAX_PHOTOS_A_REQUEST]
        device = {"device": host_name()} if method == "DELETE" else {}
        answers = ask_of_photos(session, route, [record.sha256 for record in batch], method=method, **device)
        for record in batch:
            moved = _moved(record, answers.get(record.sha256))
            if not moved.failure and moved.trashed_until:
                confirmations.note_trashed(record.sha256)
            elif not moved.failure:
                confirmations.note_undeleted(record.sha256, None if moved.is_lifted else record.status_outside_trash)
            yield moved


def _moved(record: Record, answer: PhotoAnswer | None) -> Moved:
    match answer.status if answer is not None else None:
        case Status.TRASHED if answer is not None and answer.deletion is not None and answer.deletion.until is not None:
            return Moved(record, trashed_until=answer.deletion.until)
        case Status.TRASHED:
            return Moved(record, failure="the cloud doesn't say until when it is in the trash")
        case Status.STORED | Status.NO_PREVIEW:
            return Moved(record)
        case "gone":
            return Moved(record, is_lifted=True)
        case _:
            return Moved(record, failure="the cloud doesn't have it any more")
