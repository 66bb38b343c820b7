"""One sync a profile at a time: an advisory lock that the system frees should its holder die."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photobak.client.places import Places
from photobak.client.profile import Profile
from photobak.errors import ConfigError, RunLocked
from photobak.platform.private_files import private_folder


@contextmanager
def run_lock(places: Places, profile: Profile) -> Iterator[None]:
    """Hold the lock of one profile's runs.

    Raises:
        RunLocked: another run holds it.
        ConfigError: its file can't be made.
    """
    from filelock import FileLock, Timeout

    lock = FileLock(private_folder(places.state) / f"{profile.name}.run.lock", timeout=0, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise RunLocked(
            f"another photobak is at work for profile {profile.name}",
            next_step="Wait for it to finish, or look for it with: ps aux | grep photobak",
        ) from None
    except OSError as error:
        raise ConfigError(f"{lock.lock_file} can't be written", why=error.strerror or str(error)) from error
    try:
        yield
    finally:
        lock.release()


def index_path(places: Places, profile: Profile) -> Path:
    """Where the profile's index is."""
    return places.state / f"{profile.name}.index.sqlite3"
