"""An album: a name for photos, whose records say that they are in it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

MAX_NAME: Final = 200
"""Characters."""

_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(frozen=True, slots=True)
class Album:
    """One album of one person."""

    id: str
    """16 hex digits; names may be equal and may change."""
    name: str
    description: str = ""
    cover: str | None = None
    """SHA-256 of the photo on its cover; None: the newest."""

    def to_json(self) -> dict[str, Any]:
        """As in the bucket and on the wire."""
        return {"id": self.id, "name": self.name, "description": self.description, "cover": self.cover}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` wrote.

        Raises:
            ValueError, TypeError, KeyError: it is something else.
        """
        album = cls(said["id"], said["name"], said.get("description") or "", said.get("cover"))
        if not (is_album_id(album.id) and isinstance(album.name, str) and isinstance(album.description, str)):
            raise ValueError("not an album")
        return album


def is_album_id(text: str) -> bool:
    """Whether ``text`` has the form of an album's id."""
    return _ID.fullmatch(text) is not None
