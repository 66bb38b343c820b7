"""What the client announces before an upload: what it knows and the bytes don't say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from photobak.photo.capture_time import CaptureTime
from photobak.photo.described import Described
from photobak.photo.kind import Kind

MAX_PHOTOS_A_REQUEST = 100
"""DynamoDB's BatchGetItem takes 100 keys, so the API takes 100 photos."""

MAX_SOURCES_A_PHOTO = 50
"""Sources of one content in one request; a content with more is announced several times."""

LONGEST_SOURCE = 4096
"""Characters of a source in its text form."""


@dataclass(frozen=True, slots=True)
class Announcement:
    """One entry of ``POST /prep/photoupload`` (docs/architecture.md, "HTTP API")."""

    sha256: str
    kind: Kind
    size: int
    """Bytes; the presigned POST takes exactly this many."""
    content_type: str
    taken: CaptureTime
    modified_at: datetime
    """The file's mtime, with offset."""
    filename: str
    sources: tuple[str, ...] = ()
    """Where this content lies now, each in the form of ``photo.source``."""
    sources_gone: tuple[str, ...] = ()
    """Where it lay before and no longer does."""
    described: Described | None = None
    """What an import knows of it; None from a sync, which knows nothing."""

    def to_json(self) -> dict[str, Any]:
        """The entry as it goes over the wire."""
        described = {"described": self.described.to_json()} if self.described else {}
        return {
            "sha256": self.sha256,
            "kind": self.kind.value,
            "size": self.size,
            "content_type": self.content_type,
            "taken_at": self.taken.isoformat(),
            "taken_source": self.taken.source.value,
            "modified_at": self.modified_at.isoformat(),
            "filename": self.filename,
            "sources": list(self.sources),
            "sources_gone": list(self.sources_gone),
            **described,
        }
