"""Puts one content at all of its paths: fetched once, and named only when it is complete and right."""

import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path, PurePosixPath
from typing import Any

from photobak.client.restore.archived import Archived, RestoreRequest
from photobak.client.restore.destination import Destination
from photobak.client.restore.layout import Target, Variant
from photobak.client.restore.part import Expected, Part, part_name
from photobak.client.restore.ranges import LARGE, Ranges
from photobak.client.transport.download import Download, Gone, ObjectArchived, Unreachable
from photobak.errors import CloudError, PhotobakError, SignInNeeded, reason_of
from photobak.photo.identity import CHUNK_BYTES
from photobak.photo.record import Record
from photobak.photo.source import utf8_path
from photobak.platform.files import read_at
from photobak.platform.folders import Folder


class RestoreResult(StrEnum):
    """What became of one file."""

    RESTORED = "restored"
    EXISTS = "exists"
    THAWING = "thawing"
    FAILED = "failed"
    WOULD_RESTORE = "would-restore"


@dataclass(frozen=True, slots=True)
class RestoreOutcome:
    """What became of one file, and why it is not there."""

    target: Target
    path: Path
    result: RestoreResult
    reason: str | None = None
    size: int = 0
    """Bytes that were written."""
    archived: Archived | None = None
    """If it has to be thawed first."""

    def to_json(self) -> dict[str, Any]:
        """The line of ``get --json``."""
        return {
            "type": "photo",
            "sha256": self.target.record.sha256,
            "path": utf8_path(self.path),
            "result": self.result.value,
            "reason": self.reason,
        }


class _WrongBytes(PhotobakError):
    """The bytes that arrived are not those that were stored."""


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One content in the bucket."""

    key: str
    expected: Expected


@dataclass(frozen=True, slots=True)
class Placer:
    """Puts contents into one folder. Threads may share it."""

    destination: Destination
    download: Download
    ranges: Ranges
    restore_request: RestoreRequest
    variant: Variant
    replace: bool
    """Whether to overwrite existing files whose contents differ."""

    def place(self, targets: list[Target]) -> Iterator[RestoreOutcome]:
        """Put one content at all of its paths, and report what became of each.

        Raises:
            Unreachable: the bucket can't be reached.
            SignInNeeded: the sign-in has ended.
        """
        wanted, twin = None, None
        for target in targets:
            try:
                wanted = wanted or self._wanted(target)
                outcome = self._existing(target, wanted) or self._fetched_or_archived(target, wanted, twin)
            except (Unreachable, SignInNeeded):
                raise
            except (PhotobakError, OSError) as error:
                outcome = self._failed(target, error)
            if outcome.result in (RestoreResult.RESTORED, RestoreResult.EXISTS):
                twin = target
            yield outcome

    def rehearse(self, target: Target) -> RestoreOutcome:
        """Report what ``place`` would do with one target.

        Raises:
            CloudError, SignInNeeded: the bucket has to be read, and can't be.
        """
        try:
            return self._existing(target, self._wanted(target)) or self._outcome(target, RestoreResult.WOULD_RESTORE)
        except (Unreachable, SignInNeeded):
            raise
        except (PhotobakError, OSError) as error:
            return self._failed(target, error)

    def missing_bytes(self, target: Target) -> int:
        """How many bytes one target still needs, judging by names and sizes; 0 for a preview."""
        if self.variant is not Variant.ORIGINAL:
            return 0
        expected = Expected(target.record.size, target.record.sha256)
        try:
            with self.destination.opened(target.path.parent) as folder:
                if folder.find(target.path.name) and not self.replace:
                    return 0
                part = folder.find(part_name(target.path.name, expected))
        except OSError:
            return expected.size
        return max(0, expected.size - (part.st_size if part else 0))

    # ------------------------------------------------------------------ steps

    def _wanted(self, target: Target) -> _Wanted:
        key = self.variant.key(target.record)
        if key is None:
            raise Gone("it has no preview", why=target.record.reason or "")
        return _Wanted(key, self._expected(target.record, key))

    def _expected(self, record: Record, key: str) -> Expected:
        """An original has its hash; a preview is what the bucket says it is."""
        if self.variant is Variant.ORIGINAL:
            return Expected(record.size, record.sha256)
        facts = self.download.facts(key)
        return Expected(facts.size, facts.md5, "md5")

    def _existing(self, target: Target, wanted: _Wanted) -> RestoreOutcome | None:
        """The outcome if a file exists already; None if there is none, or it may be overwritten."""
        name = target.path.name
        try:
            with self.destination.opened(target.path.parent) as folder:
                found = folder.find(name)
                if found is None:
                    return None
                if stat.S_ISREG(found.st_mode) and _fits(folder, name, wanted.expected):
                    # An interrupted run may have left its temporary name.
                    folder.remove(part_name(name, wanted.expected))
                    return self._outcome(target, RestoreResult.EXISTS)
        except FileNotFoundError:
            return None
        if self.replace:
            return None
        reason = "another file exists there; it was left alone (--force overwrites it)"
        return self._outcome(target, RestoreResult.FAILED, reason)

    def _fetched_or_archived(self, target: Target, wanted: _Wanted, twin: Target | None) -> RestoreOutcome:
        try:
            return self._fetched(target, wanted, twin)
        except ObjectArchived as found:
            archived = self.restore_request.ensure(wanted.key, found.storage_class)
            path = self.destination.root / target.path
            return RestoreOutcome(target, path, RestoreResult.THAWING, str(archived), archived=archived)

    def _fetched(self, target: Target, wanted: _Wanted, twin: Target | None) -> RestoreOutcome:
        name, expected = target.path.name, wanted.expected
        with self.destination.made(target.path.parent) as folder, Part(folder, name, expected) as part:
            try:
                self._fill(part, wanted, twin)
                part.become_whole(target.modified_at, replace=self.replace)
            except CloudError:
                if part.size == 0:
                    part.discard()
                raise  # what has arrived is kept for the next run
            except (PhotobakError, OSError):
                part.discard()
                raise
        return self._outcome(target, RestoreResult.RESTORED, size=expected.size)

    def _fill(self, part: Part, wanted: _Wanted, twin: Target | None) -> None:
        part.resume()
        self._require_room(wanted.expected.size - part.size)
        doubtful = part.size > 0 or twin is not None
        self._copy(part, wanted, twin)
        if doubtful and not part.is_right:
            part.start_anew()
            self._copy(part, wanted, None)
        if not part.is_right:
            raise _WrongBytes(
                "the bytes in the cloud are not those that were stored",
                next_step="Type: photobak verify --read-data",
            )

    def _copy(self, part: Part, wanted: _Wanted, twin: Target | None) -> None:
        """Append what is still missing, from the bucket or from a file that has the same content."""
        size, start = wanted.expected.size, part.size
        if twin is not None:
            self._copy_file(twin.path, start, part)
        elif size - start >= LARGE:
            for chunk in self.ranges.chunks(wanted.key, size, start):
                part.append(chunk)
        else:
            self.download.read(wanted.key, size, part.append, start)

    def _copy_file(self, path: PurePosixPath, start: int, part: Part) -> None:
        """Append a file that was right a moment ago."""
        buffer = memoryview(bytearray(CHUNK_BYTES))
        with self.destination.opened(path.parent) as folder:
            file = folder.open_file(path.name)
        try:
            while read := read_at(file, buffer, start):
                part.append(buffer[:read])
                start += read
        finally:
            os.close(file)

    def _require_room(self, size: int) -> None:
        if size > self.destination.room():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    # ------------------------------------------------------------------ words

    def _failed(self, target: Target, error: Exception) -> RestoreOutcome:
        reason = reason_of(error) if isinstance(error, OSError) else str(error)
        return self._outcome(target, RestoreResult.FAILED, reason)

    def _outcome(
        self, target: Target, result: RestoreResult, reason: str | None = None, size: int = 0
    ) -> RestoreOutcome:
        return RestoreOutcome(target, self.destination.root / target.path, result, reason, size)


def _fits(folder: Folder, name: str, expected: Expected) -> bool:
    file = folder.open_file(name)
    try:
        return expected.fits(file)
    finally:
        os.close(file)
