"""The folder that files are restored into; nothing is ever written outside of it.

Each folder on the way is opened by itself, relative to the one above, and no symbolic link is followed: whatever lies
there, and whatever somebody puts there meanwhile, leads nowhere else.
"""

import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from photobak.client.restore.naming import NameRules
from photobak.errors import PhotobakError, WrongUsage, reason_of
from photobak.platform.folders import Folder

_PROBE: Final = ".photobak-probe-"
_COMPOSED, _CAPITAL, _DECOMPOSED, _REFUSED = "é", "É", "e\u0301", ":"


@dataclass(frozen=True, slots=True)
class Destination:
    """A folder, which need not exist yet."""

    root: Path

    def make(self) -> None:
        """Create the folder if it is missing.

        Raises:
            PhotobakError: it can't be made.
        """
        try:
            self.root.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise PhotobakError(f"the folder {self.root} can't be made", why=reason_of(error)) from error

    def room(self) -> int:
        """Free bytes for this user on the disk where the folder is, or will be."""
        return shutil.disk_usage(self._nearest()).free

    @contextmanager
    def made(self, relative: PurePosixPath) -> Iterator[Folder]:
        """Open a folder below this one, and create it if it is missing.

        Raises:
            OSError: it can't be made, or something else has its name.
        """
        with self._walked(relative, make=True) as folder:
            yield folder

    @contextmanager
    def opened(self, relative: PurePosixPath) -> Iterator[Folder]:
        """Open a folder below this one.

        Raises:
            OSError: it can't be opened, or something else has its name; FileNotFoundError where it is missing.
        """
        with self._walked(relative, make=False) as folder:
            yield folder

    @contextmanager
    def _walked(self, relative: PurePosixPath, *, make: bool) -> Iterator[Folder]:
        with Folder(self.root) as folder:
            for part in relative.parts:
                folder.enter(part, make=make)
            yield folder

    def sync(self, folders: Iterable[PurePosixPath]) -> None:
        """Flush some folders to the disk, so that the names in them survive a power cut.

        Raises:
            PhotobakError: the disk doesn't take them.
        """
        for relative in {each for folder in folders for each in (folder, *folder.parents)}:
            try:
                with self.opened(relative) as opened:
                    opened.sync()
            except OSError as error:
                raise PhotobakError(
                    f"the folder {self.root / relative} can't be written", why=reason_of(error)
                ) from error

    def name_rules(self) -> NameRules:
        """Find out how the file system treats names; leaves nothing there.

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
        WrongUsage: it exists and is not a folder.
    """
    if root.exists() and not root.is_dir():
        raise WrongUsage(f"cannot restore into {root}", why="it is not a folder")
    return Destination(root)


def _takes(path: Path) -> bool:
    try:
        path.touch()
    except OSError:
        return False
    return True
