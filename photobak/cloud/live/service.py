"""The publish/subscribe service: answers messages, keeps subscriptions, replays missed changes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from photobak.cloud.live.messages import Publish, Refused, Subscribe, Unsubscribe, parse
from photobak.cloud.photos.fan_out import FanOut
from photobak.cloud.store.changes import ChangesTable
from photobak.cloud.store.connections import Connections
from photobak.cloud.store.topics import Topic, TopicsTable
from photobak.photo.topic import LARGEST_MESSAGE, PHOTOS, SUBSCRIPTION_SECONDS, size, to_text

MAX_SUBSCRIPTIONS: Final = 100
"""Topics that one connection may subscribe to."""
MAX_REPLAY: Final = 500
"""Changes that one subscription replays; a client that missed more subscribes again."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """The sender of a message."""

    identity_id: str
    connection_id: str


@dataclass(frozen=True, slots=True)
class CatchUp:
    """Replays the change feed of one stack to clients that were offline."""

    changes: ChangesTable
    connections: Connections

    def current(self, identity_id: str) -> dict[str, Any]:
        """The sequence that a client which subscribes now can ask from later."""
        return {"sequence": self.changes.newest(identity_id)}

    def replay(self, identity_id: str, connection_id: str, after: str) -> dict[str, Any]:
        """Post the changes after a sequence to one connection, in order.

        Returns:
            ``sequence``, the last one posted; ``more``, whether there are more; ``gap``, whether some have expired.

        Raises:
            ClientError: the feed can't be read; the client gets an error and subscribes again.
            NotDelivered: a change can't be posted; likewise.
        """
        missed = self.changes.after(identity_id, after, MAX_REPLAY)
        reached = after
        for each in missed:
            if not self.connections.post(connection_id, each.text):
                break
            reached = each.sequence
        gap = after != "" and not self.changes.holds(identity_id, after) and after != self.changes.newest(identity_id)
        return {"sequence": reached, "more": len(missed) == MAX_REPLAY, "gap": gap}


@dataclass(frozen=True, slots=True)
class LiveService:
    """The publish/subscribe service of one stack."""

    topics: TopicsTable
    fan_out: FanOut
    catch_up: CatchUp
    clock: Callable[[], datetime]

    def answer(self, speaker: Speaker, text: str) -> dict[str, Any]:
        """Carry out one message; returns an acknowledgement, or an error that names the field."""
        try:
            message = parse(text)
            return self._carry_out(speaker, message) | ({"id": message.id} if message.id is not None else {})
        except Refused as refused:
            message_id = {"id": refused.id} if refused.id is not None else {}
            return {"type": "error", "field": refused.field, "detail": refused.detail, **message_id}

    def _carry_out(self, speaker: Speaker, message: Subscribe | Unsubscribe | Publish) -> dict[str, Any]:
        topic = Topic(speaker.identity_id, message.topic)
        match message:
            case Subscribe():
                return self._subscribe(speaker, topic, message)
            case Unsubscribe():
                self.topics.unsubscribe(topic, speaker.connection_id)
                return {"type": "unsubscribed", "topic": topic.name}
            case Publish():
                return {"type": "published", "topic": topic.name, "receivers": self._publish(topic, message)}

    def _subscribe(self, speaker: Speaker, topic: Topic, message: Subscribe) -> dict[str, Any]:
        if message.after is not None and topic.name != PHOTOS:
            raise Refused("after", f"only {PHOTOS} can be replayed", message.id)
        self._require_room(speaker, topic, message)
        # First subscribe, then replay: a change in between arrives twice rather than never.
        self.topics.subscribe(topic, speaker.connection_id, self.clock())
        answer = {"type": "subscribed", "topic": topic.name, "expires_in": SUBSCRIPTION_SECONDS}
        if topic.name != PHOTOS:
            return answer
        if message.after is None:
            return answer | self.catch_up.current(speaker.identity_id)
        return answer | self.catch_up.replay(speaker.identity_id, speaker.connection_id, message.after)

    def _require_room(self, speaker: Speaker, topic: Topic, message: Subscribe) -> None:
        """Stop runaway clients; the index lags behind the table for a moment, so the limit is not exact."""
        taken = self.topics.topics_of(speaker.connection_id)
        if len(taken) >= MAX_SUBSCRIPTIONS and topic.key not in taken:
            raise Refused("topic", f"a connection can subscribe to at most {MAX_SUBSCRIPTIONS} topics", message.id)

    def _publish(self, topic: Topic, message: Publish) -> int:
        if topic.name == PHOTOS:
            raise Refused("topic", f"only the service itself publishes to {PHOTOS}", message.id)
        try:
            text = to_text({"type": "message", "topic": topic.name, "message": message.message})
        except ValueError:
            raise Refused("message", "it holds a number that JSON can't express", message.id) from None
        if size(text) > LARGEST_MESSAGE:
            detail = f"it would reach its listeners with {size(text)} bytes; the limit is {LARGEST_MESSAGE}"
            raise Refused("message", detail, message.id)
        return self.fan_out.deliver(topic, [text])
