"""The ledger of one sync: applies what the stages report. It alone writes to the index and tells the observer."""

import time
from collections.abc import Iterable

from photobak.client.concurrency import Report
from photobak.client.files.outcome import FileOutcome, Found, Ignored, Observer, Postponed, Result, Summary, Unchanged
from photobak.client.files.scan import Skipped
from photobak.client.index.index import Index
from photobak.client.upload.content import (
    Announced,
    Conclusion,
    Confirmed,
    Content,
    Failed,
    InTrash,
    Pending,
    Rejected,
    Sent,
    Vanished,
)
from photobak.photo.record import Status


class Ledger:
    """Counts, records and tells; used by one thread. The index is written before the observer hears of anything."""

    def __init__(self, index: Index, observer: Observer) -> None:
        self._index = index
        self._observer = observer
        self.summary = Summary()

    def record(self, report: Report) -> None:
        """Apply one report."""
        match report:
            case Announced(contents):
                self._announced(contents)
            case Sent(content, uploaded_at):
                self._sent(content, uploaded_at)
            case Conclusion():
                self._conclude(report)
            case FileOutcome():
                self._finished(report)
            case Found(files, size):
                self._observer.found(files, size)
            case Unchanged(files):
                self.summary.results[Result.UNCHANGED] += files
                self._observer.unchanged(files)
            case Postponed(files):
                self.summary.postponed += files
            case Ignored(skipped):
                self._ignored(skipped)
            case Skipped():
                self._ignored([report])

    def bytes_sent(self, size: int) -> None:
        """This many more bytes were uploaded."""
        if size:
            self._observer.sent(size)

    def _announced(self, contents: Iterable[Content]) -> None:
        candidates = [each for content in contents for each in content.candidates]
        self._index.expect([each.known(Status.EXPECTED, None) for each in candidates])
        self._observer.read(len(candidates))

    def _sent(self, content: Content, uploaded_at: float) -> None:
        """From now on a run that is interrupted need not upload it again, only ask for it."""
        self._index.note_sent([each.known(Status.EXPECTED, uploaded_at) for each in content.candidates], uploaded_at)
        self.summary.uploaded += 1
        self.summary.bytes_uploaded += content.first.fingerprint.size
        self._observer.uploaded(len(content.candidates))

    def _conclude(self, conclusion: Conclusion) -> None:
        content = conclusion.content
        match conclusion:
            case Confirmed(_, result, reason):
                self._confirmed(content, result, reason)
            case InTrash(_, until):
                self._note(content, Status.TRASHED)
                reason = f"in the trash until {until.astimezone():%Y-%m-%d}" if until else "in the trash"
                self._each(content, Result.ALREADY_STORED, reason)
            case Pending(_, reason):
                self._each(content, Result.PENDING, reason)
            case Failed(_, reason):
                self._each(content, Result.FAILED, reason)
            case Rejected(_, why):
                self._index.reject(content.sha256)
                self._each(content, Result.REJECTED, why)
            case Vanished():
                reason = "it was removed before it was uploaded"
                self._ignored(Skipped(str(each.path), reason, each.fingerprint.size) for each in content.candidates)

    def _confirmed(self, content: Content, result: Result, reason: str | None) -> None:
        self._note(content, Status.NO_PREVIEW if result is Result.NO_PREVIEW else Status.STORED)
        first, *others = content.candidates
        self._finished(first.outcome(result, reason))
        for other in others:
            self._finished(other.outcome(Result.ALREADY_STORED))

    def _note(self, content: Content, status: Status) -> None:
        """What the cloud says of it: the index believes it from now on."""
        self._index.confirm([each.known(status, None) for each in content.candidates], time.time())

    def _each(self, content: Content, result: Result, reason: str | None) -> None:
        for each in content.candidates:
            self._finished(each.outcome(result, reason))

    def _finished(self, outcome: FileOutcome) -> None:
        self.summary.results[outcome.result] += 1
        self._observer.finished(outcome)

    def _ignored(self, skipped: Iterable[Skipped]) -> None:
        for each in skipped:
            self.summary.ignored += 1
            self._observer.ignored(each)
