"""``DELETE /photos``: into the trash, which is reversible: objects are hidden by delete markers, and none is deleted.

The record changes before the objects, so that it never says of a photo that it is stored while its original is hidden.
A request that was cut off is finished by the same request, or undone by ``POST /photos/restore`` (``cloud.restore``).
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
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

    def put_in(self, identity_id: str, hashes: Sequence[str]) -> list[dict[str, Any]]:
        """Put photos into the trash; what is in there already stays no longer than it was to.

        Returns:
            For each, in order: ``sha256``, and ``status`` ``trashed`` with ``trashed_until``, or ``unknown``.

        Raises:
            Problem: a photo keeps being changed by somebody else (409).
        """
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(lambda sha256: self._put_in(identity_id, sha256), dict.fromkeys(hashes)))

    def _put_in(self, identity_id: str, sha256: str) -> dict[str, Any]:
        for _ in range(_TRIES):
            before = self.library.find(identity_id, sha256)
            if before is None:
                return {"sha256": sha256, "status": "unknown"}
            after = self._inside(before)
            if (after == before or self.library.replace(before, after)) and self._hidden(after):
                self.library.lay_record_beside(after)
                assert after.trashed_until is not None  # noqa: S101 - _inside has just set it
                until = after.trashed_until.isoformat()
                return {"sha256": sha256, "status": after.status.value, "trashed_until": until}
        raise Problem(HTTPStatus.CONFLICT, f"The photo {sha256} keeps being changed by somebody else. Try again.")

    def _inside(self, record: Record) -> Record:
        if record.status is Status.TRASHED:
            return record
        until = (self.clock() + self.keeps_for).replace(microsecond=0)
        return replace(record, status=Status.TRASHED, trashed_until=until)

    def _hidden(self, record: Record) -> bool:
        """Hide the photo's objects; False where it has been restored meanwhile, so that its record has to follow."""
        for key in objects_of(record):
            self.library.bucket.hide(key)
        now = self.library.find(record.username, record.sha256)
        return now is None or now.status is Status.TRASHED
