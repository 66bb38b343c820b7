"""The door of the server: no answer leaves before what it says is on the disk, and administration is closed.

An answer of DynamoDB waits for the items' store, one of Cognito for its state (users, refresh tokens, and the identity
ids that a library hangs on). S3 bodies are on the disk when MiniStack answers. All else changes in a deployment only,
which ends by asking for :data:`photobak.local.running.SAVE_PATH`.
"""

import sqlite3
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from enum import Enum, auto
from typing import Any, Final, NoReturn, TypeAlias

from photobak.local import ministack_auth, ministack_hooks
from photobak.local.items import ItemStore
from photobak.local.running import SAVE_PATH

Message: TypeAlias = MutableMapping[str, Any]
Receive: TypeAlias = Callable[[], Awaitable[Message]]
Send: TypeAlias = Callable[[Message], Awaitable[None]]
App: TypeAlias = Callable[[Message, Receive, Send], Awaitable[None]]

_HEALTH_PATH: Final = "/_ministack/health"
_ADMINISTRATION: Final = ("/_ministack/", "/_localstack/")
_HOSTED_UI: Final = ("/login", "/logout", "/oauth2/", "/signup", "/confirm", "/forgotPassword")


class Before(Enum):
    """What must be on the disk before an answer leaves."""

    NOTHING = auto()
    ITEMS = auto()
    ACCOUNTS = auto()


def before_answer(path: str, headers: Iterable[tuple[bytes, bytes]]) -> Before:
    """Decide what the answer to a request may speak of.

    Args:
        path: the request's path.
        headers: names in lower case and values, as ASGI has them.
    """
    target = next((value for name, value in headers if name == b"x-amz-target"), b"")
    if target.startswith(b"DynamoDB_"):
        return Before.ITEMS
    if target.startswith(b"AWSCognito") or path.startswith(_HOSTED_UI):
        return Before.ACCOUNTS
    return Before.NOTHING


def gated(app: App, store: ItemStore, give_up: Callable[[str], NoReturn], own_path: str) -> App:
    """Put the door before MiniStack's application.

    Args:
        app: MiniStack.
        store: the items' store, open.
        give_up: ends the server where the disk takes nothing more: what it would go on to say, it could not keep.
        own_path: what is answered by 204, so that this server is told from others.
    """

    async def door(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await app(scope, receive, _loading_items(store, send))
        elif scope["type"] != "http":
            await app(scope, receive, send)
        elif scope["path"] == own_path:
            await _answer(send, 204)
        elif scope["path"] == SAVE_PATH and scope["method"] == "POST":
            _save(give_up)
            await _answer(send, 204)
        elif scope["path"].startswith(_ADMINISTRATION) and scope["path"] != _HEALTH_PATH:
            await _answer(send, 403)  # /_ministack/reset would delete every photo, for any web page that asks
        else:
            ministack_auth.announce_request(scope["method"], scope["headers"])
            before = before_answer(scope["path"], scope["headers"])
            await app(scope, receive, _waiting(before, store, send, give_up))

    return door


def _waiting(before: Before, store: ItemStore, send: Send, give_up: Callable[[str], NoReturn]) -> Send:
    async def settle_and_send(message: Message) -> None:
        if message["type"] == "http.response.start":
            if before is Before.ACCOUNTS:
                _save(give_up, ["cognito"])
            elif before is Before.ITEMS:
                try:
                    await store.settled()
                except (OSError, sqlite3.Error) as error:
                    give_up(f"the tables could not be written: {error}")
        await send(message)

    return settle_and_send


def _loading_items(store: ItemStore, send: Send) -> Send:
    """Fill the tables once MiniStack has restored them, and before it takes requests."""

    async def load_and_send(message: Message) -> None:
        if message["type"] == "lifespan.startup.complete":
            ministack_hooks.load_items(store.load())
        await send(message)

    return load_and_send


def _save(give_up: Callable[[str], NoReturn], services: Iterable[str] | None = None) -> None:
    try:
        ministack_hooks.save(services)
    except OSError as error:
        give_up(str(error))


async def _answer(send: Send, status: int) -> None:
    await send({"type": "http.response.start", "status": status, "headers": [(b"content-length", b"0")]})
    await send({"type": "http.response.body", "body": b""})
