"""The S3 metadata of an original: what its bytes don't say, kept for the day when every record is lost."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, unquote

from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.kind import Kind
from photobak.photo.source import Source

_MAX_BYTES: Final = 2048  # names and values together (S3 user guide, "User-defined object metadata")
_MAX_NAME: Final = 1024


@dataclass(frozen=True, slots=True)
class ObjectMetadata:
    """What could be read of an original's metadata."""

    filename: str | None = None
    """In the form of ``photo.source.escape``."""
    kind: Kind | None = None
    taken: CaptureTime | None = None
    modified_at: datetime | None = None
    source: str | None = None
    """One of its sources, in the form of ``photo.source``."""

    @classmethod
    def read(cls, metadata: Mapping[str, str]) -> "ObjectMetadata":
        """Read what ``metadata_of`` wrote, leaving out illegible fields."""
        found = {name: unquote(value) for name, value in metadata.items()}
        read: dict[str, object] = {"filename": found.get("filename") or None}
        with suppress(KeyError, ValueError):
            read["kind"] = Kind(found["kind"])
        with suppress(KeyError, ValueError):
            source = TakenSource(found.get("taken-source", TakenSource.MTIME))
            read["taken"] = CaptureTime.parse(found["taken-at"], source)
        with suppress(KeyError, ValueError):
            modified_at = datetime.fromisoformat(found["modified-at"])
            read["modified_at"] = modified_at if modified_at.tzinfo else None
        with suppress(KeyError, ValueError):
            Source.parse(found["source"])
            read["source"] = found["source"]
        return cls(**read)  # type: ignore[arg-type]  # one value a field, each read above


def metadata_of(
    filename: str, kind: Kind, taken: CaptureTime, modified_at: datetime, sources: Collection[str]
) -> dict[str, str]:
    """Make the metadata of an original; S3 takes ASCII only, so names are percent-encoded.

    Of the sources, the first one that fits is kept.
    """
    metadata = {
        "taken-at": taken.isoformat(),
        "taken-source": taken.source.value,
        "kind": kind.value,
        "modified-at": modified_at.isoformat(),
        "filename": quote(filename)[:_MAX_NAME],
    }
    room = _MAX_BYTES - sum(len(name) + len(value) for name, value in metadata.items()) - len("source")
    fitting = [quoted for source in sorted(sources) if len(quoted := quote(source)) <= room]
    return metadata | ({"source": fitting[0]} if fitting else {})
