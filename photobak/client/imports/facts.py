"""What an export says of one photo beyond its bytes, in one form whichever service has written it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final, Self

from photobak.photo.announcement import LONGEST_SOURCE
from photobak.photo.capture_time import CaptureTime
from photobak.photo.described import MAX_ALTERNATIVES, MAX_DESCRIPTION, MAX_NAME, MAX_NAMES
from photobak.photo.source import escape, unescape

MAX_FILENAME: Final = 1024
"""Characters of a file's name as it is announced."""

_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f]")
"""All control characters but new lines and tabs; what joins emoji and turns the direction of writing is none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """All may be missing: empty, or None where absence differs from a no."""

    title: str = ""
    """The file's whole name, where its own was cut."""
    taken: datetime | None = None
    """With ``tzinfo`` an instant, without it local time of a place that is not told."""
    latitude: float | None = None
    """Degrees north; always together with the longitude."""
    longitude: float | None = None
    """Degrees east."""
    description: str = ""
    favorite: bool | None = None
    archived: bool | None = None
    """Kept out of the timeline: archived at Google, hidden at Apple."""
    trashed: bool = False
    """In the service's trash: not to be imported."""
    from_partner: bool = False
    """It came from a partner's library (Google's partner sharing)."""
    people: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    """A hierarchy's levels are separated by ``/``, as digiKam writes them."""
    albums: frozenset[str] = frozenset()
    """Names."""
    recorded: "Recorded | None" = None
    """What photobak's own export says besides."""

    def completed_by(self, other: "Facts") -> "Facts":
        """These, with what is missing taken from less trusted ones of the same photo; names of both."""
        place = self if self.latitude is not None else other
        return Facts(
            title=self.title or other.title,
            taken=other.taken if self.taken is None else self.taken,
            latitude=place.latitude,
            longitude=place.longitude,
            description=self.description or other.description,
            favorite=other.favorite if self.favorite is None else self.favorite,
            archived=other.archived if self.archived is None else self.archived,
            trashed=self.trashed or other.trashed,
            from_partner=self.from_partner or other.from_partner,
            people=self.people | other.people,
            tags=self.tags | other.tags,
            albums=self.albums | other.albums,
            recorded=self.recorded or other.recorded,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What only a record of photobak's knows of a photo."""

    taken: CaptureTime | None
    """None where another program has corrected the sidecar's time since."""
    alternatives: frozenset[CaptureTime]
    sources: frozenset[str]
    """Each in the form of ``photo.source``."""
    motion: str | None
    """SHA-256."""

    @classmethod
    def bounded(
        cls,
        taken: CaptureTime | None,
        alternatives: Iterable[CaptureTime],
        sources: Iterable[str],
        motion: str | None,
    ) -> Self:
        """Leave out what no record can hold: a refused one would take those announced with it along."""
        few = sorted(set(alternatives), key=lambda each: each.taken_at)[:MAX_ALTERNATIVES]
        short = (source for source in sources if len(source) <= LONGEST_SOURCE)
        return cls(taken=taken, alternatives=frozenset(few), sources=frozenset(short), motion=motion)


def whole(text: str) -> str:
    """A text without lone surrogates, which no encoding can hold."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def clean_text(value: object, limit: int = MAX_DESCRIPTION) -> str:
    """A text from outside: no lone surrogates, no control characters but new lines and tabs, bounded; else empty."""
    if not isinstance(value, str):
        return ""
    return _CONTROL.sub(" ", whole(value[: 2 * limit])).strip()[:limit].rstrip()


def clean_name(value: object) -> str:
    """A name from outside, on one line."""
    return " ".join(clean_text(value, 2 * MAX_NAME).split())[:MAX_NAME].rstrip()


def clean_filename(text: str) -> str:
    """The name in a record's ``filename``, as the file had it; empty where it is too long to be one."""
    name = PurePosixPath(unescape(text)).name
    return name if len(escape(name)) <= MAX_FILENAME else ""


def clean_names(values: object) -> frozenset[str]:
    """Names from outside, without empty ones; empty where it is no list."""
    if not isinstance(values, list | tuple):
        return frozenset()
    return frozenset(name for value in values[:MAX_NAMES] if (name := clean_name(value)))
