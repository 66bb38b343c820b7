"""What was found in an export, whichever service has written it, ready to be examined and uploaded."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from photobak.client.imports.archive.interface import Archive, DamagedEntry, Entry, Problem
from photobak.client.imports.facts import Facts
from photobak.errors import reason_of
from photobak.photo.capture_time import TakenSource
from photobak.photo.pairs import family


@dataclass(frozen=True, slots=True)
class Medium:
    """A photo, video or sidecar in an archive or a folder, with what the export says of it."""

    archive: Archive
    entry: Entry
    facts: Facts | None = None
    """None where nothing describes it."""
    told_by: TakenSource = TakenSource.TAKEOUT
    """Whose capture time the facts have."""
    whole_name: str | None = None
    """Its name, if the export has cut it."""
    albums: frozenset[str] = frozenset()
    """Titles."""

    @property
    def path(self) -> str:
        """Where it lies, for people: below the path of its archive."""
        return f"{self.archive.path}/{self.entry.path}"


@dataclass(frozen=True, slots=True)
class MediumGroup:
    """Media that are examined together: a still comes before the video that belongs to it."""

    media: tuple[Medium, ...]
    motion: bool = False
    """Whether the second one is the video of the first one, a Live or Motion Photo."""
    by_name: bool = False
    """Whether names tell which one follows which, as in any folder (``photo.pairs``)."""


@dataclass(slots=True)
class Export:
    """All parts of an export."""

    groups: list[MediumGroup] = field(default_factory=list)
    left_out: list[Problem] = field(default_factory=list)
    """What is no part of the library, and why."""
    problems: list[Problem] = field(default_factory=list)
    """What could not be read: damaged entries, archives that were cut off, illegible JSONs."""
    absent: list[str] = field(default_factory=list)
    """Photos that the export describes and does not have, by name."""
    missing_parts: list[str] = field(default_factory=list)
    albums: dict[str, str] = field(default_factory=dict)
    """Title → description."""
    listed_albums: set[str] = field(default_factory=set)
    """Titles of albums that exist even without photos."""

    @property
    def media(self) -> Iterator[Medium]:
        """Every medium once."""
        return (medium for group in self.groups for medium in group.media)


def listed(archives: Sequence[Archive], export: Export) -> Iterator[tuple[int, Archive, Entry]]:
    """The entries of all parts, each with its part's number; what can't be read is noted in the export."""
    for part, archive in enumerate(archives):
        try:
            for found in archive.entries():
                if isinstance(found, Entry):
                    yield part, archive, found
                else:
                    path = f"{archive.path}/{found.path}" if found.path else str(archive.path)
                    export.problems.append(Problem(path, found.reason))
        except OSError as error:
            export.problems.append(Problem(str(archive.path), reason_of(error)))


def content_of(archive: Archive, entry: Entry, most: int, export: Export) -> bytes | None:
    """A small file's bytes; None where they can't be read, which is noted, or are more than ``most``."""
    path = f"{archive.path}/{entry.path}"
    if entry.size > most:
        export.problems.append(Problem(path, f"it has more than {most:,} bytes"))
        return None
    try:
        with archive.open(entry) as file:
            return file.read()
    except (DamagedEntry, OSError) as error:
        export.problems.append(Problem(path, reason_of(error)))
        return None


def by_family(media: Iterable[Medium]) -> list[MediumGroup]:
    """Group a folder's media by what may belong together: uploads begin before the whole folder is read."""
    families: dict[str, list[Medium]] = {}
    for medium in media:
        families.setdefault(family(PurePosixPath(medium.entry.path).name), []).append(medium)
    return [MediumGroup(tuple(same), by_name=True) for same in families.values()]
