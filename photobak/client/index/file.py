"""The index's file: made, opened, brought up to date from every older schema, and put aside where it is damaged."""

import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from photobak.errors import ConfigError

SCHEMA_VERSION: Final = 3
"""What ``index.sql`` is; ``index_N.sql`` makes schema N of the one before it."""


def connect_or_begin_anew(path: Path) -> tuple[sqlite3.Connection, Path | None]:
    """Open the index's file; the second value is where a damaged one has been put.

    Raises:
        ConfigError: it can't be opened or written, or was written by a newer version.
    """
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            return _connect(path), None
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            aside = put_aside(path)
            return _connect(path), aside
    except (OSError, sqlite3.Error) as error:
        raise ConfigError(f"the index {path} can't be opened", why=str(error)) from error


def is_damage(error: sqlite3.Error) -> bool:
    """Tell a file that is no sound database from one that can't be reached or written."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of it says where it was found
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def put_aside(path: Path) -> Path:
    """Give a damaged index another name: it may still tell somebody something; returns that name."""
    aside = path.with_name(f"{path.name}.damaged")
    path.replace(aside)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    return aside


def _connect(path: Path) -> sqlite3.Connection:
    path.touch(mode=stat.S_IRUSR | stat.S_IWUSR)  # file names are nobody else's business; SQLite's other files follow
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    try:
        _prepare(connection, path)
    except BaseException:  # whatever it was, nobody else closes it
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    version = _version(connection)
    if version > SCHEMA_VERSION:
        why = f"it has schema {version}, this version knows {SCHEMA_VERSION}"
        raise ConfigError(f"the index {path} was written by a newer photobak", why=why, next_step="Update photobak.")
    connection.execute("PRAGMA journal_mode = WAL")
    # A power cut may take the last transactions, never the file: what they said is asked of the cloud again.
    connection.execute("PRAGMA synchronous = NORMAL")
    if version < SCHEMA_VERSION:
        _bring_up_to_date(connection)


def _version(connection: sqlite3.Connection) -> int:
    """The schema that the file has; 0 = none yet."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    if version != 1:
        return version
    # Before the first release the schema grew twice, and went on calling itself the first.
    columns = {name for (name,) in connection.execute("SELECT name FROM pragma_table_info('files')")}
    return 1 + len(columns & {"told", "done"})


def _bring_up_to_date(connection: sqlite3.Connection) -> None:
    """Make the schema, or change it step by step: all of it or nothing, whatever happens."""
    from importlib import resources  # 10 ms, which every run but the first does without

    scripts = resources.files("photobak.client.index")
    connection.execute("BEGIN EXCLUSIVE")
    version = _version(connection)  # another process may have been faster
    steps = ["index.sql"] if version == 0 else [f"index_{step}.sql" for step in range(version + 1, SCHEMA_VERSION + 1)]
    for step in steps:
        for statement in _statements(scripts.joinpath(step).read_text(encoding="utf-8")):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
    connection.execute("COMMIT")


def _statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: ``executescript`` would commit what is going on."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
