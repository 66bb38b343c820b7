"""Out of the trash, for as long as the trash keeps things.

The record says that a photo is stored only after its original can be read again. A request that was cut off is
finished by the same request, or undone by ``DELETE /photos`` (``cloud.api.trash``).
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import Any, Final

from photobak.cloud.http.problem import Problem
from photobak.cloud.store.library import Library
from photobak.cloud.store.objects import objects_of
from photobak.photo.record import Record, Status

_PARALLEL: Final = 16
_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class TrashExit:
    """The way out of one stack's trash."""

    library: Library

    def take_out(self, identity_id: str, hashes: Sequence[str]) -> list[dict[str, Any]]:
        """Take photos out of the trash.

        Returns:
            For each, in order: ``sha256``, and ``status``: ``stored`` or ``no-preview`` as it was before, ``gone``
            where its bytes have been deleted, or ``unknown``.

        Raises:
            Problem: a photo keeps being changed by somebody else (409).
        """
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(lambda sha256: self._answer(identity_id, sha256), dict.fromkeys(hashes)))

    def _answer(self, identity_id: str, sha256: str) -> dict[str, Any]:
        return {"sha256": sha256, "status": self._take_out(identity_id, sha256)}

    def _take_out(self, identity_id: str, sha256: str) -> str:
        for _ in range(_TRIES):
            before = self.library.find(identity_id, sha256)
            if before is None:
                return "unknown"
            if before.status is Status.TRASHED and not self.library.bucket.bring_back(before.original_key):
                return "gone"
            after = _outside(before)
            if (after == before or self.library.replace(before, after)) and self._shown(after):
                self.library.lay_record_beside(after)
                return after.status.value
        raise Problem(HTTPStatus.CONFLICT, f"The photo {sha256} keeps being changed by somebody else. Try again.")

    def _shown(self, record: Record) -> bool:
        """Show the photo's objects; False where it has been deleted meanwhile, so that its record has to follow."""
        for key in objects_of(record):
            self.library.bucket.bring_back(key)
        now = self.library.find(record.username, record.sha256)
        return now is None or now.status is not Status.TRASHED


def _outside(record: Record) -> Record:
    if record.status is not Status.TRASHED:
        return record
    return replace(record, status=record.status_outside_trash, trashed_until=None)
