"""``POST /photos/repair/records``: brings the tables and the record JSON in the bucket into agreement.

The photo bucket is the truth, the tables are an index of it. Repairs that take a photo's bytes are left to
``cloud.repair``. Every request may be repeated, and may be cut off at any moment.
"""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from photobak.cloud.http.problem import Problem
from photobak.cloud.photos.evidence import Doubt, Evidence, is_record_of, standing_record
from photobak.cloud.store.contents import Content
from photobak.cloud.store.library import Amendment, Library
from photobak.photo.record import Record

_PARALLEL: Final = 16
_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class _Case:
    """What was read of a photo."""

    doubt: Doubt
    content: Content | None
    rows: tuple[Record, ...]
    in_json: Record | None
    """Its JSON in the bucket, if legible."""
    known: Record | None
    """That, or the newest earlier version that is legible."""

    @property
    def are_tables_believed(self) -> bool:
        """Whether the tables agree with each other, and nothing contradicts them."""
        return (
            self.content is not None
            and len(self.rows) == 1
            and (self.rows[0].timestamp, self.rows[0].status) == (self.content.timestamp, self.content.status)
            and self.in_json in (None, self.rows[0])
        )

    @property
    def original_in_doubt(self) -> str | None:
        """The key of the original to look for; None if there is no need to, or none is known."""
        record = self.known or next(iter(self.rows), None)
        return record.original_key if record is not None and not self.are_tables_believed else None


@dataclass(frozen=True, slots=True)
class _Finding:
    """What was found out about a photo, and the record that follows."""

    doubt: Doubt
    evidence: Evidence
    record: Record | None
    """The record that should stand."""
    is_lost: bool
    """Whether the original is missing, so that the photo must not be called stored."""
    is_json_right: bool
    """Whether the JSON in the bucket has this record already."""

    @property
    def amendment(self) -> Amendment | None:
        """What to write; None if nothing can be."""
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
            For each, in order: ``sha256``, and ``status`` as all places have it now; ``lost`` for a record whose
            original is missing, ``unknown`` where no record is left.

        Raises:
            Problem: other requests keep changing a photo (409).
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
        raise Problem.contended(next(iter(waiting)))

    def _repair_once(self, identity_id: str, doubts: Sequence[Doubt]) -> dict[str, str]:
        """The status of each, by SHA-256; photos that another request has changed meanwhile are left out."""
        with ThreadPoolExecutor(_PARALLEL) as pool:
            cases = self._cases(pool, identity_id, doubts)
            present = self.library.bucket.present([key for case in cases if (key := case.original_in_doubt)])
            findings = list(pool.map(lambda case: self._examine(case, present), cases))
            given_up = {
                each.doubt.sha256: "lost" if each.is_lost else "unknown" for each in findings if each.amendment is None
            }
            return given_up | dict(pool.map(self._update_bucket, self._written(findings)))

    def _cases(self, pool: ThreadPoolExecutor, identity_id: str, doubts: Sequence[Doubt]) -> list[_Case]:
        contents = self.library.contents.get_many(identity_id, [doubt.sha256 for doubt in doubts])
        read = pool.map(lambda doubt: self._record_json(identity_id, doubt.sha256), doubts)
        in_json = {doubt.sha256: record for doubt, record in zip(doubts, read, strict=True) if record is not None}
        rows = self._rows(identity_id, doubts, contents, in_json)

        def case_of(doubt: Doubt) -> _Case:
            sha256 = doubt.sha256
            return self._case(identity_id, doubt, contents.get(sha256), rows[sha256], in_json.get(sha256))

        return list(pool.map(case_of, doubts))

    def _written(self, findings: Sequence[_Finding]) -> list[_Finding]:
        """Write the amendments; returns the findings that were written."""
        amendable = [(finding, finding.amendment) for finding in findings if finding.amendment is not None]
        done = self.library.amend([amendment for _, amendment in amendable])
        return [finding for (finding, _), is_done in zip(amendable, done, strict=True) if is_done]

    def _rows(
        self,
        identity_id: str,
        doubts: Sequence[Doubt],
        contents: Mapping[str, Content],
        in_json: Mapping[str, Record],
    ) -> Mapping[str, tuple[Record, ...]]:
        """The records in ``Photos``, wherever anything points to one, by SHA-256."""
        timestamps = {content.timestamp for content in contents.values() if content.timestamp is not None}
        timestamps |= {record.timestamp for record in in_json.values()}
        timestamps |= {timestamp for doubt in doubts for timestamp in doubt.timestamps}
        found: dict[str, list[Record]] = {doubt.sha256: [] for doubt in doubts}
        for row in self.library.photos.get_readable(identity_id, timestamps):
            if row.sha256 in found and is_record_of(row, identity_id, row.sha256):
                found[row.sha256].append(row)
        return {sha256: tuple(rows) for sha256, rows in found.items()}

    def _record_json(self, identity_id: str, sha256: str) -> Record | None:
        record = self.library.read_record_json(identity_id, sha256)
        return record if record is not None and is_record_of(record, identity_id, sha256) else None

    def _case(
        self, identity_id: str, doubt: Doubt, content: Content | None, rows: tuple[Record, ...], in_json: Record | None
    ) -> _Case:
        known = in_json
        if known is None and not rows:
            known = self._earlier(identity_id, doubt.sha256)
        return _Case(doubt, content, rows, in_json, known)

    def _earlier(self, identity_id: str, sha256: str) -> Record | None:
        record = self.library.read_earlier_record_json(identity_id, sha256)
        return record if record is not None and is_record_of(record, identity_id, sha256) else None

    def _examine(self, case: _Case, present: Mapping[str, bool]) -> _Finding:
        is_there = case.are_tables_believed or self._is_there(case.original_in_doubt, present)
        evidence = Evidence(case.content, case.rows, case.known, is_there)
        record = standing_record(evidence, self.clock())
        is_lost = record is not None and record.status.kept and not (is_there or self._unhide(record))
        return _Finding(case.doubt, evidence, record, is_lost, record is not None and record == case.in_json)

    def _is_there(self, key: str | None, present: Mapping[str, bool]) -> bool:
        if key is None:
            return False
        return present[key] if key in present else self.library.bucket.size(key) is not None

    def _unhide(self, record: Record) -> bool:
        """Whether a photo's original is there once no delete marker hides it."""
        self.library.bucket.unhide(record.original_key)
        return self.library.bucket.size(record.original_key) is not None

    def _update_bucket(self, finding: _Finding) -> tuple[str, str]:
        """Make the bucket follow the record that the tables have now."""
        record = finding.record
        assert record is not None  # noqa: S101 - it has just been written
        if finding.doubt.objects:
            self.library.sync_objects(record)
        if not finding.is_json_right:
            self.library.write_record_json(record)
        return record.sha256, record.status.value
