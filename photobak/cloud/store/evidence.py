"""What the three places say of one content, and which record follows from it: a pure decision.

The places are the table ``Contents``, the table ``Photos`` and the JSON beside the photo. In ordinary times they agree,
but for the moment in which a change goes from the tables to the JSON. After a disaster each may be lost, or older.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from photobak.cloud.store.contents import Content
from photobak.cloud.store.places import places_after
from photobak.photo.capture_time import TakenSource
from photobak.photo.keys import original_key, timestamp_key
from photobak.photo.record import Record, Status


@dataclass(frozen=True, slots=True)
class Doubt:
    """A photo of which something is in doubt."""

    sha256: str
    timestamps: tuple[Decimal, ...] = ()
    """Where records of it have been seen, besides the one that its content item points to."""
    objects: bool = False
    """Whether objects can't be seen that should be, or can that should not."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one content."""

    content: Content | None
    """Its item in ``Contents``."""
    rows: tuple[Record, ...]
    """Its records in ``Photos``, as far as anybody knows their keys: one, if all is well."""
    beside: Record | None
    """Its JSON beside the photo; the newest that can be read, where the last one can't."""
    is_original_there: bool
    """Whether the original can be seen, and no delete marker hides it."""


def standing_record(evidence: Evidence, now: datetime) -> Record | None:
    """The record that all three places should have; None where nothing tells, or the trash has let go of the photo.

    Where the tables agree with each other, they are right: they change first, and together. Else the JSON is. But
    tables may have been brought back from an old copy: a date that the owner has corrected stays, and so does a photo
    in the trash whose original is hidden.
    """
    beside = evidence.beside
    if beside is not None and beside.trashed_until is not None and beside.trashed_until <= now:
        beside = None
    pointed = _pointed_at(evidence)
    if pointed is not None and evidence.content is not None and pointed.status is evidence.content.status:
        return _with_what_is_known_of(pointed, beside, evidence) if beside is not None else pointed
    record = beside
    for row in evidence.rows:
        record = row if record is None else _with_what_is_known_of(record, row, evidence)
    return _with_announced_places(record, evidence.content) if record is not None else None


def is_record_of(record: Record, identity_id: str, sha256: str) -> bool:
    """Whether a record that was found somewhere is of this content, and names only what belongs to it."""
    return (
        (record.username, record.sha256) == (identity_id, sha256)
        and record.timestamp == timestamp_key(record.taken.taken_at, sha256)
        and record.original_key.startswith(original_key(identity_id, sha256, ""))
        and record.status not in (Status.EXPECTED, Status.REJECTED)
    )


def _pointed_at(evidence: Evidence) -> Record | None:
    content = evidence.content
    if content is None or not content.is_photo:
        return None
    return next((row for row in evidence.rows if row.timestamp == content.timestamp), None)


def _with_what_is_known_of(record: Record, other: Record, evidence: Evidence) -> Record:
    """A record that is believed, but for what another one says that only its owner can have said."""
    if record.status is Status.TRASHED:
        return record
    if other.status is Status.TRASHED and not evidence.is_original_there:
        return other
    if other.taken.source is TakenSource.USER and record.taken.source is not TakenSource.USER:
        return replace(record, taken=other.taken, timestamp=other.timestamp)
    return record


def _with_announced_places(record: Record, content: Content | None) -> Record:
    """A device may have announced the content anew, since the tables had lost it."""
    announcement = content.announcement if content is not None else None
    if announcement is None:
        return record
    return replace(record, sources=places_after(record.sources, announcement.sources, ()))
