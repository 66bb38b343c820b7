"""Frees files: each is confirmed, read back from the cloud, hashed on both sides, listed, and only then moved.

However a run ends, nothing is lost: the list and the index are written before the move, and a file that was not moved
is found like a new one by the next sync.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from photobak.client.account.session import Session
from photobak.client.concurrency import parallel
from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import read_again, sendable
from photobak.client.files.scan import Filters, Listing, Root, scan
from photobak.client.free.judge import FreeOutcome, FreeResult, OnDisk, cloud_objection, local_objection, together
from photobak.client.index.index import Fingerprint, Index, KnownFile
from photobak.client.library.bucket import SessionBucket
from photobak.client.library.library import Library
from photobak.client.places import Places
from photobak.client.profile import Profile
from photobak.client.transport.download import Download, Gone, ObjectArchived, WrongSize
from photobak.client.upload.content import StatusReader
from photobak.errors import ConfigError, reason_of
from photobak.photo.pairs import family
from photobak.photo.record import Record, Status
from photobak.photo.source import utf8_path
from photobak.platform.files import append_durably, is_own


def freed_list_path(places: Places, profile: Profile) -> Path:
    """The list of all files that were freed, for people: JSON Lines."""
    return places.state / f"{profile.name}.freed.jsonl"


@dataclass(frozen=True, slots=True)
class _Member:
    """A file that is looked at."""

    name: str
    known: KnownFile | None
    size: int = 0
    objection: str = ""
    record: Record | None = None
    failed: bool = False


_Family = list[_Member]
"""Files of one folder that belong together."""


class Freer:
    """Frees the files of one profile."""

    def __init__(
        self, session: Session, index: Index, freed_list: Path, cutoff: datetime, trash: Callable[[Path], None]
    ) -> None:
        """Free nothing yet.

        Args:
            session: whose cloud it is.
            index: knows the files of this machine.
            freed_list: the file to which each file is added before it is moved.
            cutoff: files whose photo was taken later stay.
            trash: moves a file to the system's trash, or raises OSError.
        """
        self._index = index
        self._freed_list = freed_list
        self._cutoff = cutoff
        self._trash = trash
        self._largest = session.profile.max_upload_bytes
        self._statuses = StatusReader(session)
        self._library = Library(session)
        self._download = Download(SessionBucket(session).objects)

    def rehearse(self, roots: Sequence[Root]) -> Iterator[FreeOutcome]:
        """Report what ``free`` would move, as far as it is known without reading anything back; raises as ``free``."""
        for folder, members in self._families(roots):
            yield from _told(folder, members, FreeResult.WOULD_FREE)

    def free(self, roots: Sequence[Root]) -> Iterator[FreeOutcome]:
        """Move what is safe to the trash.

        Raises:
            CloudError: the cloud can't be reached.
            SignInNeeded: the sign-in has ended.
            ConfigError: the list of freed files can't be written.
        """
        for folder, members in parallel(self._read_back, self._families(roots), jobs=4):
            if any(member.objection for member in members):
                yield from _told(folder, members, FreeResult.FREED)
            else:
                yield from (self._move(folder, member) for member in members)

    def emptied(self, roots: Sequence[Root]) -> list[Path]:
        """The folders in which there is nothing, though the index knows files below them: not mounted, most likely."""
        empty = [root.path for root in roots if root.names is None and _is_empty(root.path)]
        return [path for path in empty if self._index.folders_below(str(path))]

    def _families(self, roots: Sequence[Root]) -> Iterator[tuple[str, _Family]]:
        for root in roots:
            for listing in scan(root, Filters()):
                for unreadable in listing.unreadable:
                    path = Path(unreadable.path)
                    yield str(path.parent), [_Member(path.name, None, objection=unreadable.reason, failed=True)]
                yield from self._families_of(listing)

    def _families_of(self, listing: Listing) -> Iterator[tuple[str, _Family]]:
        known = {file.name: file for file in self._index.files_of(listing.folder)}
        families: dict[str, _Family] = defaultdict(list)
        for name in sorted(listing.files):
            if name in known or sendable(Path(listing.folder, name), self._largest):  # not documents
                families[family(name)].append(self._local(listing.folder, name, known.get(name)))
        open_ones = {key for key, members in families.items() if not any(member.objection for member in members)}
        hashes = {each.known.sha256 for key in open_ones for each in families[key] if each.known is not None}
        verdicts = self._statuses.read(hashes)
        kept = [sha256 for sha256, verdict in verdicts.items() if verdict.status.kept]
        records = {each.sha256: each for each in self._library.find_each(kept) if isinstance(each, Record)}
        statuses = {sha256: verdict.status for sha256, verdict in verdicts.items()}
        for key, members in families.items():
            asked = [_asked(each, statuses, records) for each in members] if key in open_ones else members
            yield listing.folder, _together(asked)

    def _local(self, folder: str, name: str, known: KnownFile | None) -> _Member:
        path = Path(folder, name)
        try:
            found = path.lstat()
        except OSError as error:
            return _Member(name, known, objection=reason_of(error), failed=True)
        on_disk = OnDisk(found.st_mode, found.st_nlink, is_own(found), Fingerprint.of(found))
        objection = local_objection(on_disk, known, self._cutoff)
        return _Member(name, known, found.st_size, objection)

    def _read_back(self, item: tuple[str, _Family]) -> tuple[str, _Family]:
        """The family again, with what reading both copies of each file has found."""
        folder, members = item
        if any(member.objection for member in members):
            return item
        return folder, _together([self._compared(member) for member in members])

    def _compared(self, member: _Member) -> _Member:
        known, record = member.known, member.record
        assert known is not None  # noqa: S101 - local_objection lets nothing else through
        assert record is not None  # noqa: S101 - likewise cloud_objection
        digest = hashlib.sha256()
        try:
            self._download.read(record.original_key, record.size, digest.update)
            if digest.hexdigest() != known.sha256:
                return replace(member, objection="its original is damaged: photobak repair", failed=True)
            if read_again(Candidate.pending(known)).sha256 != known.sha256:
                return replace(member, objection="its bytes have changed: photobak sync --rehash", failed=True)
        except ObjectArchived as archived:
            return replace(member, objection=f"its original is archived in {archived.storage_class}")
        except (Gone, WrongSize) as problem:
            return replace(member, objection=f"its original: {problem.what}", failed=True)
        except OSError as error:
            return replace(member, objection=reason_of(error), failed=True)
        return member

    def _move(self, folder: str, member: _Member) -> FreeOutcome:
        known = member.known
        assert known is not None  # noqa: S101 - as in _compared
        path = Path(folder, member.name)
        now = datetime.now(UTC)
        self._list(known, now)
        self._index.free(known, now.timestamp())
        try:
            _require_unchanged(path, known)
            self._trash(path)
        except OSError as error:
            self._index.confirm([known], now.timestamp())
            return FreeOutcome(path, FreeResult.KEPT, reason_of(error), known.sha256, member.size, failed=True)
        return FreeOutcome(path, FreeResult.FREED, "", known.sha256, member.size)

    def _list(self, known: KnownFile, now: datetime) -> None:
        entry = {"at": now.isoformat(), "path": utf8_path(known.path), "sha256": known.sha256, "source": known.source}
        try:
            append_durably(self._freed_list, json.dumps(entry).encode() + b"\n")
        except OSError as error:
            raise ConfigError(f"{self._freed_list} can't be written", why=reason_of(error)) from error


def _is_empty(folder: Path) -> bool:
    try:
        return not any(folder.iterdir())
    except OSError:  # the scan reports it
        return False


def _require_unchanged(path: Path, known: KnownFile) -> None:
    if Fingerprint.of(path.lstat()) != known.fingerprint:
        raise OSError("it has changed meanwhile")


def _asked(member: _Member, statuses: dict[str, Status], records: dict[str, Record]) -> _Member:
    known = member.known
    assert known is not None  # noqa: S101 - it had no objection
    record = records.get(known.sha256)
    return replace(member, record=record, objection=cloud_objection(known, statuses.get(known.sha256), record))


def _together(members: _Family) -> _Family:
    reasons = together({member.name: member.objection for member in members})
    return [replace(member, objection=reasons[member.name]) for member in members]


def _told(folder: str, members: _Family, otherwise: FreeResult) -> Iterator[FreeOutcome]:
    for member in members:
        result = FreeResult.KEPT if member.objection else otherwise
        sha256 = member.known.sha256 if member.known is not None else None
        yield FreeOutcome(Path(folder, member.name), result, member.objection, sha256, member.size, member.failed)
