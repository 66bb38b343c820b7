"""``DELETE /photos``: into the trash, reversibly: delete markers hide the objects, and nothing is deleted.

The record changes before the objects, so that it never calls a photo stored while its original is hidden. Repeating
the request finishes one that was cut off; ``POST /photos/restore`` (``cloud.undelete``) undoes it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final

from photobak.cloud.http.problem import Problem
from photobak.cloud.store.library import Library
from photobak.cloud.store.objects import objects_of
from photobak.photo.record import Record, Status

_PARALLEL: Final = 16
_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Trash:
    """The way into one stack's trash."""

    library: Library
    keeps_for: timedelta
    clock: Callable[[], datetime]

    def put_in(self, identity_id: str, hashes: Sequence[str], device: str | None = None) -> list[dict[str, Any]]:
        """Put photos into the trash; deleting one again changes nothing.

        Args:
            identity_id: the owner.
            hashes: the photos.
            device: the device that deletes them, or ``gallery``.

        Returns:
            For each, in order: ``sha256``, and ``status`` ``trashed`` with ``trashed_until``, or ``unknown``.

        Raises:
            Problem: other requests keep changing a photo (409).
        """
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(lambda sha256: self._put_in(identity_id, sha256, device), dict.fromkeys(hashes)))

    def _put_in(self, identity_id: str, sha256: str, device: str | None) -> dict[str, Any]:
        for _ in range(_TRIES):
            before = self.library.find(identity_id, sha256)
            if before is None:
                return {"sha256": sha256, "status": "unknown"}
            after = self._trashed(before, device)
            if (after == before or self.library.replace(before, after)) and self._hide(after):
                self.library.write_record_json(after)
                assert after.trashed_until is not None  # noqa: S101 - _trashed has just set it
                until = after.trashed_until.isoformat()
                return {"sha256": sha256, "status": after.status.value, "trashed_until": until}
        raise Problem.contended(sha256)

    def _trashed(self, record: Record, device: str | None) -> Record:
        if record.status is Status.TRASHED:
            return record
        now = self.clock().replace(microsecond=0)
        until = now + self.keeps_for
        return replace(record, status=Status.TRASHED, trashed_until=until, deleted_at=now, deleted_from=device)

    def _hide(self, record: Record) -> bool:
        """Hide the photo's objects; False if another request has undeleted it meanwhile."""
        for key in objects_of(record):
            self.library.bucket.hide(key)
        now = self.library.find(record.username, record.sha256)
        return now is None or now.status is Status.TRASHED
