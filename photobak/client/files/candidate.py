"""A file that is new, changed or not yet confirmed: what a sync carries from stage to stage."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.index.index import Fingerprint, KnownFile
from photobak.photo.announcement import Announcement
from photobak.photo.capture_time import CaptureTime
from photobak.photo.media_type import MediaType
from photobak.photo.record import Status
from photobak.photo.source import escape

_FIRST_SECOND: Final = -4_544_208_000
"""The beginning of 1826, as in ``photo.capture_time``: nothing was photographed before."""
_LAST_SECOND: Final = 253_370_764_800
"""The beginning of 9999, so that it is a date in every time zone."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One path whose bytes were read and hashed, now or in an earlier run."""

    folder: str
    name: str
    fingerprint: Fingerprint
    """Of the file as it was when it was hashed."""
    sha256: str
    media_type: MediaType
    taken: CaptureTime
    source: str
    uploaded_at: float | None = None
    """Unix seconds of the last POST, where the cloud has not confirmed it since."""
    in_trash: bool = False
    """Whether its owner had deleted it from the cloud when it was last asked after."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.folder, self.name)

    @classmethod
    def pending(cls, known: KnownFile) -> "Candidate":
        """A file that an earlier run has sent and the cloud has not confirmed yet."""
        return cls(
            folder=known.folder,
            name=known.name,
            fingerprint=known.fingerprint,
            sha256=known.sha256,
            media_type=known.media_type,
            taken=known.taken,
            source=known.source,
            uploaded_at=known.uploaded_at,
            in_trash=known.status is Status.TRASHED,
        )

    def known(self, status: Status, uploaded_at: float | None) -> KnownFile:
        """What the index keeps of it."""
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
        """What the sync says of it."""
        return FileOutcome(
            self.path, result, reason, self.sha256, self.media_type.kind, self.taken, self.fingerprint.size
        )

    def announcement(self, sources: tuple[str, ...], sources_gone: tuple[str, ...] = ()) -> Announcement:
        """What the cloud is told of it.

        Args:
            sources: all places where this content lies, this path's own among them.
            sources_gone: places where it lies no more.
        """
        return Announcement(
            sha256=self.sha256,
            kind=self.media_type.kind,
            size=self.fingerprint.size,
            content_type=self.media_type.content_type,
            taken=self.taken,
            modified_at=modified_at(self.fingerprint),
            filename=escape(self.name),
            sources=sources,
            sources_gone=sources_gone,
        )


def modified_at(fingerprint: Fingerprint) -> datetime:
    """A file's mtime, with its microseconds; one that no calendar has, as the nearest day that one has."""
    seconds, nanoseconds = divmod(fingerprint.mtime_ns, 1_000_000_000)
    if seconds > _LAST_SECOND:
        return datetime.fromtimestamp(_LAST_SECOND, UTC)
    return datetime.fromtimestamp(max(seconds, _FIRST_SECOND), UTC) + timedelta(microseconds=nanoseconds // 1000)
