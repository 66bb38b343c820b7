"""The folders that are backed up as a whole: each has a label, which keeps their files apart in sources and restores.

The first folder of a machine has none, so that its files come back as they lay. The label of another one is its name:
``laptop:Downloads/a.jpg``. A folder within a labelled one belongs to it.
"""

import os
from collections.abc import Mapping
from itertools import count
from pathlib import Path, PurePath

from photobak.client.index.index import Index


class RootLabels:
    """The labels that one index knows."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def label(self, folder: Path) -> str:
        """The label of a folder that is backed up as a whole; it keeps it from now on."""
        known = self._known()
        if (found := label_among(known, folder)) is not None:
            return found
        label = "" if not known else self._unused(folder.name or "root", known)
        with self._index.transaction() as connection:
            connection.execute("INSERT OR IGNORE INTO roots VALUES (?, ?)", (os.fsencode(folder), os.fsencode(label)))
        return label

    def label_of_files(self, folder: Path) -> str:
        """The label of a folder of which some files are backed up; it gets none by that."""
        return label_among(self._known(), folder) or ""

    def _known(self) -> dict[Path, str]:
        rows = self._index.rows("SELECT path, label FROM roots")
        return {Path(os.fsdecode(path)): os.fsdecode(label) for path, label in rows}

    def _unused(self, name: str, known: Mapping[Path, str]) -> str:
        """The name, or with a number: neither another root has it, nor a top folder of the first one."""
        candidates = (name if number == 1 else f"{name} {number}" for number in count(1))
        return next(each for each in candidates if each not in known.values() and not self._begins_sources(each))

    def _begins_sources(self, label: str) -> bool:
        from photobak.photo.source import escape

        beginning = f":{escape(label)}/"
        query = "SELECT 1 FROM files WHERE substr(source, instr(source, ':'), ?) = ? LIMIT 1"
        return bool(self._index.rows(query, len(beginning), beginning))


def label_among(known: Mapping[Path, str], folder: Path) -> str | None:
    """The label of a folder by those that are known: its own, or that of the nearest folder above it and the way down.

    Returns:
        None if none of them holds it.
    """
    for above in (folder, *folder.parents):
        if above in known:
            return str(PurePath(known[above], folder.relative_to(above))).removeprefix(".").strip(os.sep)
    return None
