"""``POST /photos/restore``: out of the trash, for as long as the trash keeps photos.

The record calls a photo stored only after its original can be read again. Repeating the request finishes one that was
cut off; ``DELETE /photos`` (``cloud.api.trash``) undoes it.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
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
            For each, in order: ``sha256``, and ``status``: ``stored`` or ``no-preview`` as before the deletion,
            ``gone`` if its bytes have been deleted, or ``unknown``.

        Raises:
            Problem: other requests keep changing a photo (409).
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
            if before.status is Status.TRASHED and not self.library.bucket.unhide(before.original_key):
                return "gone"
            after = _undeleted(before)
            if (after == before or self.library.replace(before, after)) and self._unhide(after):
                self.library.write_record_json(after)
                return after.status.value
        raise Problem.contended(sha256)

    def _unhide(self, record: Record) -> bool:
        """Unhide the photo's objects; False if another request has deleted it meanwhile."""
        for key in objects_of(record):
            self.library.bucket.unhide(key)
        now = self.library.find(record.username, record.sha256)
        return now is None or now.status is not Status.TRASHED


def _undeleted(record: Record) -> Record:
    if record.status is not Status.TRASHED:
        return record
    return replace(record, status=record.status_outside_trash, trashed_until=None)
