"""Files as the index knows them, made up for tests."""

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from photobak.client.index.file import SCHEMA_VERSION
from photobak.client.index.index import Fingerprint, KnownFile
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.media_type import JPEG
from photobak.photo.record import Status
from photobak.photo.source import Source

TAKEN = CaptureTime(datetime(2024, 6, 30, 12, tzinfo=UTC), TakenSource.EXIF)


def known_file(path: Path | str, content: str = "", status: Status = Status.STORED, **other: Any) -> KnownFile:
    """What the index knows of a path whose bytes are ``content``; by default its own path's name."""
    folder, _, name = str(path).rpartition("/")
    found = KnownFile(
        folder=folder,
        name=name,
        fingerprint=Fingerprint(size=5, mtime_ns=1, ctime_ns=2, inode=3),
        sha256=sha256((content or str(path)).encode("utf-8", "surrogateescape")).hexdigest(),
        media_type=JPEG,
        taken=TAKEN,
        source=str(Source("laptop", name)),
        status=status,
    )
    return replace(found, **other)


def older_index(path: Path) -> None:
    """A file as an older photobak might have left it: other columns, and rows in them."""
    path.parent.mkdir(exist_ok=True)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE contents (sha256 BLOB PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID")
        connection.execute("CREATE TABLE files (folder BLOB, name BLOB, done INTEGER)")
        connection.execute("CREATE INDEX unconfirmed_files ON files (folder)")
        connection.execute("INSERT INTO contents VALUES (?, 'stored')", (b"\1" * 32,))
        connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION - 1}")
        connection.commit()
