"""Walks the folders to back up, one at a time: memory stays the same however many there are."""

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING, Final

from photobak.client.concurrency import Report
from photobak.client.index.index import Fingerprint
from photobak.errors import WrongUsage, reason_of

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec

IGNORE_FILE: Final = ".photobakignore"

_CACHES: Final = frozenset({
    "@eadir", ".@__thumb", "#recycle", "#snapshot", "$recycle.bin", "system volume information", # NAS and Windows
    ".thumbnails", ".thumb", ".picasaoriginals", ".trash", ".trashes", ".spotlight-v100", ".fseventsd", ".dtrash",
    ".git", ".stversions", ".stfolder", "lost+found", "__macosx",
})  # fmt: skip
_TRASH: Final = ".trash-"
"""With a user's number: the trash of a removable disk (FreeDesktop.org Trash specification)."""
_HOME_TRASH: Final = os.path.join(os.sep + ".local", "share", "Trash")  # noqa: PTH118
"""The trash of a home folder, to which `photobak free` moves files; likewise."""
_LIBRARIES: Final = (".photoslibrary", ".photolibrary", ".aplibrary", ".lrdata", ".lrlibrary", ".migratedphotolibrary")
"""Packages that a photo program owns; their originals have to be exported from it."""


@dataclass(frozen=True, slots=True)
class Root:
    """A folder to back up, or some files in one folder."""

    path: Path
    """Absolute; a folder."""
    names: frozenset[str] | None = None
    """The files in it to back up; None = everything in it and below."""
    label: str = ""
    """What the sources of its files begin with, if several folders of a machine are backed up."""

    def relative(self, folder: str, name: str) -> str:
        """The path of a file relative to the root, after its label, with ``/`` between its parts."""
        relative = os.path.relpath(os.path.join(folder, name), self.path)  # noqa: PTH118
        return os.path.join(self.label, relative).replace(os.sep, "/")  # noqa: PTH118


def existing(paths: Iterable[Path]) -> tuple[list[Path], list[WrongUsage]]:
    """Separate the PATHs that can be backed up from those that can't, so that one does not stop the others.

    Returns:
        The paths, at least one, and why each of the others can't be backed up.

    Raises:
        WrongUsage: none can be backed up.
    """
    found, missing = [], []
    for path in paths:
        try:
            _is_folder(path)
        except WrongUsage as error:
            missing.append(error)
        else:
            found.append(path)
    if missing and not found:
        raise missing[0]
    return found, missing


def distinct_roots(paths: Iterable[Path]) -> list[Root]:
    """Make roots of the PATHs on the command line; a path inside another one is scanned once, with it.

    Raises:
        WrongUsage: one of them does not exist, or is neither a file nor a folder.
    """
    folders: dict[Path, Path] = {}
    files: dict[Path, set[str]] = {}
    for path in paths:
        is_folder = _is_folder(path)
        # Symbolic links in it are kept, but they have to be resolved to know what ".." means.
        where = path.resolve() if ".." in path.parts else path.absolute()
        if is_folder:
            folders.setdefault(where.resolve(), where)
        else:
            files.setdefault(where.parent, set()).add(where.name)
    whole = [Root(path) for real, path in folders.items() if not folders.keys() & set(real.parents)]
    named = [
        Root(folder, frozenset(names))
        for folder, names in files.items()
        if not folders.keys() & {folder.resolve(), *folder.resolve().parents}
    ]
    return whole + named


def _is_folder(path: Path) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise WrongUsage(f"{path} can't be backed up", why=reason_of(error)) from error
    except ValueError as error:  # a zero byte
        raise WrongUsage(f"{path} can't be backed up", why=str(error)) from error
    if not (S_ISREG(mode) or S_ISDIR(mode)):
        raise WrongUsage(f"{path} can't be backed up", why="it is neither a file nor a folder")
    return S_ISDIR(mode)


@dataclass(frozen=True, slots=True)
class Skipped(Report):
    """Something that is not backed up, and why."""

    path: str
    reason: str
    size: int | None = None
    """Bytes, if it was reported as ``Found`` before it was read; None if not."""


@dataclass(frozen=True, slots=True)
class Listing:
    """The contents of one folder."""

    root: Root
    folder: str
    files: dict[str, Fingerprint] = field(default_factory=dict)
    ignored: list[Skipped] = field(default_factory=list)
    unreadable: list[Skipped] = field(default_factory=list)
    """What could not be read, which is a failure: there may be photos in it."""


@dataclass(frozen=True, slots=True)
class Filters:
    """``--include`` and ``--exclude``, in gitignore syntax."""

    include: "GitIgnoreSpec | None" = None
    exclude: "GitIgnoreSpec | None" = None

    @classmethod
    def of(cls, include: tuple[str, ...], exclude: tuple[str, ...]) -> "Filters":
        """Compile the patterns.

        Raises:
            WrongUsage: a pattern is invalid.
        """
        try:
            return cls(_patterns(include) if include else None, _patterns(exclude) if exclude else None)
        except ValueError as error:
            raise WrongUsage("a pattern is invalid", why=str(error)) from error

    @property
    def given(self) -> bool:
        """Whether there are any patterns."""
        return bool(self.include or self.exclude)

    def reason_to_skip(self, root: Root, entry: os.DirEntry[str], *, is_folder: bool) -> str:
        """Why the patterns exclude this entry; empty if they don't."""
        relative = os.path.relpath(entry.path, root.path) + "/" * is_folder
        if self.exclude and self.exclude.match_file(relative):
            return "excluded"
        if self.include and not is_folder and not self.include.match_file(relative):
            return "not included"
        return ""


@dataclass(frozen=True, slots=True)
class _IgnoreFile:
    folder: str
    spec: "GitIgnoreSpec"

    def verdict(self, path: str, *, is_folder: bool) -> bool | None:
        """Whether the file excludes the path, includes it again (``!pattern``), or does not mention it (None)."""
        relative = os.path.relpath(path, self.folder) + "/" * is_folder
        return self.spec.check_file(relative).include


def scan(root: Root, filters: Filters) -> Iterator[Listing]:
    """List the root's folders, each before its subfolders.

    Symbolic links are not followed: what they point to is backed up where it is. Sockets, pipes and devices are not
    opened.
    """
    if root.names is not None:
        yield _named(root, root.names)
        return
    waiting: list[tuple[str, tuple[_IgnoreFile, ...]]] = [(str(root.path), ())]
    while waiting:
        folder, ignore_files = waiting.pop()
        listing = Listing(root, folder)
        entries = _entries(listing)
        here = (*ignore_files, *_ignore_file(entries, listing))
        folders = _sort(entries, listing, filters, here)
        yield listing
        waiting += [(inner, here) for inner in sorted(folders, reverse=True)]


def _named(root: Root, names: Iterable[str]) -> Listing:
    """Files named on the command line are backed up whatever they are called; a symbolic link stands for its file."""
    listing = Listing(root, str(root.path))
    for name in sorted(names):
        try:
            listing.files[name] = Fingerprint.of((root.path / name).stat())
        except OSError as error:
            listing.unreadable.append(Skipped(str(root.path / name), reason_of(error)))
    return listing


def _entries(listing: Listing) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(listing.folder) as entries:
            return list(entries)
    except OSError as error:
        listing.unreadable.append(Skipped(listing.folder, reason_of(error)))
        return []


def _sort(
    entries: Iterable[os.DirEntry[str]], listing: Listing, filters: Filters, ignore_files: tuple[_IgnoreFile, ...]
) -> list[str]:
    """Fill in one folder's listing; returns the subfolders to list."""
    folders: list[str] = []
    has_patterns = bool(ignore_files) or filters.given
    for entry in entries:
        try:
            if not has_patterns and entry.is_file(follow_symlinks=False):  # the common case, so the fastest path
                listing.files[entry.name] = Fingerprint.of(entry.stat(follow_symlinks=False))
                continue
            is_folder = entry.is_dir(follow_symlinks=False)
            reason = _reason_to_skip(listing, entry, filters, ignore_files, is_folder=is_folder)
            if reason:
                listing.ignored.append(Skipped(entry.path, reason))
            elif is_folder:
                folders.append(entry.path)
            else:
                listing.files[entry.name] = Fingerprint.of(entry.stat(follow_symlinks=False))
        except FileNotFoundError:
            continue  # removed while the folder was read
        except OSError as error:
            listing.unreadable.append(Skipped(entry.path, reason_of(error)))
    return folders


def _reason_to_skip(
    listing: Listing,
    entry: os.DirEntry[str],
    filters: Filters,
    ignore_files: tuple[_IgnoreFile, ...],
    *,
    is_folder: bool,
) -> str:
    """Why this entry is skipped; empty if it isn't."""
    if entry.is_symlink():
        return "symbolic link"
    if is_folder:
        reason = _own_folder(entry)
        if reason:
            return reason
    elif not entry.is_file(follow_symlinks=False):
        return "not a regular file"
    if _ignored(entry.path, ignore_files, is_folder=is_folder):
        return f"excluded by {IGNORE_FILE}"
    return filters.reason_to_skip(listing.root, entry, is_folder=is_folder) if filters.given else ""


def _ignored(path: str, ignore_files: tuple[_IgnoreFile, ...], *, is_folder: bool) -> bool:
    """As in git, the nearest ignore file that mentions the path decides."""
    verdicts = (file.verdict(path, is_folder=is_folder) for file in reversed(ignore_files))
    return next((verdict for verdict in verdicts if verdict is not None), False)


def _own_folder(entry: os.DirEntry[str]) -> str:
    """Why a folder with this name is skipped; empty if it isn't."""
    folded = entry.name.casefold()
    if folded in _CACHES or folded.startswith(_TRASH) or entry.path.endswith(_HOME_TRASH):
        return "cache or system folder"
    return "photo library database" if folded.endswith(_LIBRARIES) else ""


def _ignore_file(entries: Iterable[os.DirEntry[str]], listing: Listing) -> list[_IgnoreFile]:
    path = next((Path(entry.path) for entry in entries if entry.name == IGNORE_FILE), None)
    if path is None:
        return []
    try:
        return [_IgnoreFile(listing.folder, _patterns(path.read_text(encoding="utf-8").splitlines()))]
    except (OSError, ValueError) as error:
        reason = reason_of(error) if isinstance(error, OSError) else f"not gitignore syntax: {error}"
        listing.unreadable.append(Skipped(str(path), reason))
        return []


def _patterns(lines: Iterable[str]) -> "GitIgnoreSpec":
    from pathspec import GitIgnoreSpec  # 9 ms, which most runs save

    return GitIgnoreSpec.from_lines(lines)
