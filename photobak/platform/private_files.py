"""Folders and files that only their owner can read. After a crash a file has its old content or the new, complete."""

import os
import secrets
import stat
from contextlib import suppress
from pathlib import Path
from typing import TextIO

from photobak.errors import ConfigError, reason_of
from photobak.platform.files import sync_path

_OTHERS = stat.S_IRWXG | stat.S_IRWXO


def private_folder(folder: Path) -> Path:
    """Make ``folder`` (and the missing ones above it) with mode 0700, and return it.

    Raises:
        ConfigError: it exists and others may enter it, or it can't be made.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        found = folder.stat()
    except OSError as error:
        raise ConfigError(f"the folder {folder} can't be made", why=reason_of(error)) from error
    if stat.S_IMODE(found.st_mode) & _OTHERS:
        raise ConfigError(
            f"the folder {folder} is open to other users",
            why=f"its mode is {stat.S_IMODE(found.st_mode):04o}",
            next_step=f"Close it with: chmod 700 {folder}",
        )
    return folder


def write_private(path: Path, content: bytes) -> None:
    """Replace ``path`` by ``content`` with mode 0600, atomically and durably (temporary file, fsync, rename, fsync).

    The file is never open to others, not even for an instant: it is created with its final mode under a name that
    nobody can guess, in a folder made with mode 0700 where it is missing.

    Raises:
        ConfigError: the disk is full, the folder can't be written, …; the old content is still there.
    """
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write_and_sync(temporary, content)
        temporary.replace(path)
        sync_path(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink(missing_ok=True)
        raise ConfigError(f"{path} can't be written", why=reason_of(error)) from error


def read_private(path: Path) -> bytes | None:
    """The content of ``path``, or None where there is no such file.

    Raises:
        ConfigError: others may read it, it belongs to somebody else, or it is a symbolic link: then what it says may
            be known to others, or put there by them.
    """
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ConfigError(f"{path} can't be read", why=reason_of(error)) from error
    with os.fdopen(descriptor, "rb") as file:
        _require_private(path, os.fstat(descriptor))
        return file.read()


def open_private_to_append(path: Path) -> TextIO:
    """Open a text file to append to it, created with mode 0600 if it is missing; raises OSError."""
    descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    return os.fdopen(descriptor, "a", encoding="utf-8", errors="backslashreplace")


def _require_private(path: Path, found: os.stat_result) -> None:
    """Checked on the open file, so that nobody can swap it between the check and the read."""
    if found.st_uid != os.getuid():
        raise ConfigError(f"{path} belongs to another user", next_step=f"Remove it: rm {path}")
    if stat.S_IMODE(found.st_mode) & _OTHERS:
        raise ConfigError(
            f"{path} is open to other users",
            why=f"its mode is {stat.S_IMODE(found.st_mode):04o}; what it holds may be known to them",
            next_step=f"Close it with: chmod 600 {path}",
        )


def _write_and_sync(path: Path, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
