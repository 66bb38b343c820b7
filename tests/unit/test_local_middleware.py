"""The server's middleware: which answers wait for the disk, and what happens where the disk fails."""

import asyncio
from pathlib import Path
from typing import Any, NoReturn

import pytest

from photobak.local.items import Item, ItemStore
from photobak.local.middleware import Before, Message, Middleware, Receive, Send, before_answer


class GivenUp(Exception):
    """Stands for the end of the process."""


def give_up(why: str) -> NoReturn:
    raise GivenUp(why)


def headers(**named: str) -> list[tuple[bytes, bytes]]:
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]


@pytest.mark.parametrize(
    ("path", "given", "before"),
    [
        ("/", headers(x_amz_target="DynamoDB_20120810.PutItem"), Before.ITEMS),
        ("/", headers(x_amz_target="DynamoDB_20120810.BatchGetItem"), Before.ITEMS),
        ("/", headers(x_amz_target="DynamoDBStreams_20120810.GetRecords"), Before.NOTHING),
        ("/", headers(x_amz_target="AWSCognitoIdentityService.GetId"), Before.ACCOUNTS),
        ("/", headers(x_amz_target="AWSCognitoIdentityProviderService.AdminCreateUser"), Before.ACCOUNTS),
        ("/oauth2/token", [], Before.ACCOUNTS),
        ("/login", [], Before.ACCOUNTS),
        ("/oauth2/idpresponse", [], Before.ACCOUNTS),
        ("/oauth2/authorize", [], Before.NOTHING),
        ("/bucket/key", [], Before.NOTHING),
        ("/_aws/execute-api/abc/$default/prep/photoupload", [], Before.NOTHING),
        ("/", headers(x_amz_target="AmazonSQS.SendMessage"), Before.NOTHING),
    ],
)
def test_what_an_answer_waits_for(path: str, given: list[tuple[bytes, bytes]], before: Before) -> None:
    assert before_answer(path, given) is before


def ask(store: ItemStore, path: str = "/", **given: str) -> list[Message]:
    """One request through the middleware, to an application that puts an item."""

    async def puts_an_item(_scope: Message, _receive: Receive, send: Send) -> None:
        store.changed(Item("table", "me", "a", "1"))
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"done"})

    sent: list[Message] = []

    async def receive() -> Any:
        raise AssertionError("nobody asks")

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": path, "headers": headers(host="localhost:4566", **given)}
    middleware = Middleware(puts_an_item, store, give_up, "/_photobak/home/mine", 4566)
    asyncio.run(middleware(scope, receive, send))
    return sent


def test_an_answer_leaves_when_the_item_is_on_the_disk(tmp_path: Path) -> None:
    store = ItemStore(tmp_path / "items")
    sent = ask(store, x_amz_target="DynamoDB_20120810.PutItem")
    assert [message["type"] for message in sent] == ["http.response.start", "http.response.body"]
    assert list(store.load()) == [Item("table", "me", "a", "1")]


def test_a_disk_that_takes_no_more_ends_the_server_before_the_answer(tmp_path: Path) -> None:
    store = ItemStore(tmp_path / "items")
    store._database.execute("DROP TABLE items")
    with pytest.raises(GivenUp, match="could not be written"):
        ask(store, x_amz_target="DynamoDB_20120810.PutItem")


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/config", "/_ministack/", "/_localstack/health"])
def test_administration_is_closed(tmp_path: Path, path: str) -> None:
    store = ItemStore(tmp_path / "items")
    assert [message.get("status") for message in ask(store, path)] == [403, None]
    assert list(store.load()) == []


def test_health_is_open(tmp_path: Path) -> None:
    assert ask(ItemStore(tmp_path / "items"), "/_ministack/health")[0]["status"] == 200


def test_it_tells_its_own_home_from_others(tmp_path: Path) -> None:
    store = ItemStore(tmp_path / "items")
    assert ask(store, "/_photobak/home/mine")[0]["status"] == 204
    assert list(store.load()) == []
    assert ask(store, "/_photobak/home/another")[0]["status"] == 200  # what the application says of it
