"""Reads files once: hash, type, EXIF, capture time; and only believes what did not change under its eyes."""

import os
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from io import FileIO
from pathlib import Path
from stat import S_ISREG
from typing import Final

from photobak.client.candidate import Candidate, modified_at
from photobak.client.index import Fingerprint
from photobak.client.outcome import FileOutcome, Result
from photobak.client.scan import Skipped, reason_of
from photobak.client.select import Group
from photobak.photo.capture_time import CaptureTime, decide
from photobak.photo.identity import sha256_of
from photobak.photo.media_type import HEAD_BYTES, MediaType, recognise
from photobak.photo.metadata import Metadata, read_metadata
from photobak.photo.pairs import leaders, take_leaders_times
from photobak.photo.source import Source

_TRIES: Final = 3
_TICK_NS: Final = 20_000_000
"""Twice the longest time that a Linux kernel lets pass between two values of its file clock."""


@dataclass(frozen=True, slots=True)
class _Examined:
    """What one reading of a file has told."""

    fingerprint: Fingerprint
    sha256: str
    media_type: MediaType
    metadata: Metadata


class _Unsent(Exception):
    """A file that can't be backed up as it is; says why."""


@dataclass(frozen=True, slots=True)
class Examiner:
    """Examines files of one device."""

    device: str
    """The machine's name in ``photo.source``."""
    zone: tzinfo
    """For times that carry none."""
    now: datetime
    """Dates after it are impossible."""
    largest: int
    """Bytes that one upload may have."""

    def examine(self, work: Iterable[Group | Candidate]) -> Iterator[Candidate | FileOutcome | Skipped]:
        """Read each group's changed files; what has been read in an earlier run passes through."""
        for each in work:
            if isinstance(each, Candidate):
                yield each
            else:
                yield from self._group(each)

    def _group(self, group: Group) -> Iterator[Candidate | FileOutcome | Skipped]:
        examined: dict[str, _Examined] = {}
        for name in group.changed:
            path = Path(group.folder, name)
            try:
                found = _read_whole(path, self.largest)
            except FileNotFoundError:
                yield Skipped(str(path), "it went before it was read")
            except OSError as error:
                yield FileOutcome(path, Result.FAILED, reason_of(error))
            except _Unsent as reason:
                yield FileOutcome(path, Result.FAILED, str(reason))
            else:
                if found is None:
                    yield Skipped(str(path), "not a photo, video or sidecar")
                else:
                    examined[name] = found
        yield from self._candidates(group, examined)

    def _candidates(self, group: Group, examined: dict[str, _Examined]) -> Iterator[Candidate]:
        types = {name: file.media_type for name, file in group.settled.items()}
        types |= {name: file.media_type for name, file in examined.items()}
        own = {name: file.taken for name, file in group.settled.items()}
        own |= {name: self._capture_time(name, file) for name, file in examined.items()}
        taken = take_leaders_times(own, leaders(types.items()))
        for name, file in examined.items():
            yield Candidate(
                folder=group.folder,
                name=name,
                fingerprint=file.fingerprint,
                sha256=file.sha256,
                media_type=file.media_type,
                taken=taken[name],
                source=str(Source(self.device, group.root.relative(group.folder, name))),
            )

    def _capture_time(self, name: str, file: _Examined) -> CaptureTime:
        mtime = modified_at(file.fingerprint)
        return decide(file.metadata, filename=name, modified_at=mtime, zone=self.zone, now=self.now)


def read_again(candidate: Candidate) -> Candidate:
    """Hash a file once more, though its fingerprint says that nobody has touched it.

    Raises:
        OSError: it can't be read, or was changed since.
    """
    try:
        found = _read_whole(candidate.path, candidate.fingerprint.size)
    except _Unsent as reason:
        raise OSError(str(reason)) from reason
    if found is None or found.fingerprint != candidate.fingerprint:
        raise OSError("it changed after it was read; the next sync takes it")
    return replace(candidate, sha256=found.sha256)


def _read_whole(path: Path, largest: int) -> _Examined | None:
    """Read one file; None where it is nothing that is backed up.

    Raises:
        OSError: it can't be read.
        _Unsent: it has more than ``largest`` bytes, or changed while it was read, three times in a row.
    """
    for _ in range(_TRIES):
        with open_file(path) as file:
            before = _settled_fingerprint(file)
            media_type = recognise(file.read(HEAD_BYTES), path.name)
            if media_type is None:
                return None
            if before.size > largest:
                raise _Unsent(f"its {before.size:,} bytes are more than one upload takes ({largest:,})")
            file.seek(0)
            sha256 = sha256_of(file)
            file.seek(0)
            metadata = read_metadata(file, media_type)
            if Fingerprint.of(os.fstat(file.fileno())) == before:
                return _Examined(before, sha256, media_type, metadata)
    raise _Unsent("it is being written to; the next sync takes it")


def open_file(path: Path) -> FileIO:
    """Open a file to read it; does not wait where a pipe has taken its place, whose other end nobody may ever open."""
    return open(path, "rb", buffering=0, opener=_without_waiting)


def _without_waiting(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _settled_fingerprint(file: FileIO) -> Fingerprint:
    """The fingerprint of an open file, once the clock of its file system has ticked since the last change.

    Without that, a change within the same tick would leave the fingerprint as it is (git: "racy" entries).
    """
    found = os.fstat(file.fileno())
    if not S_ISREG(found.st_mode):
        raise _Unsent("it is no regular file any more")
    age = time.time_ns() - found.st_ctime_ns
    if 0 <= age < _TICK_NS:
        time.sleep((_TICK_NS - age) / 1e9)
        found = os.fstat(file.fileno())
    return Fingerprint.of(found)
