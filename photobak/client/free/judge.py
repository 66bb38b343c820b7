"""Decides which files may be freed: pure functions of what the disk, the index and the cloud say."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from stat import S_ISREG
from typing import Any, Final

from photobak.client.index.index import Fingerprint, KnownFile
from photobak.photo.record import Record, Status
from photobak.photo.source import utf8_path


class FreeResult(StrEnum):
    """What became of a file."""

    WOULD_FREE = "would-free"
    FREED = "freed"
    KEPT = "kept"


@dataclass(frozen=True, slots=True)
class FreeOutcome:
    """One file, and whether it was freed."""

    path: Path
    result: FreeResult
    reason: str = ""
    """Why it is kept."""
    sha256: str | None = None
    """None if it is not in the index."""
    size: int = 0
    """Bytes."""
    failed: bool = False
    """Whether something went wrong, so that a person should look at it."""

    def to_json(self) -> dict[str, Any]:
        """The line of ``free --json``."""
        return {
            "type": "file",
            "path": utf8_path(self.path),
            "sha256": self.sha256,
            "result": self.result.value,
            "reason": self.reason or None,
        }


@dataclass(frozen=True, slots=True)
class OnDisk:
    """What ``lstat`` says of a file."""

    mode: int
    links: int
    own: bool
    """Whether it belongs to the user who runs this."""
    fingerprint: Fingerprint


_NOT_KEPT: Final[Mapping[Status, str]] = {
    Status.TRASHED: "its photo is in the trash of the cloud",
    Status.FORGOTTEN: "its owner has deleted it from the cloud",
    Status.EXPECTED: "the cloud has not confirmed it yet",
    Status.REJECTED: "the cloud has rejected it",
}


def local_objection(found: OnDisk, known: KnownFile | None, cutoff: datetime) -> str:
    """Why a file has to stay, by what this machine knows; empty if nothing speaks against it.

    Args:
        found: the file as it is now.
        known: what the index knows of it.
        cutoff: what was taken later is too young.
    """
    if not S_ISREG(found.mode):
        return "it is a symbolic link or no regular file"
    if not found.own:
        return "it belongs to another user of this machine"
    if found.links > 1:
        return "it has hard links: another name keeps its space"
    if known is None:
        return "this account has not backed it up"
    if found.fingerprint != known.fingerprint:
        return "it has changed since it was backed up"
    if not known.status.kept:
        return _NOT_KEPT[known.status]
    if known.taken.taken_at >= cutoff:
        return "it is too young"
    return ""


def cloud_objection(known: KnownFile, status: Status | None, record: Record | None) -> str:
    """Why a file has to stay, by what the cloud says in this run; empty if nothing speaks against it."""
    if status is None:
        return "the cloud has lost it"
    if not status.kept:
        return _NOT_KEPT[status]
    if record is None or not record.status.kept:
        return "its record is lost or can't be read"
    if known.source not in record.sources:
        return "its record does not name this file, so a restore would not put it back"
    return ""


def together(objections: Mapping[str, str]) -> dict[str, str]:
    """The objections of files that belong together, by name: they are freed together or not at all."""
    first = next((name for name in sorted(objections) if objections[name]), None)
    if first is None:
        return dict(objections)
    return {name: reason or f"it belongs to {first}, which stays" for name, reason in objections.items()}
