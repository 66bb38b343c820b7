"""Tells what a path given to an import is, by its content."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from photobak.client.imports.archive.folder_archive import FolderArchive
from photobak.client.imports.archive.interface import Archive, Problem
from photobak.client.imports.archive.tar_archive import TarArchive
from photobak.client.imports.archive.zip_archive import ZipArchive
from photobak.errors import WrongUsage

_ZIP: Final = (b"PK\3\4", b"PK\5\6")
_GZIP: Final = b"\x1f\x8b"
_TAR: Final = b"ustar"
_TAR_AT: Final = 257


def open_archives(paths: Sequence[Path]) -> tuple[list[Archive], list[Problem]]:
    """Open what can be opened; one that can't be takes no other along, unless there is no other.

    Raises:
        WrongUsage: none of them can be opened.
    """
    archives: list[Archive] = []
    problems = []
    for path in paths:
        try:
            archives.append(open_archive(path.absolute()))
        except WrongUsage as error:
            if len(paths) == 1:
                raise
            problems.append(Problem(str(path), error.why))
    if not archives:
        raise WrongUsage("none of these can be imported", why=problems[0].reason)
    return archives, problems


def open_archive(path: Path) -> Archive:
    """Open a zip, tgz or tar file, or a folder.

    Raises:
        WrongUsage: it is something else, or can't be read.
    """
    try:
        if path.is_dir():
            return FolderArchive(path)
        with path.open("rb") as file:
            head = file.read(512)
        if head.startswith(_ZIP):
            return ZipArchive(path)
        if head.startswith(_GZIP):
            return TarArchive(path, compressed=True)
        if head.startswith(_TAR, _TAR_AT):
            return TarArchive(path, compressed=False)
    except OSError as error:
        raise WrongUsage(f"{path} can't be imported", why=(error.strerror or str(error)).lower()) from error
    raise WrongUsage(
        f"{path} can't be imported",
        why="it is neither a zip file, a tgz file nor a folder",
        next_step="Name the parts of the export as they were downloaded, or the folder into which they were unpacked",
    )
