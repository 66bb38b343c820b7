"""Reads Apple's export of iCloud Photos: all parts listed, their CSVs read on the way."""

from collections.abc import Sequence
from pathlib import PurePosixPath

from photobak.client.imports.archive.interface import Archive, Entry, Problem
from photobak.client.imports.export import Export, Medium, by_family, content_of, listed
from photobak.client.imports.icloud.catalogue import ICloudFile, catalogue
from photobak.client.imports.icloud.details import MAX_BYTES, Detail, UnreadableCsv, read_details, read_names
from photobak.photo.capture_time import TakenSource


def read_icloud(archives: Sequence[Archive]) -> Export:
    """Read all parts of an export, in any order."""
    export = Export()
    places: dict[ICloudFile, tuple[Archive, Entry]] = {}
    details: dict[ICloudFile, Sequence[Detail]] = {}
    albums: dict[ICloudFile, Sequence[str]] = {}
    for part, archive, entry in listed(archives, export):
        file = ICloudFile(part, entry.number, PurePosixPath(entry.path))
        places[file] = archive, entry
        if file.is_csv and (data := content_of(archive, entry, MAX_BYTES, export)) is not None:
            try:
                found = read_details(data)
                if found is not None:
                    details[file] = found
                elif file.is_album:
                    albums[file] = read_names(data)
            except UnreadableCsv as error:
                export.problems.append(Problem(f"{archive.path}/{entry.path}", str(error)))
    put_together = catalogue(places, details, albums)
    folders: dict[tuple[int, str], list[Medium]] = {}
    for medium in put_together.media:
        archive, entry = places[medium.file]
        placed = Medium(archive, entry, medium.facts, TakenSource.ICLOUD, albums=medium.albums)
        folders.setdefault((medium.file.part, str(medium.file.path.parent)), []).append(placed)
    export.groups = [group for media in folders.values() for group in by_family(media)]
    export.left_out = [
        Problem(f"{places[file][0].path}/{places[file][1].path}", reason)
        for file, reason in put_together.left_out.items()
    ]
    export.absent = list(put_together.details_without_medium)
    export.albums = dict.fromkeys((title for medium in put_together.media for title in medium.albums), "")
    export.problems += [
        Problem(name, "an album names it, and several photos have this name") for name in put_together.ambiguous
    ]
    return export
