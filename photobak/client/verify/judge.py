"""Decides what is wrong with a photo: pure functions of what the two tables and the bucket say about it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, NamedTuple

from photobak.photo.keys import record_key
from photobak.photo.record import Record, Status
from photobak.photo.source import utf8_path

UNDERWAY_FOR: Final = timedelta(hours=1)
"""Objects are written before their record: younger ones of an announced photo are about to get one."""


class ProblemKind(StrEnum):
    """What is wrong."""

    NOT_BACKED_UP = "not-backed-up"
    """A file on this machine is not in the cloud."""
    CHANGED = "changed"
    """A file on this machine has changed since it was backed up, and its new bytes are not in the cloud."""
    DAMAGED = "damaged"
    """A file on this machine has other bytes than were backed up, though its size and times are the same."""
    DELETED = "deleted"
    """Its owner has deleted it from the cloud, and this machine has not accepted that."""
    UNREADABLE = "unreadable"
    """A file on this machine can't be read."""
    MISSING_RECORD = "missing-record"
    """The record is lost in at least one of its three places."""
    WRONG_RECORD = "wrong-record"
    """The three places of the record disagree."""
    MISSING_OBJECT = "missing-object"
    """The original is lost."""
    WRONG_SIZE = "wrong-size"
    """The original does not have the size it had."""
    BAD_BYTES = "bad-bytes"
    """The original's bytes are not those that were stored."""
    MISSING_PREVIEW = "missing-preview"
    ORPHAN = "orphan"
    """An object or record belongs to no photo, or to one in the trash and is visible all the same."""
    FOREIGN = "foreign"
    """An object whose key photobak does not use."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong."""

    kind: ProblemKind
    reason: str
    sha256: str | None = None
    path: Path | str | None = None
    """The file on this machine, or the key in the bucket."""

    def to_json(self) -> dict[str, Any]:
        """The line of ``verify --json``."""
        return {
            "type": "problem",
            "problem": self.kind.value,
            "sha256": self.sha256,
            "path": utf8_path(self.path) if self.path else None,
            "reason": self.reason,
        }


class Listed(NamedTuple):
    """An object in a listing of the bucket."""

    key: str
    size: int
    """Bytes."""
    modified_at: str
    """ISO 8601, not parsed: it is rarely needed."""
    archived: bool = False
    """Whether it has to be thawed before it can be read."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the cloud has of one content."""

    sha256: str
    status: Status | None = None
    """Of its item in ``Contents``; None if there is none."""
    record: Record | None = None
    """The record that its item in ``Contents`` points to."""
    objects: tuple[Listed, ...] = ()
    """All objects that carry its hash, whether they belong to it or not."""
    beside: Record | None = None
    """The record in the bucket, if it was read."""
    strays: tuple[str, ...] = ()
    """Timestamps of its records that no item in ``Contents`` points to, if they were looked up."""

    def object(self, key: str) -> Listed | None:
        """The object with this key."""
        return next((each for each in self.objects if each.key == key), None)

    def objects_of(self, kind: str) -> list[Listed]:
        """The objects below ``original/``, ``thumb/``, ``web/`` or ``record/``."""
        return [each for each in self.objects if each.key.startswith(f"{kind}/")]


Checked = tuple[Facts, list[Problem]]
"""What the cloud has of one photo, and what is wrong with it."""


def judge(facts: Facts, identity_id: str, now: datetime) -> list[Problem]:
    """Say what is wrong with a photo.

    Args:
        facts: what the cloud has of it.
        identity_id: its owner.
        now: decides what is still being processed, and what has left the trash.
    """
    return list(_problems(facts, identity_id, now))


def _problems(facts: Facts, identity_id: str, now: datetime) -> Iterator[Problem]:
    record = facts.record
    if facts.status is None or facts.status in (Status.EXPECTED, Status.REJECTED):
        yield from _without_record(facts, now)
    elif record is None:
        if not _has_left_trash(facts, now):
            yield _lost_record(facts, "the table Photos has lost it")
    elif record.trashed_until is not None and record.trashed_until <= now:
        return  # it has left the trash, and is not removed yet
    else:
        if record.status is not facts.status:
            reason = f"the table Photos says {record.status}, the table Contents says {facts.status}"
            yield Problem(ProblemKind.WRONG_RECORD, reason, facts.sha256)
        if facts.object(record_key(identity_id, facts.sha256)) is None:
            yield _lost_record(facts, "it is not in the bucket", record_key(identity_id, facts.sha256))
        expected = [] if record.status is Status.TRASHED else own_keys(record)
        yield from _missing(facts, record, expected)
        if record.lacks_previews:
            yield Problem(ProblemKind.MISSING_PREVIEW, "not all previews are made yet", facts.sha256, record.thumb_key)
        yield from _unexpected(facts, [*expected, record_key(identity_id, facts.sha256)], record)


def _without_record(facts: Facts, now: datetime) -> Iterator[Problem]:
    """Objects of a content that has no record in the tables."""
    if _has_left_trash(facts, now) or (facts.status is Status.EXPECTED and _is_being_processed(facts, now)):
        return
    beside = facts.beside
    originals, records = facts.objects_of("original"), facts.objects_of("record")
    if originals or records:
        yield _lost_record(facts, "the table Contents has lost it", (originals or records)[0].key)
        if not originals and not (beside is not None and beside.status is Status.TRASHED):
            key = beside.original_key if beside is not None else None
            yield Problem(ProblemKind.MISSING_OBJECT, "the original is lost", facts.sha256, key)
        return
    for each in facts.objects:
        yield Problem(ProblemKind.ORPHAN, "it belongs to no photo", facts.sha256, each.key)


def _is_being_processed(facts: Facts, now: datetime) -> bool:
    return all(now - datetime.fromisoformat(each.modified_at) < UNDERWAY_FOR for each in facts.objects)


def _has_left_trash(facts: Facts, now: datetime) -> bool:
    """Whether these are remains of a photo that has left the trash: they are removed at different times."""
    if facts.objects_of("original"):
        return False
    if facts.beside is None:
        return facts.status is not None and facts.status.deleted and not facts.objects
    return facts.beside.trashed_until is not None and facts.beside.trashed_until <= now


def _missing(facts: Facts, record: Record, expected: list[str]) -> Iterator[Problem]:
    for key in expected:
        found = facts.object(key)
        if key != record.original_key:
            if found is None or not found.size:
                yield Problem(ProblemKind.MISSING_PREVIEW, "the preview is lost", facts.sha256, key)
        elif found is None:
            yield Problem(ProblemKind.MISSING_OBJECT, "the original is lost", facts.sha256, key)
        elif found.size != record.size:
            reason = f"it has {found.size:,} bytes, and was stored with {record.size:,}"
            yield Problem(ProblemKind.WRONG_SIZE, reason, facts.sha256, key)


def _unexpected(facts: Facts, expected: list[str], record: Record) -> Iterator[Problem]:
    for each in facts.objects:
        if each.key not in expected:
            trashed = record.status is Status.TRASHED
            reason = "its photo is in the trash, and it is still visible" if trashed else "it belongs to no photo"
            yield Problem(ProblemKind.ORPHAN, reason, facts.sha256, each.key)


def _lost_record(facts: Facts, reason: str, key: str | None = None) -> Problem:
    if key is None and facts.objects:
        key = facts.objects[0].key
    return Problem(ProblemKind.MISSING_RECORD, reason, facts.sha256, key)


def original_to_compare(facts: Facts) -> Listed | None:
    """The original, if it exists with the right size, so that comparing its bytes makes sense."""
    record = facts.record
    if record is None or not record.status.kept:
        return None
    original = facts.object(record.original_key)
    return original if original is not None and original.size == record.size else None


def own_keys(record: Record) -> list[str]:
    """The keys of a photo's original and previews."""
    return [key for key in (record.original_key, record.thumb_key, record.web_key) if key]
