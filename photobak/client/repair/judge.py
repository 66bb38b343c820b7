"""Decides how to repair what ``verify`` finds: pure functions of problems."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Final

from photobak.client.verify.judge import Checked, Facts, Problem, ProblemKind
from photobak.photo.identity import short_id

_OF_OBJECTS: Final = frozenset({ProblemKind.MISSING_OBJECT, ProblemKind.MISSING_PREVIEW, ProblemKind.ORPHAN})
"""Problems that a delete marker may cause, or the lack of one."""
_OF_BYTES_ALONE: Final = frozenset({ProblemKind.WRONG_SIZE, ProblemKind.BAD_BYTES})
_NEEDING_BYTES: Final = _OF_BYTES_ALONE | {
    ProblemKind.MISSING_RECORD,
    ProblemKind.MISSING_OBJECT,
    ProblemKind.MISSING_PREVIEW,
}
_GONE: Final = frozenset({"unknown", "lost"})
"""The backend's answers for a photo of which it has nothing."""
_ARCHIVED: Final = "frozen"


class RepairResult(StrEnum):
    """What became of one photo."""

    REPAIRED = "repaired"
    """With what the cloud itself still had."""
    SENT = "sent"
    """With a file on this machine."""
    WOULD_REPAIR = "would-repair"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Repaired:
    """What became of one photo."""

    sha256: str | None
    result: RepairResult
    problems: tuple[Problem, ...] = ()
    """What was wrong."""
    reason: str | None = None
    """Why it is not repaired."""
    path: str | None = None
    """The file that was uploaded, or the key of an object that belongs to no photo."""

    def to_json(self) -> dict[str, Any]:
        """The line of ``repair --json``."""
        return {
            "type": "photo",
            "sha256": self.sha256,
            "result": self.result.value,
            "problems": [problem.kind.value for problem in self.problems],
            "path": self.path,
            "reason": self.reason,
        }


@dataclass(frozen=True, slots=True)
class Suspect:
    """A photo with problems."""

    facts: Facts
    problems: tuple[Problem, ...]
    """What is still wrong."""
    found: tuple[Problem, ...]
    """What was wrong to begin with."""

    @property
    def sha256(self) -> str:
        """Its identity."""
        return self.facts.sha256

    @property
    def kinds(self) -> set[ProblemKind]:
        """What is still wrong."""
        return {problem.kind for problem in self.problems}

    @property
    def needs_records(self) -> bool:
        """Whether its records, or what is hidden and shown of it, may be the reason."""
        return bool(self.kinds - _OF_BYTES_ALONE)

    @property
    def has_objects_in_doubt(self) -> bool:
        """Whether objects may be hidden that should not be, or visible that should be hidden."""
        return bool(self.kinds & _OF_OBJECTS)

    @property
    def needs_bytes(self) -> bool:
        """Whether the repair needs its bytes, or those of an older version."""
        return bool(self.kinds & _NEEDING_BYTES)

    def may_come_from_a_file(self, status: str) -> bool:
        """Whether, after this answer, only a file with these bytes can help."""
        return self.needs_bytes and (status in _GONE or (status == _ARCHIVED and self.facts.record is None))

    def why_not(self, status: str) -> str:
        """Why the cloud could not repair it, from its answer; empty if the problem says it already."""
        if status == _ARCHIVED:
            # Without a record only the bucket knows its id.
            where = "" if self.facts.record is not None else "--from-bucket BUCKET "
            what = "its original is archived and has to be thawed first"
            return f"{what}: photobak get {where}{short_id(self.sha256)} --thaw standard"
        return "" if status in _GONE else status

    def outcome(self, result: RepairResult, reason: str | None = None) -> Repaired:
        """The line about it; a failure without a reason lists what is still wrong."""
        if result is RepairResult.FAILED and not reason:
            reason = "; ".join(dict.fromkeys(problem.reason for problem in self.problems))
        return Repaired(self.sha256, result, self.found, reason)


def suspects(photos: Iterable[Checked]) -> tuple[list[Suspect], list[Repaired]]:
    """Every photo with problems, once; and what belongs to no photo, which can't be repaired."""
    found: dict[str, Suspect] = {}
    foreign = []
    for facts, problems in photos:
        if not facts.sha256:
            foreign += [_foreign(problem) for problem in problems]
        elif problems or facts.strays:
            found[facts.sha256] = _together(found.get(facts.sha256), facts, problems)
    return [suspect for suspect in found.values() if suspect.problems], foreign


def looked_at_again(suspect: Suspect, again: Checked, *, is_answered_for: frozenset[ProblemKind]) -> Suspect:
    """A suspect as it is now.

    Args:
        suspect: as it was.
        again: what the second check has found.
        is_answered_for: problems that such a check can't see, and the cloud says are gone.
    """
    facts, problems = again
    unseen = [
        problem
        for problem in suspect.problems
        if _is_unseen(problem) and problem.kind not in is_answered_for and problem not in problems
    ]
    return replace(suspect, facts=facts, problems=(*problems, *unseen))


def _is_unseen(problem: Problem) -> bool:
    """Whether it is only found by reading bytes, or all records."""
    is_stray = problem.kind is ProblemKind.ORPHAN and problem.path is None
    return is_stray or problem.kind in (ProblemKind.BAD_BYTES, ProblemKind.WRONG_RECORD)


def _together(known: Suspect | None, facts: Facts, problems: list[Problem]) -> Suspect:
    if known is None:
        return Suspect(facts, tuple(problems), tuple(problems))
    every = (*known.found, *problems)
    return Suspect(replace(known.facts, strays=known.facts.strays + facts.strays), every, every)


def _foreign(problem: Problem) -> Repaired:
    return Repaired(None, RepairResult.FAILED, (problem,), problem.reason, str(problem.path))
