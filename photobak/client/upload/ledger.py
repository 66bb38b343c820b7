"""The account of one sync: what became of each file, told to the observer, counted, and written into the index."""

import time
from collections.abc import Iterable
from datetime import datetime
from threading import Lock

from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import FileOutcome, Observer, Result, Summary
from photobak.client.files.scan import Skipped
from photobak.client.index.index import Index
from photobak.client.upload.content import Content
from photobak.photo.record import Status


class Ledger:
    """Collects results from all stages. Threads may share it."""

    def __init__(self, index: Index, observer: Observer) -> None:
        self._index = index
        self._observer = observer
        self._guard = Lock()
        self.summary = Summary()

    def unchanged(self, files: int) -> None:
        """So many files are as the cloud has confirmed them."""
        with self._guard:
            self.summary.results[Result.UNCHANGED] += files
        self._observer.unchanged(files)

    def postponed(self, files: int) -> None:
        """So many files are left to the next run, as was asked for."""
        with self._guard:
            self.summary.postponed += files

    def ignored(self, skipped: Iterable[Skipped]) -> None:
        """These were left alone."""
        for each in skipped:
            with self._guard:
                self.summary.ignored += 1
            self._observer.ignored(each)

    def read(self, contents: Iterable[Content]) -> None:
        """These were read and are about to be announced."""
        self._index.expect([each.known(Status.EXPECTED, None) for content in contents for each in content.candidates])

    def sent(self, content: Content, uploaded_at: float) -> None:
        """S3 has taken a content: from now on a run that is cut off need not send it again, only ask after it."""
        with self._guard:
            self.summary.uploaded += 1
            self.summary.bytes_uploaded += content.first.fingerprint.size
        self._index.note_sent([each.known(Status.EXPECTED, uploaded_at) for each in content.candidates], uploaded_at)
        self._observer.uploaded(len(content.candidates))

    def outcome(self, outcome: FileOutcome) -> None:
        """One file has its result, of which the index keeps nothing."""
        with self._guard:
            self.summary.results[outcome.result] += 1
        self._observer.finished(outcome)

    def failed(self, candidates: Iterable[Candidate], reason: str) -> None:
        """These files could not be sent."""
        for candidate in candidates:
            self.outcome(candidate.outcome(Result.FAILED, reason))

    def confirmed(self, content: Content, status: Status, result: Result, reason: str | None = None) -> None:
        """The cloud has this content: the index believes it from now on.

        Further paths of a content that one POST has brought are ``already-stored``.
        """
        self._index.confirm([each.known(status, None) for each in content.candidates], time.time())
        first, *others = content.candidates
        self.outcome(first.outcome(result, reason))
        for other in others:
            self.outcome(other.outcome(Result.ALREADY_STORED))

    def in_trash(self, content: Content, until: datetime | None) -> None:
        """Its owner has deleted it from the cloud, where it still is for a while: nothing is sent."""
        self._index.confirm([each.known(Status.TRASHED, None) for each in content.candidates], time.time())
        reason = f"in the trash until {until.astimezone():%Y-%m-%d}" if until else "in the trash"
        for each in content.candidates:
            self.outcome(each.outcome(Result.ALREADY_STORED, reason))

    def pending(self, content: Content, reason: str) -> None:
        """The cloud has not confirmed it yet: the next run asks again."""
        for each in content.candidates:
            self.outcome(each.outcome(Result.PENDING, reason))

    def rejected(self, content: Content, reason: str | None) -> None:
        """The cloud has refused it, also when it was sent a second time."""
        self._index.reject(content.sha256)
        for each in content.candidates:
            self.outcome(each.outcome(Result.REJECTED, reason))
