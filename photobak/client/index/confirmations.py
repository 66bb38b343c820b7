"""What the index knows of the cloud's word: how old each confirmation is, and which deletions its owner knows of.

A confirmation is a fact of one day. The oldest are asked after again by each run, so that all of them are within days.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from photobak.client.index.index import Index
from photobak.photo.deletion import Deletion
from photobak.photo.record import Status

_PAGE: Final = 1000
_ACCEPT: Final = "UPDATE contents SET accepted = 1 WHERE state IN ('trashed', 'forgotten') AND NOT accepted"


@dataclass(frozen=True, slots=True)
class DeletedContent:
    """A content that its owner has deleted, and that this machine has backed up."""

    sha256: str
    status: Status
    deletion: Deletion
    accepted: bool


class Confirmations:
    """The confirmations of one index. Threads may share it."""

    def __init__(self, index: Index) -> None:
        self._index = index

    @property
    def feed(self) -> str:
        """The sequence up to which the change feed was read; "" if it never was."""
        return self._mark("feed") or ""

    @property
    def rotated_at(self) -> float | None:
        """When the oldest confirmations were last asked after, in Unix seconds."""
        mark = self._mark("rotated_at")
        return float(mark) if mark else None

    @property
    def began_at(self) -> float | None:
        """When the last run began, in Unix seconds; None if none has."""
        mark = self._mark("began_at")
        return float(mark) if mark else None

    @property
    def unfinished(self) -> int:
        """How many runs have begun since the last one that finished; one that is at work counts too."""
        return int(self._mark("unfinished") or 0)

    def note_begun(self, now: float) -> None:
        """A run begins; one that does not finish is seen by this."""
        with self._index.transaction() as connection:
            connection.execute("INSERT OR REPLACE INTO marks VALUES ('began_at', ?)", (repr(now),))
            connection.execute(
                "INSERT INTO marks VALUES ('unfinished', '1') ON CONFLICT (name) DO UPDATE SET value = value + 1"
            )

    def note_progress(self, *, feed: str, rotated_at: float | None) -> None:
        """A run is over: up to where it has read the feed, and when it has asked after the oldest, if it has."""
        marks = {"feed": feed} | ({} if rotated_at is None else {"rotated_at": repr(rotated_at)})
        with self._index.transaction() as connection:
            connection.executemany("INSERT OR REPLACE INTO marks VALUES (?, ?)", marks.items())

    def kept(self) -> int:
        """How many contents the cloud is known to keep."""
        count: int = self._index.rows("SELECT count(*) FROM kept_contents")[0][0]
        return count

    def oldest(self) -> float | None:
        """When the oldest confirmation of a file on this machine, or freed from it, was given, in Unix seconds."""
        # The first of the index that a file has: nearly always the first of all.
        query = (
            "SELECT confirmed_at FROM kept_contents AS kept"
            " WHERE EXISTS (SELECT 1 FROM files WHERE files.sha256 = kept.sha256)"
            " OR EXISTS (SELECT 1 FROM freed WHERE freed.sha256 = kept.sha256)"
            " ORDER BY confirmed_at, sha256 LIMIT 1"
        )
        rows = self._index.rows(query)
        return rows[0][0] if rows else None

    def known(self, hashes: Iterable[str]) -> list[str]:
        """Those of some contents that the cloud is known to keep."""
        query = "SELECT 1 FROM kept_contents WHERE sha256 = ?"
        return [sha256 for sha256 in dict.fromkeys(hashes) if self._index.rows(query, bytes.fromhex(sha256))]

    def sample(self, count: int) -> list[str]:
        """Random contents that the cloud is known to keep, at most this many."""
        rows = self._index.rows("SELECT sha256 FROM kept_contents ORDER BY random() LIMIT ?", count)
        return [sha256.hex() for (sha256,) in rows]

    def kept_hashes(self) -> Iterator[str]:
        """The contents that the cloud is known to keep, in order."""
        query = "SELECT sha256 FROM kept_contents WHERE sha256 > ? ORDER BY sha256 LIMIT ?"
        last = b""
        while rows := self._index.rows(query, last, _PAGE):
            yield from (sha256.hex() for (sha256,) in rows)
            last = rows[-1][0]

    def by_age(self, before: float) -> Iterator[str]:
        """The contents that were confirmed before a time, the oldest confirmation first.

        Args:
            before: Unix seconds. A confirmation from the future, by a clock that was wrong, comes first.
        """
        with self._index.transaction() as connection:
            connection.execute(
                "UPDATE contents SET confirmed_at = 0 WHERE state IN ('stored', 'no-preview') AND confirmed_at > ?",
                (before,),
            )
        query = (
            "SELECT confirmed_at, sha256 FROM kept_contents WHERE confirmed_at < ?"
            " AND (confirmed_at, sha256) > (?, ?) ORDER BY confirmed_at, sha256 LIMIT ?"
        )
        last: tuple[float, bytes] = (-1.0, b"")
        while rows := self._index.rows(query, before, *last, _PAGE):
            yield from (sha256.hex() for _, sha256 in rows)
            last = rows[-1][0], rows[-1][1]

    def renew(self, hashes: Iterable[str], now: float) -> None:
        """The cloud has just said that it keeps these contents."""
        with self._index.transaction() as connection:
            connection.executemany(
                "UPDATE contents SET confirmed_at = ? WHERE sha256 = ? AND state IN ('stored', 'no-preview')",
                [(now, bytes.fromhex(sha256)) for sha256 in sorted(hashes)],  # as they lie in the file: a third faster
            )

    def withdraw(self, sha256: str) -> bool:
        """The cloud has lost a content: its files are announced and, if need be, uploaded again.

        Returns:
            Whether any file of this machine is known to have it.
        """
        digest = bytes.fromhex(sha256)
        with self._index.transaction() as connection:
            connection.execute("UPDATE files SET announced = 0 WHERE sha256 = ?", (digest,))
            connection.execute(
                "UPDATE contents SET state = 'pending', uploaded_at = NULL, confirmed_at = NULL WHERE sha256 = ?",
                (digest,),
            )
            found = connection.execute("SELECT 1 FROM files WHERE sha256 = ? LIMIT 1", (digest,)).fetchone()
        return found is not None

    def note_trashed(self, sha256: str) -> None:
        """This machine has deleted a content from the cloud; does nothing if it is not known."""
        with self._index.transaction() as connection:
            connection.execute(
                "UPDATE contents SET state = 'trashed', accepted = 1, deleted_at = NULL WHERE sha256 = ?",
                (bytes.fromhex(sha256),),
            )

    def note_undeleted(self, sha256: str, status: Status | None) -> None:
        """A content is out of the trash again; without a status the cloud no longer has its bytes."""
        if status is None:
            self.withdraw(sha256)
            return
        with self._index.transaction() as connection:
            connection.execute(
                "UPDATE contents SET state = ?, accepted = 0, deleted_at = NULL, deleted_from = NULL,"
                " trashed_until = NULL WHERE sha256 = ?",
                (status.value, bytes.fromhex(sha256)),
            )

    def deleted(self) -> list[DeletedContent]:
        """The contents that their owner has deleted, the latest deletion first."""
        query = (
            "SELECT sha256, state, deleted_at, deleted_from, trashed_until, accepted"
            " FROM deleted_contents ORDER BY deleted_at DESC, sha256"
        )
        return [
            DeletedContent(sha256.hex(), Status(state), Deletion(_time(at), source, _time(until)), bool(accepted))
            for sha256, state, at, source, until, accepted in self._index.rows(query)
        ]

    def accept(self, hashes: Iterable[str] | None = None) -> int:
        """The owner knows of the deletion of these contents, or of all; returns how many were not accepted yet."""
        with self._index.transaction() as connection:
            if hashes is None:
                return connection.execute(_ACCEPT).rowcount
            return sum(
                connection.execute(f"{_ACCEPT} AND sha256 = ?", (bytes.fromhex(sha256),)).rowcount for sha256 in hashes
            )

    def backed_up_files(self) -> int:
        """How many files of this machine the cloud has, or had until their owner deleted them; freed ones too."""
        query = (
            "SELECT (SELECT count(*) FROM files JOIN contents USING (sha256) WHERE announced AND state <> 'pending')"
            " + (SELECT count(*) FROM freed)"
        )
        count: int = self._index.rows(query)[0][0]
        return count

    def _mark(self, name: str) -> str | None:
        rows = self._index.rows("SELECT value FROM marks WHERE name = ?", name)
        return rows[0][0] if rows else None


def _time(seconds: float | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
