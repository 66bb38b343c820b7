"""The index: an SQLite file a profile that knows what needs no second look.

It is a memory, not a truth: where it is lost, the next sync hashes everything again and uploads nothing twice.
"""

import json
import os
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

from photobak.client.index.file import connect_or_begin_anew, is_damage, put_aside
from photobak.errors import ConfigError
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.kind import Kind
from photobak.photo.media_type import MediaType
from photobak.photo.record import Status

_ENCODING: Final = sys.getfilesystemencoding()
_ERRORS: Final = sys.getfilesystemencodeerrors()


class Fingerprint(NamedTuple):
    """What tells an untouched file from a changed one without reading it."""

    size: int
    mtime_ns: int
    ctime_ns: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Self:
        """The fingerprint of a file as ``stat`` gave it."""
        # Once for each file of each run: half the time of cls(…).
        return tuple.__new__(cls, (found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino))


@dataclass(frozen=True, slots=True)
class KnownFile:
    """One path, as it was when it was last backed up, or nearly so."""

    folder: str
    name: str
    fingerprint: Fingerprint
    sha256: str
    media_type: MediaType
    taken: CaptureTime
    source: str
    """The place as it was announced (``photo.source``)."""
    status: Status
    """``stored`` or ``no-preview`` as confirmed by the cloud, ``trashed`` by its owner, else ``expected``."""
    uploaded_at: float | None = None
    """Unix seconds of the last POST of its content."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.folder, self.name)


@dataclass(frozen=True, slots=True)
class StalePlaces:
    """Places that the record of a content may still name, though the content lies elsewhere now."""

    lies_at: KnownFile
    """One of the paths where it is."""
    sources: tuple[str, ...]
    """In the form of ``photo.source``; may be empty, where it has come back to all of them."""


class Index:
    """The index of one profile. Threads may share it."""

    def __init__(self, connection: sqlite3.Connection, damaged: Path | None = None) -> None:
        self._connection = connection
        self._guard = threading.Lock()
        self.damaged = damaged
        """Where a predecessor was put that could not be read; None in all ordinary cases."""

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """Open the index, making it where there is none; one that is damaged is put aside and begun anew.

        Raises:
            ConfigError: it can't be opened or written, or was written by a newer version.
        """
        connection, damaged = connect_or_begin_anew(path)
        try:
            yield cls(connection, damaged)
        except sqlite3.Error as error:
            connection.close()
            if not is_damage(error):
                why = str(error)
                raise ConfigError(f"the index {path} can't be used", why=why, next_step="Is the disk full?") from error
            next_step = "Type the command again: it begins a new one, and uploads nothing twice."
            raise ConfigError(
                f"the index was damaged and is put aside as {put_aside(path)}", why=str(error), next_step=next_step
            ) from error
        finally:
            connection.close()

    def confirmed(self, folder: str) -> dict[str, tuple[int, ...]]:
        """The files of one folder whose content and place the cloud has confirmed: fingerprints by name."""
        rows = self._all(_CONFIRMED, os.fsencode(folder))
        # Once for each file of each run: os.fsdecode takes three times as long.
        return {row[0].decode(_ENCODING, _ERRORS): row[1:] for row in rows}

    def unconfirmed(self, folder: str) -> list[KnownFile]:
        """The other known files of one folder."""
        return [_known(row) for row in self._all(f"{_SELECT} WHERE folder = ? AND NOT done", os.fsencode(folder))]

    def files_of(self, folder: str) -> list[KnownFile]:
        """All known files of one folder."""
        return [_known(row) for row in self._all(f"{_SELECT} WHERE folder = ?", os.fsencode(folder))]

    def file(self, folder: str, name: str) -> KnownFile | None:
        """All that is known of one path."""
        rows = self._all(f"{_SELECT} WHERE folder = ? AND name = ?", os.fsencode(folder), os.fsencode(name))
        return _known(rows[0]) if rows else None

    def files(self, folder: str, names: Iterable[str]) -> list[KnownFile]:
        """All that is known of some paths of one folder; unknown ones are left out."""
        return [file for name in names if (file := self.file(folder, name))]

    def folders_below(self, root: str) -> list[str]:
        """The known folders that are ``root`` or lie below it."""
        here, below = os.fsencode(root), os.fsencode(root.rstrip(os.sep) + os.sep)
        end = below[:-1] + bytes([below[-1] + 1])
        found = [root] if self._all("SELECT 1 FROM files WHERE folder = ? LIMIT 1", here) else []
        # From one folder to the next by the primary key, however many files lie in each.
        query = "SELECT min(folder) FROM files WHERE folder > ? AND folder < ?"
        while (folder := self._all(query, below, end)[0][0]) is not None:
            found.append(os.fsdecode(folder))
            below = folder
        return found

    def places(self, sha256: str) -> list[KnownFile]:
        """All paths where this content is known to lie."""
        return [_known(row) for row in self._all(f"{_SELECT} WHERE sha256 = ?", bytes.fromhex(sha256))]

    def stale_places(self, most: int) -> list[StalePlaces]:
        """Places to be taken out of records, of at most so many contents.

        Only contents that lie elsewhere, where the cloud knows them: a content that lies nowhere any more keeps its
        last places, for whoever restores it.
        """
        rows = self._all(_STALE, most)
        found = [(self.places(sha256.hex()), sources.split("\0")) for sha256, sources in rows]
        return [
            StalePlaces(
                lies_at=next(place for place in places if place.status.kept),
                sources=tuple(sorted(set(sources) - {place.source for place in places})),
            )
            for places, sources in found
        ]

    def forget_stale_places(self, stale: Iterable[StalePlaces]) -> None:
        """Note that the cloud has taken these places out of the records."""
        with self._transaction() as connection:
            for each in stale:
                digest = bytes.fromhex(each.lies_at.sha256)
                connection.executemany(_FORGET_LEFT, [(digest, source) for source in each.sources])
                connection.execute(_FORGET_TAKEN_AGAIN, (digest,))

    def expect(self, files: Iterable[KnownFile]) -> None:
        """Note what was read and is about to be announced: a run that is cut off need not read it again."""
        with self._transaction() as connection:
            for file in files:
                connection.execute(_EXPECT_CONTENT, (bytes.fromhex(file.sha256),))
                _replace(connection, file, told=False)

    def note_sent(self, files: Iterable[KnownFile], uploaded_at: float) -> None:
        """Note that S3 has just taken the content of these files, which the cloud has yet to confirm.

        Whatever was known of the content before: the cloud has asked for it, so it doesn't have it.

        Args:
            files: what was sent, and where else the same content lies.
            uploaded_at: Unix seconds.
        """
        with self._transaction() as connection:
            for file in files:
                connection.execute(_SEND_CONTENT, (bytes.fromhex(file.sha256), uploaded_at))
                _replace(connection, file, told=True)

    def confirm(self, files: Iterable[KnownFile], now: float) -> None:
        """Note what the cloud has said of the content of these files, all or none of them.

        Args:
            files: each with the status that the cloud has said.
            now: Unix seconds.
        """
        with self._transaction() as connection:
            for file in files:
                connection.execute(_CONFIRM_CONTENT, (bytes.fromhex(file.sha256), file.status.value, now))
                _replace(connection, file, told=True)

    def reject(self, sha256: str) -> None:
        """Forget a content that the cloud has refused, and where it lies: the next sync reads those files again."""
        digest = bytes.fromhex(sha256)
        with self._transaction() as connection:
            connection.execute("DELETE FROM files WHERE sha256 = ?", (digest,))
            connection.execute("DELETE FROM contents WHERE sha256 = ?", (digest,))

    def note_status(self, sha256: str, status: Status) -> None:
        """Note that a content has gone into the cloud's trash, after which each sync asks again, or out of it.

        Does nothing where the content is not known.
        """
        with self._transaction() as connection:
            connection.execute(_NOTE_STATUS, (status.value, bytes.fromhex(sha256)))

    def leave(self, files: Iterable[KnownFile]) -> None:
        """Note that these contents lie at these places no more; what is known of the contents themselves stays."""
        with self._transaction() as connection:
            for file in files:
                digest = bytes.fromhex(file.sha256)
                connection.execute(_LEAVE, (digest, file.source))
                connection.execute(_DELETE_FILE, (os.fsencode(file.folder), os.fsencode(file.name), digest))

    def note_run(self, finished_at: float, summary: Mapping[str, Any]) -> None:
        """Keep the summary of a run for ``photobak status``; the last hundred are kept."""
        with self._transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO runs VALUES (?, ?)", (finished_at, json.dumps(summary)))
            connection.execute(
                "DELETE FROM runs WHERE finished_at NOT IN (SELECT finished_at FROM runs ORDER BY 1 DESC LIMIT 100)"
            )
            # Sent once, and edited or deleted since: nobody will ask after it any more.
            connection.execute(
                "DELETE FROM contents WHERE state = 'pending' AND sha256 NOT IN (SELECT sha256 FROM files)"
            )

    def last_run(self) -> tuple[float, dict[str, Any]] | None:
        """When the last run finished (Unix seconds), and its summary."""
        rows = self._all("SELECT finished_at, summary FROM runs ORDER BY 1 DESC LIMIT 1")
        return (rows[0][0], json.loads(rows[0][1])) if rows else None

    def counts(self) -> dict[str, int]:
        """How many contents there are of each state; ``pending`` are those that were sent."""
        return dict(self._all(_COUNTS))

    def _all(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with self._guard:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with self._guard:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:  # whatever ended it, half of it must not stay
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")


_SELECT: Final = (
    "SELECT folder, name, size, mtime_ns, ctime_ns, inode, sha256, kind, content_type, extension, taken_at,"
    " taken_source, source, iif(told, state, 'pending'), iif(told, uploaded_at, NULL)"
    " FROM files JOIN contents USING (sha256)"
)
_CONFIRMED: Final = "SELECT name, size, mtime_ns, ctime_ns, inode FROM files WHERE folder = ? AND done"
_COUNTS: Final = "SELECT state, count(*) FROM contents WHERE state <> 'pending' OR uploaded_at > 0 GROUP BY state"
_STALE: Final = (
    "SELECT sha256, group_concat(source, char(0)) FROM left_places WHERE EXISTS"
    " (SELECT 1 FROM files JOIN contents USING (sha256)"
    " WHERE files.sha256 = left_places.sha256 AND told AND state IN ('stored', 'no-preview'))"
    " GROUP BY sha256 LIMIT ?"
)

_EXPECT_CONTENT: Final = "INSERT INTO contents VALUES (?, 'pending', NULL, NULL) ON CONFLICT (sha256) DO NOTHING"
_SEND_CONTENT: Final = (
    "INSERT INTO contents VALUES (?, 'pending', ?, NULL) ON CONFLICT (sha256) DO UPDATE SET state = excluded.state,"
    " uploaded_at = excluded.uploaded_at, confirmed_at = NULL"
)
_CONFIRM_CONTENT: Final = (
    "INSERT INTO contents VALUES (?, ?, NULL, ?) ON CONFLICT (sha256) DO UPDATE SET state = excluded.state,"
    " confirmed_at = excluded.confirmed_at"
)
_NOTE_STATUS: Final = "UPDATE contents SET state = ? WHERE sha256 = ?"
_LEAVE: Final = "INSERT OR IGNORE INTO left_places VALUES (?, ?)"
_LEAVE_BEFORE: Final = (
    "INSERT OR IGNORE INTO left_places SELECT sha256, source FROM files"
    " WHERE folder = ? AND name = ? AND (sha256 <> ? OR source <> ?)"
)
_FORGET_LEFT: Final = "DELETE FROM left_places WHERE sha256 = ? AND source = ?"
_FORGET_TAKEN_AGAIN: Final = (
    "DELETE FROM left_places WHERE sha256 = ?1 AND source IN (SELECT source FROM files WHERE sha256 = ?1)"
)
_REPLACE_FILE: Final = (
    "INSERT OR REPLACE INTO files (folder, name, size, mtime_ns, ctime_ns, inode, sha256, kind, content_type,"
    " extension, taken_at, taken_source, source, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DELETE_FILE: Final = "DELETE FROM files WHERE folder = ? AND name = ? AND sha256 = ?"


def _replace(connection: sqlite3.Connection, file: KnownFile, *, told: bool) -> None:
    """Write the row of one path; where another content lay there before, its place is left."""
    row = _row(file)
    folder, name, digest = row[0], row[1], bytes.fromhex(file.sha256)
    connection.execute(_LEAVE_BEFORE, (folder, name, digest, file.source))
    connection.execute(_REPLACE_FILE, (*row, told))


def _row(file: KnownFile) -> tuple[object, ...]:
    return (
        os.fsencode(file.folder),
        os.fsencode(file.name),
        *file.fingerprint,
        bytes.fromhex(file.sha256),
        file.media_type.kind.value,
        file.media_type.content_type,
        file.media_type.extension,
        file.taken.isoformat(),
        file.taken.source.value,
        file.source,
    )


def _known(row: tuple[Any, ...]) -> KnownFile:
    (folder, name, *fingerprint, sha256, kind, content_type, extension, taken_at, taken_source, source, state, sent) = (
        row
    )
    return KnownFile(
        folder=os.fsdecode(folder),
        name=os.fsdecode(name),
        fingerprint=Fingerprint(*fingerprint),
        sha256=sha256.hex(),
        media_type=MediaType(content_type, Kind(kind), extension),
        taken=CaptureTime.parse(taken_at, TakenSource(taken_source)),
        source=source,
        status=Status.EXPECTED if state == "pending" else Status(state),
        uploaded_at=sent,
    )
