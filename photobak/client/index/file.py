"""The index's file: created, opened, and replaced where it can't be used; and the lock of the run that writes it."""

import os
import shlex
import sqlite3
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from photobak.client.places import Places
from photobak.client.profile import Profile
from photobak.errors import ConfigError, RunLocked, reason_of
from photobak.platform.private_files import private_folder

SCHEMA_VERSION: Final = 7
"""The version of ``index.sql``. There are no migrations: an older index is rebuilt by the next sync."""
_LONGEST_COMMAND: Final = 200
"""Characters of the other process's command line to show."""


def index_path(places: Places, profile: Profile) -> Path:
    """Where the profile's index is."""
    return places.state / f"{profile.name}.index.sqlite3"


def imports_path(places: Places, profile: Profile) -> Path:
    """Where the profile's index of imports is: entries of archives are no files that a sync could find again."""
    return places.state / f"{profile.name}.imports.sqlite3"


@contextmanager
def run_lock(places: Places, profile: Profile, wait: float = 0.0) -> Iterator[None]:
    """Hold the lock of one profile's runs.

    Args:
        places: where it is.
        profile: whose runs.
        wait: seconds to wait for another run to end.

    Raises:
        RunLocked: another run holds it.
        ConfigError: its file can't be made.
    """
    from filelock import FileLock, Timeout

    folder = private_folder(places.state)
    holder = folder / f"{profile.name}.run.process"  # beside the lock: Windows lets nobody read a locked file
    lock = FileLock(folder / f"{profile.name}.run.lock", timeout=wait, mode=0o600)
    try:
        lock.acquire()
    except Timeout:
        raise RunLocked(
            f"another photobak is at work for profile {profile.name}",
            why=_process_in(holder),
            next_step="Wait for it to finish (--wait-lock 10m), or stop it",
        ) from None
    except OSError as error:
        raise ConfigError(f"{lock.lock_file} can't be written", why=reason_of(error)) from error
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


def connect_or_begin_anew(path: Path) -> tuple[sqlite3.Connection, str | None]:
    """Open the index's file, creating it if it is missing.

    Returns:
        The connection, and why it was begun anew if there was an index that can't be used.

    Raises:
        ConfigError: it can't be opened or written, or a newer version wrote it.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return _connect(path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            aside = put_aside(path)
            return _connect(path)[0], f"was damaged (see {aside})"
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(f"the index {path} can't be opened", why=str(error)) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Tell a file that is no sound database from one that can't be reached or written."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the upper bits say where it was found
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def put_aside(path: Path) -> Path:
    """Rename a damaged index, in case somebody wants to look at it; returns the new name."""
    aside = path.with_name(f"{path.name}.damaged")
    path.replace(aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return aside


def _connect(path: Path) -> tuple[sqlite3.Connection, str | None]:
    path.touch(mode=stat.S_IRUSR | stat.S_IWUSR)  # file names are private; SQLite's other files get the same mode
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        return connection, _prepare(connection, path)
    except BaseException:  # whatever it was, nobody else closes it
        connection.close()
        raise


def _prepare(connection: sqlite3.Connection, path: Path) -> str | None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        raise ConfigError(
            f"the index {path} was written by a newer photobak",
            why=f"it has schema {version}, this version knows {SCHEMA_VERSION}",
            next_step="Update photobak, or remove the file: the next sync rebuilds it and uploads nothing twice",
        )
    connection.execute("PRAGMA journal_mode = WAL")
    # A power cut may lose the last transactions, never the file: the next sync asks the cloud for them again.
    connection.execute("PRAGMA synchronous = NORMAL")
    return _make_schema(connection) if version < SCHEMA_VERSION else None


def _version(connection: sqlite3.Connection) -> int:
    """The schema that the file has; 0 = none yet."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def _make_schema(connection: sqlite3.Connection) -> str | None:
    """Create the schema, in place of an older one if there is one: all of it or nothing."""
    from importlib import resources  # 10 ms, which only the first run pays

    connection.execute("BEGIN EXCLUSIVE")
    version = _version(connection)  # another process may have been faster
    if version < SCHEMA_VERSION:
        made = connection.execute("SELECT type, name FROM sqlite_master WHERE type IN ('table', 'view')").fetchall()
        for kind, name in made:
            if not name.startswith("sqlite_"):
                connection.execute(f'DROP {kind} "{name}"')
        script = resources.files("photobak.client.index").joinpath("index.sql").read_text(encoding="utf-8")
        for statement in _statements(script):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")
    return f"was written by an older photobak (schema {version})" if 0 < version < SCHEMA_VERSION else None


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would commit the transaction."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
