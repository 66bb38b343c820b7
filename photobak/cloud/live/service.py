"""Answers messages: subscriptions are kept, and what is said on a topic is passed on."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from photobak.cloud.live.catch_up import CatchUp
from photobak.cloud.live.messages import Publish, Refused, Subscribe, Unsubscribe, parse
from photobak.cloud.photos.fan_out import FanOut
from photobak.cloud.store.topics import Topic, TopicsTable
from photobak.photo.topic import LARGEST_MESSAGE, PHOTOS, SUBSCRIPTION_SECONDS, size, to_text

MOST_SUBSCRIPTIONS: Final = 100
"""Topics that one connection may listen to at once."""


@dataclass(frozen=True, slots=True)
class Speaker:
    """Who sends a message."""

    identity_id: str
    connection_id: str


@dataclass(frozen=True, slots=True)
class LiveService:
    """The publish/subscribe service of one stack."""

    topics: TopicsTable
    fan_out: FanOut
    catch_up: CatchUp
    clock: Callable[[], datetime]

    def answer(self, speaker: Speaker, text: str) -> dict[str, Any]:
        """Obey one message; the answer is an acknowledgement, or an error that names the field."""
        try:
            message = parse(text)
            return self._obey(speaker, message) | ({"id": message.id} if message.id is not None else {})
        except Refused as refused:
            mark = {"id": refused.id} if refused.id is not None else {}
            return {"type": "error", "field": refused.field, "detail": refused.detail, **mark}

    def _obey(self, speaker: Speaker, message: Subscribe | Unsubscribe | Publish) -> dict[str, Any]:
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
            raise Refused("after", f"only {PHOTOS} is kept for those who were away", message.id)
        self._require_room(speaker, topic, message)
        # First listen, then look back: what is said in between is heard twice, and not never.
        self.topics.subscribe(topic, speaker.connection_id, self.clock())
        answer = {"type": "subscribed", "topic": topic.name, "expires_in": SUBSCRIPTION_SECONDS}
        if topic.name != PHOTOS:
            return answer
        if message.after is None:
            return answer | self.catch_up.place(speaker.identity_id)
        return answer | self.catch_up.repeat(speaker.identity_id, speaker.connection_id, message.after)

    def _require_room(self, speaker: Speaker, topic: Topic, message: Subscribe) -> None:
        """A fence against runaway clients; the index follows the table a moment later, so it is not exact."""
        taken = self.topics.topics_of(speaker.connection_id)
        if len(taken) >= MOST_SUBSCRIPTIONS and topic.key not in taken:
            raise Refused("topic", f"a connection listens to {MOST_SUBSCRIPTIONS} topics at most", message.id)

    def _publish(self, topic: Topic, message: Publish) -> int:
        if topic.name == PHOTOS:
            raise Refused("topic", f"{PHOTOS} is the service's own: it tells what has been stored", message.id)
        try:
            text = to_text({"type": "message", "topic": topic.name, "message": message.message})
        except ValueError:
            raise Refused("message", "it holds a number that JSON has no form for", message.id) from None
        if size(text) > LARGEST_MESSAGE:
            detail = f"it would reach its listeners with {size(text)} bytes, and {LARGEST_MESSAGE} are the most"
            raise Refused("message", detail, message.id)
        return self.fan_out.deliver(topic, [text])
