"""Compares the files on the disk with the index, and selects those that need work."""

import heapq
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from itertools import count
from pathlib import Path

from photobak.client.concurrency import Report
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import FileOutcome, Found, Ignored, Result, Unchanged
from photobak.client.files.scan import Listing, Root
from photobak.client.index.index import Fingerprint, Index, KnownFile
from photobak.photo.pairs import family


@dataclass(frozen=True, slots=True)
class Group:
    """Files of one family in one folder, which have to be examined together (``photo.pairs``)."""

    root: Root
    folder: str
    changed: dict[str, Fingerprint]
    """New or changed files by name; they will be read."""
    untouched: dict[str, KnownFile] = field(default_factory=dict)
    """Unchanged ones beside them, which may lend or borrow a capture time."""
    doubted: dict[str, KnownFile] = field(default_factory=dict)
    """Unchanged ones that are read all the same (``--rehash``)."""

    @property
    def sizes(self) -> list[int]:
        """Bytes of each file that will be read."""
        changed = [fingerprint.size for fingerprint in self.changed.values()]
        return changed + [file.fingerprint.size for file in self.doubted.values()]


@dataclass(frozen=True, slots=True)
class Selection:
    """One folder, sorted by what there is to do."""

    listing: Listing
    unchanged: int
    """Files that the cloud has confirmed and that have not changed since."""
    pending: list[Candidate]
    """Files that have not changed and the cloud has not confirmed."""
    groups: list[Group]
    gone: list[KnownFile]
    """What the index knows and the folder no longer has."""

    def reports(self) -> Iterator[Report]:
        """What is known of this folder without reading a file."""
        if self.unchanged:
            yield Unchanged(self.unchanged)
        if self.listing.ignored:
            yield Ignored(self.listing.ignored)
        for each in self.listing.unreadable:
            yield Found(1, 0)
            yield FileOutcome(Path(each.path), Result.FAILED, each.reason)

    def work(self) -> Iterator["Group | Candidate"]:
        """What needs a closer look, or the cloud's answer."""
        yield from self.pending
        yield from self.groups


def select(listings: Iterable[Listing], index: Index) -> Iterator[Selection]:
    """Compare each folder with the index."""
    for listing in listings:
        yield _select(listing, index)


def select_all(listings: Iterable[Listing], index: Index) -> Iterator[Selection]:
    """Compare each folder with the index, and have every file read: ``--rehash``."""
    for listing in listings:
        yield _select_all(listing, index)


def _select(listing: Listing, index: Index) -> Selection:
    confirmed, unconfirmed = index.confirmed(listing.folder), index.unconfirmed(listing.folder)
    if confirmed == listing.files and not unconfirmed:
        return Selection(listing, unchanged=len(listing.files), pending=[], groups=[], gone=[])
    return _sorted(listing, confirmed, {file.name: file for file in unconfirmed}, index)


def _sorted(
    listing: Listing, confirmed: Mapping[str, tuple[int, ...]], unconfirmed: Mapping[str, KnownFile], index: Index
) -> Selection:
    """What there is to do in a folder that has changed."""
    unchanged, changed, pending = 0, {}, []
    for name, fingerprint in listing.files.items():
        if confirmed.get(name) == fingerprint:
            unchanged += 1
        elif name in unconfirmed and unconfirmed[name].fingerprint == fingerprint:
            pending.append(Candidate.pending(unconfirmed[name]))
        else:
            changed[name] = fingerprint
    known = confirmed.keys() | unconfirmed.keys()
    gone = _gone(listing, known)
    return Selection(
        listing=listing,
        unchanged=unchanged,
        pending=pending,
        groups=_groups(listing, changed, known - changed.keys() - gone, index),
        gone=index.files(listing.folder, gone),
    )


def _select_all(listing: Listing, index: Index) -> Selection:
    known = {file.name: file for file in index.files_of(listing.folder)}
    changed, doubted = {}, {}
    for name, fingerprint in listing.files.items():
        if name in known and known[name].fingerprint == fingerprint:
            doubted[name] = known[name]
        else:
            changed[name] = fingerprint
    gone = _gone(listing, known.keys())
    groups = {
        family(next(iter(group.changed))): group
        for group in _groups(listing, changed, known.keys() - listing.files.keys() - gone, index)
    }
    for name, file in doubted.items():
        groups.setdefault(family(name), Group(listing.root, listing.folder, {})).doubted[name] = file
    return Selection(listing, 0, [], list(groups.values()), [known[name] for name in gone])


def _gone(listing: Listing, known: AbstractSet[str]) -> set[str]:
    """Known names that the folder no longer has; files that are only excluded now are still there."""
    missing = known - listing.files.keys()
    return {name for name in missing if not os.path.lexists(os.path.join(listing.folder, name))}  # noqa: PTH118


def _groups(listing: Listing, changed: dict[str, Fingerprint], untouched: Iterable[str], index: Index) -> list[Group]:
    """Group changed files by family, each with the unchanged files beside it."""
    groups: dict[str, Group] = {}
    for name, fingerprint in changed.items():
        group = groups.setdefault(family(name), Group(listing.root, listing.folder, {}))
        group.changed[name] = fingerprint
    if not groups:
        return []
    for file in index.files(listing.folder, [name for name in untouched if family(name) in groups]):
        groups[family(file.name)].untouched[file.name] = file
    return list(groups.values())


class Newest:
    """``--limit``: lets the newest photos pass and no more than so many, without keeping the tree in memory.

    The modification time says which is newest: the capture time would need every file to be read. A photo counts once,
    with the video, raw file or sidecar that belongs to it, so that they are never separated. Used by one thread.
    """

    def __init__(self, limit: int, sendable: Callable[[Path], bool]) -> None:
        self._limit = limit
        self._sendable = sendable
        self._newest: list[tuple[int, int, Group | Candidate]] = []
        """A heap, oldest first: modification time in nanoseconds; of equal ones, the latest arrival first."""
        self._arrivals = count()
        self.postponed = 0
        """Files left to the next run."""

    def choose(self, work: Iterable[Group | Candidate | Report]) -> Iterator[Group | Candidate | Report]:
        """Pass on at once what needs no upload, and the newest of the rest when all were seen."""
        for each in work:
            match each:
                case Candidate(uploaded_at=None, deleted=False):
                    self._enter(each.fingerprint.mtime_ns, each)
                case Group() if any(self._sendable(Path(each.folder, name)) for name in each.changed):
                    if each.doubted:
                        yield replace(each, changed={})
                    alone = replace(each, untouched=each.untouched | each.doubted, doubted={})
                    self._enter(max(fingerprint.mtime_ns for fingerprint in each.changed.values()), alone)
                case _:  # what can't be uploaded does not count
                    yield each
        yield from (work for _, _, work in sorted(self._newest, key=lambda entry: entry[:2], reverse=True))

    def _enter(self, mtime_ns: int, work: Group | Candidate) -> None:
        entry = (mtime_ns, -next(self._arrivals), work)
        if len(self._newest) < self._limit:
            heapq.heappush(self._newest, entry)
        else:
            _, _, oldest = heapq.heappushpop(self._newest, entry)
            self.postponed += len(oldest.changed) if isinstance(oldest, Group) else 1
