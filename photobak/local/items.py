"""The tables' items on the disk: what the local stack has told anybody survives ``kill -9`` and a power cut.

MiniStack keeps items in memory and writes them at a graceful stop only. Here each change is remembered as the item's
new content, and :meth:`ItemStore.settled` returns once all changes so far are in an SQLite file, together with the S3
bodies that they speak of. Changes are written in groups: while one group is on its way to the disk, the next collects.
"""

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from photobak.platform.files import sync_path

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS items (
    table_id TEXT, hash_key TEXT, range_key TEXT, content TEXT NOT NULL,
    PRIMARY KEY (table_id, hash_key, range_key)
) WITHOUT ROWID
"""
_PUT: Final = "INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?)"
_UNREADABLE: Final = "SELECT count(*) FROM items WHERE NOT json_valid(content) OR table_id IS NULL OR hash_key IS NULL"
_DAMAGED: Final = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR)
"""SQLite's codes for a file that is malformed, is another kind of file, or has other tables."""
_DELETE: Final = "DELETE FROM items WHERE table_id = ? AND hash_key = ? AND range_key = ?"


@dataclass(frozen=True, slots=True)
class Item:
    """An item after a change."""

    table_id: str
    """DynamoDB's ``TableId``: a table made anew under an old name is another one."""
    hash_key: str
    range_key: str
    content: str | None
    """DynamoDB JSON; None where the item was deleted."""


def is_sound(path: Path) -> bool:
    """Whether a file holds items that can all be read; no file, or an empty one, does not.

    Raises:
        sqlite3.Error: it can't be opened, for a reason that does not lie in its content.
    """
    if not path.is_file() or not path.stat().st_size:
        return False
    try:
        with contextlib.closing(sqlite3.connect(path)) as database:
            whole = bool(database.execute("PRAGMA quick_check(1)").fetchone() == ("ok",))
            return whole and bool(database.execute(_UNREADABLE).fetchone() == (0,))
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode & 0xFF in _DAMAGED:
            return False
        raise


def set_aside(path: Path) -> Path:
    """Rename a file, and what SQLite keeps beside it, so that a new one can be made; returns its new name."""
    new = path.with_name(f"{path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
    for suffix in ("-wal", "-shm", ""):
        file = path.with_name(path.name + suffix)
        if file.exists():
            file.rename(new.with_name(new.name + suffix))
    sync_path(path.parent)
    return new


class ItemStore:
    """The items of every table, in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self._open: list[Item] = []  # changes of the request that is being served
        self._ready: list[Item] = []  # changes of whole requests: what one transaction changes is written as one
        self._files: set[Path] = set()
        self._lock = threading.Lock()
        self._writing = False
        self._writer = ThreadPoolExecutor(max_workers=1, thread_name_prefix="items")
        path.touch(mode=0o600)
        self._database = sqlite3.connect(path, check_same_thread=False)  # one thread at a time: ours, then the writer's
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute("PRAGMA synchronous = FULL")
        self._database.execute(_SCHEMA)

    def load(self) -> Iterator[Item]:
        """Every item, in no particular order; before the first change only."""
        for row in self._database.execute("SELECT table_id, hash_key, range_key, content FROM items"):
            yield Item(*row)

    def changed(self, item: Item) -> None:
        """Remember a change, from any thread."""
        with self._lock:
            self._open.append(item)

    def written(self, file: Path) -> None:
        """Remember a file that later changes rely on, from any thread; it may be gone by the time it is synced."""
        with self._lock:
            self._files.add(file)

    async def settled(self) -> None:
        """Return once everything remembered so far is on the disk; to be called between requests, not inside one.

        Raises:
            OSError, sqlite3.Error: it can't be written; memory and disk disagree from here on.
        """
        self._seal()
        if not (self._ready or self._files or self._writing):
            return
        # The writer takes one group after the other, so the end of this one is the end of all before it.
        await asyncio.get_running_loop().run_in_executor(self._writer, self._write)

    def close(self) -> None:
        """Write what is left, and close the file."""
        self._seal()
        self._writer.submit(self._write).result()
        self._writer.shutdown()
        self._database.close()

    def _seal(self) -> None:
        with self._lock:
            self._ready += self._open
            self._open = []

    def _write(self) -> None:
        with self._lock:
            changes, self._ready = self._ready, []
            files, self._files = self._files, set()
            self._writing = True
        try:
            _sync(files)
            with self._database:
                for item in changes:
                    key = (item.table_id, item.hash_key, item.range_key)
                    if item.content is None:
                        self._database.execute(_DELETE, key)
                    else:
                        self._database.execute(_PUT, (*key, item.content))
        finally:
            self._writing = False


def _sync(files: set[Path]) -> None:
    for file in files:
        with suppress(FileNotFoundError):  # deleted, or moved away as an older version, since
            sync_path(file)
    for folder in {file.parent for file in files}:
        if folder.exists():
            sync_path(folder)
