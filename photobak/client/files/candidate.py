"""A file that is new, changed or not yet confirmed: what the stages of a sync pass on."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO, Final, Protocol

from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.index.index import Fingerprint, KnownFile
from photobak.photo.announcement import Announcement
from photobak.photo.capture_time import CaptureTime
from photobak.photo.described import Described
from photobak.photo.media_type import MediaType
from photobak.photo.record import Status
from photobak.photo.source import escape
from photobak.platform.files import open_to_read

_FIRST_SECOND: Final = -4_544_208_000
"""The start of 1826, as in ``photo.capture_time``: there are no older photographs."""
_LAST_SECOND: Final = 253_370_764_800
"""The start of 9999, so that it is a valid date in every time zone."""


class EntryReader(Protocol):
    """Reads a file that lies in an archive."""

    def open(self) -> BinaryIO:
        """Read it from its beginning; raises OSError if it can't be read."""

    def untouched(self) -> bool:
        """Whether the archive is as it was when the entry was hashed."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One path whose bytes were read and hashed, in this run or an earlier one."""

    folder: str
    name: str
    fingerprint: Fingerprint
    """Of the file when it was hashed."""
    sha256: str
    media_type: MediaType
    taken: CaptureTime
    source: str
    uploaded_at: float | None = None
    """Unix seconds of the last POST, if the cloud has not confirmed it since."""
    deleted: bool = False
    """Whether its owner had deleted it from the cloud at the last check."""
    reader: EntryReader | None = field(default=None, compare=False)
    """For an entry of an archive; None for a file on the disk."""
    described: Described | None = None
    """What an import knows of it."""
    whole_name: str | None = None
    """Its name, if that of the file was cut."""

    @property
    def path(self) -> Path:
        """Its absolute path; of an entry of an archive, its path below that of the archive."""
        return Path(self.folder, self.name)

    def open(self) -> BinaryIO:
        """Read it from its beginning.

        Raises:
            OSError: it can't be read.
        """
        return self.reader.open() if self.reader is not None else open_to_read(self.path)

    def untouched(self, file: BinaryIO) -> bool:
        """Whether a file opened here is still the one that was hashed."""
        if self.reader is not None:
            return self.reader.untouched()
        return Fingerprint.of(os.fstat(file.fileno())) == self.fingerprint

    @classmethod
    def pending(cls, known: KnownFile) -> "Candidate":
        """A file that an earlier run has read, and the cloud has not confirmed yet."""
        return cls(
            folder=known.folder,
            name=known.name,
            fingerprint=known.fingerprint,
            sha256=known.sha256,
            media_type=known.media_type,
            taken=known.taken,
            source=known.source,
            uploaded_at=known.uploaded_at,
            deleted=known.status.deleted,
        )

    def known(self, status: Status, uploaded_at: float | None) -> KnownFile:
        """What the index keeps about it."""
        return KnownFile(
            folder=self.folder,
            name=self.name,
            fingerprint=self.fingerprint,
            sha256=self.sha256,
            media_type=self.media_type,
            taken=self.taken,
            source=self.source,
            status=status,
            uploaded_at=uploaded_at,
        )

    def outcome(self, result: Result, reason: str | None = None) -> FileOutcome:
        """What the sync reports about it."""
        return FileOutcome(
            self.path, result, reason, self.sha256, self.media_type.kind, self.taken, self.fingerprint.size
        )

    def announcement(self, sources: tuple[str, ...], sources_gone: tuple[str, ...] = ()) -> Announcement:
        """What the cloud is told about it.

        Args:
            sources: where this content is, including this path.
            sources_gone: where it is no longer.
        """
        return Announcement(
            sha256=self.sha256,
            kind=self.media_type.kind,
            size=self.fingerprint.size,
            content_type=self.media_type.content_type,
            taken=self.taken,
            modified_at=modified_at(self.fingerprint),
            filename=escape(self.whole_name or self.name),
            sources=sources,
            sources_gone=sources_gone,
            described=self.described,
        )


def modified_at(fingerprint: Fingerprint) -> datetime:
    """A file's mtime with microseconds, clamped to what a calendar can express."""
    seconds, nanoseconds = divmod(fingerprint.mtime_ns, 1_000_000_000)
    if seconds > _LAST_SECOND:
        return datetime.fromtimestamp(_LAST_SECOND, UTC)
    return datetime.fromtimestamp(max(seconds, _FIRST_SECOND), UTC) + timedelta(microseconds=nanoseconds // 1000)
