"""Folders, such as an export that somebody has unpacked."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import BinaryIO

from photobak.client.imports.archive.interface import Archive, Entry, Problem


class FolderArchive(Archive):
    """One folder with all below it; symbolic links are not followed."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._files: list[str] = []

    def entries(self) -> Iterator[Entry | Problem]:
        """List the folder, in the order of names."""
        self._files = []
        problems: list[Problem] = []

        def tell(error: OSError) -> None:
            if Path(error.filename) == self.path:
                raise error
            problems.append(Problem(self._relative(error.filename), (error.strerror or str(error)).lower()))

        for folder, folders, names in os.walk(self.path, onerror=tell):
            folders.sort()
            yield from problems
            problems.clear()
            for name in sorted(names):
                yield from self._entry(os.path.join(folder, name))  # noqa: PTH118 - a Path each is slow
        yield from problems

    def _entry(self, path: str) -> Iterator[Entry | Problem]:
        try:
            found = os.lstat(path)
        except OSError as error:
            yield Problem(self._relative(path), (error.strerror or str(error)).lower())
            return
        if S_ISREG(found.st_mode):
            self._files.append(path)
            modified = datetime.fromtimestamp(max(found.st_mtime, 0), UTC)
            yield Entry(len(self._files) - 1, self._relative(path), found.st_size, modified)

    def _relative(self, path: str) -> str:
        return Path(path).relative_to(self.path).as_posix()

    def open(self, entry: Entry) -> BinaryIO:
        """Read a file."""
        return open_file_buffered(self._files[entry.number])

    def close(self) -> None:
        """Each entry has a file of its own."""


def open_file_buffered(path: str) -> BinaryIO:
    """Open a file to read it; a pipe that has taken its place is not waited for."""
    return open(path, "rb", opener=lambda name, flags: os.open(name, flags | getattr(os, "O_NONBLOCK", 0)))
