"""What an original says of itself in its S3 metadata, for the day on which all records of it are lost."""

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote, unquote

from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.kind import Kind
from photobak.photo.source import Source

_MOST_BYTES: Final = 2048  # names and values together (S3 user guide, "User-defined object metadata")
_LONGEST_NAME: Final = 1024


@dataclass(frozen=True, slots=True)
class Imprint:
    """All of a photo that its bytes don't say, as far as it could be read."""

    filename: str | None = None
    """In the form of ``photo.source.escape``."""
    kind: Kind | None = None
    taken: CaptureTime | None = None
    modified_at: datetime | None = None
    source: str | None = None
    """One of its places, in the form of ``photo.source``."""

    @classmethod
    def read(cls, metadata: Mapping[str, str]) -> "Imprint":
        """Read what ``imprint`` wrote; what can't be read is left out."""
        found = {name: unquote(value) for name, value in metadata.items()}
        said: dict[str, object] = {"filename": found.get("filename") or None}
        with suppress(KeyError, ValueError):
            said["kind"] = Kind(found["kind"])
        with suppress(KeyError, ValueError):
            source = TakenSource(found.get("taken-source", TakenSource.MTIME))
            said["taken"] = CaptureTime.parse(found["taken-at"], source)
        with suppress(KeyError, ValueError):
            modified_at = datetime.fromisoformat(found["modified-at"])
            said["modified_at"] = modified_at if modified_at.tzinfo else None
        with suppress(KeyError, ValueError):
            Source.parse(found["source"])
            said["source"] = found["source"]
        return cls(**said)  # type: ignore[arg-type]  # one value a field, each read above


def imprint(
    filename: str, kind: Kind, taken: CaptureTime, modified_at: datetime, sources: Collection[str]
) -> dict[str, str]:
    """The metadata of an original; S3's is ASCII, so names are percent-encoded.

    Of the places the first one goes along that there is room for.
    """
    metadata = {
        "taken-at": taken.isoformat(),
        "taken-source": taken.source.value,
        "kind": kind.value,
        "modified-at": modified_at.isoformat(),
        "filename": quote(filename)[:_LONGEST_NAME],
    }
    room = _MOST_BYTES - sum(len(name) + len(value) for name, value in metadata.items()) - len("source")
    fitting = [quoted for source in sorted(sources) if len(quoted := quote(source)) <= room]
    return metadata | ({"source": fitting[0]} if fitting else {})
