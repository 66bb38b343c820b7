"""One connection to the live service (docs/live.md is the protocol)."""

import json
import logging
import time
from collections import deque
from contextlib import ExitStack
from http import HTTPStatus
from itertools import count
from types import TracebackType
from typing import TYPE_CHECKING, Any, Final, Self

from photobak.client.account.session import Session
from photobak.client.transport.errors import NoAnswer, printable
from photobak.client.transport.retry import RetryPolicy, TryAgain, transient
from photobak.client.transport.websocket import open_websocket
from photobak.errors import CloudError, SignInNeeded, WrongUsage
from photobak.photo.topic import LARGEST_FRAME, LARGEST_MESSAGE, size, to_text, topic_problem

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

_ANSWER_WITHIN: Final = 30.0
"""Seconds; API Gateway itself waits no longer for its function, neither with an answer nor with a handshake."""
_HANDSHAKES: Final = RetryPolicy(attempts=8, first_pause=0.5, longest_pause=5)
_SHOWN: Final = 40
"""Characters of a wrong topic that are repeated."""

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
            WrongUsage: no topic can be called so.
            CloudError: the service refuses, or is lost.
        """
        _require_topic(topic)
        place = {"after": after} if after is not None else {}
        return self._ask({"type": "subscribe", "topic": topic, **place})

    def publish(self, topic: str, message: object) -> int:
        """Say something to all who listen; returns how many have heard it.

        Raises:
            WrongUsage: no topic can be called so, or the message is none that JSON can carry.
            CloudError: the service refuses, or is lost.
        """
        _require_topic(topic)
        _require_message(message)
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
        text = to_text(question | {"id": mark})
        if size(text) > LARGEST_MESSAGE:  # API Gateway would end the connection
            raise WrongUsage(f"the message is too large: {size(text):,} bytes, and {LARGEST_MESSAGE:,} are the most")
        self._send(text)
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
        part = LARGEST_FRAME // 4
        try:
            self._socket.send(text if len(text) <= part else [text[at : at + part] for at in range(0, len(text), part)])
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

    profile = session.profile
    url = profile.ws_url
    if url is None:
        raise CloudError(f"the cloud of profile {profile.name} has no live service", next_step="Deploy it again")
    headers = {"Authorization": f"Bearer {session.id_token()}"}

    def shake_hands() -> LiveConnection:
        with ExitStack() as closing:
            try:
                opening = open_websocket(url, headers, within=_ANSWER_WITHIN, largest=2 * LARGEST_MESSAGE)
            except InvalidStatus as error:
                # The gateway answers 500 where it could not have its function asked just now.
                raise transient(error.response.status_code) or error from error
            except NoAnswer as error:
                raise _unreachable(profile.is_local, error.why, error.next_step) from None
            socket = closing.enter_context(opening)
            return LiveConnection(socket, closing.pop_all())

    try:
        return _HANDSHAKES.run(shake_hands)
    except TryAgain as error:
        raise _unreachable(profile.is_local, str(error)) from None
    except InvalidStatus as error:
        if error.response.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
            next_step = "Type: photobak login"
            raise SignInNeeded("the live service doesn't accept this sign-in", next_step=next_step) from None
        redirect = ", a redirect, which is not followed" if error.response.status_code // 100 == 3 else ""
        raise _unreachable(profile.is_local, f"HTTP {error.response.status_code}{redirect}") from None
    except WebSocketException as error:
        raise _unreachable(profile.is_local, _reason(error)) from error


def _require_topic(name: str) -> None:
    if problem := topic_problem(name):
        raise WrongUsage(f"{name[:_SHOWN]!r} can't be a topic", why=problem)


def _require_message(message: object) -> None:
    """What Python takes for JSON may be more than JSON: no number, half a character, no end of brackets."""
    try:
        size(to_text(message))
    except (ValueError, RecursionError) as error:
        raise WrongUsage("the message can't be sent as JSON", why=str(error)) from error


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


def _unreachable(local: bool, why: str, next_step: str = "") -> LiveServiceLost:
    usual = "Start the local stack with: photobak local up" if local else "Check the network and try again"
    return LiveServiceLost("the live service can't be reached", why=why, next_step=next_step or usual)


def _reason(error: Exception) -> str:
    return printable(getattr(error, "strerror", None) or str(error) or type(error).__name__)
