"""The ledger of one sync: applies what the stages report. It alone writes to the index and tells the observer."""

import time
from collections.abc import Iterable
from typing import Final

from photobak.client.concurrency import Report
from photobak.client.files.outcome import (
    FileOutcome,
    Found,
    Ignored,
    Observer,
    Postponed,
    Result,
    Summary,
    Unchanged,
)
from photobak.client.files.scan import Skipped
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.upload.content import (
    Announced,
    Conclusion,
    Confirmed,
    Content,
    Deleted,
    Failed,
    Pending,
    Rejected,
    Sent,
    Vanished,
)
from photobak.client.upload.reconfirm import Elsewhere, Reconfirmed
from photobak.photo.deletion import Deletion
from photobak.photo.record import Status

_MANY: Final = 100
"""Files deleted elsewhere that one run may tell of once."""
_ONE_IN: Final = 10
"""So large a part of what this machine has backed up is many, however few files it is."""


def is_mass_deletion(files: int, *, backed_up: int) -> bool:
    """Whether so many files were deleted elsewhere that their owner has to accept it (``photobak trash accept``).

    Args:
        files: whose deletion nobody has accepted.
        backed_up: the files of this machine that the cloud has, or had until they were deleted.
    """
    return files > _MANY or files * _ONE_IN > backed_up


class Ledger:
    """Counts, records and tells; used by one thread. The index is written before the observer hears of anything."""

    def __init__(self, index: Index, observer: Observer) -> None:
        self._index = index
        self._observer = observer
        self._confirmations = Confirmations(index)
        self._untold: set[str] = set()
        """Deleted contents of which no run has told before."""
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
            case Ignored() | Skipped():
                self._ignored(report.skipped if isinstance(report, Ignored) else [report])
            case Reconfirmed() | Elsewhere():
                self._reconfirmed(report)

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
            case Deleted(_, status, deletion):
                self._deleted(content, status, deletion)
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

    def _deleted(self, content: Content, status: Status, deletion: Deletion) -> None:
        files = [each.known(status, None) for each in content.candidates]
        if not self._index.note_deleted(files, deletion, time.time()):
            self.summary.deletions += [deletion] * len(files)
            self._untold.add(content.sha256)
        self._each(content, Result.DELETED, str(deletion))

    def _reconfirmed(self, report: Reconfirmed | Elsewhere) -> None:
        if isinstance(report, Reconfirmed):
            self._confirmations.renew(report.hashes, time.time())
            return
        sha256, verdict = report.doubt.sha256, report.doubt.verdict
        if verdict is not None and verdict.deletion is not None:
            freed, accepted = self._index.note_freed_deleted(sha256, verdict.status, verdict.deletion, time.time())
            if freed and not accepted:  # only the cloud had it
                self.summary.deletions += [verdict.deletion] * freed
                self._untold.add(sha256)
            if freed:
                return
        # The run that looks at a file of it asks again, and uploads it if need be.
        has_files = self._confirmations.withdraw(sha256)
        if not has_files and not report.doubt.is_deleted:
            self.summary.lost += 1

    def conclude_deletions(self) -> None:
        """Decide whether the run has told its owner enough of what was deleted elsewhere; see ``is_mass_deletion``."""
        self.summary.accept_needed = is_mass_deletion(
            len(self.summary.deletions), backed_up=self._confirmations.backed_up_files()
        )
        if not self.summary.accept_needed:
            self._confirmations.accept(self._untold)

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
