"""The receipts of proofs: which originals were read back from the cloud and hashed, when, and with which result.

They outlive the index, which is rebuilt after damage: one JSON object per line, in a file beside it.
"""

import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, Final, Self

from photobak.client.places import Places
from photobak.client.profile import Profile
from photobak.errors import ConfigError, reason_of
from photobak.platform.files import append_durably

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class ProofResult(StrEnum):
    """What a proof has shown."""

    PROVED = "proved"
    """The original was read back, and its hash is right."""
    FAILED = "failed"
    """The original is lost, or its bytes are wrong."""
    DELETED = "deleted"
    """A proof failed before, and the owner has deleted the photo since."""
    NOT_MADE = "not-made"
    """The original was to be read back, and the cloud could not be reached: this says nothing about the original."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """One proof."""

    sha256: str
    at: datetime
    result: ProofResult
    reason: str = ""

    def line(self) -> bytes:
        """Its line in the file."""
        entry = {"sha256": self.sha256, "at": self.at.isoformat(), "result": self.result.value, "reason": self.reason}
        return json.dumps(entry).encode() + b"\n"

    @classmethod
    def parse(cls, line: bytes) -> Self | None:
        """Read a line; None for one that a power cut has left incomplete, or that a person has edited."""
        try:
            entry = json.loads(line)
            sha256, reason = entry["sha256"], entry.get("reason", "")
            at, result = datetime.fromisoformat(entry["at"]), ProofResult(entry["result"])
        except (ValueError, TypeError, KeyError, AttributeError):
            return None
        if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256) or not isinstance(reason, str):
            return None
        return cls(sha256, at if at.tzinfo else at.replace(tzinfo=UTC), result, reason)


@dataclass(frozen=True, slots=True)
class ProofHistory:
    """All proofs of one profile in numbers."""

    proved: int = 0
    total: int = 0
    """Proofs that succeeded or failed."""
    since: datetime | None = None
    """When the first was made."""
    last: datetime | None = None
    failing: tuple[str, ...] = ()
    """SHA-256 of the photos whose last proof failed."""
    not_made: Receipt | None = None
    """The last receipt, if it says that no proof could be made."""

    def __str__(self) -> str:
        """62 of 62 since September 2026."""
        if self.since is None:
            return "none yet"
        return f"{self.proved:,} of {self.total:,} since {self.since.astimezone():%B %Y}"

    def to_json(self) -> dict[str, Any]:
        """As ``status --json`` has it."""
        return {
            "proved": self.proved,
            "total": self.total,
            "failing": len(self.failing),
            "since": self.since.isoformat() if self.since else None,
            "last": self.last.isoformat() if self.last else None,
            "not_made": {"at": self.not_made.at.isoformat(), "reason": self.not_made.reason} if self.not_made else None,
        }

    @classmethod
    def of(cls, receipts: Iterable[Receipt]) -> Self:
        """Count receipts, which come in order of time."""
        proved = total = 0
        since: datetime | None = None
        last: datetime | None = None
        latest: dict[str, ProofResult] = {}
        not_made: Receipt | None = None
        for each in receipts:
            if each.result is ProofResult.NOT_MADE:
                not_made = each
                continue
            not_made = None
            latest[each.sha256] = each.result
            if each.result is not ProofResult.DELETED:
                proved += each.result is ProofResult.PROVED
                total += 1
                since, last = since or each.at, each.at
        failing = tuple(sha256 for sha256, result in latest.items() if result is ProofResult.FAILED)
        return cls(proved, total, since, last, failing, not_made)


class Receipts:
    """The receipts of one profile."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @classmethod
    def beside_index(cls, places: Places, profile: Profile) -> Self:
        """The receipts of a profile."""
        return cls(places.state / f"{profile.name}.proofs.jsonl")

    def append(self, receipt: Receipt) -> None:
        """Add a receipt, durably.

        Raises:
            ConfigError: the file can't be written.
        """
        try:
            append_durably(self._path, receipt.line())
        except OSError as error:
            raise ConfigError(f"the proof can't be recorded in {self._path}", why=reason_of(error)) from error

    def read(self) -> Iterator[Receipt]:
        """All receipts, the oldest first.

        Raises:
            ConfigError: the file can't be read.
        """
        try:
            lines = self._path.read_bytes().splitlines()
        except FileNotFoundError:
            return
        except OSError as error:
            raise ConfigError(f"{self._path} can't be read", why=reason_of(error)) from error
        yield from filter(None, map(Receipt.parse, lines))

    def history(self) -> ProofHistory:
        """All of them in numbers; raises as ``read``."""
        return ProofHistory.of(self.read())
