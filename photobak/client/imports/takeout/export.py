"""Reads a Google Takeout: lists all parts, reads their JSONs on the way, and gives each photo what is known of it."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from photobak.client.imports.archive.folder_archive import FolderArchive
from photobak.client.imports.archive.interface import Archive, Entry, Problem
from photobak.client.imports.export import Export, Medium, MediumGroup, content_of, listed
from photobak.client.imports.facts import Facts
from photobak.client.imports.takeout.catalogue import Catalogue, CataloguedMedium, TakeoutFile, catalogue
from photobak.client.imports.takeout.folders import Location, missing_parts
from photobak.client.imports.takeout.metadata_json import MAX_BYTES, AlbumFacts, UnreadableJson, read_json
from photobak.client.imports.takeout.names import Name
from photobak.client.imports.takeout.pairing import Relation
from photobak.photo.capture_time import TakenSource

_MAX_FILENAME: Final = 255
_PathOf = dict[TakeoutFile, tuple[Archive, Entry]]


def read_takeout(archives: Sequence[Archive]) -> Export:
    """Read all parts of one or more Takeouts, in any order."""
    export = Export()
    places: _PathOf = {}
    documents: dict[TakeoutFile, Facts | AlbumFacts | None] = {}
    for part, archive, entry in listed(archives, export):
        is_folder = isinstance(archive, FolderArchive)
        location = Location.of(str(archive.path) if is_folder else archive.path.name, entry.path)
        file = TakeoutFile(part, entry.number, location)
        places[file] = archive, entry
        if file.is_json and (data := content_of(archive, entry, MAX_BYTES, export)) is not None:
            try:
                documents[file] = read_json(data)
            except UnreadableJson as error:
                export.problems.append(Problem(f"{archive.path}/{entry.path}", str(error)))
    found = catalogue(places, documents)
    export.groups = _groups(found, places)
    export.left_out = [Problem(_path(places, file), reason) for file, reason in found.left_out.items()]
    export.absent = [_described_name(documents, file) for file in found.jsons_without_medium]
    export.albums = {album.title: album.description for album in found.albums.values()}
    gaps = missing_parts(archive.path.name for archive in archives)
    export.missing_parts = [f"takeout-{made}, part {number}" for made, numbers in gaps.items() for number in numbers]
    return export


def _groups(found: Catalogue, places: _PathOf) -> list[MediumGroup]:
    """Each medium by itself, but for videos that belong to a still."""
    videos = {medium.of: medium for medium in found.media if medium.relation is Relation.MOTION and medium.of}
    followers = {video.file for video in videos.values()}
    groups = []
    for medium in found.media:
        if medium.file in followers:
            continue
        video = videos.get(medium.file)
        pair = (medium, video) if video else (medium,)
        groups.append(MediumGroup(tuple(_medium(found, each, places) for each in pair), motion=video is not None))
    return groups


def _medium(found: Catalogue, catalogued: CataloguedMedium, places: _PathOf) -> Medium:
    archive, entry = places[catalogued.file]
    album = found.albums[catalogued.album].title if catalogued.album else None
    title = catalogued.facts.title if catalogued.facts and catalogued.relation is Relation.OWN else ""
    return Medium(
        archive,
        entry,
        facts=catalogued.facts,
        told_by=TakenSource.TAKEOUT,
        whole_name=_whole_name(title, catalogued.file.location.name),
        albums=frozenset({album} if album else ()),
    )


def _whole_name(title: str, filename: str) -> str | None:
    """The title as a file name, where it says more than the file's own; a version's title is that of another file."""
    own = Name.of(filename)
    name = title.translate({ord("/"): "_", 0: "_"})
    if Name.of(name).extension.lower() != own.extension.lower():
        return None
    is_longer = len(Name.of(name).stem) > len(own.stem)
    return name if is_longer and len(name.encode("utf-8", "replace")) <= _MAX_FILENAME else None


def _path(places: _PathOf, file: TakeoutFile) -> str:
    archive, entry = places[file]
    return f"{archive.path}/{entry.path}"


def _described_name(documents: dict[TakeoutFile, Facts | AlbumFacts | None], file: TakeoutFile) -> str:
    said = documents.get(file)
    title = said.title if isinstance(said, Facts) else ""
    return str(PurePosixPath(file.location.folder, title or file.location.name.removesuffix(".json")))
