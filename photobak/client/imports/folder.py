"""Reads folders of photos with sidecars beside them: XMP of any program, JSON as exiftool and osxphotos write it.

An export of photobak's is such a folder. Its own sidecars stand for records and are not kept as files; its lists know
the photos and sidecars that have none, and what albums are about.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Final

from photobak.client.imports.archive.interface import Archive, DamagedEntry, Entry, Problem
from photobak.client.imports.export import Export, Medium, by_family, content_of, listed
from photobak.client.imports.facts import Facts, Recorded, clean_filename, clean_names, clean_text
from photobak.client.imports.sidecars import MAX_BYTES, UnreadableSidecar, read_json, read_xmp
from photobak.errors import reason_of
from photobak.photo.album import MAX_NAME as MAX_ALBUM_NAME
from photobak.photo.capture_time import TakenSource
from photobak.photo.exported import ALBUM_LIST, LONGEST_LINE, PHOTO_LIST, parse_album, parse_photo
from photobak.photo.metadata.exif import position
from photobak.photo.record import Record
from photobak.photo.source import utf8_path
from photobak.photo.xmp_packet import is_of_photobak

_READERS: Final = {".xmp": read_xmp, ".json": read_json}
_JSON: Final = ".json"


@dataclass(frozen=True, slots=True)
class _Sidecar:
    facts: Facts
    is_ours: bool
    """Whether photobak's export wrote it, for the file of exactly that name."""


def read_folders(archives: Sequence[Archive]) -> Export:
    """Read folders, or archives of such."""
    export = Export()
    reader = _Reader(export)
    for part, archive, entry in listed(archives, export):
        reader.take(part, archive, entry)
    reader.conclude()
    return export


class _Reader:
    """Sorts the files of folders into media, sidecars and lists."""

    def __init__(self, export: Export) -> None:
        self._export = export
        self._folders: defaultdict[tuple[int, str], list[tuple[Archive, Entry]]] = defaultdict(list)
        self._sidecars: defaultdict[tuple[int, str], dict[str, _Sidecar]] = defaultdict(dict)
        self._listed: dict[tuple[int, str], Facts] = {}
        """Part and path → facts of files that the export wrote no sidecar for."""
        self._album_names: dict[str, str] = {}
        self._promised: set[tuple[int, str]] = set()
        """Part and path of what an export of photobak's says to hold."""

    def take(self, part: int, archive: Archive, entry: Entry) -> None:
        """Sort one file."""
        path = PurePosixPath(entry.path)
        if path.name in (PHOTO_LIST, ALBUM_LIST):
            self._take_list(part, archive, entry)
            return
        suffix = path.suffix.lower()
        sidecar = self._sidecar(archive, entry) if suffix in _READERS else None
        if sidecar is not None:
            beside = self._sidecars[part, str(path.parent)]
            beside[path.name] = sidecar
            beside.setdefault(path.name.casefold(), sidecar)  # IMG_1.XMP beside IMG_1.jpg
        if sidecar is not None and sidecar.is_ours:
            self._promised.add((part, utf8_path(path.with_suffix(""))))
        # Others' XMP is kept as a file, too: it knows more than photobak does.
        if suffix != _JSON and not (sidecar and sidecar.is_ours):
            self._folders[part, str(path.parent)].append((archive, entry))

    def _take_list(self, part: int, archive: Archive, entry: Entry) -> None:
        path = PurePosixPath(entry.path)
        if path.name == PHOTO_LIST:
            self._take_photos(part, archive, entry, path.parent)
        else:
            self._take_albums(archive, entry)
        self._export.left_out.append(Problem(f"{archive.path}/{entry.path}", "a list in an export of photobak's"))

    def conclude(self) -> None:
        """Give each medium what is said of it, and note what an export promises and does not have."""
        present = {(part, utf8_path(entry.path)) for (part, _), found in self._folders.items() for _, entry in found}
        self._export.absent = sorted(path for _, path in self._promised - present)
        for folder, entries in self._folders.items():
            media = [self._medium(folder, archive, entry) for archive, entry in entries]
            self._export.groups += by_family(media)
            for medium in media:
                self._export.albums |= {name: self._export.albums.get(name, "") for name in medium.albums}

    def _medium(self, folder: tuple[int, str], archive: Archive, entry: Entry) -> Medium:
        listed_facts = self._listed.get((folder[0], utf8_path(entry.path)))
        facts = listed_facts or _facts_of(PurePosixPath(entry.path).name, self._sidecars[folder])
        if facts is None:
            return Medium(archive, entry, None, TakenSource.XMP)
        albums = frozenset(self._album_names.get(album, album) for album in facts.albums)
        return Medium(archive, entry, facts, TakenSource.XMP, whole_name=facts.title or None, albums=albums)

    def _sidecar(self, archive: Archive, entry: Entry) -> _Sidecar | None:
        data = content_of(archive, entry, MAX_BYTES, self._export)
        if data is None:
            return None
        try:
            facts = _READERS[PurePosixPath(entry.path).suffix.lower()](data)
        except UnreadableSidecar as error:
            self._export.problems.append(Problem(f"{archive.path}/{entry.path}", str(error)))
            return None
        return None if facts is None else _Sidecar(facts, is_of_photobak(data))

    def _take_photos(self, part: int, archive: Archive, entry: Entry, folder: PurePosixPath) -> None:
        for line in self._lines(archive, entry):
            photo = parse_photo(line)
            if photo is None:
                continue
            place = part, str(folder / photo.path)
            self._promised.add(place)
            if photo.sidecar is None:
                self._listed[place] = _facts_in(photo.record)

    def _take_albums(self, archive: Archive, entry: Entry) -> None:
        for line in self._lines(archive, entry):
            album = parse_album(line)
            if album is not None:
                name = self._album_names[album.id] = clean_text(album.name, MAX_ALBUM_NAME) or album.id
                self._export.albums[name] = clean_text(album.description)
                self._export.listed_albums.add(name)

    def _lines(self, archive: Archive, entry: Entry) -> Iterator[bytes]:
        try:
            with archive.open(entry) as file:
                yield from iter(lambda: file.readline(LONGEST_LINE), b"")
        except (DamagedEntry, OSError) as error:
            self._export.problems.append(Problem(f"{archive.path}/{entry.path}", reason_of(error)))


def _facts_in(record: Record) -> Facts:
    latitude, longitude = position(record.latitude, record.longitude)
    return Facts(
        title=clean_filename(record.filename),
        taken=record.taken.taken_at,
        latitude=latitude,
        longitude=longitude,
        description=clean_text(record.description),
        favorite=record.favorite,
        archived=record.archived,
        people=clean_names(sorted(record.people)),
        tags=clean_names(sorted(record.tags)),
        albums=frozenset(filter(None, (clean_text(name, MAX_ALBUM_NAME) for name in record.albums))),
        recorded=Recorded.bounded(record.taken, record.taken_alternatives, _sources(record), record.motion),
    )


def _sources(record: Record) -> list[str]:
    return [str(source) for source in record.parsed_sources]


def _facts_of(name: str, sidecars: dict[str, _Sidecar]) -> Facts | None:
    """Of ``IMG_1.JPG``: ``IMG_1.JPG.xmp``, which exiftool and darktable write, or ``IMG_1.xmp``, as Lightroom does."""
    stem = PurePosixPath(name).stem
    found = []
    for whole, suffix in ((whole, suffix) for whole in (name, stem) for suffix in _READERS):
        own = f"{whole}{suffix}"
        sidecar = sidecars.get(own) or sidecars.get(own.casefold())
        if sidecar is not None and own.casefold() != name.casefold() and (whole == name or not sidecar.is_ours):
            found.append(sidecar.facts)
    if not found:
        return None
    first, *others = found
    for other in others:
        first = first.completed_by(other)
    return first
