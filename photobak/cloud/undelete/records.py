"""``POST /photos/repair/records``: the tables, and the JSON beside the photos, as they follow from each other.

The photo bucket is the truth, the tables are an index of it. What can't be had from records alone, but needs a photo's
bytes, is left to ``cloud.repair``. Every request may be repeated, and be cut off at any moment.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from photobak.cloud.http.problem import Problem
from photobak.cloud.store.amendment import Amendment, amend
from photobak.cloud.store.contents import Content
from photobak.cloud.store.evidence import Doubt, Evidence, is_record_of, standing_record
from photobak.cloud.store.library import Library
from photobak.photo.record import Record

_PARALLEL: Final = 16
_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class _Case:
    """What has been read of a photo."""

    doubt: Doubt
    content: Content | None
    rows: tuple[Record, ...]
    beside: Record | None
    """Its JSON beside the photo, if that can be read."""
    known: Record | None
    """That, or the newest one before it that can be."""

    @property
    def are_tables_believed(self) -> bool:
        """Whether the tables agree with each other, and nothing speaks against them."""
        return (
            self.content is not None
            and len(self.rows) == 1
            and (self.rows[0].timestamp, self.rows[0].status) == (self.content.timestamp, self.content.status)
            and self.beside in (None, self.rows[0])
        )

    @property
    def original_in_doubt(self) -> str | None:
        """The key of the original that has to be looked for; None where there is no need to, or none is known."""
        record = self.known or next(iter(self.rows), None)
        return record.original_key if record is not None and not self.are_tables_believed else None


@dataclass(frozen=True, slots=True)
class _Finding:
    """What has been found out about a photo, and what follows."""

    doubt: Doubt
    evidence: Evidence
    record: Record | None
    """The one that is to stand."""
    is_lost: bool
    """Whether nothing may be said to be stored, since the original is not there."""
    is_beside: bool
    """Whether the record lies beside the photo already."""

    @property
    def amendment(self) -> Amendment | None:
        """What is to be written; None where nothing can be."""
        if self.record is None or self.is_lost:
            return None
        return Amendment(self.record, self.evidence.content, self.evidence.rows)


@dataclass(frozen=True, slots=True)
class RecordRepairer:
    """Repairs the records of one stack."""

    library: Library
    clock: Callable[[], datetime]

    def repair(self, identity_id: str, doubts: Sequence[Doubt]) -> list[dict[str, Any]]:
        """Repair the records of photos.

        Returns:
            For each, in order: ``sha256``, and ``status`` as all places have it now; ``lost`` where a record is left
            whose original isn't there, ``unknown`` where no record is left.

        Raises:
            Problem: a photo keeps being changed by somebody else (409).
        """
        waiting = {doubt.sha256: doubt for doubt in doubts}
        answers: dict[str, str] = {}
        for _ in range(_TRIES):
            answers |= self._repair_once(identity_id, list(waiting.values()))
            waiting = {sha256: doubt for sha256, doubt in waiting.items() if sha256 not in answers}
            if not waiting:
                return [
                    {"sha256": sha256, "status": answers[sha256]} for sha256 in dict.fromkeys(d.sha256 for d in doubts)
                ]
        photo = next(iter(waiting))
        raise Problem(HTTPStatus.CONFLICT, f"The photo {photo} keeps being changed by somebody else. Try again.")

    def _repair_once(self, identity_id: str, doubts: Sequence[Doubt]) -> dict[str, str]:
        """What has become of each, by SHA-256; those that somebody else has changed meanwhile are left out."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            cases = self._cases(pool, identity_id, doubts)
            seen = self.library.bucket.seen_together([key for case in cases if (key := case.original_in_doubt)])
            findings = list(pool.map(lambda case: self._find_out(case, seen), cases))
            given_up = {
                each.doubt.sha256: "lost" if each.is_lost else "unknown" for each in findings if each.amendment is None
            }
            return given_up | dict(pool.map(self._follow, self._written(findings)))

    def _cases(self, pool: ThreadPoolExecutor, identity_id: str, doubts: Sequence[Doubt]) -> list[_Case]:
        contents = self.library.contents.get_many(identity_id, [doubt.sha256 for doubt in doubts])
        read = pool.map(lambda doubt: self._beside(identity_id, doubt.sha256), doubts)
        beside = {doubt.sha256: record for doubt, record in zip(doubts, read, strict=True) if record is not None}
        rows = self._rows(identity_id, doubts, contents, beside)

        def case_of(doubt: Doubt) -> _Case:
            sha256 = doubt.sha256
            return self._case(identity_id, doubt, contents.get(sha256), rows[sha256], beside.get(sha256))

        return list(pool.map(case_of, doubts))

    def _written(self, findings: Sequence[_Finding]) -> list[_Finding]:
        """Write what follows from the findings; those of which it has been written."""
        amendable = [(finding, finding.amendment) for finding in findings if finding.amendment is not None]
        done = amend(self.library, [amendment for _, amendment in amendable])
        return [finding for (finding, _), is_done in zip(amendable, done, strict=True) if is_done]

    def _rows(
        self,
        identity_id: str,
        doubts: Sequence[Doubt],
        contents: Mapping[str, Content],
        beside: Mapping[str, Record],
    ) -> Mapping[str, tuple[Record, ...]]:
        """The records in ``Photos``, wherever anything says that one is, by SHA-256."""
        timestamps = {content.timestamp for content in contents.values() if content.timestamp is not None}
        timestamps |= {record.timestamp for record in beside.values()}
        timestamps |= {timestamp for doubt in doubts for timestamp in doubt.timestamps}
        found: dict[str, list[Record]] = {doubt.sha256: [] for doubt in doubts}
        for row in self.library.photos.get_readable(identity_id, timestamps):
            if row.sha256 in found and is_record_of(row, identity_id, row.sha256):
                found[row.sha256].append(row)
        return {sha256: tuple(rows) for sha256, rows in found.items()}

    def _beside(self, identity_id: str, sha256: str) -> Record | None:
        record = self.library.record_beside(identity_id, sha256)
        return record if record is not None and is_record_of(record, identity_id, sha256) else None

    def _case(
        self, identity_id: str, doubt: Doubt, content: Content | None, rows: tuple[Record, ...], beside: Record | None
    ) -> _Case:
        known = beside
        if known is None and not rows:
            known = self._earlier(identity_id, doubt.sha256)
        return _Case(doubt, content, rows, beside, known)

    def _earlier(self, identity_id: str, sha256: str) -> Record | None:
        record = self.library.earlier_record_beside(identity_id, sha256)
        return record if record is not None and is_record_of(record, identity_id, sha256) else None

    def _find_out(self, case: _Case, seen: Mapping[str, bool]) -> _Finding:
        is_there = case.are_tables_believed or self._is_there(case.original_in_doubt, seen)
        evidence = Evidence(case.content, case.rows, case.known, is_there)
        record = standing_record(evidence, self.clock())
        is_lost = record is not None and record.status.kept and not (is_there or self._uncover(record))
        return _Finding(case.doubt, evidence, record, is_lost, record is not None and record == case.beside)

    def _is_there(self, key: str | None, seen: Mapping[str, bool]) -> bool:
        if key is None:
            return False
        return seen[key] if key in seen else self.library.bucket.size(key) is not None

    def _uncover(self, record: Record) -> bool:
        """Whether the original of a photo that should have one is there when no delete marker hides it any more."""
        self.library.bucket.bring_back(record.original_key)
        return self.library.bucket.size(record.original_key) is not None

    def _follow(self, finding: _Finding) -> tuple[str, str]:
        """Let what lies in the bucket follow the record, which stands in the tables now."""
        record = finding.record
        assert record is not None  # noqa: S101 - it has just been written
        if finding.doubt.objects:
            self.library.let_objects_follow(record)
        if not finding.is_beside:
            self.library.lay_record_beside(record)
        return record.sha256, record.status.value
