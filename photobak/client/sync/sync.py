"""Backs up folders: scan, select → examine → gather → announce → send → confirm, each stage in threads of its own.

Values go forward only. What has to be announced once more, because its POST has expired or the cloud has lost it, goes
back to ``announce`` as a value. What the stages find out, they report; the ledger alone writes the index, with what the
cloud has confirmed. However a run ends, the next one finishes it.
"""

import os
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import chain
from typing import Final

from photobak.client.account.session import Session
from photobak.client.concurrency import Channel, Pipeline, Report
from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import Examiner, sendable
from photobak.client.files.outcome import Found, Observer, Postponed, Result, Summary
from photobak.client.files.scan import Filters, Root, scan
from photobak.client.files.select import Group, Newest, Selection, select, select_all
from photobak.client.index.index import Index
from photobak.client.sync.moves import GoneFiles, announce_moves
from photobak.client.upload.announce import Announcer, batches
from photobak.client.upload.change_feed import ChangeFeed
from photobak.client.upload.confirm import Confirmer, Step, leave_unconfirmed
from photobak.client.upload.content import Announced, Content, StatusReader, Uploaded, Wanted
from photobak.client.upload.ledger import Ledger
from photobak.client.upload.limiter import ConcurrencyLimiter
from photobak.client.upload.post import RateLimit
from photobak.client.upload.send import InFlight, Sender
from photobak.errors import PhotobakError
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST

_AHEAD: Final = 200
"""Files that may wait between two stages."""
_PROGRESS_SECONDS: Final = 0.2
"""How often the observer is told how many bytes were uploaded, while nothing else happens."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to sync."""

    jobs: int
    """The most uploads at once."""
    device: str
    """The machine's name in ``photo.source``."""
    zone: tzinfo
    """For capture times without an offset."""
    filters: Filters
    wait: bool = True
    """Whether to wait until the cloud has confirmed what was uploaded."""
    timeout: float = 600.0
    """Seconds without any confirmation after which the rest is left to the next run."""
    bytes_per_second: float | None = None
    rehash: bool = False
    """Whether unchanged files are read too, and their hashes compared with the index."""
    limit: int | None = None
    """The most new or changed photos to back up, the newest first; None = all."""


class Sync:
    """One run over some folders, for one profile."""

    def __init__(self, session: Session, index: Index, observer: Observer, options: Options) -> None:
        self._session = session
        self._index = index
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
        announcer, sender, confirm = self._upload_stages()
        jobs = self._options.jobs
        with Pipeline() as line:
            files = self._files(line, roots)
            contents = line.loop(_gather, files.gathered(), weight=_paths, most=MAX_PHOTOS_A_REQUEST, capacity=2)
            announced: Channel[Wanted | Uploaded] = line.stage(announcer.announce, contents, threads=2, capacity=_AHEAD)
            uploaded: Channel[Uploaded] = line.stage(sender.send, announced, threads=jobs, capacity=_AHEAD)
            line.stage(confirm, uploaded)
            self._record(line, sender)
        self._index.leave(self._gone.of(roots))
        announce_moves(self._session, self._index)
        self._index.note_run(time.time(), self.summary.to_json())
        return self.summary

    def rehearse(self, roots: Sequence[Root]) -> Summary:
        """Read everything and upload nothing: what would ``run`` upload?"""
        with Pipeline() as line:
            line.stage(_would_upload, self._files(line, roots).gathered())
            self._record(line)
        return self.summary

    def _upload_stages(self) -> tuple[Announcer, Sender, Callable[[Channel[Uploaded]], Iterator[Step]]]:
        in_flight = InFlight()
        sender = Sender(in_flight, RateLimit(self._options.bytes_per_second), ConcurrencyLimiter(self._options.jobs))
        statuses, feed = StatusReader(self._session), ChangeFeed(self._session)
        confirmer = Confirmer(statuses, feed, in_flight, self._options.timeout)
        return Announcer(self._session), sender, confirmer.confirm if self._options.wait else leave_unconfirmed

    def _files(self, line: Pipeline, roots: Sequence[Root]) -> Channel[Candidate]:
        """The first stages: all files that the cloud has yet to confirm, read and hashed."""
        # One thread for all that is done for each file, changed or not: passing on costs more than it saves.
        work: Channel[Group | Candidate] = line.stage(self._find, roots, capacity=_AHEAD)
        largest = self._session.profile.max_upload_bytes
        examiner = Examiner(self._options.device, self._options.zone, datetime.now(UTC), largest)
        return line.stage(examiner.examine, work, threads=_readers(), capacity=_AHEAD)

    def _find(self, roots: Iterable[Root]) -> Iterator[Group | Candidate | Report]:
        """Scan and select: what there is to do below the roots."""
        listings = chain.from_iterable(scan(root, self._options.filters) for root in roots)
        selections = (select_all if self._options.rehash else select)(listings, self._index)
        work = self._work(selections)
        newest = None
        if self._options.limit is not None:
            largest = self._session.profile.max_upload_bytes
            newest = Newest(self._options.limit, partial(sendable, largest=largest))
            work = newest.choose(work)
        for each in work:
            if not isinstance(each, Report):
                sizes = each.sizes if isinstance(each, Group) else [each.fingerprint.size]
                yield Found(len(sizes), sum(sizes))
            yield each
        if newest is not None:
            yield Postponed(newest.postponed)

    def _work(self, selections: Iterable[Selection]) -> Iterator[Group | Candidate | Report]:
        for selection in selections:
            self._gone.note(selection)
            yield from selection.reports()
            yield from selection.work()

    def _record(self, line: Pipeline, sender: Sender | None = None) -> None:
        """Apply all reports; also those that were made before a run ends early."""
        try:
            while (reports := line.reports(_PROGRESS_SECONDS)) is not None:
                for report in reports:
                    self._ledger.record(report)
                if sender is not None:
                    self._ledger.bytes_sent(sender.bytes_sent.take())
        except (KeyboardInterrupt, PhotobakError):
            for report in line.unread_reports():
                self._ledger.record(report)
            raise


def _gather(candidates: Iterable[Candidate]) -> Iterator[list[Content] | Report]:
    for batch in batches(candidates):
        yield Announced(batch)
        yield batch


def _would_upload(candidates: Iterable[Candidate]) -> Iterator[Report]:
    for candidate in candidates:
        yield candidate.outcome(Result.WOULD_UPLOAD)


def _paths(content: Content) -> int:
    return len(content.candidates)


def _readers() -> int:
    """Threads that hash: SHA-256 releases the GIL, so one per processor has work."""
    return max(2, min(os.cpu_count() or 2, 8))
