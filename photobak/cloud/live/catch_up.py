"""Tells a listener of ``photos`` what was said while nobody heard it."""

from dataclasses import dataclass
from typing import Any, Final

from photobak.cloud.store.connections import Connections
from photobak.cloud.store.news import NewsTable

MOST_AT_ONCE: Final = 500
"""News that one subscription is answered with; whoever has missed more asks again."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Repeats the news of one stack."""

    news: NewsTable
    connections: Connections

    def place(self, identity_id: str) -> dict[str, Any]:
        """The place to ask from later, where one begins to listen now."""
        return {"sequence": self.news.newest(identity_id)}

    def repeat(self, identity_id: str, connection_id: str, after: str) -> dict[str, Any]:
        """Say everything that came after a place to one connection, in order.

        Returns:
            The place that has been reached; whether there is more; whether some of it is not kept any longer.

        Raises:
            ClientError: the news can't be read; the connection hears an error, and asks again.
            NotDelivered: it can't be said; likewise.
        """
        missed = self.news.after(identity_id, after, MOST_AT_ONCE)
        reached = after
        for each in missed:
            if not self.connections.post(connection_id, each.text):
                break
            reached = each.sequence
        gap = after != "" and not self.news.holds(identity_id, after)
        return {"sequence": reached, "more": len(missed) == MOST_AT_ONCE, "gap": gap}
