"""``POST /photos/describe``: what a photo's owner says of it, field by field; what is not said stays.

Each change is one transaction on the record as it was read, made anew if the record has changed meanwhile, so that two
devices that change different fields both win.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Final

from photobak.cloud.api.requests import DescribedPhoto
from photobak.cloud.http.problem import Problem
from photobak.cloud.store.library import Library
from photobak.photo.record import Record

_PARALLEL: Final = 16
_TRIES: Final = 10


@dataclass(frozen=True, slots=True)
class Describer:
    """Changes what is said of one stack's photos."""

    library: Library

    def describe(self, identity_id: str, wishes: Sequence[DescribedPhoto]) -> list[dict[str, Any]]:
        """Change each photo; those in the trash stay as they are.

        Returns:
            For each, in order: ``sha256`` and ``status``, which is ``unknown`` where there is no such photo.

        Raises:
            Problem: other requests keep changing a photo (409).
        """
        with ThreadPoolExecutor(_PARALLEL) as pool:
            return list(pool.map(lambda wish: self._describe(identity_id, wish), wishes))

    def _describe(self, identity_id: str, wish: DescribedPhoto) -> dict[str, Any]:
        for _ in range(_TRIES):
            before = self.library.find(identity_id, wish.sha256)
            if before is None or not before.status.kept:
                return {"sha256": wish.sha256, "status": "unknown"}
            after = _changed(before, wish)
            if after == before or self.library.replace(before, after):
                self.library.write_record_json(after)
                return {"sha256": wish.sha256, "status": after.status.value}
        raise Problem.contended(wish.sha256)


def _changed(record: Record, wish: DescribedPhoto) -> Record:
    return replace(
        record,
        description=record.description if wish.description is None else wish.description or None,
        favorite=record.favorite if wish.favorite is None else wish.favorite,
        archived=record.archived if wish.archived is None else wish.archived,
        tags=(record.tags | set(wish.tags)) - set(wish.untag),
        people=(record.people | set(wish.people)) - set(wish.unname),
    )
