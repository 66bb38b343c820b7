"""Imports an export: examine → announce → send → confirm, through the same stages as a backup."""

import os
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from photobak.client.account.session import Session
from photobak.client.concurrency import Channel, Pipeline, Report
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import Found, Observer, Result, Summary
from photobak.client.imports.examine import Disagreement, ImportExaminer
from photobak.client.imports.export import Export, MediumGroup
from photobak.client.index.index import Index
from photobak.client.library.albums import Albums
from photobak.client.upload.announce import announce_all
from photobak.client.upload.content import StatusReader
from photobak.client.upload.ledger import Ledger
from photobak.client.upload.stages import AHEAD, UploadOptions, record_reports, upload
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST, MAX_SOURCES_A_PHOTO

Judge = Callable[[Iterable[Candidate]], Iterator[Report]]
"""Reports on files that were read."""


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """How to import."""

    device: str
    """The machine's name in ``photo.source``."""
    zone: tzinfo
    """For capture times without an offset."""
    uploads: UploadOptions


class Import:
    """One import, for one profile. However it ends, the same command finishes it."""

    def __init__(self, session: Session, index: Index, observer: Observer, options: ImportOptions) -> None:
        self._session = session
        self._options = options
        self._ledger = Ledger(index, observer)
        self._started = time.monotonic()
        self.disagreements: list[Disagreement] = []
        """Photos whose file and export differ about when they were taken."""
        self.members: dict[str, set[str]] = {}
        """Title of an album → SHA-256 of its photos."""
        self._more_sources: list[tuple[Candidate, frozenset[str]]] = []

    @property
    def summary(self) -> Summary:
        """What has become of the files so far."""
        self._ledger.summary.seconds = time.monotonic() - self._started
        return self._ledger.summary

    def run(self, export: Export) -> Summary:
        """Back up all of it with what is known of it.

        Raises:
            CloudError: the cloud can't be reached; what was confirmed until then is kept.
            SignInNeeded: the session has ended meanwhile.
        """
        with Pipeline() as line:
            sender = upload(line, self._candidates(line, export), self._session, self._options.uploads)
            record_reports(line, self._ledger, sender)
        self._announce_more_sources()
        self._fill_albums(export)
        return self.summary

    def _announce_more_sources(self) -> None:
        """Announce the other sources of records that an export of photobak's brings; an upload announces one."""
        statuses = StatusReader(self._session).read({candidate.sha256 for candidate, _ in self._more_sources})
        waiting: dict[str, tuple[Candidate, list[str]]] = {}
        for candidate, sources in self._more_sources:
            if candidate.sha256 in statuses and statuses[candidate.sha256].status.kept:
                waiting.setdefault(candidate.sha256, (candidate, []))[1].extend(sources)
        while waiting:
            hashes = list(waiting)
            for start in range(0, len(hashes), MAX_PHOTOS_A_REQUEST):
                batch = [waiting[sha256] for sha256 in hashes[start : start + MAX_PHOTOS_A_REQUEST]]
                announce_all(
                    self._session,
                    [candidate.announcement(tuple(sources[:MAX_SOURCES_A_PHOTO])) for candidate, sources in batch],
                )
            left = {sha256: (first, rest[MAX_SOURCES_A_PHOTO:]) for sha256, (first, rest) in waiting.items()}
            waiting = {sha256: each for sha256, each in left.items() if each[1]}

    def _fill_albums(self, export: Export) -> None:
        """Put the photos that are stored into their albums, which are found by their names, so that none is doubled."""
        titles = self.members.keys() | export.listed_albums
        if not titles:
            return
        albums = Albums(self._session)
        known = {album.name: album for album in albums.all()}
        for title in sorted(titles):
            album = known.get(title) or albums.create(title, export.albums.get(title, ""))
            for _ in albums.put_in(album, sorted(self.members.get(title, ()))):
                pass

    def inspect(self, export: Export, judge: Judge) -> Summary:
        """Read everything and upload nothing: ``judge`` says of each file what there is to report."""
        with Pipeline() as line:
            line.stage(judge, self._candidates(line, export).gathered())
            record_reports(line, self._ledger)
        return self.summary

    def _candidates(self, line: Pipeline, export: Export) -> Channel[Candidate]:
        groups: Channel[MediumGroup] = line.stage(_found, export.groups, capacity=AHEAD)
        largest = self._session.profile.max_upload_bytes
        options, now = self._options, datetime.now(UTC)
        examiner = ImportExaminer(
            options.device,
            options.zone,
            now,
            largest,
            disagreements=self.disagreements,
            members=self.members,
            more_sources=self._more_sources,
        )
        return line.stage(examiner.examine, groups, threads=_readers(), capacity=AHEAD)


def _found(groups: Iterable[MediumGroup]) -> Iterator[MediumGroup | Report]:
    for group in groups:
        yield Found(len(group.media), sum(medium.entry.size for medium in group.media))
        yield group


def would_upload(candidates: Iterable[Candidate]) -> Iterator[Report]:
    """Report each as one that would be uploaded; the judge of ``--dry-run``."""
    for candidate in candidates:
        yield candidate.outcome(Result.WOULD_UPLOAD)


def _readers() -> int:
    """Threads that hash: SHA-256 releases the GIL, so one per processor has work."""
    return max(2, min(os.cpu_count() or 2, 8))
