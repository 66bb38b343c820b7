"""The whole of a Takeout, over all its parts: each photo with what is known of it, its albums, and what is left over.

Pure: listings and JSONs in, a catalogue out. The order of parts and files does not matter.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from photobak.client.imports.facts import Facts
from photobak.client.imports.takeout.folders import FAILED_VIDEOS, Location, is_album, is_photos, is_trash, is_year
from photobak.client.imports.takeout.metadata_json import AlbumFacts
from photobak.client.imports.takeout.pairing import Match, Relation, pair_folder

_NO_MEDIA: Final = (".html", ".htm", ".txt", ".csv", ".pdf", ".vcf", ".ics", ".mbox")


@dataclass(frozen=True, slots=True)
class TakeoutFile:
    """A file of a Takeout, in an archive or a folder."""

    part: int
    """Which of the given archives and folders holds it."""
    number: int
    """Which of that part's files it is."""
    location: Location

    @property
    def is_json(self) -> bool:
        """Whether it may describe a photo or an album."""
        return self.location.name.lower().endswith(".json")


@dataclass(frozen=True, slots=True)
class CataloguedMedium:
    """A photo or video with what is known of it."""

    file: TakeoutFile
    facts: Facts | None
    """None where no JSON describes it."""
    relation: Relation | None
    of: TakeoutFile | None
    """The still of which it is the motion video, or the original of which it is a version."""
    album: str | None
    """Folder of the album in which this copy of it lies."""


class LeftOut:
    """Why a file is no part of the library."""

    OTHER_PRODUCT: Final = "not of Google Photos"
    TRASHED: Final = "in Google's trash"
    FAILED_VIDEO: Final = "a video that Google could not process"
    OTHER_JSON: Final = "a JSON that describes neither photo nor album"
    NO_MEDIUM: Final = "neither photo nor video"


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All that a Takeout holds."""

    media: Sequence[CataloguedMedium]
    albums: Mapping[str, AlbumFacts]
    """Folder → its album; the title is never empty."""
    left_out: Mapping[TakeoutFile, str]
    """With the reason."""
    jsons_without_medium: Sequence[TakeoutFile]
    """What they describe is in no part that was given."""


def catalogue(files: Iterable[TakeoutFile], documents: Mapping[TakeoutFile, Facts | AlbumFacts | None]) -> Catalogue:
    """Put a Takeout together.

    Args:
        files: of all parts.
        documents: what the JSONs say, as ``metadata_json.read_json`` read it; without those that are illegible.
    """
    every = sorted(files, key=lambda file: (file.part, file.number))
    facts = {file: said for file in every if isinstance(said := documents.get(file), Facts)}
    ours, left_out = _of_photos(every, facts)
    left_out |= {file: LeftOut.OTHER_JSON for file in ours if file.is_json and documents.get(file, 0) is None}
    media = [file for file in ours if not file.is_json]
    pairs, lonely = _pairs(media, facts)
    albums = _albums(ours, documents)
    trashes = _trashes(facts)
    kept = []
    for file in media:
        pair = pairs.get(file, _NO_PAIR)
        folder = file.location.folder
        if pair.facts.trashed if pair.facts else folder in trashes or is_trash(folder):
            left_out[file] = LeftOut.TRASHED
        else:
            album = folder if folder in albums else None
            kept.append(CataloguedMedium(file, pair.facts, pair.relation, pair.of, album))
    return Catalogue(kept, albums, left_out, _undescribed(lonely, facts))


def _of_photos(
    files: list[TakeoutFile], facts: Mapping[TakeoutFile, Facts]
) -> tuple[list[TakeoutFile], dict[TakeoutFile, str]]:
    """The files of Google Photos, and those that are left out with the reason."""
    products = {file.location.product for file in facts}
    folders = {file.location.folder for file in facts}
    ours, left_out = [], {}
    for file in files:
        location = file.location
        names = (location.product, location.folder)
        if not (
            location.product in products
            or location.folder in folders
            or is_year(location.folder)
            or any(map(is_photos, names))
        ):
            left_out[file] = LeftOut.OTHER_PRODUCT
        elif location.folder == FAILED_VIDEOS:
            left_out[file] = LeftOut.FAILED_VIDEO
        elif location.name.lower().endswith(_NO_MEDIA):
            left_out[file] = LeftOut.NO_MEDIUM
        else:
            ours.append(file)
    return ours, left_out


@dataclass(frozen=True, slots=True)
class _Pair:
    facts: Facts | None
    relation: Relation | None
    of: TakeoutFile | None


_NO_PAIR: Final = _Pair(None, None, None)
_Folder = tuple[str, str]


def _pairs(
    media: list[TakeoutFile], facts: Mapping[TakeoutFile, Facts]
) -> tuple[dict[TakeoutFile, _Pair], list[TakeoutFile]]:
    """Pair each export's folders, then what is left over of folders of one name, whose export nothing may tell.

    Returns:
        Medium → its pair; JSONs without medium.
    """
    exports = {file.location.export for file in (*media, *facts)} - {""}
    pairs: dict[TakeoutFile, _Pair] = {}
    jsons = list(facts)
    for by_export in (True, False) if len(exports) > 1 else (False,):
        lonely = []
        media_of, jsons_of = _by_folder(media, by_export=by_export), _by_folder(jsons, by_export=by_export)
        for folder, described in jsons_of.items():
            found, unmatched = _pair_one(media_of.get(folder, {}), described, facts)
            pairs |= found
            lonely += unmatched
        media = [file for file in media if file not in pairs]
        jsons = lonely
    return pairs, jsons


def _by_folder(files: list[TakeoutFile], *, by_export: bool) -> dict[_Folder, dict[str, list[TakeoutFile]]]:
    """Folder → name → the files of that name: of several parts, or of one that holds it twice."""
    folders: defaultdict[_Folder, defaultdict[str, list[TakeoutFile]]] = defaultdict(lambda: defaultdict(list))
    for file in files:
        location = file.location
        folders[location.export if by_export else "", location.folder][location.name].append(file)
    return {folder: dict(names) for folder, names in folders.items()}


def _pair_one(
    media: dict[str, list[TakeoutFile]], jsons: dict[str, list[TakeoutFile]], facts: Mapping[TakeoutFile, Facts]
) -> tuple[dict[TakeoutFile, _Pair], list[TakeoutFile]]:
    found = pair_folder(media, {name: facts[same[0]].title for name, same in jsons.items()})
    pairs = {
        file: _pair(file, match, media, jsons, facts) for name, match in found.matches.items() for file in media[name]
    }
    return pairs, [file for name in sorted(found.unmatched) for file in jsons[name]]


def _pair(
    file: TakeoutFile,
    match: Match,
    media: dict[str, list[TakeoutFile]],
    jsons: dict[str, list[TakeoutFile]],
    facts: Mapping[TakeoutFile, Facts],
) -> _Pair:
    """Of files of one name, those of the medium's own part count."""
    json = _nearest(file, jsons[match.json_name])
    of = _nearest(file, media[match.of]) if match.of is not None else None
    return _Pair(facts[json], match.relation, of)


def _nearest(file: TakeoutFile, namesakes: list[TakeoutFile]) -> TakeoutFile:
    return next((each for each in namesakes if each.part == file.part), namesakes[0])


def _albums(
    files: list[TakeoutFile], documents: Mapping[TakeoutFile, Facts | AlbumFacts | None]
) -> dict[str, AlbumFacts]:
    """Folder → its album; an album that was never named has its folder's name."""
    albums: dict[str, AlbumFacts] = {}
    for file in files:
        said, folder = documents.get(file), file.location.folder
        if isinstance(said, AlbumFacts) and is_album(said.title or folder) and folder:
            known = albums.get(folder)
            if known is None or (known.title == folder and said.title):
                albums[folder] = AlbumFacts(said.title or folder, said.description)
    return albums


def _trashes(facts: Mapping[TakeoutFile, Facts]) -> set[str]:
    """Folders of which every JSON says that its photo is in the trash."""
    kept = {file.location.folder for file, said in facts.items() if not said.trashed}
    return {folder for file in facts if not is_year(folder := file.location.folder)} - kept


def _undescribed(lonely: list[TakeoutFile], facts: Mapping[TakeoutFile, Facts]) -> list[TakeoutFile]:
    """JSONs of photos that are in no part: neither trashed, nor described by the JSON of another folder too."""
    apart = set(lonely)
    present = {(said.title, said.taken) for file, said in facts.items() if file not in apart}
    return [
        file for file in lonely if not facts[file].trashed and (facts[file].title, facts[file].taken) not in present
    ]
