"""Verifies the backup: compares the files on this machine, the two tables and the bucket."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import Any, Final

from photobak.client.account.session import Session
from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import Examiner, read_again, this_device
from photobak.client.files.outcome import FileOutcome
from photobak.client.files.scan import Filters, Listing, Root, scan
from photobak.client.files.select import select
from photobak.client.index.index import Index
from photobak.client.upload.content import StatusReader, Verdict
from photobak.client.verify.cloud_walk import CloudWalk
from photobak.client.verify.judge import Checked, Problem, ProblemKind
from photobak.client.verify.stored_bytes import ByteReader, ChecksumReader, Sample
from photobak.errors import reason_of
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.record import Status

_REASONS: Final = {
    Status.EXPECTED: "it was uploaded, and the cloud has not confirmed it yet",
    Status.REJECTED: "the cloud has rejected it",
    Status.TRASHED: "it is in the trash",
    Status.FORGOTTEN: "its owner has deleted it",
}


@dataclass(frozen=True, slots=True)
class Depth:
    """Which bytes a verification reads; none by default."""

    read_percent: float | None = None
    """The percentage of local files and of originals in the cloud that is read and hashed; None for none."""
    checksums: bool = False
    """Whether to compare the checksums that S3 keeps of originals."""


class Verifier:
    """One verification."""

    def __init__(self, session: Session, index: Index, filters: Filters, depth: Depth) -> None:
        self._local = LocalCheck(session, index, filters, _sample(depth))
        self._cloud = CloudWalk(session)
        self._checksums = ChecksumReader(session) if depth.checksums else None
        sample = _sample(depth)
        self._reader = ByteReader(session, self._cloud.own_objects.record_beside, sample) if sample else None
        self._problems = 0
        self._archived = 0
        self._started = time.monotonic()

    def problems(self, roots: Sequence[Root]) -> Iterator[Problem]:
        """Yield every problem as it is found: with the files below ``roots``, and with all that is in the cloud.

        The bytes of originals are checked for the files below ``roots``, or for all photos if there are no roots.

        Raises:
            CloudError: the cloud can't be read.
        """
        for problem in self._local.problems(roots):
            self._problems += 1
            yield problem
        for facts, problems in self._checked(roots):
            self._archived += any(each.archived for each in facts.objects_of("original"))
            self._problems += len(problems)
            yield from problems

    def _checked(self, roots: Sequence[Root]) -> Iterator[Checked]:
        """What is in the cloud, checked as deeply as requested."""
        photos = self._cloud.checked()
        wanted = self._local.hashes if roots else None
        if self._checksums is not None:
            photos = self._checksums.compare(photos, wanted)
        if self._reader is not None:
            photos = self._reader.compare(photos, wanted)
        return photos

    def summary(self) -> dict[str, Any]:
        """The last line of ``verify --json``: what was checked, and how many problems there are."""
        return {
            "type": "summary",
            "files": self._local.files,
            "photos": self._cloud.photos,
            "objects": self._cloud.objects,
            "read": self._reader.read if self._reader else 0,
            "bytes_read": self._reader.bytes_read if self._reader else 0,
            "checksums": self._checksums.compared if self._checksums else 0,
            "without_checksum": self._checksums.without if self._checksums else 0,
            "frozen": self._archived,
            "problems": self._problems,
            "seconds": round(time.monotonic() - self._started, 3),
        }


def _sample(depth: Depth) -> Sample | None:
    return Sample.with_random_start(depth.read_percent) if depth.read_percent else None


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file as it is now."""

    path: Path
    sha256: str
    before: str | None
    """Its SHA-256 in the index; None if the index does not know this path."""


class LocalCheck:
    """Checks folders against one index and one person's cloud."""

    def __init__(self, session: Session, index: Index, filters: Filters, read: Sample | None) -> None:
        """Make a check.

        Args:
            session: whose cloud it is.
            index: what is known of the files.
            filters: which files to check.
            read: which of the files that look unchanged are read all the same; None for none.
        """
        self._session = session
        self._index = index
        self._filters = filters
        self._read = read
        self.files = 0
        """Photos, videos and sidecars that were seen."""
        self.hashes: set[str] = set()
        """Their SHA-256."""

    def problems(self, roots: Sequence[Root]) -> Iterator[Problem]:
        """Yield the problems of the files below some folders.

        Raises:
            CloudError: the cloud can't be asked.
        """
        statuses = StatusReader(self._session)
        found = self._files(roots)
        while batch := list(islice(found, MAX_PHOTOS_A_REQUEST)):
            files = [each for each in batch if isinstance(each, LocalFile)]
            verdicts = statuses.read({file.sha256 for file in files})
            for each in batch:
                if isinstance(each, Problem):
                    yield each
                elif problem := _judge(each, verdicts.get(each.sha256)):
                    yield problem

    def _files(self, roots: Iterable[Root]) -> Iterator[LocalFile | Problem]:
        for root in roots:
            for listing in scan(root, self._filters):
                for each in self._files_of(listing):
                    self.files += 1
                    if isinstance(each, LocalFile):
                        self.hashes.add(each.sha256)
                    yield each

    def _files_of(self, listing: Listing) -> Iterator[LocalFile | Problem]:
        for unreadable in listing.unreadable:
            yield Problem(ProblemKind.UNREADABLE, unreadable.reason, path=Path(unreadable.path))
        for selection in select([listing], self._index):
            changed = {name for group in selection.groups for name in group.changed}
            for name in sorted(listing.files.keys() - changed):
                yield from self._untouched(listing.folder, name)
            for found in self._examiner().examine(selection.groups):
                if isinstance(found, Candidate):
                    before = self._index.file(found.folder, found.name)
                    yield LocalFile(found.path, found.sha256, before.sha256 if before else None)
                elif isinstance(found, FileOutcome):
                    yield Problem(ProblemKind.UNREADABLE, found.reason or "", path=found.path)

    def _untouched(self, folder: str, name: str) -> Iterator[LocalFile | Problem]:
        """A file whose fingerprint is that in the index; it is read if it is in the sample."""
        known = self._index.file(folder, name)
        if known is None:
            return  # another run has removed it meanwhile
        sha256 = known.sha256
        if self._read is not None and self._read.takes():
            try:
                sha256 = read_again(Candidate.pending(known)).sha256
            except OSError as error:
                yield Problem(ProblemKind.UNREADABLE, reason_of(error), path=known.path)
                return
        yield LocalFile(known.path, sha256, known.sha256)

    def _examiner(self) -> Examiner:
        return Examiner(this_device(), UTC, datetime.now(UTC), self._session.profile.max_upload_bytes)


def _judge(file: LocalFile, verdict: Verdict | None) -> Problem | None:
    if verdict is not None and verdict.status.kept:
        return None
    if file.before is not None and file.before != file.sha256:
        return Problem(ProblemKind.CHANGED, "it is not what was backed up", file.sha256, file.path)
    reason = "the cloud has lost it" if file.before else "it is new"
    if verdict is not None:
        reason = _REASONS[verdict.status]
    return Problem(ProblemKind.NOT_BACKED_UP, reason, file.sha256, file.path)
