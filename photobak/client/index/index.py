"""The index: one SQLite file per profile that knows which files need no second look.

It is a cache, not the truth: if it is lost, the next sync hashes everything again and uploads nothing twice.
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
from photobak.photo.deletion import Deletion
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
    """One path, as it was when it was last read."""

    folder: str
    name: str
    fingerprint: Fingerprint
    sha256: str
    media_type: MediaType
    taken: CaptureTime
    source: str
    """The source as it was announced (``photo.source``)."""
    status: Status
    """``stored`` or ``no-preview`` as the cloud says, ``trashed`` or ``forgotten`` if its owner has deleted it, else
    ``expected``."""
    uploaded_at: float | None = None
    """Unix seconds of the last POST of its content."""

    @property
    def path(self) -> Path:
        """Where it lies."""
        return Path(self.folder, self.name)


@dataclass(frozen=True, slots=True)
class StaleSources:
    """Sources that the record of a content may still name, though the content is elsewhere now."""

    lies_at: KnownFile
    """One of the paths where it is now."""
    sources: tuple[str, ...]
    """In the form of ``photo.source``; empty if it has come back to all of them."""


class Index:
    """The index of one profile. Threads may share it."""

    def __init__(self, connection: sqlite3.Connection, begun_anew: str | None = None) -> None:
        self._connection = connection
        self._guard = threading.Lock()
        self.begun_anew = begun_anew
        """Why there was an index that could not be used (``was damaged …``); None in all ordinary cases."""

    @classmethod
    @contextmanager
    def open(cls, path: Path) -> Iterator[Self]:
        """Open the index, or create it; one that can't be used is begun anew.

        Raises:
            ConfigError: it can't be opened or written, or a newer version wrote it.
        """
        connection, begun_anew = connect_or_begin_anew(path)
        try:
            yield cls(connection, begun_anew)
        except sqlite3.Error as error:
            connection.close()
            if not is_damage(error):
                next_step = "Check whether the disk is full"
                raise ConfigError(f"the index {path} can't be used", why=str(error), next_step=next_step) from error
            next_step = "Run the command again: it builds a new one and uploads nothing twice"
            raise ConfigError(
                f"the index was damaged; it is now {put_aside(path)}", why=str(error), next_step=next_step
            ) from error
        finally:
            connection.close()

    def confirmed(self, folder: str) -> dict[str, tuple[int, ...]]:
        """The files of one folder whose content and source the cloud has confirmed: fingerprints by name."""
        rows = self.rows(_CONFIRMED, os.fsencode(folder))
        # Once for each file of each run: os.fsdecode takes three times as long.
        return {row[0].decode(_ENCODING, _ERRORS): row[1:] for row in rows}

    def unconfirmed(self, folder: str) -> list[KnownFile]:
        """The other known files of one folder."""
        return [_known(row) for row in self.rows(f"{_SELECT} WHERE folder = ? AND NOT confirmed", os.fsencode(folder))]

    def files_of(self, folder: str) -> list[KnownFile]:
        """All known files of one folder."""
        return [_known(row) for row in self.rows(f"{_SELECT} WHERE folder = ?", os.fsencode(folder))]

    def file(self, folder: str, name: str) -> KnownFile | None:
        """What is known of one path."""
        rows = self.rows(f"{_SELECT} WHERE folder = ? AND name = ?", os.fsencode(folder), os.fsencode(name))
        return _known(rows[0]) if rows else None

    def files(self, folder: str, names: Iterable[str]) -> list[KnownFile]:
        """What is known of some paths of one folder; unknown ones are left out."""
        return [file for name in names if (file := self.file(folder, name))]

    def folders_below(self, root: str) -> list[str]:
        """The known folders that are ``root`` or lie below it."""
        here, below = os.fsencode(root), os.fsencode(root.rstrip(os.sep) + os.sep)
        end = below[:-1] + bytes([below[-1] + 1])
        found = [root] if self.rows("SELECT 1 FROM files WHERE folder = ? LIMIT 1", here) else []
        # From one folder to the next by the primary key, however many files lie in each.
        query = "SELECT min(folder) FROM files WHERE folder > ? AND folder < ?"
        while (folder := self.rows(query, below, end)[0][0]) is not None:
            found.append(os.fsdecode(folder))
            below = folder
        return found

    def copies(self, sha256: str) -> list[KnownFile]:
        """All known paths of this content."""
        return [_known(row) for row in self.rows(f"{_SELECT} WHERE sha256 = ?", bytes.fromhex(sha256))]

    def stale_sources(self, most: int) -> list[StaleSources]:
        """Sources to be removed from records, of at most this many contents.

        Only of contents that have another path, which the cloud knows: a content without any path keeps its last
        sources, so that it can be restored to them.
        """
        rows = self.rows(_STALE, most)
        found = [(self.copies(sha256.hex()), sources.split("\0")) for sha256, sources in rows]
        return [
            StaleSources(
                lies_at=next(copy for copy in copies if copy.status.kept),
                sources=tuple(sorted(set(sources) - {copy.source for copy in copies})),
            )
            for copies, sources in found
        ]

    def forget_stale_sources(self, stale: Iterable[StaleSources]) -> None:
        """The cloud has removed these sources from the records."""
        with self.transaction() as connection:
            for each in stale:
                digest = bytes.fromhex(each.lies_at.sha256)
                connection.executemany(_FORGET_FORMER, [(digest, source) for source in each.sources])
                connection.execute(_FORGET_CURRENT, (digest,))

    def expect(self, files: Iterable[KnownFile]) -> None:
        """These were read and will be announced: a run that is interrupted need not read them again."""
        with self.transaction() as connection:
            for file in files:
                connection.execute(_EXPECT_CONTENT, (bytes.fromhex(file.sha256),))
                _replace(connection, file, announced=False)

    def note_sent(self, files: Iterable[KnownFile], uploaded_at: float) -> None:
        """S3 has just accepted the content of these files; the cloud has yet to confirm it.

        This replaces what was known of the content: the cloud asked for it, so it does not have it.

        Args:
            files: the file that was uploaded, and the others with the same content.
            uploaded_at: Unix seconds.
        """
        with self.transaction() as connection:
            for file in files:
                connection.execute(_SEND_CONTENT, (bytes.fromhex(file.sha256), uploaded_at))
                _replace(connection, file, announced=True)

    def confirm(self, files: Iterable[KnownFile], now: float) -> None:
        """The cloud has said what became of the content of these files; all are written or none.

        Args:
            files: each with its status in the cloud.
            now: Unix seconds.
        """
        with self.transaction() as connection:
            for file in files:
                connection.execute(_CONFIRM_CONTENT, (bytes.fromhex(file.sha256), file.status.value, now))
                _replace(connection, file, announced=True)

    def note_deleted(self, files: Iterable[KnownFile], deletion: Deletion, now: float) -> bool:
        """Its owner has deleted the content of these files from the cloud; all are written or none.

        Args:
            files: with the same content, each with its status.
            deletion: when and from where.
            now: Unix seconds.

        Returns:
            Whether the deletion was accepted before: this machine has made it or told of it.
        """
        with self.transaction() as connection:
            for file in files:
                accepted = _delete_content(connection, file.sha256, file.status, deletion, now)
                _replace(connection, file, announced=True)
        return accepted

    def free(self, file: KnownFile, now: float) -> None:
        """A file is about to be moved to the system's trash: it is not gone, and its source stays in the record.

        If it is not moved after all, the next sync finds it like a new file; ``confirm`` puts it back.

        Args:
            file: what is known of it.
            now: Unix seconds.
        """
        place, digest = (os.fsencode(file.folder), os.fsencode(file.name)), bytes.fromhex(file.sha256)
        with self.transaction() as connection:
            connection.execute(_DELETE_FILE, (*place, digest))
            connection.execute("INSERT OR REPLACE INTO freed VALUES (?, ?, ?, ?)", (*place, digest, now))

    def freed(self) -> int:
        """How many files were moved to the system's trash and are not back."""
        count: int = self.rows("SELECT count(*) FROM freed")[0][0]
        return count

    def note_freed_deleted(self, sha256: str, status: Status, deletion: Deletion, now: float) -> tuple[int, bool]:
        """Its owner has deleted a content from the cloud that may have been freed here.

        Returns:
            How many files with this content were freed, and whether the deletion was accepted before.
        """
        count: int = self.rows("SELECT count(*) FROM freed WHERE sha256 = ?", bytes.fromhex(sha256))[0][0]
        if not count:
            return 0, True
        with self.transaction() as connection:
            return count, _delete_content(connection, sha256, status, deletion, now)

    def reject(self, sha256: str) -> None:
        """Forget a content that the cloud has rejected, and its paths: the next sync reads those files again."""
        digest = bytes.fromhex(sha256)
        with self.transaction() as connection:
            connection.execute("DELETE FROM files WHERE sha256 = ?", (digest,))
            connection.execute("DELETE FROM contents WHERE sha256 = ?", (digest,))

    def leave(self, files: Iterable[KnownFile]) -> None:
        """These contents are no longer at these paths; what is known of the contents stays."""
        with self.transaction() as connection:
            for file in files:
                digest = bytes.fromhex(file.sha256)
                connection.execute(_LEAVE, (digest, file.source))
                connection.execute(_DELETE_FILE, (os.fsencode(file.folder), os.fsencode(file.name), digest))

    def note_run(self, finished_at: float, summary: Mapping[str, Any]) -> None:
        """Keep the summary of a run for ``photobak status``; the last hundred are kept."""
        with self.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO runs VALUES (?, ?)", (finished_at, json.dumps(summary)))
            connection.execute(
                "DELETE FROM runs WHERE finished_at NOT IN (SELECT finished_at FROM runs ORDER BY 1 DESC LIMIT 100)"
            )
            connection.execute("DELETE FROM marks WHERE name = 'unfinished'")
            # Uploaded once, and edited or deleted since: no later run asks for it.
            connection.execute(
                "DELETE FROM contents WHERE state = 'pending' AND sha256 NOT IN (SELECT sha256 FROM files)"
            )

    def last_run(self) -> tuple[float, dict[str, Any]] | None:
        """When the last run finished (Unix seconds), and its summary."""
        rows = self.rows("SELECT finished_at, summary FROM runs ORDER BY 1 DESC LIMIT 1")
        return (rows[0][0], json.loads(rows[0][1])) if rows else None

    def counts(self) -> dict[str, int]:
        """The number of contents in each state; ``pending`` counts those that were uploaded."""
        return dict(self.rows(_COUNTS))

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a query; for this package."""
        with self._guard:
            return self._connection.execute(query, values).fetchall()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Change all or nothing; for this package."""
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
    " taken_source, source, iif(announced, state, 'pending'), iif(announced, uploaded_at, NULL)"
    " FROM files JOIN contents USING (sha256)"
)
_CONFIRMED: Final = "SELECT name, size, mtime_ns, ctime_ns, inode FROM files WHERE folder = ? AND confirmed"
_COUNTS: Final = "SELECT state, count(*) FROM contents WHERE state <> 'pending' OR uploaded_at > 0 GROUP BY state"
_STALE: Final = (
    "SELECT sha256, group_concat(source, char(0)) FROM former_sources WHERE EXISTS"
    " (SELECT 1 FROM files JOIN contents USING (sha256)"
    " WHERE files.sha256 = former_sources.sha256 AND announced AND state IN ('stored', 'no-preview'))"
    " GROUP BY sha256 LIMIT ?"
)

_EXPECT_CONTENT: Final = "INSERT INTO contents (sha256, state) VALUES (?, 'pending') ON CONFLICT (sha256) DO NOTHING"
_SEND_CONTENT: Final = (
    "INSERT INTO contents (sha256, state, uploaded_at) VALUES (?, 'pending', ?) ON CONFLICT (sha256) DO UPDATE"
    " SET state = excluded.state, uploaded_at = excluded.uploaded_at, confirmed_at = NULL,"
    " deleted_at = NULL, deleted_from = NULL, trashed_until = NULL, accepted = 0"
)
_CONFIRM_CONTENT: Final = (
    "INSERT INTO contents (sha256, state, confirmed_at) VALUES (?, ?, ?) ON CONFLICT (sha256) DO UPDATE"
    " SET state = excluded.state, confirmed_at = excluded.confirmed_at,"
    " deleted_at = NULL, deleted_from = NULL, trashed_until = NULL, accepted = 0"
)
# A deletion stays accepted for as long as it is the same one; this machine's own has no time until the cloud says it.
_DELETE_CONTENT: Final = (
    "INSERT INTO contents (sha256, state, confirmed_at, deleted_at, deleted_from, trashed_until)"
    " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (sha256) DO UPDATE SET"
    " accepted = accepted AND (deleted_at IS NULL OR deleted_at IS excluded.deleted_at),"
    " state = excluded.state, confirmed_at = excluded.confirmed_at, deleted_at = excluded.deleted_at,"
    " deleted_from = excluded.deleted_from, trashed_until = excluded.trashed_until"
)
_LEAVE: Final = "INSERT OR IGNORE INTO former_sources VALUES (?, ?)"
_REPLACE_SOURCE: Final = (
    "INSERT OR IGNORE INTO former_sources SELECT sha256, source FROM files"
    " WHERE folder = ? AND name = ? AND (sha256 <> ? OR source <> ?)"
)
_FORGET_FORMER: Final = "DELETE FROM former_sources WHERE sha256 = ? AND source = ?"
_FORGET_CURRENT: Final = (
    "DELETE FROM former_sources WHERE sha256 = ?1 AND source IN (SELECT source FROM files WHERE sha256 = ?1)"
)
_REPLACE_FILE: Final = (
    "INSERT OR REPLACE INTO files (folder, name, size, mtime_ns, ctime_ns, inode, sha256, kind, content_type,"
    " extension, taken_at, taken_source, source, announced) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_DELETE_FILE: Final = "DELETE FROM files WHERE folder = ? AND name = ? AND sha256 = ?"


def _delete_content(
    connection: sqlite3.Connection, sha256: str, status: Status, deletion: Deletion, now: float
) -> bool:
    """Write that a content was deleted; returns whether the deletion was accepted before."""
    digest = bytes.fromhex(sha256)
    connection.execute(_DELETE_CONTENT, (digest, status.value, now, *_deletion_row(deletion)))
    (accepted,) = connection.execute("SELECT accepted FROM contents WHERE sha256 = ?", (digest,)).fetchone()
    return bool(accepted)


def _deletion_row(deletion: Deletion) -> tuple[object, ...]:
    times = [each.timestamp() if each else None for each in (deletion.deleted_at, deletion.until)]
    return times[0], deletion.deleted_from, times[1]


def _replace(connection: sqlite3.Connection, file: KnownFile, *, announced: bool) -> None:
    """Write the row of one path; the source of another content that was there before becomes a former one."""
    row = _row(file)
    folder, name, digest = row[0], row[1], bytes.fromhex(file.sha256)
    connection.execute(_REPLACE_SOURCE, (folder, name, digest, file.source))
    connection.execute(_REPLACE_FILE, (*row, announced))


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
