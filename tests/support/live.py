"""WebSocket connections of people on the run's local stack, spoken to without any of our client's code."""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from support.api import Member
from support.local_stack import root_client
from support.records import record
from websockets.sync.client import ClientConnection, connect

from photobak.cloud.store.changes import ChangesTable
from photobak.cloud.store.topics import TopicsTable
from photobak.local.values import LocalStack
from photobak.photo.record import Record


@dataclass(frozen=True)
class Connection:
    """One connection; what is heard comes in the order in which it arrived."""

    socket: ClientConnection

    def say(self, message: object) -> None:
        """Send a message; text is sent as it is."""
        self.socket.send(message if isinstance(message, str) else json.dumps(message))

    def hear(self, within: float = 60.0) -> dict[str, Any]:
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

    def publish(self, topic: str, message: object) -> int:
        """Say something; returns how many have heard it."""
        answer = self.ask({"type": "message", "topic": topic, "message": message})
        assert (answer["type"], answer["topic"]) == ("published", topic)
        return int(answer["receivers"])

    def catch_up(self, after: str) -> tuple[list[dict[str, Any]], dict[str, Any]]:
        """What is heard before the answer to a subscription that asks for what was missed, and the answer."""
        self.say({"type": "subscribe", "topic": "photos", "after": after})
        heard = [self.hear()]
        while heard[-1]["type"] == "message":
            heard.append(self.hear())
        return heard[:-1], heard[-1]

    def hears_nothing_more(self) -> None:
        """Nothing has arrived before the answer to a question that is asked now."""
        assert self.ask({"type": "unsubscribe", "topic": "silence"}) == {"type": "unsubscribed", "topic": "silence"}


@contextmanager
def opened(stack: LocalStack, query: str = "", **headers: str) -> Iterator[Connection]:
    """A connection with these headers and this query string."""
    with connect(stack.outputs.ws_url + query, additional_headers=headers, proxy=None, open_timeout=60) as socket:
        yield Connection(socket)


@contextmanager
def connection_of(member: Member) -> Iterator[Connection]:
    """A connection of this person."""
    with opened(member.stack, Authorization=f"Bearer {member.id_token}") as connection:
        yield connection


@contextmanager
def connections_of(member: Member, count: int) -> Iterator[list[Connection]]:
    """Several of them."""
    with ExitStack() as stack:
        yield [stack.enter_context(connection_of(member)) for _ in range(count)]


def record_of(member: Member, **changes: Any) -> Record:
    """The record of a photo of theirs, another one each time."""
    return record(uuid.uuid4().hex, **{"username": member.identity_id, "filename": "Grüße aus Łódź.jpg", **changes})


def keep(member: Member, record: Record) -> None:
    """Write a record into the table, as the process function does in the end."""
    root_client(member.stack, "dynamodb").put_item(TableName=member.stack.outputs.table, Item=record.to_item())


def topics_table(stack: LocalStack) -> TopicsTable:
    """Who listens to what."""
    return TopicsTable(root_client(stack, "dynamodb"), "photobak-topics")


def changes_table(stack: LocalStack) -> ChangesTable:
    """What listeners were told."""
    return ChangesTable(root_client(stack, "dynamodb"), "photobak-changes")
