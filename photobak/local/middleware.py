"""What stands between hypercorn and MiniStack: the doors, durability before each answer, and two paths of our own.

No answer leaves before what it says is on the disk. An answer of DynamoDB waits for the items' store, one of Cognito
for its state (users, refresh tokens, and the identity ids that a library depends on). S3 bodies are on the disk when
MiniStack answers. Everything else changes in a deployment only, which ends by asking for
:data:`photobak.local.running.SAVE_PATH`.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from dataclasses import dataclass
from enum import Enum, auto
from http import HTTPStatus
from typing import Any, Final, NoReturn, TypeAlias

from photobak.local.doors import STRANGERS_BYTES, Caller, Headers, Refusal, admit, own_cors
from photobak.local.items import ItemStore
from photobak.local.patches import access, bearer_tokens, durability, signed_bodies
from photobak.local.running import SAVE_PATH

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

_HEALTH_PATH: Final = "/_ministack/health"
_ADMINISTRATION: Final = ("/_ministack/", "/_localstack/")
_SIGN_IN: Final = ("/login", "/oauth2/token", "/oauth2/idpresponse")
"""Where accounts change outside Cognito's API; the pages that lead there change nothing that has to last."""
_FORM_SLACK: Final = signed_bodies.FORM_HEAD_BYTES


class Before(Enum):
    """What must be on the disk before an answer leaves."""

    NOTHING = auto()
    ITEMS = auto()
    ACCOUNTS = auto()


class _TooLarge(Exception):
    """More of a body comes than its sender may send."""


def before_answer(path: str, headers: Headers) -> Before:
    """Decide what the answer to a request may speak of.

    Args:
        path: the request's path.
        headers: the request's.
    """
    target = next((value for name, value in headers if name == b"x-amz-target"), b"")
    if target.startswith(b"DynamoDB_"):
        return Before.ITEMS
    if target.startswith(b"AWSCognito") or path.startswith(_SIGN_IN):
        return Before.ACCOUNTS
    return Before.NOTHING


@dataclass(frozen=True, slots=True)
class Middleware:
    """The ASGI application before MiniStack's.

    Attributes:
        app: MiniStack.
        store: the items' store, open.
        give_up: ends the server where the disk takes nothing more: what it would go on to say, it could not keep.
        own_path: answered by 204, so that this server is told from others.
        port: on which the server listens.
    """

    app: App
    store: ItemStore
    give_up: Callable[[str], NoReturn]
    own_path: str
    port: int

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Serve one request, connection, or the server's lifespan (ASGI 3.0)."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, _loading_items(self.store, send))
            return
        caller = admit(scope["headers"], self.port)
        if scope["type"] == "websocket":
            await (_close(send) if isinstance(caller, Refusal) else self.app(scope, receive, send))
        elif isinstance(caller, Refusal):
            await _answer(send, caller.status, caller.why)
        elif scope["path"] == self.own_path:
            await _answer(send, HTTPStatus.NO_CONTENT)
        elif scope["path"] == SAVE_PATH and scope["method"] == "POST":
            _save(self.give_up)
            await _answer(send, HTTPStatus.NO_CONTENT)
        elif scope["path"].startswith(_ADMINISTRATION) and scope["path"] != _HEALTH_PATH:
            # /_ministack/reset would delete every photo for anyone who asks
            await _answer(send, HTTPStatus.FORBIDDEN, "administration is closed")
        else:
            await self._serve(scope, receive, send, caller)

    async def _serve(self, scope: Message, receive: Receive, send: Send, caller: Caller) -> None:
        access.announce_request(scope["method"], scope["headers"])
        answer = _Answer(self, before_answer(scope["path"], scope["headers"]), caller, send)
        try:
            bounded = await _bounded(scope, receive, caller)
            await self.app(scope, bounded, answer.send)
        except _TooLarge:
            why = f"a body of more than {STRANGERS_BYTES} bytes needs a valid signature or token, and has its own limit"
            await _answer(send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)


@dataclass(slots=True)
class _Answer:
    """The way of one answer out."""

    middleware: Middleware
    before: Before
    caller: Caller
    out: Send

    async def send(self, message: Message) -> None:
        """Send a part of it, once what it says is on the disk."""
        if message["type"] == "http.response.start":
            await self._settle(message["status"])
            message["headers"] = own_cors(message["headers"], self.caller)
        await self.out(message)

    async def _settle(self, status: int) -> None:
        give_up = self.middleware.give_up
        if self.before is Before.ITEMS:
            try:
                await self.middleware.store.settled()
            except (OSError, sqlite3.Error) as error:
                give_up(f"the tables could not be written: {error}")
        elif self.before is Before.ACCOUNTS and status < HTTPStatus.BAD_REQUEST:  # a refusal changes nothing
            _save(give_up, ["cognito"])


async def _bounded(scope: Message, receive: Receive, caller: Caller) -> Receive:
    """The request's body, which ends in ``_TooLarge`` where it is larger than its sender may send.

    Raises:
        _TooLarge: its sender is not known, and says beforehand that more will come.
    """
    if caller.length is not None and caller.length <= STRANGERS_BYTES:
        return _counted(receive, [], STRANGERS_BYTES)
    if signed_bodies.is_signed(scope):
        return _counted(receive, [], signed_bodies.LARGEST_BYTES + _FORM_SLACK)
    if bearer_tokens.has_valid_token(scope):
        return _counted(receive, [], bearer_tokens.LARGEST_BYTES)
    content_type = next((value for name, value in scope["headers"] if name == b"content-type"), b"").decode("latin-1")
    if not content_type.startswith("multipart/form-data"):
        if caller.length is not None:
            raise _TooLarge
        return _counted(receive, [], STRANGERS_BYTES)
    come, head = [], b""
    while not signed_bodies.head_is_complete(head) and len(head) < signed_bodies.FORM_HEAD_BYTES:
        message = await receive()
        come.append(message)
        head += message.get("body", b"")
        if not message.get("more_body", False):
            break
    allowed = signed_bodies.form_allows(content_type, head) + _FORM_SLACK
    if caller.length is not None and caller.length > max(allowed, STRANGERS_BYTES):
        raise _TooLarge
    return _counted(receive, come, max(allowed, STRANGERS_BYTES))


def _counted(receive: Receive, come: list[Message], most: int) -> Receive:
    """What has come already and what else comes, up to so many bytes."""
    left = most

    async def receive_counted() -> Message:
        nonlocal left
        message = come.pop(0) if come else await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise _TooLarge
        return message

    return receive_counted


def _loading_items(store: ItemStore, send: Send) -> Send:
    """Fill the tables once MiniStack has restored them, and before it takes requests."""

    async def load_and_send(message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            durability.load_items(store.load())
        await send(message)

    return load_and_send


def _save(give_up: Callable[[str], NoReturn], services: Iterable[str] | None = None) -> None:
    try:
        durability.save(services)
    except OSError as error:
        give_up(str(error))


async def _answer(send: Send, status: int, why: str = "") -> None:
    body = f"{why}\n".encode() if why else b""
    headers = [(b"content-length", str(len(body)).encode()), (b"content-type", b"text/plain; charset=utf-8")]
    await send({"type": "http.response.start", "status": int(status), "headers": headers})
    await send({"type": "http.response.body", "body": body})


async def _close(send: Send) -> None:
    await send({"type": "websocket.close", "code": 1008})
