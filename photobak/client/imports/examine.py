"""Examines what an export holds: hash, type, metadata; the capture time is reconciled with what the export says."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, Final

from photobak.client.files.candidate import Candidate, modified_at
from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.files.scan import Skipped
from photobak.client.imports.archive.folder_archive import FolderArchive
from photobak.client.imports.archive.interface import Archive, Entry
from photobak.client.imports.export import Medium, MediumGroup
from photobak.client.imports.facts import Facts
from photobak.client.index.index import Fingerprint
from photobak.errors import reason_of
from photobak.photo.capture_time import STATED, CaptureTime, beside, decide
from photobak.photo.described import Described, alternative_text
from photobak.photo.identity import sha256_of
from photobak.photo.media_type import HEAD_BYTES, MediaType, recognise
from photobak.photo.pairs import leaders
from photobak.photo.reconciled_time import ReconciledTime, ToldTime, is_possible, reconcile
from photobak.photo.source import Source

if TYPE_CHECKING:
    from photobak.photo.metadata import Metadata

_HEAD: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class ArchiveReader:
    """Reads one entry for as long as its archive stays as it was."""

    archive: Archive
    entry: Entry
    state: tuple[int, int]
    """Size and mtime of the archive."""

    def open(self) -> BinaryIO:
        """Read it from its beginning."""
        return self.archive.open(self.entry)

    def untouched(self) -> bool:
        """Whether the archive is as it was when the entry was hashed."""
        return archive_state(self.archive.path) == self.state


def archive_state(path: Path) -> tuple[int, int]:
    """What changes when an archive is written to."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


@dataclass(frozen=True, slots=True)
class _Examined:
    medium: Medium
    fingerprint: Fingerprint
    sha256: str
    media_type: MediaType
    metadata: "Metadata"
    reader: ArchiveReader | None


@dataclass(frozen=True, slots=True)
class Disagreement:
    """A photo whose file and export differ about when it was taken."""

    path: str
    taken: CaptureTime
    """The one that wins."""
    others: tuple[CaptureTime, ...]


@dataclass(frozen=True, slots=True)
class ImportExaminer:
    """Examines media for one device."""

    device: str
    """The machine's name in ``photo.source``."""
    zone: tzinfo
    """For times without offset."""
    now: datetime
    """Dates after it are impossible."""
    largest: int
    """Bytes that one upload may have."""
    disagreements: list[Disagreement] = field(default_factory=list)
    """Filled by all threads."""
    members: dict[str, set[str]] = field(default_factory=dict)
    """Title of an album → SHA-256 of its photos; filled by all threads."""
    more_sources: list[tuple[Candidate, frozenset[str]]] = field(default_factory=list)
    """Contents whose record had several sources when it was exported, and the other ones; filled by all threads."""

    def examine(self, groups: Iterable[MediumGroup]) -> Iterator[Candidate | FileOutcome | Skipped]:
        """Read each group's media; what can't be read is reported, and takes no other along."""
        for group in groups:
            examined = []
            for medium in group.media:
                found = self._read(medium)
                if isinstance(found, _Examined):
                    examined.append(found)
                else:
                    yield found
            yield from self._candidates(group, examined)

    def _read(self, medium: Medium) -> "_Examined | FileOutcome | Skipped":
        path, size = Path(medium.path), medium.entry.size
        if size > self.largest:
            reason = f"its {size:,} bytes are more than one upload takes ({self.largest:,})"
            return FileOutcome(path, Result.FAILED, reason, size=size)
        try:
            found = _read_whole(medium)
        except OSError as error:
            return FileOutcome(path, Result.FAILED, reason_of(error), size=size)
        return found or Skipped(str(path), "not a photo, video or sidecar", size)

    def _candidates(self, group: MediumGroup, examined: list[_Examined]) -> Iterator[Candidate]:
        times = {each.medium.path: self._time(each) for each in examined}
        leader_of = _leaders(group, examined)
        by_path = {each.medium.path: each for each in examined}
        videos = {leader_of[path]: by_path[path].sha256 for path in leader_of if group.motion}
        for each in examined:
            path = each.medium.path
            time, led = times[path], times.get(leader_of.get(path, ""))
            is_recorded = self._recorded_time(each.medium.facts) is not None
            is_stated = time.taken.source in STATED and led is not None and led.taken.source not in STATED
            if led is not None and not is_stated and not is_recorded:
                time = ReconciledTime(beside(led.taken))
            if time.alternatives:
                self.disagreements.append(Disagreement(path, time.taken, time.alternatives))
            for title in each.medium.albums:
                self.members.setdefault(title, set()).add(each.sha256)
            candidate = self._candidate(each, time, videos.get(path))
            more = _recorded_sources(each.medium) - {candidate.source}
            if more:
                self.more_sources.append((candidate, more))
            yield candidate

    def _time(self, examined: _Examined) -> ReconciledTime:
        medium, facts = examined.medium, examined.medium.facts
        name, mtime = PurePosixPath(medium.entry.path).name, modified_at(examined.fingerprint)
        recorded = self._recorded_time(facts)
        if recorded is not None:
            return recorded
        if facts is None or facts.taken is None:
            taken = decide(examined.metadata, filename=name, modified_at=mtime, zone=self.zone, now=self.now)
            return ReconciledTime(taken)
        told = ToldTime(facts.taken, medium.told_by)
        return reconcile(examined.metadata, told, filename=name, modified_at=mtime, zone=self.zone, now=self.now)

    def _recorded_time(self, facts: Facts | None) -> ReconciledTime | None:
        """The capture time as photobak had recorded it when it exported the photo."""
        recorded = facts.recorded if facts else None
        if recorded is None or recorded.taken is None or not is_possible(recorded.taken.taken_at, self.now):
            return None
        return ReconciledTime(recorded.taken, tuple(sorted(recorded.alternatives, key=alternative_text)))

    def _candidate(self, examined: _Examined, time: ReconciledTime, motion: str | None) -> Candidate:
        path = Path(examined.medium.path)
        here = str(Source(self.device, examined.medium.entry.path))
        return Candidate(
            folder=str(path.parent),
            name=path.name,
            fingerprint=examined.fingerprint,
            sha256=examined.sha256,
            media_type=examined.media_type,
            taken=time.taken,
            source=min(_recorded_sources(examined.medium), default=here),
            reader=examined.reader,
            described=_described(examined.medium, time.alternatives, motion),
            whole_name=examined.medium.whole_name,
        )


def _read_whole(medium: Medium) -> _Examined | None:
    """Read an entry; None where it is nothing that is backed up."""
    from photobak.photo.metadata import Metadata, UnreadableMetadata, read_metadata

    is_file = isinstance(medium.archive, FolderArchive)
    state = archive_state(medium.archive.path)
    with medium.archive.open(medium.entry) as file:
        fingerprint = Fingerprint.of(os.fstat(file.fileno())) if is_file else _fingerprint(medium.entry, state)
        head = file.read(_HEAD)
        media_type = recognise(head[:HEAD_BYTES], PurePosixPath(medium.entry.path).name)
        if media_type is None:
            return None
        sha256 = sha256_of(file, head)
        try:
            metadata = read_metadata(file, media_type, head)
        except UnreadableMetadata:  # its bytes are sent all the same; the cloud, which reads them too, says why
            metadata = Metadata()
        if is_file and Fingerprint.of(os.fstat(file.fileno())) != fingerprint:
            raise OSError("it is being written to; import it again later")
    reader = None if is_file else ArchiveReader(medium.archive, medium.entry, state)
    return _Examined(medium, fingerprint, sha256, media_type, metadata, reader)


def _fingerprint(entry: Entry, state: tuple[int, int]) -> Fingerprint:
    """What tells an entry's bytes from others: the archive's state, and the entry's number and size in it."""
    modified = entry.modified_at
    mtime_ns = int(modified.astimezone(UTC).timestamp() * 1e9) if modified else state[1]
    return Fingerprint(entry.size, mtime_ns, state[1], entry.number)


def _leaders(group: MediumGroup, examined: list[_Examined]) -> dict[str, str]:
    """Path of a follower → path of the photo beside which it is listed."""
    if group.motion:
        paths = [each.medium.path for each in examined]
        return {paths[1]: paths[0]} if len(paths) == 2 else {}
    if not group.by_name:
        return {}
    paths_of = {PurePosixPath(each.medium.path).name: each.medium.path for each in examined}
    types = {name: each.media_type for name, each in zip(paths_of, examined, strict=False)}
    return {paths_of[follower]: paths_of[leader] for follower, leader in leaders(types.items()).items()}


def _recorded_sources(medium: Medium) -> frozenset[str]:
    """The sources of a photo's record when it was exported."""
    return medium.facts.recorded.sources if medium.facts and medium.facts.recorded else frozenset()


def _described(medium: Medium, alternatives: tuple[CaptureTime, ...], motion: str | None) -> Described:
    facts = medium.facts
    if facts is not None and facts.recorded is not None:
        motion = motion or facts.recorded.motion
    said = Described(alternatives=frozenset(alternatives), motion=motion)
    if facts is None:
        return said
    return replace(
        said,
        description=facts.description,
        favorite=facts.favorite if facts.recorded else facts.favorite or None,
        archived=facts.archived if facts.recorded else facts.archived or None,
        people=facts.people,
        tags=facts.tags,
        latitude=facts.latitude,
        longitude=facts.longitude,
    )
