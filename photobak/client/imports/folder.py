"""Reads folders of photos with sidecars beside them: XMP of any program, JSON as exiftool and osxphotos write it."""

from collections import defaultdict
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from photobak.client.imports.archive.interface import Archive, Entry, Problem
from photobak.client.imports.export import Export, Medium, MediumGroup, content_of, listed
from photobak.client.imports.facts import Facts
from photobak.client.imports.sidecars import MAX_BYTES, UnreadableSidecar, read_json, read_xmp
from photobak.photo.capture_time import TakenSource

_Folder = tuple[int, str]
_READERS: Final = {".xmp": read_xmp, ".json": read_json}


def read_folders(archives: Sequence[Archive]) -> Export:
    """Read folders, or archives of such."""
    export = Export()
    folders: defaultdict[_Folder, list[tuple[Archive, Entry]]] = defaultdict(list)
    facts: defaultdict[_Folder, dict[str, Facts]] = defaultdict(dict)
    for part, archive, entry in listed(archives, export):
        path = PurePosixPath(entry.path)
        folder = part, str(path.parent)
        said = _sidecar(archive, entry, path, export)
        if said is not None:
            facts[folder][path.name.casefold()] = said
        if path.suffix.lower() != ".json":  # XMP is kept as a file, too: it knows more than photobak does
            folders[folder].append((archive, entry))
    for folder, entries in folders.items():
        media = tuple(
            Medium(archive, entry, _facts_of(PurePosixPath(entry.path).name, facts[folder]), TakenSource.XMP)
            for archive, entry in entries
        )
        export.groups.append(MediumGroup(media, by_name=True))
    return export


def _sidecar(archive: Archive, entry: Entry, path: PurePosixPath, export: Export) -> Facts | None:
    read = _READERS.get(path.suffix.lower())
    data = content_of(archive, entry, MAX_BYTES, export) if read else None
    if read is None or data is None:
        return None
    try:
        return read(data)
    except UnreadableSidecar as error:
        export.problems.append(Problem(f"{archive.path}/{entry.path}", str(error)))
        return None


def _facts_of(name: str, facts: dict[str, Facts]) -> Facts | None:
    """Of ``IMG_1.JPG``: ``IMG_1.JPG.xmp``, which exiftool and darktable write, or ``IMG_1.xmp``, as Lightroom does."""
    stem = PurePosixPath(name).stem
    own = (f"{whole}{suffix}".casefold() for whole in (name, stem) for suffix in _READERS)
    found = [facts[each] for each in own if each in facts and each != name.casefold()]
    if not found:
        return None
    first, *others = found
    for other in others:
        first = first.completed_by(other)
    return first
