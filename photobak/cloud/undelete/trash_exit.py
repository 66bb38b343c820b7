"""``POST /photos/restore``: out of the trash while the bytes are there; later, the next sync may upload them again.

The record calls a photo stored only after its original can be read again. Repeating the request finishes one that was
cut off; ``DELETE /photos`` (``cloud.api.trash``) undoes it.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from photobak.cloud.http.problem import Problem
from photobak.cloud.store.contents import Content
from photobak.cloud.store.library import Library
from photobak.cloud.store.objects import objects_of
from photobak.photo.keys import record_key
from photobak.photo.record import Record, Status

_PARALLEL: Final = 16
_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class TrashExit:
    """The way out of one stack's trash."""

    library: Library
    clock: Callable[[], datetime]

    def take_out(self, identity_id: str, hashes: Sequence[str]) -> list[dict[str, Any]]:
        """Take photos out of the trash.

        Returns:
            For each, in order: ``sha256``, and ``status``: ``stored`` or ``no-preview`` as before the deletion,
            ``gone`` if its bytes have been deleted, or ``unknown``. A photo that is ``gone`` no longer counts as
            deleted, so that the next sync of a machine that has the file uploads it again.

        Raises:
            Problem: other requests keep changing a photo (409).
        """
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(lambda sha256: self._answer(identity_id, sha256), dict.fromkeys(hashes)))

    def _answer(self, identity_id: str, sha256: str) -> dict[str, Any]:
        return {"sha256": sha256, "status": self._take_out(identity_id, sha256)}

    def _take_out(self, identity_id: str, sha256: str) -> str:
        for _ in range(_TRIES):
            content = self.library.contents.get(identity_id, sha256)
            if content is None:
                return "unknown"
            record = self.library.record_of(identity_id, content)
            if record is None and not content.is_forgotten(self.clock()):
                return "unknown"
            if record is None or self._is_gone(record):
                status = self._lift(identity_id, content, record)
            else:
                status = self._undelete(record)
            if status is not None:
                return status
        raise Problem.contended(sha256)

    def _is_gone(self, record: Record) -> bool:
        """Whether no version of a deleted photo's original is left; otherwise the original can be read again."""
        return record.status is Status.TRASHED and not self.library.bucket.unhide(record.original_key)

    def _lift(self, identity_id: str, content: Content, record: Record | None) -> str | None:
        """Forget the deletion of a photo whose bytes are gone; None if another request has changed it meanwhile."""
        self.library.bucket.hide(record_key(identity_id, content.sha256))
        return "gone" if self.library.lift(identity_id, content, record) else None

    def _undelete(self, record: Record) -> str | None:
        """Undelete a photo whose original is there; None if another request has changed it meanwhile."""
        after = _undeleted(record)
        if (after == record or self.library.replace(record, after)) and self._unhide(after):
            self.library.write_record_json(after)
            return after.status.value
        return None

    def _unhide(self, record: Record) -> bool:
        """Unhide the photo's objects; False if another request has deleted it meanwhile."""
        for key in objects_of(record):
            self.library.bucket.unhide(key)
        now = self.library.find(record.username, record.sha256)
        return now is None or now.status is not Status.TRASHED


def _undeleted(record: Record) -> Record:
    if record.status is not Status.TRASHED:
        return record
    return replace(record, status=record.status_outside_trash, trashed_until=None, deleted_at=None, deleted_from=None)
