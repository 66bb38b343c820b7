"""What a sync reports about each file, and about all of them."""

from collections import Counter
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from photobak.client.concurrency import Report
from photobak.client.files.scan import Skipped
from photobak.photo.capture_time import CaptureTime
from photobak.photo.deletion import Deletion
from photobak.photo.kind import Kind
from photobak.photo.source import utf8_path


class Result(StrEnum):
    """What became of one path."""

    UNCHANGED = "unchanged"
    STORED = "stored"
    ALREADY_STORED = "already-stored"
    NO_PREVIEW = "no-preview"
    REJECTED = "rejected"
    FAILED = "failed"
    PENDING = "pending"
    DELETED = "deleted"
    WOULD_UPLOAD = "would-upload"

    @property
    def safe(self) -> bool:
        """Whether the cloud has confirmed the photo."""
        return self in (Result.UNCHANGED, Result.STORED, Result.ALREADY_STORED, Result.NO_PREVIEW)

    @property
    def broken(self) -> bool:
        """Whether something is wrong that time alone does not repair."""
        return self in (Result.FAILED, Result.REJECTED)


@dataclass(frozen=True, slots=True)
class Unchanged(Report):
    """This many files are as the cloud has confirmed them; a negative number takes back what was said of them."""

    files: int


@dataclass(frozen=True, slots=True)
class Ignored(Report):
    """These were left alone when their folder was listed."""

    skipped: list[Skipped]


@dataclass(frozen=True, slots=True)
class Found(Report):
    """This many files will be read or announced; each ends as a ``FileOutcome`` or ``Skipped``."""

    files: int
    size: int
    """Bytes of all of them."""


@dataclass(frozen=True, slots=True)
class Postponed(Report):
    """This many files are left to the next run, because of ``--limit``."""

    files: int


@dataclass(frozen=True, slots=True)
class FileOutcome(Report):
    """What became of one path that is new or changed."""

    path: Path
    result: Result
    reason: str | None = None
    """Why it is not simply stored."""
    sha256: str | None = None
    """None if the file could not be read."""
    kind: Kind | None = None
    taken: CaptureTime | None = None
    size: int = 0
    """Bytes; 0 if unknown."""

    def to_json(self) -> dict[str, Any]:
        """The line of ``sync --json``."""
        return {
            "type": "photo",
            "path": utf8_path(self.path),
            "sha256": self.sha256,
            "kind": self.kind.value if self.kind else None,
            "taken_at": self.taken.isoformat() if self.taken else None,
            "taken_source": self.taken.source.value if self.taken else None,
            "result": self.result.value,
            "reason": self.reason,
        }


@dataclass(slots=True)
class Summary:
    """A sync in numbers: ``scanned`` paths, each with one result."""

    results: Counter[Result] = field(default_factory=Counter)
    uploaded: int = 0
    """POSTs that S3 accepted."""
    bytes_uploaded: int = 0
    ignored: int = 0
    postponed: int = 0
    """Paths beyond ``--limit``; they have no result, because they were not read."""
    seconds: float = 0.0
    deletions: list[Deletion] = field(default_factory=list)
    """Of the ``deleted`` paths those that this machine neither made nor has told of before."""
    accept_needed: bool = False
    """Whether so much was deleted elsewhere that each run says so until its owner accepts it."""
    lost: int = 0
    """Contents that the cloud has lost and that no file of this machine has."""
    emptied: list[Path] = field(default_factory=list)
    """Folders to back up in which there is nothing any more, though files were backed up from them."""
    proofs_not_made: str = ""
    """Why no original could be read back after the run, if that was asked for; the counts stay true."""

    @property
    def scanned(self) -> int:
        """How many paths were looked at."""
        return self.results.total()

    @property
    def complete(self) -> bool:
        """Whether every photo is safe, or its owner knows that it is deleted; a dry run is complete."""
        fine = (Result.DELETED, Result.WOULD_UPLOAD)
        settled = all(result.safe or result in fine for result, count in self.results.items() if count)
        return settled and not (self.deletions or self.lost or self.emptied)

    def to_json(self) -> dict[str, Any]:
        """The last line of ``sync --json``."""
        numbers = {result.name.lower(): self.results[result] for result in Result if result is not Result.WOULD_UPLOAD}
        would = {"would_upload": self.results[Result.WOULD_UPLOAD]} if self.results[Result.WOULD_UPLOAD] else {}
        postponed = {"postponed": self.postponed} if self.postponed else {}
        unusual = {"deleted_elsewhere": len(self.deletions), "lost": self.lost, "emptied": len(self.emptied)}
        return {
            "type": "summary",
            "scanned": self.scanned,
            **numbers,
            **would,
            **postponed,
            "uploaded": self.uploaded,
            "ignored": self.ignored,
            "bytes_uploaded": self.bytes_uploaded,
            **{name: count for name, count in unusual.items() if count},
            **({"proofs_not_made": self.proofs_not_made} if self.proofs_not_made else {}),
            "seconds": round(self.seconds, 3),
        }


class Observer(Protocol):
    """Is told about a sync while it runs, by one thread."""

    def unchanged(self, files: int) -> None:
        """This many more files are as the cloud has confirmed them."""

    def found(self, files: int, size: int) -> None:
        """This many more files, of this many bytes, will be read or announced; each is ``finished`` or ``ignored``."""

    def ignored(self, skipped: Skipped) -> None:
        """Something is not backed up."""

    def read(self, files: int) -> None:
        """This many more files were read, in this run or an earlier one."""

    def sent(self, size: int) -> None:
        """This many more bytes were uploaded."""

    def uploaded(self, files: int) -> None:
        """The contents of this many more files were uploaded; the cloud has yet to confirm them."""

    def finished(self, outcome: FileOutcome) -> None:
        """One file has its result."""
