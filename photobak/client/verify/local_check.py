"""Compares this machine with the cloud: the files below some folders, or all that the index takes for confirmed."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, islice
from pathlib import Path
from typing import Final

from photobak.client.account.session import Session
from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import Examiner, read_again, this_device
from photobak.client.files.outcome import FileOutcome
from photobak.client.files.scan import Filters, Listing, Root, scan
from photobak.client.files.select import select
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.upload.content import StatusReader, Verdict
from photobak.client.verify.judge import Problem, ProblemKind
from photobak.client.verify.stored_bytes import Sample
from photobak.errors import reason_of
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.record import Status

_LOST: Final = "the cloud has lost it"
_REASONS: Final = {
    Status.EXPECTED: "it was uploaded, and the cloud has not confirmed it yet",
    Status.REJECTED: "the cloud has rejected it",
}


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file as it is now."""

    path: Path
    sha256: str
    before: str | None
    """Its SHA-256 in the index; None if the index does not know this path."""
    untouched: bool = False
    """Whether its size and times are those in the index."""


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
        self._deletions = AcceptedDeletions(index)
        self.files = 0
        """Photos, videos and sidecars that were seen."""
        self.deleted = 0
        """Those whose deletion from the cloud this machine has made or accepted."""
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
                elif self._deletions.covers(each.sha256, verdicts.get(each.sha256)):
                    self.deleted += 1
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
        yield LocalFile(known.path, sha256, known.sha256, untouched=True)

    def _examiner(self) -> Examiner:
        return Examiner(this_device(), UTC, datetime.now(UTC), self._session.profile.max_upload_bytes)


class IndexCheck:
    """Compares what the index takes for confirmed with the cloud, without looking at any file."""

    def __init__(self, session: Session, index: Index) -> None:
        self._session = session
        self._index = index
        self._deletions = AcceptedDeletions(index)
        self.confirmations = 0
        """Contents that the index takes for confirmed."""
        self.deleted = 0
        """Files whose deletion from the cloud this machine has made or accepted."""

    def problems(self) -> Iterator[Problem]:
        """Yield a problem for each file that the index has wrongly taken for safe, or that was deleted elsewhere.

        Raises:
            CloudError: the cloud can't be asked.
        """
        statuses = StatusReader(self._session)
        hashes = chain(Confirmations(self._index).kept_hashes(), self._deletions.hashes)
        while batch := list(islice(hashes, MAX_PHOTOS_A_REQUEST)):
            verdicts = statuses.read(batch)
            for sha256 in batch:
                yield from self._problems(sha256, verdicts.get(sha256))

    def _problems(self, sha256: str, verdict: Verdict | None) -> Iterator[Problem]:
        copies = [file.path for file in self._index.copies(sha256)]
        if self._deletions.covers(sha256, verdict):
            self.deleted += len(copies)
            return
        self.confirmations += 1
        if verdict is not None and verdict.status.kept:
            return
        for path in copies:
            yield _problem_of(sha256, path, verdict, _LOST)
        if not copies and verdict is None:
            reason = f"{_LOST}, and no file on this machine is known to have these bytes"
            yield Problem(ProblemKind.MISSING_OBJECT, reason, sha256)


class AcceptedDeletions:
    """The deletions that the index knows of, and whether their owner has accepted them."""

    def __init__(self, index: Index) -> None:
        self._known = {each.sha256: each for each in Confirmations(index).deleted()}

    @property
    def hashes(self) -> list[str]:
        """The contents that the index knows to be deleted."""
        return list(self._known)

    def covers(self, sha256: str, verdict: Verdict | None) -> bool:
        """Whether the cloud says that this content is deleted, and this machine has made or accepted that."""
        known = self._known.get(sha256)
        if known is None or not known.accepted or verdict is None or verdict.deletion is None:
            return False
        # This machine's own deletion has no time in the index until a sync has read the cloud's.
        return known.deletion.deleted_at in (None, verdict.deletion.deleted_at)


def _judge(file: LocalFile, verdict: Verdict | None) -> Problem | None:
    if verdict is not None and verdict.status.kept:
        return None
    if file.before is not None and file.before != file.sha256:
        if file.untouched:
            return Problem(ProblemKind.DAMAGED, "the disk may have damaged it", file.before, file.path)
        return Problem(ProblemKind.CHANGED, "it is not what was backed up", file.sha256, file.path)
    return _problem_of(file.sha256, file.path, verdict, _LOST if file.before else "it is new")


def _problem_of(sha256: str, path: Path, verdict: Verdict | None, reason: str) -> Problem:
    """The problem of a file that the cloud does not keep; ``reason`` if it knows nothing of it."""
    if verdict is not None and verdict.deletion is not None:
        return Problem(ProblemKind.DELETED, str(verdict.deletion), sha256, path)
    if verdict is not None:
        reason = _REASONS[verdict.status]
    return Problem(ProblemKind.NOT_BACKED_UP, reason, sha256, path)
