"""What people say of a photo, here or where it was before; it is kept in the record, never in the original."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import timestamp_key

if TYPE_CHECKING:
    from photobak.photo.record import Record

MAX_DESCRIPTION: Final = 10_000
"""Characters."""
MAX_NAME: Final = 100
"""Characters of a person's name or a tag."""
MAX_NAMES: Final = 100
"""People, or tags, of one photo; with its sources and description they have room in an item of 400 KB."""
MAX_ALTERNATIVES: Final = 8

_CORRECTED: Final = frozenset({TakenSource.TAKEOUT, TakenSource.ICLOUD, TakenSource.XMP})
_GUESSED: Final = (TakenSource.PARTNER, TakenSource.FILENAME, TakenSource.MTIME)
_CONTROL = re.compile(r"[\0-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What an import announces with a photo, and a sync of a Live Photo; all of it may be missing."""

    description: str = ""
    favorite: bool | None = None
    """None where nobody has said."""
    archived: bool | None = None
    people: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    latitude: float | None = None
    """Degrees north, of where its owner says it was taken; always together with the longitude."""
    longitude: float | None = None
    """Degrees east."""
    motion: str | None = None
    """SHA-256 of the video that belongs to this Live or Motion Photo."""
    alternatives: frozenset[CaptureTime] = frozenset()
    """What other sources say of the capture time, where they disagree."""

    @property
    def is_motion_alone(self) -> bool:
        """Whether it says no more than which video belongs to the photo, which is all that a sync knows."""
        return self.motion is not None and self == Described(motion=self.motion)

    def to_json(self) -> dict[str, Any]:
        """All that is said, as it goes over the wire."""
        said: dict[str, Any] = {
            "description": self.description or None,
            "favorite": self.favorite,
            "archived": self.archived,
            "people": sorted(self.people) or None,
            "tags": sorted(self.tags) or None,
            "latitude": self.latitude,
            "longitude": self.longitude,
            "motion": self.motion,
            "alternatives": sorted(map(alternative_text, self.alternatives)) or None,
        }
        return {name: value for name, value in said.items() if value is not None}

    @classmethod
    def from_json(cls, said: Mapping[str, Any]) -> "Described":
        """Read what ``to_json`` wrote.

        Raises:
            ValueError, TypeError: it is something else.
        """
        return cls(
            description=said.get("description", ""),
            favorite=said.get("favorite"),
            archived=said.get("archived"),
            people=frozenset(said.get("people", ())),
            tags=frozenset(said.get("tags", ())),
            latitude=said.get("latitude"),
            longitude=said.get("longitude"),
            motion=said.get("motion"),
            alternatives=frozenset(map(parse_alternative, said.get("alternatives", ()))),
        )

    def completed_by(self, other: "Described") -> "Described":
        """This, with what is missing taken from what is said of another copy of the same photo."""
        place = self if self.latitude is not None else other
        return Described(
            description=self.description or other.description,
            favorite=other.favorite if self.favorite is None else self.favorite,
            archived=other.archived if self.archived is None else self.archived,
            people=self.people | other.people,
            tags=self.tags | other.tags,
            latitude=place.latitude,
            longitude=place.longitude,
            motion=self.motion or other.motion,
            alternatives=self.alternatives or other.alternatives,
        )


def enriched(record: "Record", described: Described, taken: CaptureTime) -> "Record":
    """A record with what an import knows and it lacks; what its owner has said here stands.

    Args:
        record: as it is.
        described: what the import knows.
        taken: the capture time as the import reconciled it.
    """
    corrected = _corrects(described, taken, record.taken)
    place = described if described.latitude is not None else record
    return replace(
        record,
        taken=taken if corrected else record.taken,
        timestamp=timestamp_key(taken.taken_at, record.sha256) if corrected else record.timestamp,
        taken_alternatives=described.alternatives or record.taken_alternatives,
        description=record.description or described.description or None,
        favorite=described.favorite if record.favorite is None else record.favorite,
        archived=described.archived if record.archived is None else record.archived,
        people=record.people | described.people,
        tags=record.tags | described.tags,
        latitude=place.latitude,
        longitude=place.longitude,
        motion=described.motion or record.motion,
    )


def _corrects(described: Described, taken: CaptureTime, recorded: CaptureTime) -> bool:
    """Whether the capture time of an announcement replaces that of a record."""
    if described.is_motion_alone and taken.source not in _CORRECTED:
        return False  # a sync has weighed no sources, and may know another time zone
    differs = alternative_text(taken) != alternative_text(recorded)
    return differs and recorded.source is not TakenSource.USER and _rank(taken.source) >= _rank(recorded.source)


def _rank(source: TakenSource) -> int:
    """How far a capture time is believed, against that of an import."""
    if source is TakenSource.USER:
        return 3
    if source in _CORRECTED:
        return 2
    return 0 if source in _GUESSED else 1


def alternative_text(taken: CaptureTime) -> str:
    """A capture time and its source in one text: ``exif 2024-06-30T12:00:00+02:00``."""
    return f"{taken.source.value} {taken.isoformat()}"


def parse_alternative(text: str) -> CaptureTime:
    """Read what ``alternative_text`` wrote; ValueError where it is something else."""
    source, _, time = text.partition(" ")
    return CaptureTime.parse(time, TakenSource(source))


def is_printable_text(text: str) -> bool:
    """Whether a text has only characters that every store and screen takes; new lines and tabs are such."""
    return _CONTROL.search(text) is None
