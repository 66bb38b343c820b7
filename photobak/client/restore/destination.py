"""The folder that files are restored into: nothing that is done through it happens outside of it.

Each folder on the way is opened by itself, relative to the one above, and no symbolic link is followed: whatever lies
there, and whatever somebody puts there meanwhile, leads nowhere else.
"""

import errno
import os
import shutil
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from photobak.client.restore.naming import NameRules
from photobak.errors import PhotobakError, WrongUsage

_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_PROBE: Final = ".photobak-probe-"
_COMPOSED, _CAPITAL, _DECOMPOSED, _REFUSED = "é", "É", "e\u0301", ":"


@dataclass(frozen=True, slots=True)
class Destination:
    """A folder, which need not exist yet."""

    root: Path

    def make(self) -> None:
        """Make the folder where it is missing.

        Raises:
            PhotobakError: it can't be made.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PhotobakError(f"the folder {self.root} can't be made", why=_why(error)) from error

    def room(self) -> int:
        """Free bytes for this user on the disk where the folder is, or will be."""
        return shutil.disk_usage(self._nearest()).free

    @contextmanager
    def made(self, relative: PurePosixPath) -> Iterator[int]:
        """Open a folder below this one, made where it is missing; yields its descriptor.

        Raises:
            OSError: it can't be made, or something else has its name.
        """
        with self._walked(relative, _make_below) as descriptor:
            yield descriptor

    @contextmanager
    def opened(self, relative: PurePosixPath) -> Iterator[int]:
        """Open a folder below this one; yields its descriptor.

        Raises:
            OSError: it can't be opened, or something else has its name; FileNotFoundError where it is missing.
        """
        with self._walked(relative, _open_below) as descriptor:
            yield descriptor

    @contextmanager
    def _walked(self, relative: PurePosixPath, step: Callable[[str, int], int]) -> Iterator[int]:
        descriptor = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            for part in relative.parts:
                below = step(part, descriptor)
                os.close(descriptor)
                descriptor = below
            yield descriptor
        finally:
            os.close(descriptor)

    def sync(self, folders: Iterable[PurePosixPath]) -> None:
        """Put the names in some folders on the disk, and those of the folders themselves.

        Raises:
            PhotobakError: the disk doesn't take them.
        """
        for relative in {each for folder in folders for each in (folder, *folder.parents)}:
            try:
                with self.opened(relative) as descriptor:
                    os.fsync(descriptor)
            except OSError as error:
                raise PhotobakError(f"the folder {self.root / relative} can't be written", why=_why(error)) from error

    def name_rules(self) -> NameRules:
        """Try out what the file system makes of names; leaves nothing there.

        Where that can't be tried out, names are taken as they are: no file is overwritten either way.
        """
        folder = self._nearest()
        names = [f"{_PROBE}{ending}" for ending in (_COMPOSED, _REFUSED)]
        try:
            try:
                (folder / names[0]).touch()
                case_matters = not (folder / f"{_PROBE}{_CAPITAL}").exists()
                form_matters = not (folder / f"{_PROBE}{_DECOMPOSED}").exists()
                return NameRules(case_matters, form_matters, refuses_windows=not _takes(folder / names[1]))
            finally:
                for name in names:
                    with suppress(OSError):
                        (folder / name).unlink()
        except OSError:
            return NameRules()

    def _nearest(self) -> Path:
        return next(folder for folder in (self.root, *self.root.absolute().parents) if folder.is_dir())


def require_folder(root: Path) -> Destination:
    """The destination in ``root``.

    Raises:
        WrongUsage: something else has that name.
    """
    if root.exists() and not root.is_dir():
        raise WrongUsage(f"nothing can be restored into {root}", why="it is no folder")
    return Destination(root)


def _make_below(part: str, above: int) -> int:
    with suppress(FileExistsError):
        os.mkdir(part, dir_fd=above)
    return _open_below(part, above)


def _open_below(part: str, above: int) -> int:
    try:
        return os.open(part, _FOLDER, dir_fd=above)
    except OSError as error:
        if error.errno not in (errno.ENOTDIR, errno.ELOOP):
            raise
        found = os.stat(part, dir_fd=above, follow_symlinks=False)
        what = "a symbolic link, which might lead elsewhere" if stat.S_ISLNK(found.st_mode) else "a file"
        raise NotADirectoryError(error.errno, f"where the folder {part} has to be lies {what}") from error


def _takes(path: Path) -> bool:
    try:
        path.touch()
    except OSError:
        return False
    return True


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()
