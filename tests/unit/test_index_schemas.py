"""An index of any older schema is brought up to date, with all that it knew; where that is cut off, it is as before."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from photobak.client.index.file import SCHEMA_VERSION
from photobak.client.index.index import Index
from photobak.errors import ConfigError
from photobak.photo.record import Status

OLD = Path(__file__).parents[1] / "support" / "index_schemas"
"""The schemas as they were: a copy of ``index.sql`` goes here when it changes."""
STORED, SENT = b"\1" * 32, b"\2" * 32
KNOWN = [("stored.jpg", STORED), ("twin.jpg", STORED), ("sent.jpg", SENT)]


def old_index(path: Path, version: int, says: int) -> None:
    """An index as an older photobak left it."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((OLD / f"{version}.sql").read_text(encoding="utf-8"))
        connection.execute("INSERT INTO contents VALUES (?, 'stored', 5.0, 6.0)", (STORED,))
        connection.execute("INSERT INTO contents VALUES (?, 'pending', 7.0, NULL)", (SENT,))
        columns = "folder, name, size, mtime_ns, ctime_ns, inode, sha256, kind, content_type, extension, taken_at,"
        columns += " taken_source, source" + (", told" if version > 1 else "")
        told = ", 1" if version > 1 else ""
        for name, digest in KNOWN:
            connection.execute(
                f"INSERT INTO files ({columns}) VALUES (?, ?, 1, 2, 3, 4, ?, 'photo', 'image/jpeg', 'jpg',"
                f" '2024-06-30T12:00:00+02:00', 'exif', ?{told})",
                (b"/p", name.encode(), digest, f"laptop:{name}"),
            )
        connection.execute("INSERT INTO runs VALUES (8.0, '{\"scanned\": 3}')")
        connection.execute(f"PRAGMA user_version = {says}")
        connection.commit()


def schema(path: Path) -> object:
    """Tables with their columns, indexes and triggers: whatever the order in which they were made."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        columns = {
            table: [row[1:4] + row[5:] for row in connection.execute(f"PRAGMA table_info({table})")] for table in tables
        }
        others = connection.execute("SELECT name, sql FROM sqlite_master WHERE type <> 'table' AND sql NOT NULL")
        checks = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'contents'").fetchone()[0]
        return columns, {name: " ".join(sql.split()) for name, sql in others}, "'trashed'" in checks


@pytest.mark.parametrize("says_one", [False, True], ids=["", "and calls itself the first"])
@pytest.mark.parametrize("version", range(1, SCHEMA_VERSION))
def test_what_an_older_photobak_knew_is_still_known(tmp_path: Path, version: int, says_one: bool) -> None:
    path = tmp_path / "index"
    old_index(path, version, says=1 if says_one else version)
    with Index.open(path) as index:
        assert index.damaged is None
        assert set(index.confirmed("/p")) == {"stored.jpg", "twin.jpg"}
        (sent,) = index.unconfirmed("/p")
        assert (sent.name, sent.status, sent.uploaded_at) == ("sent.jpg", Status.EXPECTED, 7.0)
        assert index.last_run() == (8.0, {"scanned": 3})
        index.confirm([replace(sent, status=Status.STORED)], 9.0)
        assert len(index.confirmed("/p")) == 3
        index.note_status(STORED.hex(), Status.TRASHED)
        assert set(index.confirmed("/p")) == {"sent.jpg"}
    with Index.open(tmp_path / "new"):
        pass
    assert schema(path) == schema(tmp_path / "new")


def test_every_older_schema_is_kept_for_this_test() -> None:
    assert sorted(path.name for path in OLD.iterdir()) == [f"{version}.sql" for version in range(1, SCHEMA_VERSION)]


def test_a_step_that_fails_leaves_the_index_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "index"
    old_index(path, 1, says=1)
    with closing(sqlite3.connect(path)) as connection:  # as if it were in the way of the last step
        connection.execute("CREATE TABLE files_to_do (x)")
    before = schema(path)
    with pytest.raises(ConfigError, match="files_to_do"), Index.open(path):
        pass
    assert schema(path) == before


def test_two_processes_may_bring_it_up_to_date_at_once(tmp_path: Path) -> None:
    path = tmp_path / "index"
    old_index(path, 1, says=1)
    look = f"from photobak.client.index.index import *\nwith Index.open(Path({str(path)!r})) as i: print(i.counts())"
    both = [subprocess.Popen([sys.executable, "-c", look], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    assert [process.communicate()[0] for process in both] == ["{'pending': 1, 'stored': 1}\n"] * 2
