"""Proves that the backup can be read: reads a few random originals back, hashes them, and keeps receipts."""

import hashlib
import shlex
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from photobak.client.account.session import Session
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.index.proofs import ProofResult, Receipt, Receipts
from photobak.client.library.bucket import SessionBucket
from photobak.client.library.library import Library
from photobak.client.transport.download import Download, Gone, ObjectArchived, WrongSize
from photobak.client.upload.content import StatusReader, Verdict
from photobak.errors import CloudError, UnknownPhoto
from photobak.photo.identity import short_id
from photobak.photo.record import Record, Status

LARGEST: Final = 200_000_000
"""Bytes of the largest original that is read: it bounds what a night of proofs costs."""
_SKIPPED: Final = "skipped"


@dataclass(frozen=True, slots=True)
class Proof:
    """One original that was to be read back."""

    sha256: str
    result: ProofResult | None
    """None if it was not read."""
    reason: str = ""
    """Why it failed, or was not read."""
    filename: str = ""
    size: int = 0
    """Bytes read."""
    cure: str = ""
    """The command that repairs it, if it failed."""

    @property
    def failed(self) -> bool:
        """Whether the original is lost or damaged."""
        return self.result is ProofResult.FAILED

    def to_json(self) -> dict[str, Any]:
        """The line of ``prove --json``."""
        result = _SKIPPED if self.result in (None, ProofResult.DELETED) else self.result.value
        return {
            "type": "proof",
            "sha256": self.sha256,
            "filename": self.filename,
            "result": result,
            "reason": self.reason or None,
            "bytes": self.size,
            "cure": self.cure or None,
        }


class Prover:
    """Proves originals of one person."""

    def __init__(self, session: Session, index: Index, receipts: Receipts) -> None:
        self._index = index
        self._confirmations = Confirmations(index)
        self._receipts = receipts
        self._statuses = StatusReader(session)
        self._library = Library(session)
        self._download = Download(SessionBucket(session).objects)

    def prove(self, count: int, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Iterator[Proof]:
        """Read originals back: some whose last proof failed, then random ones; each receipt is kept before it is told.

        Args:
            count: how many of each.
            now: gives the time of a receipt.

        Raises:
            CloudError: the cloud can't be reached, which proves nothing; a receipt says that no proof was made.
            SignInNeeded: the sign-in has ended.
            ConfigError: a receipt can't be kept.
        """
        failing = self._receipts.history().failing
        chosen = list(dict.fromkeys([*failing[:count], *self._confirmations.sample(count)]))
        try:
            yield from self._prove_each(chosen, failing, now)
        except CloudError as error:
            self._receipts.append(Receipt(chosen[0], now(), ProofResult.NOT_MADE, error.summary))
            raise

    def _prove_each(
        self, chosen: Sequence[str], failing: Sequence[str], now: Callable[[], datetime]
    ) -> Iterator[Proof]:
        verdicts = self._statuses.read(chosen)
        for sha256, found in zip(chosen, self._records(chosen, verdicts), strict=True):
            proof = self._proof(sha256, found, failed_before=sha256 in failing)
            if proof.result is not None:
                self._receipts.append(Receipt(sha256, now(), proof.result, proof.reason))
            yield proof

    def _records(self, chosen: Sequence[str], verdicts: dict[str, Verdict]) -> list[Record | str | Status]:
        """For each content its record, why there is none, or its status if its owner has deleted it."""
        kept = [sha256 for sha256 in chosen if sha256 in verdicts and verdicts[sha256].status.kept]
        records = dict(zip(kept, self._library.find_each(kept), strict=True)) if kept else {}
        found: list[Record | str | Status] = []
        for sha256 in chosen:
            verdict, record = verdicts.get(sha256), records.get(sha256)
            if isinstance(record, Record):
                found.append(record)
            elif isinstance(record, UnknownPhoto):
                found.append("its record is lost or can't be read")
            elif verdict is not None and verdict.status.deleted:
                found.append(verdict.status)
            else:
                found.append("the cloud has lost it")
        return found

    def _proof(self, sha256: str, found: Record | str | Status, *, failed_before: bool) -> Proof:
        if isinstance(found, Record):
            return self._read(found, failed_before=failed_before)
        if isinstance(found, Status):
            return _deleted(sha256, failed_before=failed_before)
        return self._failure(sha256, found)

    def _read(self, record: Record, *, failed_before: bool) -> Proof:
        sha256, name = record.sha256, record.filename
        if record.size > LARGEST:
            reason = f"it is larger than {LARGEST // 1_000_000} MB; photobak verify --read-data reads it"
            return Proof(sha256, None, reason, name)
        digest = hashlib.sha256()
        try:
            self._download.read(record.original_key, record.size, digest.update)
        except ObjectArchived as archived:
            return Proof(sha256, None, f"it is archived in {archived.storage_class}", name)
        except (Gone, WrongSize) as problem:
            reason = problem.what
        else:
            if digest.hexdigest() == sha256:
                return Proof(sha256, ProofResult.PROVED, "", name, record.size)
            reason = f"its bytes have the SHA-256 {digest.hexdigest()}"
        now = self._statuses.read([sha256]).get(sha256)
        if now is not None and now.status.deleted:  # deleted while it was read
            return _deleted(sha256, failed_before=failed_before)
        return self._failure(sha256, reason, name)

    def _failure(self, sha256: str, reason: str, name: str = "") -> Proof:
        copies = self._index.copies(sha256)
        where = f" {shlex.quote(str(copies[0].path))}" if copies else ""
        return Proof(sha256, ProofResult.FAILED, reason, name, cure=f"photobak repair{where}")


def _deleted(sha256: str, *, failed_before: bool) -> Proof:
    return Proof(sha256, ProofResult.DELETED if failed_before else None, "its owner has deleted it")


def in_words(proof: Proof) -> str:
    """A failed proof in one line: what, why, and the command that repairs it."""
    name = f"{short_id(proof.sha256)} {proof.filename}".rstrip()
    return f"the proof of {name} failed: {proof.reason}. Run: {proof.cure}"
