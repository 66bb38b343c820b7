"""Proves that everything in an export is stored: each of its files is looked up in the cloud, by its own bytes."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from photobak.client.account.session import Session
from photobak.client.concurrency import Report, parallel
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.library.bucket import SessionBucket
from photobak.client.library.tables import ContentRow, Tables
from photobak.client.transport.download import Download, Gone, ObjectArchived, WrongSize
from photobak.client.transport.s3 import S3
from photobak.client.verify.stored_bytes import Sample
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.record import InvalidRecord, Record

_WHAT: Final = "the originals can't be looked up"


@dataclass(frozen=True, slots=True)
class _Finding:
    """What was found out about one content."""

    result: Result
    reason: str | None = None
    read: int | None = None
    """Bytes of its original that were read back; None if it was not read."""


@dataclass(frozen=True, slots=True)
class _Question:
    """What is to be found out about one file."""

    candidate: Candidate
    row: ContentRow | None
    """Its content in the cloud, if there is one."""
    record: Record | None
    is_read: bool
    """Whether its original is read back."""


class ExportChecker:
    """Looks up what an import has read. ``check`` is used by one thread."""

    def __init__(self, session: Session, sample: Sample | None) -> None:
        """Prepare it.

        Args:
            session: whose backup it is.
            sample: which originals are read back and hashed; None for none.
        """
        self._tables = Tables(session)
        bucket = SessionBucket(session).objects
        self._s3 = S3(bucket)
        self._download = Download(bucket)
        self._sample = sample
        self._found: dict[str, _Finding] = {}
        self.read = 0
        """Originals read back and hashed."""
        self.bytes_read = 0

    def check(self, candidates: Iterable[Candidate]) -> Iterator[Report]:
        """Report of each file whether the cloud has its content: record, and original of the right size.

        Raises:
            CloudError: the cloud can't be reached, which proves nothing.
            SignInNeeded: the session has ended.
        """
        waiting = iter(candidates)
        while batch := list(islice(waiting, MAX_PHOTOS_A_REQUEST)):
            new = {each.sha256: each for each in batch if each.sha256 not in self._found}
            for sha256, finding in zip(new, parallel(self._answer, self._questions(new)), strict=True):
                self._found[sha256] = finding
                if finding.read is not None:
                    self.read += 1
                    self.bytes_read += finding.read
            for each in batch:
                yield self._outcome(each)

    def _questions(self, new: dict[str, Candidate]) -> list[_Question]:
        rows = {row.sha256: row for row in self._tables.contents(new)}
        keys = {row.timestamp for row in rows.values() if row.status.kept and row.timestamp is not None}
        records: dict[str, Record] = {}
        for item in self._tables.photos(keys):
            try:
                record = Record.from_item(item)
            except InvalidRecord:
                continue  # as if it were lost: its file is reported
            records[record.sha256] = record
        questions = []
        for sha256, candidate in new.items():
            is_read = sha256 in records and self._sample is not None and self._sample.takes()
            questions.append(_Question(candidate, rows.get(sha256), records.get(sha256), is_read))
        return questions

    def _answer(self, question: _Question) -> _Finding:
        row, record = question.row, question.record
        if row is not None and row.deletion is not None:
            return _Finding(Result.DELETED, str(row.deletion))
        if row is None or not row.status.kept:
            return _Finding(Result.FAILED, "it is not stored; import it again")
        if record is None or not record.status.kept:
            return _Finding(Result.FAILED, "its record is lost or can't be read; type: photobak repair")
        return self._read_back(record) if question.is_read else self._looked_up(record)

    def _looked_up(self, record: Record) -> _Finding:
        headers = self._s3.head(record.original_key, what=_WHAT)
        if headers is None:
            return _Finding(Result.FAILED, "its original is lost; import it again")
        size = headers.text("Content-Length")
        if size != str(record.size):
            return _Finding(Result.FAILED, f"its original has {size} bytes, not {record.size}")
        return _Finding(Result.ALREADY_STORED)

    def _read_back(self, record: Record) -> _Finding:
        digest = hashlib.sha256()
        try:
            self._download.read(record.original_key, record.size, digest.update)
        except ObjectArchived:
            return self._looked_up(record)
        except (Gone, WrongSize) as problem:
            return _Finding(Result.FAILED, problem.what)
        if digest.hexdigest() != record.sha256:
            return _Finding(Result.FAILED, "its original in the cloud has other bytes", record.size)
        return _Finding(Result.ALREADY_STORED, read=record.size)

    def _outcome(self, candidate: Candidate) -> FileOutcome:
        found = self._found[candidate.sha256]
        return candidate.outcome(found.result, found.reason)
