"""The WebSocket service on the local stack: who is let in, what is answered, who hears what."""

import json
import re
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
import urllib3
from support.api import Member, new_member
from support.live import (
    changes_table,
    connection_of,
    connections_of,
    keep,
    opened,
    record_of,
    topics_table,
)
from support.local_stack import eventually, root_client
from websockets.exceptions import ConnectionClosed, InvalidStatus

from photobak.cloud.live.service import MAX_SUBSCRIPTIONS
from photobak.cloud.store.changes import Change, sequence_of
from photobak.cloud.store.topics import Topic
from photobak.local.credentials import root_keys
from photobak.local.home import Home
from photobak.local.lifecycle import down, up
from photobak.local.values import LocalStack
from photobak.photo.record import Status
from photobak.photo.topic import LARGEST_MESSAGE


@pytest.fixture(scope="module")
def ann(local_stack: LocalStack) -> Member:
    return new_member(local_stack)


@pytest.fixture(scope="module")
def bob(local_stack: LocalStack) -> Member:
    return new_member(local_stack)


# ---------------------------------------------------------------------- who is let in


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def by_the_pool(ann: Member, **claims: object) -> dict[str, str]:
    return bearer(ann.forged(by_the_pool=True, **claims))


BAD_HEADERS: dict[str, Callable[[Member], dict[str, str]]] = {
    "none": lambda _: {},
    "empty": lambda _: {"Authorization": "Bearer "},
    "no JWT": lambda _: {"Authorization": "Bearer hello"},
    "another scheme": lambda ann: {"Authorization": f"Basic {ann.id_token}"},
    "forged": lambda ann: bearer(ann.forged(by_the_pool=False)),
    "unsigned": lambda ann: bearer(ann.id_token.rpartition(".")[0] + "."),
    "expired": lambda ann: by_the_pool(ann, exp=int(time.time()) - 3600),
    "expired a moment ago": lambda ann: by_the_pool(ann, exp=int(time.time()) - 1),
    "of another pool": lambda ann: by_the_pool(ann, iss=f"{ann.stack.outputs.issuer}2"),
    "for another client": lambda ann: by_the_pool(ann, aud="another"),
    "an access token": lambda ann: bearer(ann.access_token),
    "an access token with all else": lambda ann: by_the_pool(ann, token_use="access"),
}


@pytest.mark.parametrize("case", BAD_HEADERS)
def test_who_has_no_good_token_is_refused_at_the_handshake(ann: Member, case: str) -> None:
    headers = BAD_HEADERS[case](ann)
    with pytest.raises(InvalidStatus, match="403"), opened(ann.stack, **headers):
        pass


def test_a_token_that_the_pool_signs_is_good(ann: Member) -> None:
    """So what is refused above is refused for what was changed."""
    good = by_the_pool(ann, exp=int(time.time()) + 30)["Authorization"]
    for headers in ({"Authorization": good}, {"authorization": good.replace("Bearer", "bearer")}):
        with opened(ann.stack, **headers) as connection:
            connection.subscribe("general")


def test_a_token_in_the_address_opens_nothing(ann: Member) -> None:
    for name in ("token", "Authorization", "ticket"):
        with pytest.raises(InvalidStatus, match="403"), opened(ann.stack, f"?{name}={ann.id_token}"):
            pass


def ticket(ann: Member) -> str:
    url, headers = f"{ann.stack.outputs.api_url}/ws/ticket", bearer(ann.id_token)
    answer = urllib3.request("POST", url, headers=headers, timeout=30)
    assert answer.status == 200
    assert answer.json()["expires_in"] == 60
    return str(answer.json()["ticket"])


def test_a_ticket_opens_one_connection_of_its_owner(ann: Member) -> None:
    own = ticket(ann)
    with connection_of(ann) as other, opened(ann.stack, f"?ticket={own}") as connection:
        connection.subscribe("by ticket")
        other.say({"type": "message", "topic": "by ticket", "message": 1})
        assert connection.hear()["message"] == 1
    with pytest.raises(InvalidStatus, match="403"), opened(ann.stack, f"?ticket={own}"):
        pass


def test_an_old_ticket_opens_nothing(ann: Member) -> None:
    own = ticket(ann)
    dynamodb = root_client(ann.stack, "dynamodb")
    for item in dynamodb.scan(TableName="photobak-tickets")["Items"]:
        aged = item | {"ttl": {"N": str(int(time.time()) - 1)}}
        dynamodb.put_item(TableName="photobak-tickets", Item=aged)
    with pytest.raises(InvalidStatus, match="403"), opened(ann.stack, f"?ticket={own}"):
        pass


def test_tickets_are_kept_as_hashes(ann: Member) -> None:
    own = ticket(ann)
    assert own not in json.dumps(root_client(ann.stack, "dynamodb").scan(TableName="photobak-tickets")["Items"])


def test_without_a_sign_in_there_is_no_ticket(local_stack: LocalStack) -> None:
    assert urllib3.request("POST", f"{local_stack.outputs.api_url}/ws/ticket", timeout=30).status == 401


def test_no_log_has_a_token_or_a_ticket(ann: Member) -> None:
    """The function in a process of its own, since the local stack keeps nothing of what functions log."""
    own, refused = ticket(ann), by_the_pool(ann, exp=int(time.time()) - 1)["Authorization"]
    function = root_client(ann.stack, "lambda").get_function_configuration(FunctionName="photobak-live")
    keys = root_keys(Home.at(ann.stack.home))
    environ = {
        **function["Environment"]["Variables"],
        "AWS_ENDPOINT_URL": ann.stack.endpoint_url,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    asked = {"type": "REQUEST", "methodArn": "arn", "headers": {}, "queryStringParameters": {}}
    events = [
        {**asked, "queryStringParameters": {"ticket": own}},
        {**asked, "queryStringParameters": {"ticket": own}},
        {**asked, "headers": {"Authorization": refused}},
        {**asked, "headers": {"Authorization": f"Bearer {ann.access_token}"}},
    ]
    program = (
        "import json, sys; from photobak.cloud.live.handler import handle;"
        "print(*(handle(event, None) for event in json.load(sys.stdin)))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, env=environ, input=json.dumps(events), capture_output=True, text=True, check=True)
    assert done.stdout.count("A connection was refused") == 3
    assert done.stdout.count("'Allow'") == 1
    logged = done.stdout + done.stderr
    assert not [each for each in (own, refused, ann.access_token) if each.rpartition(".")[2] in logged]


# ---------------------------------------------------------------------- what is answered

BAD_MESSAGES: dict[str, tuple[object, str | None]] = {
    "not JSON": ("hello", None),
    "empty": (" ", None),
    "an array": ([], None),
    "a number": ("3", None),
    "no type": ({}, "type"),
    "unknown type": ({"type": "shout", "topic": "a"}, "type"),
    "the name of a route": ({"type": "$connect", "topic": "a"}, "type"),
    "no topic": ({"type": "subscribe"}, "topic"),
    "a topic that is no text": ({"type": "subscribe", "topic": 3}, "topic"),
    "an empty topic": ({"type": "subscribe", "topic": ""}, "topic"),
    "a topic of 5 kB": ({"type": "subscribe", "topic": "a" * 5000}, "topic"),
    "control characters": ({"type": "subscribe", "topic": "a\x1b[2Jb"}, "topic"),
    "an invisible turn of direction": ({"type": "unsubscribe", "topic": "a\u202eb"}, "topic"),
    "no message": ({"type": "message", "topic": "a"}, "message"),
    "an unknown field": ({"type": "subscribe", "topic": "a", "identity": "you"}, "identity"),
    "a place where nothing is kept": ({"type": "subscribe", "topic": "a", "after": "0" * 40}, "after"),
    "a place that is none": ({"type": "subscribe", "topic": "photos", "after": "yesterday"}, "after"),
    "a long mark": ({"type": "subscribe", "topic": "a", "id": "a" * 65}, "id"),
    "not a number": ('{"type": "message", "topic": "a", "message": NaN}', None),
    "no finite number": ('{"type": "message", "topic": "a", "message": [1e999]}', "message"),
    "half a character": ('{"type": "message", "topic": "a", "message": "\\ud800"}', None),
    "deep": ('{"type": "message", "topic": "a", "message": ' + "[" * 5000 + "]" * 5000 + "}", None),
    "200 kB": ({"type": "message", "topic": "a", "message": "a" * 200_000}, None),
    "larger when passed on": ('{"type":"message","topic":"a","message":[' + "1e9," * 11_000 + "0]}", "message"),
    "in the service's name": ({"type": "message", "topic": "photos", "message": 1}, "topic"),
}


def test_what_is_wrong_is_answered_by_name_and_the_connection_stays_open(ann: Member) -> None:
    with connection_of(ann) as connection:
        for case, (message, field) in BAD_MESSAGES.items():
            answer = connection.ask(message)
            assert (answer["type"], answer["field"]) == ("error", field), case
            assert answer["detail"], case
        connection.subscribe("still here")


def test_answers_carry_the_senders_mark(ann: Member) -> None:
    with connection_of(ann) as connection:
        assert connection.ask({"type": "subscribe", "topic": "a", "id": "1"})["id"] == "1"
        assert connection.ask({"type": "message", "topic": "b", "message": 0, "id": "2"})["id"] == "2"
        assert connection.ask({"type": "unsubscribe", "topic": "a", "id": "3"})["id"] == "3"
        assert connection.ask({"type": "subscribe", "topic": "", "id": "4"})["id"] == "4"
        assert "id" not in connection.ask({"type": "subscribe", "topic": "a", "id": 5})


def test_a_connection_listens_to_so_many_topics_and_no_more(ann: Member) -> None:
    with connection_of(ann) as connection:
        for number in range(MAX_SUBSCRIPTIONS):
            connection.subscribe(f"topic {number}")
        refused = connection.ask({"type": "subscribe", "topic": "one more"})
        assert (refused["type"], refused["field"]) == ("error", "topic")
        assert str(MAX_SUBSCRIPTIONS) in refused["detail"]
        connection.subscribe("topic 7")  # renewed
        assert connection.ask({"type": "unsubscribe", "topic": "topic 7"})["type"] == "unsubscribed"
        connection.subscribe("one more")


# ---------------------------------------------------------------------- who hears what


@pytest.mark.parametrize("message", [None, 0, -1.5, True, "", "Łódź 🌿", [], {"a": [{"b": None}]}, "a" * 100_000])
def test_any_json_reaches_all_who_listen_as_it_was(ann: Member, message: object) -> None:
    topic = uuid.uuid4().hex  # the local stack takes half a second to forget the listeners of the last test
    with connections_of(ann, 3) as (first, second, publisher):
        first.subscribe(topic)
        second.subscribe(topic)
        assert publisher.publish(topic, message) == 2
        heard = {"type": "message", "topic": topic, "message": message}
        assert (first.hear(), second.hear()) == (heard, heard)
        publisher.hears_nothing_more()


def test_who_publishes_hears_it_too_if_they_listen(ann: Member) -> None:
    with connection_of(ann) as connection:
        connection.subscribe("echo")
        connection.say({"type": "message", "topic": "echo", "message": 1})
        assert sorted(connection.hear()["type"] for _ in range(2)) == ["message", "published"]


def test_another_persons_topic_of_the_same_name_is_another_topic(ann: Member, bob: Member) -> None:
    names = ["general", "photos", f"{bob.identity_id}/general", f"../{bob.identity_id}/general", "*"]
    with connection_of(ann) as hers, connection_of(bob) as his:
        for name in names:
            hers.subscribe(name)
        assert his.publish("general", "his") == 0
        keep(bob, record_of(bob))
        for name in names:
            if name != "photos":
                assert his.publish(name, "his") == 0
        hers.hears_nothing_more()


def test_who_has_unsubscribed_hears_nothing_more(ann: Member) -> None:
    with connections_of(ann, 2) as (listener, publisher):
        listener.subscribe("b")
        assert listener.ask({"type": "unsubscribe", "topic": "b"}) == {"type": "unsubscribed", "topic": "b"}
        assert publisher.publish("b", 1) == 0
        listener.hears_nothing_more()


def test_what_one_connection_publishes_is_heard_in_its_order(ann: Member) -> None:
    with connections_of(ann, 2) as (listener, publisher):
        listener.subscribe("counting")
        for number in range(50):
            publisher.publish("counting", number)
        assert [listener.hear()["message"] for _ in range(50)] == list(range(50))


def test_a_connection_that_is_gone_is_forgotten_and_the_others_hear(ann: Member) -> None:
    table, topic = topics_table(ann.stack), Topic(ann.identity_id, "ghosts")
    now = record_of(ann).stored_at
    with connections_of(ann, 2) as (listener, publisher):
        listener.subscribe("ghosts")
        for number in range(20):
            table.subscribe(topic, f"ghost{number}", now.replace(year=2100))
        assert publisher.publish("ghosts", "boo") == 1
        assert listener.hear()["message"] == "boo"
        (left,) = table.listeners(topic, now)
        assert len(left) == 1


def test_who_leaves_is_forgotten(ann: Member) -> None:
    table = topics_table(ann.stack)
    with connection_of(ann) as connection:
        for number in range(30):
            connection.subscribe(f"leaving {number}")
    now = record_of(ann).stored_at
    eventually(lambda: not any(any(table.listeners(Topic(ann.identity_id, f"leaving {n}"), now)) for n in range(30)))


def test_a_subscription_ends_after_two_hours_unless_it_is_renewed(ann: Member) -> None:
    table, topic = topics_table(ann.stack), Topic(ann.identity_id, "long ago")
    now = record_of(ann).stored_at
    with connections_of(ann, 2) as (listener, publisher):
        listener.subscribe("long ago")
        ((connection_id,),) = table.listeners(topic, now)
        table.subscribe(topic, connection_id, now.replace(year=2020))
        assert publisher.publish("long ago", 1) == 0
        listener.subscribe("long ago")
        assert publisher.publish("long ago", 2) == 1


def test_listeners_are_read_page_by_page(ann: Member) -> None:
    """A page of DynamoDB ends at 1 MB; every name here is as long as a name can be."""
    dynamodb, topic = root_client(ann.stack, "dynamodb"), Topic(ann.identity_id, "🌿" * 128)
    connections = [f"{number:016}" for number in range(2500)]
    for start in range(0, len(connections), 25):
        puts = [
            {"PutRequest": {"Item": {"topic": {"S": topic.key}, "connectionId": {"S": each}, "ttl": {"N": "4e9"}}}}
            for each in connections[start : start + 25]
        ]
        dynamodb.batch_write_item(RequestItems={"photobak-topics": puts})
    pages = list(topics_table(ann.stack).listeners(topic, record_of(ann).stored_at))
    assert len(pages) > 1
    assert sorted(each for page in pages for each in page) == connections


# ---------------------------------------------------------------------- photos announce themselves


def test_a_record_reaches_its_owner_as_it_is_listed_when_it_comes_and_when_it_changes(ann: Member, bob: Member) -> None:
    record = record_of(ann)
    with connection_of(ann) as hers, connection_of(bob) as his:
        hers.subscribe("photos")
        his.subscribe("photos")
        keep(ann, record)
        heard = hers.hear()
        assert re.fullmatch(r"\d{40}", heard.pop("sequence"))
        assert heard == {"type": "message", "topic": "photos", "message": record.listing()}
        trashed = record_of(ann, sha256=record.sha256, timestamp=record.timestamp, status=Status.TRASHED)
        keep(ann, trashed)
        assert hers.hear()["message"]["status"] == "trashed"
        his.hears_nothing_more()


def test_changes_of_one_photo_are_heard_in_their_order(ann: Member) -> None:
    record = record_of(ann)
    with connection_of(ann) as listener:
        listener.subscribe("photos")
        for number in range(40):
            keep(ann, record_of(ann, sha256=record.sha256, timestamp=record.timestamp, size=number))
        assert [listener.hear()["message"]["size"] for _ in range(40)] == list(range(40))


def test_an_illegible_record_holds_nothing_up(ann: Member) -> None:
    record = record_of(ann)
    broken = record_of(ann).to_item() | {"kind": {"S": "hologram"}}
    with connection_of(ann) as listener:
        listener.subscribe("photos")
        root_client(ann.stack, "dynamodb").put_item(TableName=ann.stack.outputs.table, Item=broken)
        keep(ann, record)
        assert listener.hear()["message"]["sha256"] == record.sha256


def test_a_photo_at_thousands_of_places_fits_into_a_message(ann: Member) -> None:
    sources = frozenset(f"laptop:{number:05}/{'a' * 100}.jpg" for number in range(2500))
    record = record_of(ann, sources=sources)
    assert len(json.dumps(record.listing())) > LARGEST_MESSAGE
    with connection_of(ann) as listener:
        listener.subscribe("photos")
        keep(ann, record)
        heard = listener.hear()["message"]
    assert heard["sha256"] == record.sha256
    assert 500 < len(heard["sources"]) < 2500
    assert sources.issuperset(heard["sources"])


# ---------------------------------------------------------------------- who was away


def test_who_was_away_hears_what_they_missed_in_its_order_and_then_what_comes(ann: Member) -> None:
    missed = [record_of(ann) for _ in range(5)]
    with connection_of(ann) as listener:
        listener.subscribe("photos")
        keep(ann, record_of(ann))
        last = listener.hear()["sequence"]
    for record in missed:
        keep(ann, record)
    trashed = record_of(ann, sha256=missed[0].sha256, timestamp=missed[0].timestamp, status=Status.TRASHED)
    keep(ann, trashed)
    eventually(lambda: len(changes_table(ann.stack).after(ann.identity_id, last, 100)) == 6)
    with connection_of(ann) as listener:
        heard, answer = listener.catch_up(last)
        assert [each["message"] for each in heard] == [record.listing() for record in [*missed, trashed]]
        assert (answer["more"], answer["gap"]) == (False, False)
        assert answer["sequence"] == heard[-1]["sequence"]
        fresh = record_of(ann)
        keep(ann, fresh)
        assert listener.hear()["message"]["sha256"] == fresh.sha256


def test_who_begins_to_listen_learns_from_where_to_ask_later(ann: Member) -> None:
    with connection_of(ann) as listener:
        begun = listener.ask({"type": "subscribe", "topic": "photos"})["sequence"]
    record = record_of(ann)
    keep(ann, record)
    eventually(lambda: changes_table(ann.stack).newest(ann.identity_id) > begun)
    with connection_of(ann) as listener:
        ((heard,), _answer) = listener.catch_up(begun)
    assert heard["message"] == record.listing()


def test_who_has_missed_much_asks_again_and_again(local_stack: LocalStack) -> None:
    cid = new_member(local_stack)
    told = [Change(sequence_of(str(number)), json.dumps({"type": "message", "n": number})) for number in range(1, 1101)]
    changes_table(cid.stack).add(cid.identity_id, told, record_of(cid).stored_at)
    heard, answer = [], {"sequence": "", "more": True}
    with connection_of(cid) as listener:
        while answer["more"]:
            some, answer = listener.catch_up(answer["sequence"])
            heard += some
    assert [each["n"] for each in heard] == list(range(1, 1101))


def test_who_was_away_for_longer_than_news_are_kept_is_told_so(ann: Member, bob: Member) -> None:
    with connection_of(bob) as listener:
        begun = listener.ask({"type": "subscribe", "topic": "photos"})["sequence"]
        keep(bob, record_of(bob))
        his = listener.hear()["sequence"]
        assert begun < his
    with connection_of(ann) as listener:  # to whom his places mean nothing
        assert listener.catch_up(his)[1]["gap"] is True
        assert listener.catch_up(sequence_of("1"))[1]["gap"] is True


def test_a_batch_that_is_given_twice_is_told_twice_and_kept_once(local_stack: LocalStack) -> None:
    dan = new_member(local_stack)
    record = record_of(dan)
    change = {"dynamodb": {"NewImage": record.to_item(), "SequenceNumber": "7"}}
    client = root_client(local_stack, "lambda")
    with connection_of(dan) as listener:
        begun = listener.ask({"type": "subscribe", "topic": "photos"})["sequence"]
        for _ in range(2):
            client.invoke(FunctionName="photobak-publish", Payload=json.dumps({"Records": [change]}))
            assert listener.hear()["message"]["sha256"] == record.sha256
    kept = changes_table(local_stack).after(dan.identity_id, begun, 10)
    assert [json.loads(each.text)["message"]["sha256"] for each in kept] == [record.sha256]


def test_the_local_stack_stops_at_once_though_somebody_listens(own_home: Path) -> None:
    ann = new_member(up(own_home))
    with connections_of(ann, 3) as listeners:
        for listener in listeners:
            listener.subscribe("photos")
        started = time.monotonic()
        down(own_home)
        assert time.monotonic() - started < 14  # less than the 15 s after which the server is killed
        with pytest.raises(ConnectionClosed):
            listeners[0].hear()
