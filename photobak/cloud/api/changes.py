"""``GET /changes``: what has changed since a client last asked, for a sync that starts."""

import json
from dataclasses import dataclass
from typing import Any, Final

from photobak.cloud.store.changes import ChangesTable

MOST_CHANGES: Final = 2000
"""An answer with more would take longer than asking for each content by its key."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Reads the change feed of one stack."""

    table: ChangesTable

    def since(self, identity_id: str, after: str) -> dict[str, Any]:
        """Read what came after a sequence.

        Args:
            identity_id: the owner.
            after: the ``sequence`` of an earlier answer; "" for none.

        Returns:
            ``changes``: ``sha256`` and ``status`` of each changed photo, oldest first. ``sequence``: up to where that
            is. ``gap``: whether something may be missing, so that the client has to ask for each photo it knows.
        """
        newest = self.table.newest(identity_id)
        if after == newest:
            return {"changes": [], "sequence": newest, "gap": False}
        if not after or not self.table.holds(identity_id, after):
            return {"changes": [], "sequence": newest, "gap": True}
        found = self.table.after(identity_id, after, MOST_CHANGES + 1)
        if len(found) > MOST_CHANGES:
            return {"changes": [], "sequence": newest, "gap": True}
        return {
            "changes": [_photo(each.text) for each in found],
            "sequence": max((each.sequence for each in found), default=newest),
            "gap": False,
        }


def _photo(text: str) -> dict[str, str]:
    """The photo of a message that the publish function wrote."""
    message = json.loads(text)["message"]
    return {"sha256": message["sha256"], "status": message["status"]}
