"""Backs up folders: scan, select → examine → gather → announce → send → confirm, each stage in threads of its own.

Values go forward only. What has to be announced once more, because its POST has expired or the cloud has lost it, goes
back to ``announce`` as a value. What the stages find out, they report; the ledger alone writes the index, with what the
cloud has confirmed. However a run ends, the next one finishes it.
"""

import os
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo
from functools import partial
from itertools import chain

from photobak.client.account.session import Session
from photobak.client.concurrency import Channel, Pipeline, Report
from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import Examiner, sendable
from photobak.client.files.outcome import Found, Observer, Postponed, Result, Summary, Unchanged
from photobak.client.files.scan import Filters, Root, scan
from photobak.client.files.select import Group, Newest, Selection, select, select_all
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.index.roots import RootLabels
from photobak.client.sync.moves import GoneFiles, announce_moves
from photobak.client.upload.ledger import Ledger
from photobak.client.upload.reconfirm import Doubt, Elsewhere, Reconfirmer
from photobak.client.upload.stages import AHEAD, UploadOptions, record_reports, upload


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
    recheck: bool = False
    """Whether the cloud is asked again for everything that it has confirmed."""


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
        options = self._options
        roots = self._labelled(roots)
        Confirmations(self._index).note_begun(time.time())
        uploads = UploadOptions(options.jobs, options.wait, options.timeout, options.bytes_per_second)
        reconfirmer = Reconfirmer(self._session, Confirmations(self._index), recheck=options.recheck, now=time.time())
        with Pipeline() as line:
            doubts: Channel[Doubt] = line.stage(reconfirmer.reconfirm, (), capacity=AHEAD)
            sender = upload(line, self._files(line, roots, doubts), self._session, uploads)
            record_reports(line, self._ledger, sender)
        reconfirmer.conclude()
        self._ledger.conclude_deletions()
        self.summary.emptied = self._gone.emptied(roots)
        self._index.leave(self._gone.of(roots))
        announce_moves(self._session, self._index)
        self._index.note_run(time.time(), self.summary.to_json())
        return self.summary

    def _labelled(self, roots: Sequence[Root]) -> list[Root]:
        labels = RootLabels(self._index)
        return [
            replace(each, label=labels.label(each.path) if each.names is None else labels.label_of_files(each.path))
            for each in roots
        ]

    def rehearse(self, roots: Sequence[Root]) -> Summary:
        """Read everything and upload nothing: what would ``run`` upload?"""
        with Pipeline() as line:
            line.stage(_would_upload, self._files(line, roots, ()).gathered())
            record_reports(line, self._ledger)
        return self.summary

    def _files(self, line: Pipeline, roots: Sequence[Root], doubts: Iterable[Doubt]) -> Channel[Candidate]:
        """The first stages: all files that the cloud has yet to confirm, read and hashed."""

        def find(roots: Sequence[Root]) -> Iterator[Group | Candidate | Report]:
            yield from self._find(roots)
            yield from self._doubtful(doubts, roots)

        # One thread for all that is done for each file, changed or not: passing on costs more than it saves.
        work: Channel[Group | Candidate] = line.stage(find, roots, capacity=AHEAD)
        largest = self._session.profile.max_upload_bytes
        examiner = Examiner(self._options.device, self._options.zone, datetime.now(UTC), largest)
        return line.stage(examiner.examine, work, threads=_readers(), capacity=AHEAD)

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

    def _doubtful(self, doubts: Iterable[Doubt], roots: Sequence[Root]) -> Iterator[Candidate | Report]:
        """When all is scanned: what was unchanged, and is no longer in the cloud, is work after all."""
        doubted = {doubt.sha256: doubt for doubt in doubts}
        if not doubted:
            return
        copies = chain.from_iterable(map(self._index.copies, doubted))
        known = {(file.folder, file.name): file for file in copies if file.status.kept}
        for listing in chain.from_iterable(scan(root, self._options.filters) for root in roots):
            for name, fingerprint in listing.files.items():
                file = known.get((listing.folder, name))
                if file is not None and file.fingerprint == fingerprint:
                    doubted.pop(file.sha256, None)
                    yield Unchanged(-1)
                    yield Found(1, fingerprint.size)
                    yield replace(Candidate.pending(file), uploaded_at=None)
        yield from map(Elsewhere, doubted.values())

    def _work(self, selections: Iterable[Selection]) -> Iterator[Group | Candidate | Report]:
        for selection in selections:
            self._gone.note(selection)
            yield from selection.reports()
            yield from selection.work()


def _would_upload(candidates: Iterable[Candidate]) -> Iterator[Report]:
    for candidate in candidates:
        yield candidate.outcome(Result.WOULD_UPLOAD)


def _readers() -> int:
    """Threads that hash: SHA-256 releases the GIL, so one per processor has work."""
    return max(2, min(os.cpu_count() or 2, 8))
