"""Folders held open: what is done through one happens in that very folder, even if its path changes meanwhile.

Names are resolved relative to the open folder, and no symbolic link is followed (POSIX.1-2008, ``openat`` and its kin).
"""

import errno
import fcntl
import os
import stat
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Final, Self

_BELOW: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_WRITE: Final = os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC


class Folder:
    """An open folder. Every name given to it is one path component, never a path."""

    def __init__(self, path: Path) -> None:
        """Open a folder by its path, following symbolic links: the person has named it.

        Raises:
            OSError: there is none, or it can't be opened.
        """
        self._descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: BaseException | TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Close it; it can't be used any more."""
        os.close(self._descriptor)

    def enter(self, name: str, *, make: bool = False) -> None:
        """Exchange this folder for the one below it.

        Args:
            name: of the folder below.
            make: whether to create it if it is missing.

        Raises:
            FileNotFoundError: it is missing.
            NotADirectoryError: a file or a symbolic link has its name.
            OSError: it can't be opened or created.
        """
        if make:
            with suppress(FileExistsError):
                os.mkdir(name, dir_fd=self._descriptor)
        below = self._open_below(name)
        os.close(self._descriptor)
        self._descriptor = below

    def find(self, name: str) -> os.stat_result | None:
        """What has this name, of a symbolic link the link itself; None if nothing has.

        Raises:
            OSError: the folder can't be read.
        """
        try:
            return os.stat(name, dir_fd=self._descriptor, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def open_file(self, name: str) -> int:
        """Open a file to read it; returns its descriptor, which the caller closes.

        Raises:
            FileNotFoundError: there is none.
            OSError: it can't be opened, or is no regular file. Never waits for the other end of a FIFO.
        """
        descriptor = os.open(name, _READ, dir_fd=self._descriptor)
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            os.close(descriptor)
            raise OSError(errno.EINVAL, f"{name} is not a regular file")
        return descriptor

    def open_locked(self, name: str) -> int:
        """Open a file to write it, created if it is missing; returns its descriptor, and closing that unlocks the file.

        Raises:
            BlockingIOError: another process has it locked.
            OSError: it can't be opened, or is no regular file.
        """
        while True:
            descriptor = os.open(name, _WRITE, 0o666, dir_fd=self._descriptor)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                found = os.fstat(descriptor)
                if self._still_has(name, found):  # its last holder may have renamed or removed it
                    if found.st_nlink == 1:
                        return descriptor
                    # A process was killed between the two steps of ``rename``: the file is complete under another name.
                    self.remove(name)
            except OSError:
                os.close(descriptor)
                raise
            os.close(descriptor)

    def remove(self, name: str) -> None:
        """Remove a file if it is there.

        Raises:
            OSError: it can't be removed.
        """
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=self._descriptor)

    def rename(self, before: str, after: str, *, replace: bool) -> None:
        """Rename a file, atomically.

        Args:
            before: its name.
            after: the name it gets.
            replace: whether it may take the place of another file.

        Raises:
            FileExistsError: the new name is taken, and ``replace`` is false.
            OSError: it can't be renamed.
        """
        here = self._descriptor
        if replace:
            os.replace(before, after, src_dir_fd=here, dst_dir_fd=here)
            return
        try:
            os.link(before, after, src_dir_fd=here, dst_dir_fd=here, follow_symlinks=False)
        except FileExistsError:
            raise
        except OSError as error:  # a file system without hard links, such as exFAT
            if self.find(after):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST)) from error
            os.rename(before, after, src_dir_fd=here, dst_dir_fd=here)
        else:
            os.unlink(before, dir_fd=here)

    def sync(self) -> None:
        """Flush the folder's names to the disk, so that files renamed into it survive a power cut.

        Raises:
            OSError: the disk refuses them.
        """
        os.fsync(self._descriptor)

    def _open_below(self, name: str) -> int:
        try:
            return os.open(name, _BELOW, dir_fd=self._descriptor)
        except OSError as error:
            if error.errno not in (errno.ENOTDIR, errno.ELOOP):
                raise
            found = self.find(name)
            is_link = found is not None and stat.S_ISLNK(found.st_mode)
            what = "a symbolic link, which could lead elsewhere" if is_link else "a file"
            raise NotADirectoryError(error.errno, f"{name} must be a folder but is {what}") from error

    def _still_has(self, name: str, opened: os.stat_result) -> bool:
        there = self.find(name)
        if there is not None and not stat.S_ISREG(there.st_mode):
            raise OSError(errno.EINVAL, f"{name} is not a regular file")
        return there is not None and (there.st_dev, there.st_ino) == (opened.st_dev, opened.st_ino)
