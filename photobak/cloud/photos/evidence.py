"""What the three places say of one content, and which record follows from it: a pure decision.

The places are table ``Contents``, table ``Photos`` and the record's JSON in the photo bucket. Normally they agree, but
for the moment in which a change goes from the tables to the JSON. After a disaster each may be lost or outdated.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from photobak.cloud.store.contents import Content
from photobak.photo.capture_time import TakenSource
from photobak.photo.keys import original_key, timestamp_key
from photobak.photo.record import Record, Status
from photobak.photo.source import sources_after


@dataclass(frozen=True, slots=True)
class Doubt:
    """A photo whose records may be wrong."""

    sha256: str
    timestamps: tuple[Decimal, ...] = ()
    """Where records of it have been seen, besides the one that its content item points to."""
    objects: bool = False
    """Whether objects are hidden that should not be, or the other way round."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is known of one content."""

    content: Content | None
    """Its item in ``Contents``."""
    rows: tuple[Record, ...]
    """Its records in ``Photos``, as far as their keys are known; normally one."""
    in_json: Record | None
    """Its JSON in the bucket; the newest legible version."""
    is_original_there: bool
    """Whether the original exists and no delete marker hides it."""


def standing_record(evidence: Evidence, now: datetime) -> Record | None:
    """The record that all three places should have; None if nothing tells, or the photo's time in the trash is over.

    If the tables agree with each other, they are right: they change first, and together. Otherwise the JSON is right.
    But tables may have been restored from an old copy: a date that the owner has corrected stays, and so does a photo
    in the trash whose original is hidden.
    """
    if evidence.content is not None and evidence.content.status is Status.FORGOTTEN and not evidence.is_original_there:
        return None
    in_json = evidence.in_json
    if in_json is not None and in_json.trashed_until is not None and in_json.trashed_until <= now:
        in_json = None
    pointed = _pointed_at(evidence)
    if pointed is not None and evidence.content is not None and pointed.status is evidence.content.status:
        return _merged(pointed, in_json, evidence) if in_json is not None else pointed
    record = in_json
    for row in evidence.rows:
        record = row if record is None else _merged(record, row, evidence)
    return _with_announced_sources(record, evidence.content) if record is not None else None


def is_record_of(record: Record, identity_id: str, sha256: str) -> bool:
    """Whether a record that was found somewhere is this content's, and names only keys that belong to it."""
    return (
        (record.username, record.sha256) == (identity_id, sha256)
        and record.timestamp == timestamp_key(record.taken.taken_at, sha256)
        and record.original_key.startswith(original_key(identity_id, sha256, ""))
        and record.status.has_record
    )


def _pointed_at(evidence: Evidence) -> Record | None:
    content = evidence.content
    if content is None or not content.is_photo:
        return None
    return next((row for row in evidence.rows if row.timestamp == content.timestamp), None)


def _merged(record: Record, other: Record, evidence: Evidence) -> Record:
    """A record that is believed, except for what only the owner can have put into another one."""
    if record.status is Status.TRASHED:
        return record
    if other.status is Status.TRASHED and not evidence.is_original_there:
        return other
    if other.taken.source is TakenSource.USER and record.taken.source is not TakenSource.USER:
        return replace(record, taken=other.taken, timestamp=other.timestamp)
    return record


def _with_announced_sources(record: Record, content: Content | None) -> Record:
    """A device may have announced the content again because the tables had lost it."""
    announcement = content.announcement if content is not None else None
    if announcement is None:
        return record
    return replace(record, sources=sources_after(record.sources, announcement.sources, ()))
