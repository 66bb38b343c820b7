"""Asks again for what the cloud has confirmed before: safe means safe today.

Each run reads what has changed since the last one from the change feed, and asks for the contents whose confirmation is
oldest, so that nightly runs cover the whole library within seven days. It runs beside the scan: what is still kept is
reported; what is not goes to the scan's end, where its files become work.
"""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from photobak.client.account.api import Changes, changes_since
from photobak.client.account.session import Session
from photobak.client.concurrency import Report, parallel
from photobak.client.index.confirmations import Confirmations
from photobak.client.upload.content import StatusReader, Verdict
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST

ROTATION_SECONDS: Final = 6 * 86_400.0
"""How long a round through the library takes: a day less than is promised, for a night that is missed."""
SHORTEST_ROTATION: Final = 3600.0
"""Seconds between two parts of a round: a watcher that syncs each minute asks for nothing in between."""
_REQUESTS_AT_ONCE: Final = 4
_NOTED_AT_ONCE: Final = 5000
"""Contents: each note waits for the disk, and a run that is cut off only asks for some of them again."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A content that the cloud had confirmed and does not keep any more."""

    sha256: str
    verdict: Verdict | None
    """What the cloud says of it; None if it knows nothing of it."""

    @property
    def is_deleted(self) -> bool:
        """Whether its owner has deleted it."""
        return self.verdict is not None and self.verdict.deletion is not None


@dataclass(frozen=True, slots=True)
class Elsewhere(Report):
    """A doubt about a content of no file that this run looks at."""

    doubt: Doubt


@dataclass(frozen=True, slots=True)
class Reconfirmed(Report):
    """The cloud still keeps these contents."""

    hashes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Scope:
    """Which confirmations to ask for."""

    everything: bool
    oldest: int = 0
    """How many of the oldest, if it is not everything."""


def scope(*, kept: int, gap: bool, recheck: bool, rotated_at: float | None, now: float) -> Scope:
    """Decide which confirmations a run asks for.

    Args:
        kept: the contents that the cloud is known to keep.
        gap: whether the change feed may lack something.
        recheck: whether the person asks for everything (``--recheck``).
        rotated_at: when the oldest were last asked for, in Unix seconds; None if never.
        now: Unix seconds.
    """
    if recheck or gap:
        return Scope(everything=True)
    if rotated_at is None:
        return Scope(everything=False)
    elapsed = now - rotated_at
    if elapsed < 0:  # the clock was wrong, then or now
        return Scope(everything=True)
    if elapsed < SHORTEST_ROTATION:
        return Scope(everything=False)
    return Scope(everything=False, oldest=min(kept, math.ceil(kept * elapsed / ROTATION_SECONDS)))


class Reconfirmer:
    """Reconfirms for one run; used by one thread."""

    def __init__(self, session: Session, confirmations: Confirmations, *, recheck: bool, now: float) -> None:
        self._session = session
        self._confirmations = confirmations
        self._recheck = recheck
        self._now = now
        self._feed: str | None = None
        self._rotated_at: float | None = None

    def reconfirm(self, _: Iterable[None]) -> Iterator[Doubt | Report]:
        """Ask for what may have changed, and for the oldest.

        Raises:
            CloudError: the cloud can't be asked.
            SignInNeeded: the session has ended.
        """
        count = self._confirmations.kept()
        if not count:
            return
        changes = changes_since(self._session, self._confirmations.feed)
        self._feed = changes.sequence or self._confirmations.feed  # a feed that is empty has no sequence
        wanted = self._scope(changes, count)
        by_age = self._confirmations.by_age(self._now)
        hashes = chain(
            () if wanted.everything else self._confirmations.known(changes.hashes),
            by_age if wanted.everything else islice(by_age, wanted.oldest),
        )
        statuses = StatusReader(self._session)

        def ask(batch: list[str]) -> tuple[list[str], dict[str, Verdict]]:
            return batch, statuses.read(batch)

        renewed: list[str] = []
        for batch, verdicts in parallel(ask, _batches(hashes), jobs=_REQUESTS_AT_ONCE):
            kept = [sha256 for sha256, verdict in verdicts.items() if verdict.status.kept]
            renewed += kept
            if len(renewed) >= _NOTED_AT_ONCE:
                yield Reconfirmed(renewed)
                renewed = []
            yield from (Doubt(sha256, verdicts.get(sha256)) for sha256 in set(batch) - set(kept))
        if renewed:
            yield Reconfirmed(renewed)

    def conclude(self) -> None:
        """The run is over and what it has learned is in the index: the next one goes on from here."""
        if self._feed is not None:
            self._confirmations.note_progress(feed=self._feed, rotated_at=self._rotated_at)

    def _scope(self, changes: Changes, kept: int) -> Scope:
        rotated_at = self._confirmations.rotated_at
        wanted = scope(
            kept=kept,
            gap=changes.gap,
            recheck=self._recheck,
            rotated_at=rotated_at,
            now=self._now,
        )
        if wanted.everything or wanted.oldest or rotated_at is None:
            self._rotated_at = self._now
        return wanted


def _batches(hashes: Iterable[str]) -> Iterator[list[str]]:
    """Batches of different contents."""
    unread = iter(hashes)
    while batch := list(dict.fromkeys(islice(unread, MAX_PHOTOS_A_REQUEST))):
        yield batch
