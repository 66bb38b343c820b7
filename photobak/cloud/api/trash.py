"""``DELETE /photos`` and ``POST /photos/restore``: into the trash, and out of it for as long as the trash keeps things.

The tables never say of a photo that it is stored while its original is hidden: on the way in they change first, on the
way out after its original. A request that was cut off is finished by the same request, or undone by the other one.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any, Final

from photobak.cloud.api.problem import Problem
from photobak.cloud.store.library import Library
from photobak.photo.record import Record, Status

_PARALLEL: Final = 16
_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Trash:
    """The trash of one stack."""

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
        return self._change_all(identity_id, hashes, self._trashed)

    def take_out(self, identity_id: str, hashes: Sequence[str]) -> list[dict[str, Any]]:
        """Take photos out of the trash; Problem as in ``put_in``.

        Returns:
            For each, in order: ``sha256``, and ``status``: ``stored`` or ``no-preview`` as it was before, ``gone``
            where its bytes have been deleted, or ``unknown``.
        """
        return self._change_all(identity_id, hashes, self._restored)

    def _trashed(self, record: Record) -> Record:
        if record.status is Status.TRASHED:
            return record
        until = (self.clock() + self.keeps_for).replace(microsecond=0)
        return replace(record, status=Status.TRASHED, trashed_until=until)

    def _restored(self, record: Record) -> Record | None:
        """What becomes of the record; None where its original does not come back."""
        if record.status is not Status.TRASHED:
            return record
        if not self.library.bucket.bring_back(record.original_key):
            return None
        return replace(record, status=record.status_outside_trash, trashed_until=None)

    def _change_all(
        self, identity_id: str, hashes: Sequence[str], change: Callable[[Record], Record | None]
    ) -> list[dict[str, Any]]:
        with ThreadPoolExecutor(_PARALLEL) as pool:
            answers = pool.map(lambda sha256: self._change(identity_id, sha256, change), dict.fromkeys(hashes))
            return list(answers)

    def _change(self, identity_id: str, sha256: str, change: Callable[[Record], Record | None]) -> dict[str, Any]:
        for _ in range(_TRIES):
            before = self.library.find(identity_id, sha256)
            after = change(before) if before else None
            if before is None or after is None:
                return {"sha256": sha256, "status": "gone" if before else "unknown"}
            if after == before or self.library.replace(before, after):
                self._let_objects_follow(after)
                self.library.lay_record_beside(after)
                return _answer(after)
        raise Problem(HTTPStatus.CONFLICT, f"The photo {sha256} keeps being changed by somebody else. Try again.")

    def _let_objects_follow(self, record: Record) -> None:
        """Hide or show the objects as the record says, and again until it says no other thing.

        Two requests may overlap, one that hides and one that shows: the last one to act finds what the other said.
        """
        followed: Status | None = None
        current: Record | None = record
        while current is not None and current.status is not followed:
            act = self.library.bucket.hide if current.status is Status.TRASHED else self.library.bucket.bring_back
            for key in _objects(current):
                act(key)
            followed = current.status
            current = self.library.find(record.username, record.sha256)


def _objects(record: Record) -> list[str]:
    """The photo's objects but for the record, which must say to a repair that the photo is in the trash."""
    return [key for key in (record.original_key, record.thumb_key, record.web_key) if key]


def _answer(record: Record) -> dict[str, Any]:
    until = {"trashed_until": record.trashed_until.isoformat()} if record.trashed_until else {}
    return {"sha256": record.sha256, "status": record.status.value, **until}
