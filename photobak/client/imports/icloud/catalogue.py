"""The whole of an iCloud export, over all its parts: each photo with its details and albums.

Parts use the same file names for different photos, so details belong to the files of their own part's folder. Pure:
listings and CSVs in, a catalogue out.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from photobak.client.imports.facts import Facts, clean_name
from photobak.client.imports.icloud.details import Detail

_ALBUMS: Final = "albums"
_MEMORIES: Final = "memories"
_DELETED: Final = "recently deleted"
_NO_ALBUMS: Final = frozenset({"favorites", "hidden", "recently deleted", "recents", "all photos"})
"""Apple's own lists, which say what ``Photo Details.csv`` says too."""


@dataclass(frozen=True, slots=True)
class ICloudFile:
    """A file of an iCloud export."""

    part: int
    """Which of the given archives and folders holds it."""
    number: int
    path: PurePosixPath
    """In that part."""

    @property
    def is_csv(self) -> bool:
        """Whether it may be a list of Apple's."""
        return self.path.suffix.lower() == ".csv"

    @property
    def is_album(self) -> bool:
        """Whether it lists the photos of an album that a person has made; ``Memories`` are made by Apple."""
        folders = [part.lower() for part in self.path.parts[:-1]]
        return self.is_csv and _ALBUMS in folders and self.path.stem.lower() not in _NO_ALBUMS

    @property
    def scope(self) -> tuple[int, str]:
        """The part's folder, which holds ``Photos``, ``Albums`` and ``Recently Deleted``."""
        parents = self.path.parts[:-1]
        below = {_ALBUMS, _MEMORIES, _DELETED, "photos"}
        outer = next((parents[:at] for at, part in enumerate(parents) if part.lower() in below), parents)
        return self.part, "/".join(outer)


@dataclass(frozen=True, slots=True)
class ICloudMedium:
    """A photo, video or sidecar with what is known of it."""

    file: ICloudFile
    facts: Facts | None
    albums: frozenset[str]
    """Titles."""


@dataclass(frozen=True, slots=True)
class ICloudCatalogue:
    """All that an export holds."""

    media: Sequence[ICloudMedium]
    left_out: Mapping[ICloudFile, str]
    """With the reason."""
    details_without_medium: Sequence[str]
    """Names."""
    ambiguous: Sequence[str]
    """Names in albums that several photos have, in parts other than the album's own."""


def catalogue(
    files: Iterable[ICloudFile],
    details: Mapping[ICloudFile, Sequence[Detail]],
    albums: Mapping[ICloudFile, Sequence[str]],
) -> ICloudCatalogue:
    """Put an export together.

    Args:
        files: of all parts.
        details: rows of each ``Photo Details*.csv``.
        albums: names in each album's CSV.
    """
    media = [file for file in sorted(files, key=lambda file: (file.part, file.number)) if not file.is_csv]
    rows: defaultdict[tuple[tuple[int, str], str], list[Detail]] = defaultdict(list)
    for file, details_of in sorted(details.items(), key=lambda item: (item[0].part, item[0].number)):
        for detail in details_of:
            rows[file.scope, _key(detail.name)].append(detail)
    described = _described(media, rows)
    members, ambiguous = _members(media, albums)
    kept, left_out = [], {}
    for file in media:
        facts = described.get(file)
        if (facts is not None and facts.trashed) or _is_deleted(file):
            left_out[file] = "in Apple's Recently Deleted"
        else:
            kept.append(ICloudMedium(file, facts, frozenset(members.get(file, ()))))
    names = {(file.scope, _key(file.path.name)) for file in media}
    unfound = [same[0].name for place, same in rows.items() if place not in names and not same[0].facts.trashed]
    return ICloudCatalogue(kept, left_out, unfound, ambiguous)


def _key(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()


def _is_deleted(file: ICloudFile) -> bool:
    return _DELETED in (part.lower() for part in file.path.parts[:-1])


def _described(
    media: list[ICloudFile], rows: Mapping[tuple[tuple[int, str], str], list[Detail]]
) -> dict[ICloudFile, Facts]:
    """The details of each file; those of files of one name in one folder by their order, where there are as many."""
    namesakes: defaultdict[tuple[tuple[int, str], str], list[ICloudFile]] = defaultdict(list)
    for file in media:
        namesakes[file.scope, _key(file.path.name)].append(file)
    described: dict[ICloudFile, Facts] = {}
    for place, same in namesakes.items():
        found = rows.get(place, [])
        agreed = len({row.facts for row in found}) == 1
        if agreed:
            described |= dict.fromkeys(same, found[0].facts)
        elif len(found) == len(same):
            described |= {file: row.facts for file, row in zip(same, found, strict=True)}
    return described


def _members(
    media: list[ICloudFile], albums: Mapping[ICloudFile, Sequence[str]]
) -> tuple[dict[ICloudFile, set[str]], list[str]]:
    """The albums of each file: an album's names are of its own part first, then of others where one file has them."""
    by_scope: defaultdict[tuple[tuple[int, str], str], list[ICloudFile]] = defaultdict(list)
    everywhere: defaultdict[str, list[ICloudFile]] = defaultdict(list)
    for file in media:
        if not _is_deleted(file):
            by_scope[file.scope, _key(file.path.name)].append(file)
            everywhere[_key(file.path.name)].append(file)
    members: defaultdict[ICloudFile, set[str]] = defaultdict(set)
    ambiguous = []
    for album, names in albums.items():
        title = clean_name(album.path.stem)
        for name in names:
            found = by_scope.get((album.scope, _key(name))) or everywhere.get(_key(name), [])
            if len(found) == 1:
                members[found[0]].add(title)
            elif found:
                ambiguous.append(name)
    return members, ambiguous
