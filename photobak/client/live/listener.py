"""Hears a topic of the live service over as many connections as that takes, and misses no news of photos."""

import random
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from typing import Any, Final

from photobak.client.account.session import Session
from photobak.client.live.connection import LiveConnection, LiveServiceLost, connect
from photobak.errors import CloudError
from photobak.photo.topic import PHOTOS

RENEW_EVERY: Final = 300.0
"""Seconds between renewals of a subscription: API Gateway ends a connection after ten minutes without a message."""

_LONGEST_PAUSE: Final = 60.0
_MOST_DOUBLINGS: Final = 6
_STEADY: Final = 60.0
"""Seconds after which a connection that is lost was a good one, and the next is tried at once."""
_PHOTOS_REMEMBERED: Final = 10_000


class Listener:
    """Hears a topic for as long as it is asked to, over as many connections as that takes."""

    def __init__(self, session: Session, topic: str, tell: Callable[[str], None]) -> None:
        """Prepare to listen.

        Args:
            session: who listens.
            topic: to what.
            tell: told, in words for a person, when the connection is lost.
        """
        self._session = session
        self._topic = topic
        self._tell = tell
        self._place: str | None = None  # up to which all is known to have been heard
        self._newest: OrderedDict[str, str] = OrderedDict()
        self._failures = 0

    def messages(self) -> Iterator[dict[str, Any]]:
        """Every message of the topic, from now on.

        Of the topic ``photos`` nothing is missed, each change of a photo is heard once, and in order. Of other topics
        what is said while the connection is lost is not heard.

        Raises:
            CloudError: the first connection can't be made, or the service refuses to let this topic be heard.
            SignInNeeded: the session has ended.
        """
        connection = connect(self._session)
        while True:
            began = time.monotonic()
            try:
                with connection:
                    yield from self._hear(connection)
            except LiveServiceLost as lost:
                connection = self._connect_again(lost, time.monotonic() - began)

    def _connect_again(self, lost: CloudError, lasted: float) -> LiveConnection:
        """Try until it succeeds, after pauses of a random length, so that not all listeners come back at once."""
        self._failures = 0 if lasted > _STEADY else self._failures + 1
        while True:
            pause = random.uniform(0.1, min(_LONGEST_PAUSE, 2 ** min(self._failures, _MOST_DOUBLINGS)))  # noqa: S311 - not a secret
            self._tell(f"{lost.what}{f': {lost.why}' if lost.why else ''}. Trying again in {pause:.1f} s")
            time.sleep(pause)
            try:
                return connect(self._session)
            except CloudError as error:
                lost = error
                self._failures += 1

    def _hear(self, connection: LiveConnection) -> Iterator[dict[str, Any]]:
        yield from self._subscribe(connection)
        renew_at = time.monotonic() + RENEW_EVERY
        while True:
            heard = connection.hear(renew_at - time.monotonic())
            if heard is not None:
                yield from self._fresh(heard)
                if self._place is not None:
                    self._place = max(self._place, _sequence(heard))
            if time.monotonic() >= renew_at:
                yield from self._subscribe(connection)
                renew_at = time.monotonic() + RENEW_EVERY

    def _subscribe(self, connection: LiveConnection) -> Iterator[dict[str, Any]]:
        """Subscribe, or renew that; whatever was missed since the last message is heard now."""
        waiting: list[dict[str, Any]] = []
        more = True
        while more:
            answer = connection.subscribe(self._topic, after=self._place)
            while heard := connection.hear(0):
                waiting.append(heard)
            if answer.get("gap"):
                self._tell("some news are older than is kept for those who were away: photobak ls has all photos")
            if self._topic == PHOTOS:  # not by what was heard: that may be of a moment ago, with a gap before it
                self._place = max(self._place or "", _sequence(answer))
            more = bool(answer.get("more"))
            # What was told live meanwhile is newer than what is still to come, and waits for its turn.
            waiting.sort(key=_sequence)
            due = [heard for heard in waiting if not more or _sequence(heard) <= (self._place or "")]
            waiting = waiting[len(due) :]
            for heard in due:
                yield from self._fresh(heard)

    def _fresh(self, heard: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """The message, unless what it says of a photo was heard before or is overtaken."""
        if heard.get("topic") != self._topic:
            return
        if self._topic != PHOTOS or self._is_newest(heard):
            yield heard

    def _is_newest(self, heard: dict[str, Any]) -> bool:
        """Tell whether nothing later was heard of this photo, and that it is of a photo at all."""
        message, sequence = heard.get("message"), _sequence(heard)
        sha256 = message.get("sha256") if isinstance(message, dict) else None
        if not isinstance(sha256, str) or sequence <= self._newest.get(sha256, ""):
            return False
        self._newest[sha256] = sequence
        self._newest.move_to_end(sha256)
        if len(self._newest) > _PHOTOS_REMEMBERED:
            self._newest.popitem(last=False)
        return True


def _sequence(frame: dict[str, Any]) -> str:
    """Its place among the news; "" where it has none."""
    sequence = frame.get("sequence")
    return sequence if isinstance(sequence, str) else ""
