"""``POST /photos/redate``: the owner corrects when photos were taken.

The capture time is part of a record's key, so the record moves: one transaction deletes it under the old key, creates
it under the new one, and updates its content item. The original stays as it is.
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
from photobak.photo.described import MAX_ALTERNATIVES
from photobak.photo.keys import timestamp_key
from photobak.photo.record import Record

_PARALLEL: Final = 16
_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Redater:
    """Corrects the capture times of one stack's photos."""

    library: Library
    clock: Callable[[], datetime]

    def redate(self, identity_id: str, times: Mapping[str, datetime]) -> list[dict[str, Any]]:
        """Give photos new capture times; photos in the trash keep theirs.

        Args:
            identity_id: the owner.
            times: the new capture times, with offset, by SHA-256.

        Returns:
            For each, in order: ``sha256``, ``status``, and the new ``taken_at``; without it for ``unknown`` photos.

        Raises:
            Problem: a time is impossible (422), or other requests keep changing a photo (409).
        """
        for taken_at in times.values():
            self._refuse_impossible(taken_at)
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(lambda sha256: self._redate(identity_id, sha256, times[sha256]), times))

    def _refuse_impossible(self, taken_at: datetime) -> None:
        if taken_at.year < FIRST_YEAR:
            detail = f"No photo was taken in {taken_at.year}: photography began in {FIRST_YEAR}."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, detail)
        if taken_at > self.clock() + CLOCK_TOLERANCE:
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, f"{taken_at.isoformat()} is in the future.")

    def _redate(self, identity_id: str, sha256: str, taken_at: datetime) -> dict[str, Any]:
        taken = CaptureTime(taken_at, TakenSource.USER)
        for _ in range(_TRIES):
            before = self.library.find(identity_id, sha256)
            if before is None or not before.status.kept:
                return {"sha256": sha256, "status": "unknown"}
            after = _redated(before, taken)
            if after == before or self.library.replace(before, after):
                self.library.write_record_json(after)
                return {"sha256": sha256, "status": after.status.value, "taken_at": taken.isoformat()}
        raise Problem.contended(sha256)


def _redated(record: Record, taken: CaptureTime) -> Record:
    """A record with its new time; where sources disagree, what it had from one of them stays among the alternatives."""
    alternatives = record.taken_alternatives
    if alternatives and record.taken.source is not TakenSource.USER and len(alternatives) < MAX_ALTERNATIVES:
        alternatives |= {record.taken}
    timestamp = timestamp_key(taken.taken_at, record.sha256)
    return replace(record, taken=taken, timestamp=timestamp, taken_alternatives=alternatives)
