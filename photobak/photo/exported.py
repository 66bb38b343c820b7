"""The lists in an export: a line of JSON for each photo, and for each album, by which ``import folder`` knows them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from photobak.photo.album import Album
from photobak.photo.record import InvalidRecord, Record

PHOTO_LIST: Final = "photos.jsonl"
ALBUM_LIST: Final = "albums.jsonl"
LONGEST_LINE: Final = 2 * 1024 * 1024
"""Bytes; a record has at most 400 KB, which JSON may write five times as long."""


@dataclass(frozen=True, slots=True)
class ListedPhoto:
    """A line of the list of photos."""

    path: str
    """Relative to the list, as valid UTF-8 text (``photo.source.utf8_path``)."""
    sidecar: str | None
    """Path of the sidecar that the export wrote; None where there is none, or its owner's own has the name."""
    record: Record

    def to_json(self) -> dict[str, Any]:
        """The line's object."""
        return {"path": self.path, "sidecar": self.sidecar, **self.record.to_json()}


def parse_photo(line: bytes) -> ListedPhoto | None:
    """Read a line of the list of photos; None where it is none."""
    said = _object(line)
    path, sidecar = said.get("path"), said.get("sidecar")
    if not isinstance(path, str) or not isinstance(sidecar, str | None):
        return None
    try:
        return ListedPhoto(path, sidecar, Record.from_json(said))
    except InvalidRecord:
        return None


def parse_album(line: bytes) -> Album | None:
    """Read a line of the list of albums; None where it is none."""
    try:
        return Album.from_json(_object(line))
    except (KeyError, TypeError, ValueError):
        return None


def _object(line: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(line)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
