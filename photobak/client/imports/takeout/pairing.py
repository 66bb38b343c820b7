"""Which JSON of a Takeout's folder belongs to which of its photos and videos: by name, and by title where that is cut.

Pure: names and titles in, pairs out. A folder is the same folder in all parts of a Takeout.
"""

import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from photobak.client.imports.takeout.names import (
    MEDIUM_UNITS,
    Name,
    cut,
    cut_bases,
    described_stem,
    folded,
    json_names,
    originals,
    split_number,
)

_VIDEOS: Final = frozenset({".mp4", ".mov", ".m4v", ".3gp", ".mp", ".mv", ".avi", ".mkv", ".webm", ".mts", ".mpg"})
_MOTION: Final = (".mp", ".mv")
"""Videos of motion photos, which never have a JSON of their own; ``.MP~2`` too."""
_STILLS: Final = (".heic", ".heif", ".jpg", ".jpeg", ".dng", ".avif", ".webp", ".png", ".gif")
"""What a Live or Motion Photo's still may be; the most likely first."""


class Relation(StrEnum):
    """How a medium comes by its JSON."""

    OWN = "own"
    VERSION = "version"
    """It is an edit, an effect or a collage of the photo that the JSON describes: only the title is not its own."""
    MOTION = "motion"
    """It is the video of the Live or Motion Photo that the JSON describes."""
    SHARED = "shared"
    """Its name was cut until it was that of the photo that the JSON describes."""


@dataclass(frozen=True, slots=True)
class Match:
    """A medium's JSON."""

    json_name: str
    """As it was given."""
    relation: Relation
    of: str | None = None
    """The photo that a version or a motion photo's video belongs to, where it is in the folder."""


@dataclass(frozen=True, slots=True)
class FolderPairs:
    """The pairs of one folder."""

    matches: Mapping[str, Match]
    """Medium → its JSON; media without one are missing."""
    unmatched: frozenset[str]
    """JSONs without medium."""


def pair_folder(media: Iterable[str], jsons: Mapping[str, str]) -> FolderPairs:
    """Find the JSON of each medium.

    Args:
        media: names of a folder's photos and videos.
        jsons: names of its JSONs that describe photos → their ``title``, empty where they have none.
    """
    folder = _Folder(media, jsons)
    folder.match_by_whole_name()
    folder.match_by_cut_name()
    folder.match_by_title()
    folder.match_versions()
    folder.match_motion()
    folder.match_by_stem()
    return FolderPairs(folder.matches, frozenset(json.name for json in folder.jsons if json.key not in folder.used))


class _Json:
    """A JSON that describes a photo."""

    __slots__ = ("extension", "key", "name", "number", "stem", "titled")

    def __init__(self, name: str, title: str) -> None:
        self.name = name
        stem = name[:-5] if name[-5:].lower() == ".json" else name
        self.key = unicodedata.normalize("NFC", stem)
        """Its name as ``names.json_names`` gives it."""
        self.titled = bool(title)
        if title:
            said = Name.of(title)
            self.stem, self.extension = folded(said.numbered_stem), said.extension.lower()
            self.number = split_number(self.key)[1]
        else:
            described, self.number = described_stem(self.key)
            self.stem, self.extension = folded(described), ""


class _Folder:
    """A folder's media that have no JSON yet, and its JSONs."""

    def __init__(self, media: Iterable[str], jsons: Mapping[str, str]) -> None:
        self.matches: dict[str, Match] = {}
        self.jsons = [_Json(name, title) for name, title in jsons.items()]
        self.used: set[str] = set()
        self._names = {medium: Name.of(medium) for medium in sorted(media)}
        self._by_key = {json.key: json for json in self.jsons}
        self._by_base: defaultdict[str, list[_Json]] = defaultdict(list)
        self._by_stem: defaultdict[tuple[str, str], list[_Json]] = defaultdict(list)
        for json in self.jsons:
            self._by_base[split_number(json.key)[0]].append(json)
            self._by_stem[cut(json.stem, MEDIUM_UNITS).casefold(), json.number].append(json)
        self._by_numbered_stem: defaultdict[str, list[str]] = defaultdict(list)
        for medium, name in self._names.items():
            self._by_numbered_stem[name.numbered_stem.casefold()].append(medium)

    def match_by_whole_name(self) -> None:
        """Where the JSON's name holds all of the medium's, it is enough."""
        for medium, name in self._names.items():
            for candidates in json_names(name):
                found = [self._by_key[key] for key in candidates if key in self._by_key]
                if found:
                    self._match(medium, found[0], Relation.OWN)
                    self.used.update(json.key for json in found)
                    break

    def match_by_cut_name(self) -> None:
        """Where names are cut, titles tell apart those that begin alike, and numbers those whose titles do too."""
        groups: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for medium in self._unmatched():
            name = self._names[medium]
            if name.is_cut:
                groups[name.stem, name.extension].append(medium)
        for (stem, extension), media in groups.items():
            everyone = [json for base in cut_bases(stem, extension) for json in self._by_base.get(base, ())]
            jsons = _of_title(everyone, folded(stem), extension)
            self._match_numbered(media, jsons, alone=len(jsons) == len(everyone))

    def _match_numbered(self, media: list[str], jsons: list[_Json], *, alone: bool) -> None:
        """Match those of one name, cut alike: by their numbers, or by the order of these.

        Args:
            media: in any order.
            jsons: those whose titles begin as the media's names do.
            alone: whether the JSONs' numbers count these alone, as the media's do.
        """
        found: dict[str, _Json] = {}
        if alone:
            numbered = {json.number: json for json in jsons}
            numbers = {medium: self._names[medium].number for medium in media}
            found = {medium: numbered[number] for medium, number in numbers.items() if number in numbered}
        elif len(jsons) == len(media):
            ranked = sorted(media, key=lambda medium: _value(self._names[medium].number))
            found = dict(zip(ranked, sorted(jsons, key=lambda json: _value(json.number)), strict=True))
        for medium, json in found.items():
            self._match(medium, json, Relation.OWN)
        if len(jsons) == 1 and not jsons[0].number:
            for medium in media:
                if medium not in self.matches:
                    self._match(medium, jsons[0], Relation.SHARED)

    def match_by_title(self) -> None:
        """A JSON under a name of its own describes the medium that its title names."""
        for medium in self._unmatched():
            name = self._names[medium]
            stems = ((folded(name.stem), name.number), (folded(name.numbered_stem), ""))
            for stem, number in stems:
                jsons = [json for json in self._by_stem.get((stem.casefold(), number), ()) if self._free(json)]
                same = [json for json in jsons if json.extension in (name.extension.lower(), "")]
                if len(same) == 1:
                    self._match(medium, same[0], Relation.OWN)
                    break

    def match_versions(self) -> None:
        """An edit, an effect or a collage has the JSON of the photo from which it was made."""
        for medium in self._unmatched():
            name = self._names[medium]
            for stem in (*originals(name.stem), *originals(name.numbered_stem)):
                if self._match_version(medium, name, stem):
                    break

    def _match_version(self, medium: str, name: Name, stem: str) -> bool:
        whole = stem + name.number
        siblings = [each for each in self._by_numbered_stem.get(whole.casefold(), ()) if each in self.matches]
        if siblings:
            original = min(siblings, key=lambda each: (self._names[each].extension != name.extension, _rank(each)))
            found = self.matches[original]
            self.matches[medium] = Match(found.json_name, Relation.VERSION, found.of or original)
            return True
        jsons = self._jsons_of(stem, name.number)
        if len(jsons) == 1:
            self._match(medium, jsons[0], Relation.VERSION)
        return len(jsons) == 1

    def match_motion(self) -> None:
        """The video of a Live or Motion Photo has the JSON of its still."""
        taken: set[str] = set()
        left = []
        for medium in self._unmatched():
            name = self._names[medium]
            if not _may_be_motion(name):
                continue
            still = self._best_still(_stems_of_stills(name), taken)
            if still is not None:
                taken.add(still)
                self._follow(medium, still)
            else:
                left.append(medium)
        for medium in left:
            self._match_left_motion(medium, taken)

    def _match_left_motion(self, medium: str, taken: set[str]) -> None:
        """A video whose still is in a missing part, or whose number says only that another video has its name."""
        name = self._names[medium]
        for stem in (name.stem, name.stem + name.extension):
            jsons = [json for json in self._jsons_of(stem, name.number) if json.extension not in _VIDEOS]
            if len(jsons) == 1:
                self._match(medium, jsons[0], Relation.MOTION)
                return
        still = self._best_still((name.stem,), taken) if name.number else None
        if still is not None:
            taken.add(still)
            self._follow(medium, still)

    def match_by_stem(self) -> None:
        """What is left of one stem belongs together, though the extensions differ, if it is one of each."""
        for medium in self._unmatched():
            name = self._names[medium]
            jsons = [json for json in self._jsons_of(name.stem, name.number) if self._free(json)]
            rivals = [
                each for each in self._by_numbered_stem[name.numbered_stem.casefold()] if each not in self.matches
            ]
            if len(jsons) == 1 and len(rivals) == 1:
                self._match(medium, jsons[0], Relation.OWN)

    def _best_still(self, stems: Iterable[str], taken: set[str]) -> str | None:
        found = (each for stem in stems for each in self._by_numbered_stem.get(stem.casefold(), ()))
        stills = [each for each in found if each in self.matches and each not in taken and _rank(each) < len(_STILLS)]
        return min(stills, key=_rank, default=None)

    def _follow(self, medium: str, still: str) -> None:
        self.matches[medium] = Match(self.matches[still].json_name, Relation.MOTION, still)

    def _jsons_of(self, stem: str, number: str) -> list[_Json]:
        return self._by_stem.get((folded(stem).casefold(), number), [])

    def _free(self, json: _Json) -> bool:
        return json.key not in self.used

    def _unmatched(self) -> list[str]:
        return [medium for medium in self._names if medium not in self.matches]

    def _match(self, medium: str, json: _Json, relation: Relation) -> None:
        self.matches[medium] = Match(json.name, relation)
        self.used.add(json.key)


def _of_title(jsons: list[_Json], stem: str, extension: str) -> list[_Json]:
    """Those whose title, if they have one, was cut to this stem, and has this extension where any has it."""
    titled = [json for json in jsons if json.titled]
    named = [json for json in titled if json.stem == stem] or [json for json in titled if json.stem.startswith(stem)]
    named = [json for json in named if json.extension == extension.lower()] or named
    return named + [json for json in jsons if not json.titled]


def _value(number: str) -> int:
    return int(number[1:-1]) if number else 0


def _rank(medium: str) -> int:
    """How likely a file is the still of a Live or Motion Photo; the number of ``_STILLS`` where it isn't."""
    extension = Name.of(medium).extension.lower()
    return _STILLS.index(extension) if extension in _STILLS else len(_STILLS)


def _may_be_motion(name: Name) -> bool:
    extension = name.extension.lower()
    return not extension or extension in _VIDEOS or extension.startswith(_MOTION)


def _stems_of_stills(name: Name) -> tuple[str, ...]:
    """``P.MP`` beside ``P.MP.jpg``, ``P(1).MP`` beside ``P.MP(1).jpg``, ``P.MP4`` beside ``P.HEIC``."""
    return (name.stem + name.extension + name.number, name.numbered_stem)
