"""Reads each file once: hash, type, EXIF, capture time. A file that changes while it is read is read again."""

import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from io import BufferedReader, FileIO
from pathlib import Path
from stat import S_ISREG
from typing import TYPE_CHECKING, Final

from photobak.client.files.candidate import Candidate, modified_at
from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.files.scan import Skipped
from photobak.client.files.select import Group
from photobak.client.index.index import Fingerprint, KnownFile
from photobak.errors import reason_of
from photobak.photo.capture_time import CaptureTime, decide
from photobak.photo.described import Described
from photobak.photo.identity import sha256_of, short_id
from photobak.photo.media_type import HEAD_BYTES, MediaType, recognise
from photobak.photo.pairs import leaders, live_videos, take_leaders_times
from photobak.photo.record import Status
from photobak.photo.source import Source
from photobak.platform.files import open_to_read
from photobak.platform.host import host_name

if TYPE_CHECKING:
    from photobak.photo.metadata import Metadata

_TRIES: Final = 3
_BUFFER_BYTES: Final = 64 * 1024  # most cameras' EXIF, its thumbnail included
_TICK_NS: Final = 20_000_000
"""Twice the longest time that a Linux kernel lets pass between two values of its file clock."""


@dataclass(frozen=True, slots=True)
class _Examined:
    """What reading a file has found."""

    fingerprint: Fingerprint
    sha256: str
    media_type: MediaType
    metadata: "Metadata"


class _Unsent(Exception):
    """The file can't be backed up; the message says why."""


@dataclass(frozen=True, slots=True)
class Examiner:
    """Examines files of one device."""

    device: str
    """The machine's name in ``photo.source``."""
    zone: tzinfo
    """For times without an offset."""
    now: datetime
    """Later dates are impossible."""
    largest: int
    """The most bytes of one upload."""

    def examine(self, work: Iterable[Group | Candidate]) -> Iterator[Candidate | FileOutcome | Skipped]:
        """Read each group's changed files; what an earlier run has read passes through."""
        for each in work:
            if isinstance(each, Candidate):
                yield each
            else:
                yield from self._group(each)

    def _group(self, group: Group) -> Iterator[Candidate | FileOutcome | Skipped]:
        examined: dict[str, _Examined] = {}
        for name in (*group.changed, *group.doubted):
            known = group.doubted.get(name)
            read = self._read(Path(group.folder, name), (known.fingerprint if known else group.changed[name]).size)
            found = _compared(known, read) if known else read
            if isinstance(found, _Examined):
                examined[name] = found
            else:
                yield found
        yield from self._candidates(group, examined)

    def _read(self, path: Path, size: int) -> "_Examined | FileOutcome | Skipped":
        try:
            found = _read_whole(path, self.largest)
        except FileNotFoundError:
            return Skipped(str(path), "it was removed before it was read", size)
        except OSError as error:
            return FileOutcome(path, Result.FAILED, reason_of(error), size=size)
        except _Unsent as reason:
            return FileOutcome(path, Result.FAILED, str(reason), size=size)
        return found or Skipped(str(path), "not a photo, video or sidecar", size)

    def _candidates(self, group: Group, examined: dict[str, _Examined]) -> Iterator[Candidate]:
        untouched = group.untouched | group.doubted
        types = {name: file.media_type for name, file in untouched.items()}
        types |= {name: file.media_type for name, file in examined.items()}
        own = {name: file.taken for name, file in untouched.items()}
        own |= {name: self._capture_time(name, file) for name, file in examined.items()}
        followed = leaders(types.items())
        taken = take_leaders_times(own, followed)
        durations = {name: file.metadata.duration for name, file in examined.items()}
        content_ids = {name: file.metadata.content_id for name, file in examined.items()}
        live = live_videos(followed, types, durations, content_ids)
        for name, file in examined.items():
            yield Candidate(
                folder=group.folder,
                name=name,
                fingerprint=file.fingerprint,
                sha256=file.sha256,
                media_type=file.media_type,
                taken=taken[name],
                source=str(Source(self.device, group.root.relative(group.folder, name))),
                described=Described(motion=examined[live[name]].sha256) if name in live else None,
            )

    def _capture_time(self, name: str, file: _Examined) -> CaptureTime:
        mtime = modified_at(file.fingerprint)
        return decide(file.metadata, filename=name, modified_at=mtime, zone=self.zone, now=self.now)


def this_device() -> str:
    """The machine's name in ``photo.source``: without the colon that ends it there."""
    return host_name().replace(":", "-") or "unknown"


def sendable(path: Path, largest: int) -> bool:
    """Whether a file looks like something to back up, judging by its size and first bytes."""
    try:
        with open_to_read(path) as file:
            found = os.fstat(file.fileno())
            is_small_file = S_ISREG(found.st_mode) and found.st_size <= largest
            return is_small_file and recognise(file.read(HEAD_BYTES), path.name) is not None
    except OSError:
        return False


def read_again(candidate: Candidate) -> Candidate:
    """Hash a file again although its fingerprint is unchanged.

    Raises:
        OSError: it can't be read, or has changed.
    """
    if candidate.reader is not None:
        with candidate.open() as file:
            return replace(candidate, sha256=sha256_of(file))
    try:
        found = _read_whole(candidate.path, candidate.fingerprint.size)
    except _Unsent as reason:
        raise OSError(str(reason)) from reason
    if found is None or found.fingerprint != candidate.fingerprint:
        raise OSError("it changed after it was read; the next sync takes it")
    return replace(candidate, sha256=found.sha256)


def _read_whole(path: Path, largest: int) -> _Examined | None:
    """Read one file; None if it is nothing to back up.

    Raises:
        OSError: it can't be read.
        _Unsent: it has more than ``largest`` bytes, or kept changing while it was read.
    """
    from photobak.photo.metadata import (  # 20 ms, which a sync with nothing to read saves
        Metadata,
        UnreadableMetadata,
        read_metadata,
    )

    for _ in range(_TRIES):
        with open_to_read(path) as file:
            before = _stable_fingerprint(file)
            head = file.read(_BUFFER_BYTES)
            media_type = recognise(head[:HEAD_BYTES], path.name)
            if media_type is None:
                return None
            if before.size > largest:
                raise _Unsent(f"its {before.size:,} bytes are more than one upload takes ({largest:,})")
            sha256 = sha256_of(file, head)
            with _buffered(file) as buffered:
                try:
                    metadata = read_metadata(buffered, media_type, head)
                except UnreadableMetadata:  # its bytes are sent all the same; the cloud, which reads them too, says why
                    metadata = Metadata()
            if Fingerprint.of(os.fstat(file.fileno())) == before:
                return _Examined(before, sha256, media_type, metadata)
    raise _Unsent("it is being written to; the next sync takes it")


def _compared(
    known: KnownFile, found: _Examined | FileOutcome | Skipped
) -> "_Examined | Candidate | FileOutcome | Skipped":
    """Compare an unchanged file that was read again with the index.

    Other bytes are damage only if the cloud has confirmed the previous ones; if not, there is no better copy than this
    one, and it is backed up as it is.
    """
    confirmed = known.status is not Status.EXPECTED
    match found:
        case _Examined() if found.fingerprint == known.fingerprint and found.sha256 == known.sha256:
            candidate = Candidate.pending(known)
            return candidate.outcome(Result.UNCHANGED) if known.status.kept else candidate
        case _Examined() if found.fingerprint == known.fingerprint and confirmed:
            return _bit_rot(known)
        case Skipped() if confirmed and _untouched(known):  # too damaged to be recognised
            return _bit_rot(known)
    return found


def _untouched(known: KnownFile) -> bool:
    try:
        return Fingerprint.of(known.path.stat()) == known.fingerprint
    except OSError:
        return False


def _bit_rot(known: KnownFile) -> FileOutcome:
    reason = (
        "its bytes have changed although it was not written to: it is damaged. The backup has the"
        f" original: photobak get {short_id(known.sha256)}"
    )
    return Candidate.pending(known).outcome(Result.FAILED, reason)


@contextmanager
def _buffered(file: FileIO) -> "Iterator[BufferedReader[FileIO]]":
    """Buffer small reads of a file: metadata takes twenty, and each system call releases Python's lock."""
    buffered = BufferedReader(file, _BUFFER_BYTES)
    try:
        yield buffered
    finally:
        buffered.detach()  # or it would close the file


def _stable_fingerprint(file: FileIO) -> Fingerprint:
    """The fingerprint of an open file, once the file system's clock has ticked since the last change.

    Without that, a change within the same tick would not change the fingerprint (git: "racy" entries).
    """
    found = os.fstat(file.fileno())
    if not S_ISREG(found.st_mode):
        raise _Unsent("it is no regular file any more")
    age = time.time_ns() - found.st_ctime_ns
    if 0 <= age < _TICK_NS:
        time.sleep((_TICK_NS - age) / 1e9)
        found = os.fstat(file.fileno())
    return Fingerprint.of(found)
