"""Asks the cloud what became of each content, until it has said so of all of them.

A 204 from S3 is not a backup. What counts is the item in ``Contents``, read by key and consistently, a hundred at a
time; the cloud writes it in the same transaction as the record.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from photobak.client.account.session import Session
from photobak.client.library.tables import Tables
from photobak.photo.record import Status

FIRST_PAUSE: Final = 0.1
LONGEST_PAUSE: Final = 5.0


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the cloud says of one content."""

    status: Status
    reason: str | None = None


class Confirmer:
    """Reads the table ``Contents`` in the name of the signed-in person."""

    def __init__(self, session: Session) -> None:
        self._tables = Tables(session)

    def ask(self, hashes: Iterable[str]) -> dict[str, Verdict]:
        """Ask after contents, however many; those that the cloud doesn't know are left out.

        Raises:
            CloudError: the table can't be read.
        """
        items = self._tables.contents(hashes, "sha256", "status", "reason")
        return {item["sha256"]["S"]: _verdict(item) for item in items}


def _verdict(item: Any) -> Verdict:
    return Verdict(Status(item["status"]["S"]), item.get("reason", {}).get("S"))


class Patience:
    """How long to wait between two questions, and when to stop asking."""

    def __init__(self, timeout: float) -> None:
        self._timeout = timeout
        self._pause = FIRST_PAUSE
        self._last_progress = time.monotonic()

    @property
    def pause(self) -> float:
        """Seconds until the next question."""
        return self._pause

    @property
    def quiet_for(self) -> float:
        """Seconds since anything was confirmed or sent."""
        return time.monotonic() - self._last_progress

    @property
    def exhausted(self) -> bool:
        """Whether nothing has been confirmed for so long that the rest is left to the next run."""
        return self.quiet_for > self._timeout

    def progress(self) -> None:
        """Something was confirmed, or is still being sent."""
        self._pause = FIRST_PAUSE
        self._last_progress = time.monotonic()

    def nothing_new(self) -> None:
        """Nothing was confirmed: wait longer."""
        self._pause = min(self._pause * 1.5, LONGEST_PAUSE)
