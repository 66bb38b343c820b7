"""What came of an import: everything that was in the export, and whether it is safe now."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from photobak.client.files.outcome import FileOutcome, Summary
from photobak.client.files.scan import Skipped
from photobak.client.imports.archive.interface import Problem
from photobak.client.imports.examine import Disagreement
from photobak.client.imports.export import Export
from photobak.photo.described import alternative_text


class Mode(StrEnum):
    """What was done with an export."""

    IMPORT = "import"
    REHEARSAL = "dry-run"
    """Everything was read, nothing sent."""
    CHECK = "check"
    """Everything was looked up in the cloud, nothing sent."""


@dataclass(slots=True)
class ImportReport:
    """Counts and names, gathered while the import runs and put together at its end."""

    name: str
    """Of the service, for people: ``Takeout``."""
    parts: Sequence[str]
    """The archives and folders that were given."""
    mode: Mode = Mode.IMPORT
    summary: Summary = field(default_factory=Summary)
    duplicates: int = 0
    """Files whose bytes another file of the export has too."""
    unsafe: list[Problem] = field(default_factory=list)
    """Photos that are not stored, and why."""
    left_out: list[Problem] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    missing_parts: list[str] = field(default_factory=list)
    undescribed: list[str] = field(default_factory=list)
    """Media of which the export says nothing."""
    albums: list[str] = field(default_factory=list)
    disagreements: list[Disagreement] = field(default_factory=list)
    originals_read: int = 0
    """Originals that a check has read back and hashed."""
    bytes_read: int = 0
    _hashes: set[str] = field(default_factory=set)

    def finished(self, outcome: FileOutcome) -> None:
        """Note what became of a file."""
        if outcome.sha256 is not None:
            self.duplicates += outcome.sha256 in self._hashes
            self._hashes.add(outcome.sha256)
        if not outcome.result.safe and not (self.is_rehearsal and not outcome.result.broken):
            self.unsafe.append(Problem(str(outcome.path), outcome.reason or outcome.result.value))

    def ignored(self, skipped: Skipped) -> None:
        """Note a file that is nothing to be backed up."""
        self.left_out.append(Problem(skipped.path, skipped.reason))

    def complete(self, export: Export, summary: Summary, disagreements: Sequence[Disagreement]) -> None:
        """Put together what is known at the end."""
        self.summary = summary
        self.left_out = [*export.left_out, *self.left_out]
        self.problems = export.problems
        self.absent, self.missing_parts = export.absent, export.missing_parts
        self.undescribed = [medium.path for medium in export.media if medium.facts is None]
        self.albums = sorted(export.albums)
        self.disagreements = sorted(disagreements, key=lambda each: each.path)

    @property
    def is_rehearsal(self) -> bool:
        """Whether nothing was sent or looked up."""
        return self.mode is Mode.REHEARSAL

    @property
    def everything_is_safe(self) -> bool:
        """Whether nothing is missing, unreadable or unconfirmed."""
        return not (self.unsafe or self.problems or self.absent or self.missing_parts)

    @property
    def verdict(self) -> str:
        """One line for the person who wants to delete the account."""
        if self.everything_is_safe:
            return f"Everything in this {self.name} {'can be imported' if self.is_rehearsal else 'is safe'}."
        lacks = (
            (self.unsafe, "file is not stored", "files are not stored"),
            (self.missing_parts, "part is missing", "parts are missing"),
            (self.problems, "file can't be read", "files can't be read"),
            (self.absent, "photo is described, but in no part", "photos are described, but in no part"),
        )
        said = [f"{len(each):,} {one if len(each) == 1 else many}" for each, one, many in lacks if each]
        return f"NOT everything in this {self.name} is safe: {', '.join(said)}."

    @property
    def reasons(self) -> Counter[str]:
        """How many files were left out for each reason."""
        return Counter(each.reason for each in self.left_out)

    def entries(self) -> Iterator[dict[str, Any]]:
        """The lines of ``--json`` after those of the files, and before the summary."""
        for kind, problems in (("left-out", self.left_out), ("problem", self.problems)):
            for each in problems:
                yield {"type": kind, "path": each.path, "reason": each.reason}
        yield from ({"type": "absent", "name": name} for name in self.absent)
        yield from ({"type": "missing-part", "name": name} for name in self.missing_parts)
        yield from ({"type": "undescribed", "path": path} for path in self.undescribed)
        for disagreement in self.disagreements:
            yield {
                "type": "disagreement",
                "path": disagreement.path,
                "taken_at": disagreement.taken.isoformat(),
                "taken_source": disagreement.taken.source.value,
                "others": [alternative_text(other) for other in disagreement.others],
            }

    def to_json(self) -> dict[str, Any]:
        """The last line of ``--json``: that of a sync, with more."""
        return {
            **self.summary.to_json(),
            "duplicates": self.duplicates,
            "left_out": dict(self.reasons),
            "problems": len(self.problems),
            "absent": len(self.absent),
            "missing_parts": self.missing_parts,
            "undescribed": len(self.undescribed),
            "albums": self.albums,
            "disagreements": len(self.disagreements),
            **({"read": self.originals_read, "bytes_read": self.bytes_read} if self.mode is Mode.CHECK else {}),
            "safe": self.everything_is_safe,
            "verdict": self.verdict,
        }
