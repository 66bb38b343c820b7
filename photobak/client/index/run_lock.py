"""One sync a profile at a time: an advisory lock that the system frees if its holder dies."""

import os
import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from photobak.client.places import Places
from photobak.client.profile import Profile
from photobak.errors import ConfigError, RunLocked
from photobak.platform.private_files import private_folder

_LONGEST_COMMAND = 200
"""Characters of the other process's command line to show."""


@contextmanager
def run_lock(places: Places, profile: Profile) -> Iterator[None]:
    """Hold the lock of one profile's runs.

    Raises:
        RunLocked: another run holds it.
        ConfigError: its file can't be made.
    """
    from filelock import FileLock, Timeout

    folder = private_folder(places.state)
    holder = folder / f"{profile.name}.run.process"  # beside the lock: Windows lets nobody read a locked file
    lock = FileLock(folder / f"{profile.name}.run.lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise RunLocked(
            f"another photobak is at work for profile {profile.name}",
            why=_process_in(holder),
            next_step="Wait for it to finish, or stop it",
        ) from None
    except OSError as error:
        raise ConfigError(f"{lock.lock_file} can't be written", why=error.strerror or str(error)) from error
    try:
        with suppress(OSError):  # the file only helps people: a full disk must not end the run
            holder.write_text(f"process {os.getpid()} ({_command_line()})", encoding="utf-8", errors="replace")
        yield
    finally:
        with suppress(OSError):
            holder.unlink(missing_ok=True)
        lock.release()


def _command_line() -> str:
    """The command as the person typed it."""
    return shlex.join([Path(sys.argv[0]).name, *sys.argv[1:]])


def _process_in(holder: Path) -> str:
    """What the holder of the lock wrote about itself; nothing if it could not."""
    try:
        return holder.read_text(encoding="utf-8", errors="replace")[:_LONGEST_COMMAND]
    except OSError:
        return ""


def index_path(places: Places, profile: Profile) -> Path:
    """Where the profile's index is."""
    return places.state / f"{profile.name}.index.sqlite3"
