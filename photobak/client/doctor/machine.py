"""Checks of this machine: settings, folders, permissions, disk, index, lock, limits, and the installed program."""

import os
import shlex
import shutil
import sqlite3
import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Final

from photobak import __version__
from photobak.client.config.load import load_settings
from photobak.client.config.settings import Settings
from photobak.client.doctor.check import Check, Wrong
from photobak.client.index.file import SCHEMA_VERSION, index_path, run_lock
from photobak.client.places import Places
from photobak.client.profile import Profile
from photobak.errors import ConfigError, RunLocked
from photobak.platform.limits import most_watches
from photobak.platform.private_files import private_folder

MIN_FREE: Final = 200_000_000
"""Bytes; a big index and its journal, and some room for the system."""
_LIBRARIES: Final = ("pycurl", "PIL", "pillow_heif", "keyring")
"""What has a compiled part, or depends on the system."""
_FEW: Final = 3


def machine_checks(places: Places, profile: Profile | None) -> Iterator[Check]:
    """All of them; those of the index only if there is a profile."""
    yield Check("config", lambda: _config(places), "photobak config edit")
    yield Check("folders", lambda: _folders(places), "photobak config edit")
    yield Check("version", _version, "pip install --force-reinstall photobak")
    yield Check("permissions", lambda: _permissions(places))
    yield Check("disk", lambda: free_space(places.state))
    yield Check("inotify", lambda: watches(places, most_watches()))
    if profile is not None:
        path = index_path(places, profile)
        yield Check("index", lambda: _index(path), f"mv {shlex.quote(str(path))} {shlex.quote(f'{path}.damaged')}")
        yield Check("lock", lambda: _lock(places, profile))


def _config(places: Places) -> str:
    load_settings(places)
    return f"{places.config_file} is valid" if places.config_file.exists() else "no config.toml; defaults apply"


def _settings(places: Places) -> Settings:
    """The settings; the defaults if they cannot be used, which the check of the configuration reports."""
    try:
        return load_settings(places)
    except ConfigError:
        return Settings()


def _folders(places: Places) -> str:
    paths = _settings(places).folders.paths
    if not paths:
        return "none configured, so photobak sync needs a PATH each time"
    for path in paths:
        if not path.is_dir():
            raise Wrong(f"{path} does not exist; is its disk mounted?", "photobak config edit")
        if not os.access(path, os.R_OK | os.X_OK):
            raise Wrong(f"{path} cannot be read", f"chmod u+rx {shlex.quote(str(path))}")
        if not any(path.iterdir()):
            raise Wrong(f"{path} is empty; is its disk mounted?", "photobak config edit")
    return f"{', '.join(map(str, paths[:_FEW]))}{' and more' * (len(paths) > _FEW)} can be read"


def _version() -> str:
    for name in _LIBRARIES:
        try:
            import_module(name)
        except ImportError as error:
            detail = f"the library {name} cannot be loaded: {error}"
            raise Wrong(detail, f"pip install --force-reinstall {name}") from error
    return f"photobak {__version__}, Python {sys.version.split()[0]}, SQLite {sqlite3.sqlite_version}"


def _permissions(places: Places) -> str:
    private_folder(places.state)
    for folder in (places.config, places.state):
        if not folder.exists():
            continue
        if not os.access(folder, os.W_OK | os.X_OK):
            raise Wrong(f"{folder} cannot be written", f"chmod u+rwx {shlex.quote(str(folder))}")
    for path in (places.state / "tokens").glob("*.json"):
        if path.stat().st_mode & 0o077:
            raise Wrong(f"{path} is open to other users", f"chmod 600 {shlex.quote(str(path))}")
    return "configuration and state can be written, and the sign-in is private"


def free_space(folder: Path, usage: Callable[[Path], "shutil._ntuple_diskusage"] = shutil.disk_usage) -> str:
    """Whether the disk of a folder has room; raises Wrong if it has not."""
    free = usage(folder).free
    if free < MIN_FREE:
        raise Wrong(f"{folder} has {free / 1e6:,.0f} MB free", "photobak free --dry-run PATH")
    return f"{free / 1e9:,.1f} GB free"


def watches(places: Places, most: int | None) -> str:
    """Whether ``photobak watch`` can watch all folders; raises Wrong if the limit is too low.

    Args:
        places: where the settings are.
        most: the folders that the system lets a user watch; None if it has no limit.
    """
    if most is None:
        return "the system has no limit of watched folders"
    needed = 0
    for root in _settings(places).folders.paths:
        for _ in os.walk(root):
            needed += 1
            if needed > most:
                cure = f"sudo sysctl fs.inotify.max_user_watches={max(2 * most, 524_288)}"
                raise Wrong(f"photobak watch needs more than the {most:,} watches that the system allows", cure)
    return f"{needed:,} of {most:,} watches needed"


def _index(path: Path) -> str:
    """Open it read-only: opening it as a sync does would replace a damaged one."""
    if not path.exists():
        return "there is none yet"
    try:
        connection = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
        try:
            (version,) = connection.execute("PRAGMA user_version").fetchone()
            (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        finally:
            connection.close()
    except sqlite3.DatabaseError as error:
        raise Wrong(f"{path} is damaged ({error})", f"rm {shlex.quote(str(path))}") from error
    if verdict != "ok":
        raise Wrong(f"{path} is damaged ({verdict})", f"rm {shlex.quote(str(path))}")
    if version > SCHEMA_VERSION:
        raise Wrong(f"{path} was written by a newer photobak", "pip install --upgrade photobak")
    return f"{path} is intact"


def _lock(places: Places, profile: Profile) -> str:
    try:
        with run_lock(places, profile):
            return "no run is at work"
    except RunLocked as locked:
        return f"a run is at work: {locked.why}"
    except ConfigError as error:
        path = places.state / f"{profile.name}.run.lock"
        raise Wrong(f"{error.what}: {error.why}", f"rm -rf {shlex.quote(str(path))}") from error
