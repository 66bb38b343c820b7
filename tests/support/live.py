"""People and their WebSocket connections on the run's local stack, spoken to without any of our client's code."""

import json
import time
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

from joserfc import jwk, jwt
from support.local_stack import root_client
from websockets.sync.client import ClientConnection, connect

from photobak.client.id_token import unverified_claims
from photobak.client.profile import Profile
from photobak.client.sign_in.hosted_ui import sign_in_local
from photobak.cloud.store.photos import PhotosTable
from photobak.local.home import Home
from photobak.local.lifecycle import add_user
from photobak.local.values import LocalStack
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.keys import original_key, timestamp_key
from photobak.photo.kind import Kind
from photobak.photo.record import Record, Status

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Person:
    """Somebody who can sign in to the run's local stack."""

    stack: LocalStack
    id_token: str
    identity_id: str

    @contextmanager
    def connection(self) -> Iterator["Connection"]:
        """An open connection of theirs."""
        with opened(self.stack, Authorization=f"Bearer {self.id_token}") as connection:
            yield connection

    @contextmanager
    def connections(self, count: int) -> Iterator[list["Connection"]]:
        """Several of them."""
        with ExitStack() as stack:
            yield [stack.enter_context(self.connection()) for _ in range(count)]


@dataclass(frozen=True)
class Connection:
    """One connection; what is heard comes in the order in which it arrived."""

    socket: ClientConnection

    def say(self, message: object) -> None:
        """Send a message; text is sent as it is."""
        self.socket.send(message if isinstance(message, str) else json.dumps(message))

    def hear(self, within: float = 10.0) -> dict[str, Any]:
        """The next message that arrives."""
        heard: dict[str, Any] = json.loads(self.socket.recv(timeout=within))
        return heard

    def ask(self, message: object) -> dict[str, Any]:
        """Send a message, and the next one that arrives."""
        self.say(message)
        return self.hear()

    def subscribe(self, topic: str) -> None:
        """Listen from now on."""
        assert self.ask({"type": "subscribe", "topic": topic})["type"] == "subscribed"

    def hears_nothing_more(self) -> None:
        """Nothing has arrived before the answer to a question that is asked now."""
        assert self.ask({"type": "unsubscribe", "topic": "silence"}) == {"type": "unsubscribed", "topic": "silence"}


@contextmanager
def opened(stack: LocalStack, query: str = "", **headers: str) -> Iterator[Connection]:
    """A connection with these headers and this query string."""
    with connect(stack.outputs.ws_url + query, additional_headers=headers, proxy=None) as socket:
        yield Connection(socket)


@cache
def person(stack: LocalStack, name: str) -> Person:
    """The person of this name, signed in."""
    account = add_user(stack.home, name)
    profile = profile_of(stack)
    tokens = sign_in_local(profile, account.username, account.password)
    login = f"cognito-idp.{stack.region}.amazonaws.com/{profile.user_pool_id}"
    identity = root_client(stack, "cognito-identity").get_id(
        IdentityPoolId=profile.identity_pool_id, Logins={login: tokens.id_token}
    )
    return Person(stack, tokens.id_token, identity["IdentityId"])


def profile_of(stack: LocalStack) -> Profile:
    """A profile of this stack, as far as signing in needs one."""
    outputs = stack.outputs
    return Profile(
        name="test",
        region=outputs.region,
        api_url=outputs.api_url,
        bucket=outputs.bucket,
        table=outputs.table,
        contents_table=outputs.contents_table,
        user_pool_id=outputs.user_pool_id,
        client_id=outputs.client_id,
        identity_pool_id=outputs.identity_pool_id,
        hosted_ui_url=outputs.hosted_ui_url,
        issuer=outputs.issuer,
        endpoint_url=outputs.endpoint_url,
        ws_url=outputs.ws_url,
    )


def token_like(person: Person, key: jwk.RSAKey | None = None, **changes: Any) -> str:
    """Their ID token with some claims changed, signed by their user pool's key or by another one."""
    own_key = jwk.RSAKey.import_key((Home.at(person.stack.home).state / "cognito-rsa-key.pem").read_bytes())
    header = json.loads(_padded(person.id_token.split(".")[0]))
    return jwt.encode(header, unverified_claims(person.id_token) | changes, key or own_key)


def _padded(part: str) -> bytes:
    import base64

    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def record_of(person: Person, **changes: Any) -> Record:
    """The record of a photo of theirs."""
    sha256 = (uuid.uuid4().hex * 2)[:64]
    taken = CaptureTime(NOW, TakenSource.EXIF)
    values: dict[str, Any] = {
        "username": person.identity_id,
        "timestamp": timestamp_key(taken.taken_at, sha256),
        "sha256": sha256,
        "kind": Kind.PHOTO,
        "status": Status.STORED,
        "size": 3,
        "content_type": "image/jpeg",
        "taken": taken,
        "filename": "Grüße aus Łódź.jpg",
        "modified_at": NOW,
        "original_key": original_key(person.identity_id, sha256, "jpg"),
        "stored_at": NOW,
        "sources": frozenset({"laptop:Pictures/Grüße aus Łódź.jpg"}),
    }
    return Record(**{**values, **changes})


def keep(person: Person, record: Record) -> None:
    """Write a record into the table, as the process function does in the end."""
    client = root_client(person.stack, "dynamodb")
    client.put_item(TableName=PhotosTable(client, person.stack.outputs.table).name, Item=record.to_item())


def seconds_since(start: float) -> float:
    """Seconds of the monotonic clock."""
    return time.monotonic() - start
