"""Backs up folders: scan → select → examine → announce → upload → confirm → index, each stage in threads of its own.

The index is written last, with what the cloud has confirmed; whatever ends a run, the next one finishes it.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import chain
from pathlib import Path
from typing import Final

from photobak.client.account.session import Session
from photobak.client.concurrency import Pipeline
from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import Examiner, sendable
from photobak.client.files.outcome import FileOutcome, Observer, Result, Summary
from photobak.client.files.scan import Filters, Root, Skipped, scan
from photobak.client.files.select import Group, Newest, Selection, select, select_all
from photobak.client.index.index import Index
from photobak.client.sync.moves import GoneFiles, tell_moves
from photobak.client.upload.announce import Announcer, batches
from photobak.client.upload.change_feed import ChangeFeed
from photobak.client.upload.confirm import Confirmer
from photobak.client.upload.content import Content, StatusReader
from photobak.client.upload.ledger import Ledger
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.client.upload.post import RateLimit
from photobak.client.upload.send import Sender

_AHEAD: Final = 200
"""Files that may wait between two stages."""


@dataclass(frozen=True, slots=True)
class Options:
    """How a sync is to go."""

    jobs: int
    """Files that are sent at once, at most."""
    device: str
    """The machine's name in ``photo.source``."""
    zone: tzinfo
    """For capture times that carry none."""
    filters: Filters
    wait: bool = True
    """Whether to wait until the cloud has confirmed what was sent."""
    timeout: float = 600.0
    """Seconds without any confirmation after which the rest is left to the next run."""
    bytes_per_second: float | None = None
    rehash: bool = False
    """Whether untouched files are read too, and their bytes compared with what is known."""
    limit: int | None = None
    """How many new or changed photos are backed up, the newest first; None = all."""


class Sync:
    """One run over some folders, for one profile."""

    def __init__(self, session: Session, index: Index, observer: Observer, options: Options) -> None:
        self._session = session
        self._index = index
        self._observer = observer
        self._options = options
        self._ledger = Ledger(index, observer)
        self._gone = GoneFiles(index)
        self._started = time.monotonic()

    @property
    def summary(self) -> Summary:
        """What has become of the files so far."""
        self._ledger.summary.seconds = time.monotonic() - self._started
        return self._ledger.summary

    def run(self, roots: Sequence[Root]) -> Summary:
        """Back up all that is new or changed.

        Raises:
            CloudError: the cloud can't be reached; what was confirmed until then is in the index.
            SignInNeeded: the session has ended meanwhile.
        """
        announcer = Announcer(self._session)
        rate, turns = RateLimit(self._options.bytes_per_second), ConcurrencyLimiter(self._options.jobs)
        sender = Sender(announcer, self._ledger, self._observer, rate, turns)
        confirmer = Confirmer(StatusReader(self._session), ChangeFeed(self._session), announcer, sender, self._ledger)
        with Pipeline() as pipeline:
            contents = pipeline.stage(self._gather, self._candidates(pipeline, roots), capacity=2)
            announced = pipeline.stage(announcer.announce, contents, threads=2, capacity=_AHEAD)
            sent = pipeline.stage(sender.send, announced, threads=self._options.jobs, capacity=_AHEAD)
            if self._options.wait:
                confirmer.confirm(sent, self._options.timeout)
            else:
                confirmer.leave(sent)
        self._index.leave(self._gone.of(roots))
        tell_moves(self._session, self._index)
        self._index.note_run(time.time(), self.summary.to_json())
        return self.summary

    def rehearse(self, roots: Sequence[Root]) -> Summary:
        """Read everything and send nothing: what would ``run`` upload?"""
        with Pipeline() as pipeline:
            for candidate in self._candidates(pipeline, roots):
                self._ledger.outcome(candidate.outcome(Result.WOULD_UPLOAD))
        return self.summary

    def _candidates(self, pipeline: Pipeline, roots: Sequence[Root]) -> Iterator[Candidate]:
        """All files that need the cloud's word."""
        largest = self._session.profile.max_upload_bytes
        # One thread for all that is done for each file, changed or not: handing on costs more than it saves.
        work = pipeline.stage(self._tell_found, self._work(roots, largest), capacity=_AHEAD)
        examiner = Examiner(self._options.device, self._options.zone, datetime.now(UTC), largest)
        found = pipeline.stage(examiner.examine, work, threads=_readers(), capacity=_AHEAD)
        return self._readable(found.gathered())

    def _work(self, roots: Sequence[Root], largest: int) -> Iterator[Group | Candidate]:
        """What there is to do below the roots."""
        listings = chain.from_iterable(scan(root, self._options.filters) for root in roots)
        selections = (select_all if self._options.rehash else select)(listings, self._index)
        if self._options.limit is None:
            yield from self._sort(selections)
        else:
            newest = Newest(self._options.limit, partial(sendable, largest=largest))
            yield from newest.choose(self._sort(selections))
            self._ledger.postponed(newest.postponed)

    def _tell_found(self, work: Iterable[Group | Candidate]) -> Iterator[Group | Candidate]:
        for each in work:
            sizes = each.sizes if isinstance(each, Group) else [each.fingerprint.size]
            self._observer.found(len(sizes), sum(sizes))
            yield each

    def _gather(self, candidates: Iterable[Candidate]) -> Iterator[list[Content]]:
        for batch in batches(candidates):
            self._ledger.read(batch)
            yield batch

    def _sort(self, selections: Iterable[Selection]) -> Iterator[Group | Candidate]:
        """Tell the ledger what each folder needs no work for, and hand on the rest."""
        for selection in selections:
            self._ledger.unchanged(selection.unchanged)
            self._ledger.ignored(selection.listing.ignored)
            for unreadable in selection.listing.unreadable:
                self._observer.found(1, 0)
                self._ledger.outcome(FileOutcome(Path(unreadable.path), Result.FAILED, unreadable.reason))
            self._gone.note(selection)
            yield from selection.pending
            yield from selection.groups

    def _readable(self, found: Iterable[Candidate | FileOutcome | Skipped]) -> Iterator[Candidate]:
        for each in found:
            match each:
                case Skipped():
                    self._ledger.ignored([each])
                case FileOutcome():
                    self._ledger.outcome(each)
                case Candidate():
                    self._observer.read(1)
                    yield each


def _readers() -> int:
    """Threads that hash: SHA-256 releases the GIL, so one a processor has work."""
    return max(2, min(os.cpu_count() or 2, 8))
