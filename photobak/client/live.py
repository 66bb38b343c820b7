"""The live service's client: one connection, and a listener that outlives many (docs/live.md is the protocol)."""

import json
import logging
import random
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from http import HTTPStatus
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from photobak.client.http import printable
from photobak.client.session import Session
from photobak.errors import CloudError, SignInNeeded
from photobak.photo.topic import LARGEST_FRAME, LARGEST_MESSAGE, PHOTOS, to_text

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

RENEW_EVERY: Final = 300.0
"""Seconds between renewals of a subscription: API Gateway ends a connection after ten minutes without a message."""

_ANSWER_WITHIN: Final = 30.0
_LONGEST_PAUSE: Final = 60.0
_STEADY: Final = 60.0
"""Seconds after which a connection that is lost was a good one, and the next is tried at once."""
_PHOTOS_REMEMBERED: Final = 10_000

_log = logging.getLogger(__name__)


class LiveServiceLost(CloudError):
    """The connection is gone, or gives no answer: another one may do better."""


class LiveConnection:
    """One connection of the signed-in person; used by one thread, as a context."""

    def __init__(self, socket: "ClientConnection", closing: ExitStack) -> None:
        self._socket = socket
        self._closing = closing
        self._heard: deque[dict[str, Any]] = deque()
        self._marks = count(1)

    def subscribe(self, topic: str, after: str | None = None) -> dict[str, Any]:
        """Listen to a topic for two hours more; what came after a place is heard first.

        Raises:
            CloudError: the service refuses, or is lost.
        """
        place = {"after": after} if after is not None else {}
        return self._ask({"type": "subscribe", "topic": topic, **place})

    def publish(self, topic: str, message: object) -> int:
        """Say something to all who listen; returns how many have heard it.

        Raises:
            CloudError: the service refuses, or is lost.
        """
        receivers = self._ask({"type": "message", "topic": topic, "message": message}).get("receivers")
        if not isinstance(receivers, int):
            raise LiveServiceLost("the live service gives an answer that can't be read")
        return receivers

    def hear(self, timeout: float) -> dict[str, Any] | None:
        """The next message of a topic; None where none comes within ``timeout`` seconds.

        Raises:
            LiveServiceLost: it is.
        """
        deadline = time.monotonic() + timeout
        while not self._heard:
            frame = self._receive(deadline)
            if frame is None:
                return None
            self._sort(frame)
        return self._heard.popleft()

    def close(self) -> None:
        """Leave."""
        self._closing.close()

    def _ask(self, question: dict[str, Any]) -> dict[str, Any]:
        mark = str(next(self._marks))
        self._send(to_text(question | {"id": mark}))
        deadline = time.monotonic() + _ANSWER_WITHIN
        while True:
            frame = self._receive(deadline)
            if frame is None:
                raise LiveServiceLost("the live service doesn't answer", next_step="Try again in a moment")
            if frame.get("id", mark) == mark and _is_error(frame):
                raise _refused(frame)
            if frame.get("id") == mark:
                return frame
            self._sort(frame)

    def _sort(self, frame: dict[str, Any]) -> None:
        """Keep what a topic says; anything else is the answer to a question that is not waited for any more."""
        if frame.get("type") == "message":
            self._heard.append(frame)

    def _send(self, text: str) -> None:
        from websockets.exceptions import WebSocketException

        # API Gateway takes messages of 128 kB, in frames of 32 kB; a character has four bytes at most.
        size = LARGEST_FRAME // 4
        try:
            self._socket.send(text if len(text) <= size else [text[at : at + size] for at in range(0, len(text), size)])
        except (WebSocketException, OSError) as error:
            raise _lost(error) from error

    def _receive(self, deadline: float) -> dict[str, Any] | None:
        """The next JSON object; None after the deadline."""
        from websockets.exceptions import WebSocketException

        while True:
            try:
                text = self._socket.recv(timeout=max(0.0, deadline - time.monotonic()))
            except TimeoutError:
                return None
            except (WebSocketException, OSError) as error:
                raise _lost(error) from error
            try:
                frame = json.loads(text)
            except ValueError:
                frame = None
            if isinstance(frame, dict):
                return frame
            _log.debug("the live service said something that is no JSON object")

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def connect(session: Session) -> LiveConnection:
    """Connect to the live service.

    Raises:
        CloudError: there is none.
        LiveServiceLost: it can't be reached.
        SignInNeeded: the session is not accepted.
    """
    from websockets.exceptions import InvalidStatus, WebSocketException
    from websockets.sync import client

    profile = session.profile
    if profile.ws_url is None:
        raise CloudError(f"the cloud of profile {profile.name} has no live service", next_step="Deploy it again")
    headers = {"Authorization": f"Bearer {session.id_token()}"}
    try:
        with ExitStack() as closing:
            opening = client.connect(
                profile.ws_url,
                additional_headers=headers,
                user_agent_header="photobak",
                proxy=None if profile.is_local else True,
                max_size=2 * LARGEST_MESSAGE,
                close_timeout=1,
            )
            socket = closing.enter_context(opening)
            return LiveConnection(socket, closing.pop_all())
    except InvalidStatus as error:
        if error.response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            next_step = "Type: photobak login"
            raise SignInNeeded("the live service doesn't accept this sign-in", next_step=next_step) from None
        raise _unreachable(profile.is_local, f"HTTP {error.response.status_code}") from None
    except (WebSocketException, OSError) as error:
        raise _unreachable(profile.is_local, _reason(error)) from error


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
            pause = random.uniform(0.1, min(_LONGEST_PAUSE, 2**self._failures))  # noqa: S311 - not a secret
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
        more = True
        while more:
            answer = connection.subscribe(self._topic, after=self._place)
            while heard := connection.hear(0):
                yield from self._fresh(heard)
            if answer.get("gap"):
                self._tell("some news are older than is kept for those who were away: photobak ls has all photos")
            if self._topic == PHOTOS:  # not by what was heard: that may be of a moment ago, with a gap before it
                self._place = max(self._place or "", _sequence(answer))
            more = answer.get("more", False)

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


def _is_error(frame: dict[str, Any]) -> bool:
    """Tell an error of the service's, or of the gateway before it (API Gateway names the connection, and no type)."""
    return frame.get("type") == "error" or ("type" not in frame and "connectionId" in frame)


def _refused(frame: dict[str, Any]) -> CloudError:
    """An error that names a field comes again with the same question; any other one may not."""
    field, detail = frame.get("field"), printable(frame.get("detail") or frame.get("message") or "without a word")
    if field is None:
        return LiveServiceLost("the live service fails", why=detail, next_step="Try again in a moment")
    return CloudError("the live service refuses", why=printable(f"{field}: {detail}"))


def _lost(error: Exception) -> LiveServiceLost:
    return LiveServiceLost("the connection to the live service is lost", why=_reason(error))


def _unreachable(local: bool, why: str) -> LiveServiceLost:
    next_step = "Start the local stack with: photobak local up" if local else "Check the network and try again"
    return LiveServiceLost("the live service can't be reached", why=why, next_step=next_step)


def _reason(error: Exception) -> str:
    return printable(getattr(error, "strerror", None) or str(error) or type(error).__name__)
