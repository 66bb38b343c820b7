"""``POST /photos/redate``: photos whose owner knows better when they were taken.

The capture time is part of a record's key, so the record moves: in one transaction it goes from the old key and comes
to the new one, and its content item points there. The original stays as it is.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from http import HTTPStatus
from typing import Any, Final

from photobak.cloud.http.problem import Problem
from photobak.cloud.store.library import Library
from photobak.photo.capture_time import CLOCK_TOLERANCE, FIRST_YEAR, CaptureTime, TakenSource
from photobak.photo.keys import timestamp_key

_PARALLEL: Final = 16
_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Redater:
    """Corrects the capture times of one stack's photos."""

    library: Library
    clock: Callable[[], datetime]

    def redate(self, identity_id: str, wishes: Mapping[str, datetime]) -> list[dict[str, Any]]:
        """Give photos new capture times; those in the trash are left alone.

        Args:
            identity_id: whose they are.
            wishes: the new capture times, with offset, by SHA-256.

        Returns:
            For each, in order: ``sha256``, ``status``, and ``taken_at`` as it is now; no more where it is ``unknown``.

        Raises:
            Problem: a time is impossible (422), or a photo keeps being changed by somebody else (409).
        """
        for taken_at in wishes.values():
            self._refuse_impossible(taken_at)
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(lambda sha256: self._redate(identity_id, sha256, wishes[sha256]), wishes))

    def _refuse_impossible(self, taken_at: datetime) -> None:
        if taken_at.year < FIRST_YEAR:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"Nothing was photographed in {taken_at.year}.")
        if taken_at > self.clock() + CLOCK_TOLERANCE:
            detail = f"{taken_at.isoformat()} has yet to come, so nothing was photographed then."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)

    def _redate(self, identity_id: str, sha256: str, taken_at: datetime) -> dict[str, Any]:
        taken = CaptureTime(taken_at, TakenSource.USER)
        for _ in range(_TRIES):
            before = self.library.find(identity_id, sha256)
            if before is None or not before.status.kept:
                return {"sha256": sha256, "status": "unknown"}
            after = replace(before, taken=taken, timestamp=timestamp_key(taken.taken_at, sha256))
            if after == before or self.library.replace(before, after):
                self.library.lay_record_beside(after)
                return {"sha256": sha256, "status": after.status.value, "taken_at": taken.isoformat()}
        raise Problem(HTTPStatus.CONFLICT, f"The photo {sha256} keeps being changed by somebody else. Try again.")
