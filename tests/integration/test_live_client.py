"""Our client of the WebSocket service: nothing is missed however often the line is cut, and nothing heard harms it."""

import json
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.api import Member, new_member
from support.live import changes_table, connection_of, keep, record_of
from support.local_profile import keep_profile
from support.local_stack import eventually
from support.tcp_proxy import TcpProxy
from websockets.http11 import Request, Response
from websockets.sync.server import ServerConnection, serve

from photobak.client.account.session import Session, keep_sign_in, open_session
from photobak.client.account.tokens.interface import Tokens
from photobak.client.live import listener
from photobak.client.live.connection import connect
from photobak.client.live.listener import Listener
from photobak.client.places import places
from photobak.cloud.store.changes import Change, sequence_of
from photobak.errors import CloudError, SignInNeeded, WrongUsage
from photobak.local.values import LocalStack
from photobak.photo.record import Record


@pytest.fixture
def ann(local_stack: LocalStack) -> Member:
    return new_member(local_stack)


@pytest.fixture
def proxy(local_stack: LocalStack) -> Iterator[TcpProxy]:
    with TcpProxy(local_stack.endpoint_url).running() as running:
        yield running


def session_of(member: Member, folder: Path, ws_url: str | None = None, token: str | None = None) -> Session:
    """Their session, whose live service is at another address where one is given."""
    profile = replace(keep_profile(folder, member.stack.outputs), ws_url=ws_url or member.stack.outputs.ws_url)
    claims = member.claims
    tokens = Tokens(
        id_token=token or member.id_token,
        refresh_token=member.refresh_token,
        expires_at=claims["exp"],
        signed_in_at=claims["iat"],
        subject=claims["sub"],
        email=claims["email"],
    )
    environ = {"PHOTOBAK_HOME": str(folder), "PHOTOBAK_TOKEN_STORE": "file"}
    keep_sign_in(profile, places(environ), environ, tokens)
    return open_session(profile, places(environ), environ)


def through(proxy: TcpProxy, member: Member) -> str:
    return member.stack.outputs.ws_url.replace(member.stack.endpoint_url.removeprefix("http://"), proxy.address)


class Ear:
    """Listens in a thread of its own, and keeps what it hears."""

    def __init__(self, session: Session, topic: str = "photos") -> None:
        self.heard: list[dict[str, Any]] = []
        self.told: list[str] = []
        self.failure: Exception | None = None
        self._messages = Listener(session, topic, self.told.append).messages()
        threading.Thread(target=self._listen, daemon=True).start()

    def hashes(self) -> list[str]:
        return [each["message"]["sha256"] for each in self.heard]

    def _listen(self) -> None:
        try:
            for message in self._messages:
                self.heard.append(message)
        except Exception as failure:  # noqa: BLE001 - the test looks at it
            self.failure = failure


def listening(ear: Ear, member: Member) -> None:
    """Wait until they hear, and have heard all that was kept for that."""
    kept: list[str] = []

    def heard() -> bool:
        record = record_of(member)
        keep(member, record)
        kept.append(record.sha256)
        time.sleep(0.05)  # asked again and again; each time writes one more record
        return bool(ear.heard)

    eventually(heard)
    eventually(lambda: kept[-1] in ear.hashes())
    ear.heard.clear()


def test_what_was_missed_while_the_line_was_down_is_heard_once_and_in_its_order(
    ann: Member, proxy: TcpProxy, tmp_path: Path
) -> None:
    ear = Ear(session_of(ann, tmp_path, through(proxy, ann)))
    listening(ear, ann)
    with proxy.down():
        missed = [record_of(ann) for _ in range(7)]
        for record in missed:
            keep(ann, record)
    after = [record_of(ann) for _ in range(3)]
    eventually(lambda: len(ear.heard) >= 7)
    for record in after:
        keep(ann, record)
    eventually(lambda: len(ear.heard) >= 10)
    assert ear.hashes() == [record.sha256 for record in [*missed, *after]]
    assert "the connection to the live service is lost" in ear.told[0]


def test_no_photo_is_missed_however_often_the_line_is_cut(
    ann: Member, proxy: TcpProxy, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listener, "_LONGEST_PAUSE", 0.1)
    chance = random.Random(7)
    ear = Ear(session_of(ann, tmp_path, through(proxy, ann)))
    listening(ear, ann)
    changing = record_of(ann)
    kept: list[Record] = []
    for number in range(80):
        kept.append(record_of(ann))
        keep(ann, kept[-1])
        keep(ann, replace(changing, size=number))
        if chance.random() < 0.1:
            proxy.cut()
    wanted = [record.sha256 for record in kept]
    eventually(lambda: ear.failure or set(wanted) <= set(ear.hashes()), within=60)
    assert ear.failure is None
    # Each is heard, once; the order is promised for the news of one photo, not among photos.
    assert sorted(sha256 for sha256 in ear.hashes() if sha256 in set(wanted)) == sorted(wanted)
    sizes = [each["message"]["size"] for each in ear.heard if each["message"]["sha256"] == changing.sha256]
    assert sizes == sorted(set(sizes))
    assert proxy.connections > 5


def test_a_renewal_brings_what_was_never_told(ann: Member, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listener, "RENEW_EVERY", 0.2)
    ear = Ear(session_of(ann, tmp_path))
    listening(ear, ann)
    sequence = sequence_of(str(int(changes_table(ann.stack).newest(ann.identity_id)) + 1))
    lost = {"type": "message", "topic": "photos", "sequence": sequence, "message": {"sha256": "lost"}}
    changes_table(ann.stack).add(ann.identity_id, [Change(sequence, json.dumps(lost))], record_of(ann).stored_at)
    eventually(lambda: "lost" in ear.hashes())
    assert ear.told == []


def test_a_topic_of_ones_own_is_heard_and_goes_on_after_a_cut(ann: Member, proxy: TcpProxy, tmp_path: Path) -> None:
    session = session_of(ann, tmp_path, through(proxy, ann))
    ear = Ear(session, "doorbell")

    def ring(number: int) -> bool:
        with connect(session) as connection:
            return connection.publish("doorbell", {"ring": number}) > 0

    eventually(lambda: ring(1))
    proxy.cut()
    eventually(lambda: ring(2) and {"ring": 2} in [each["message"] for each in ear.heard])


def test_a_large_message_is_sent_in_frames_that_api_gateway_takes(ann: Member, tmp_path: Path) -> None:
    message = "Łódź🌿" * 9_000
    with connection_of(ann) as hers, connect(session_of(ann, tmp_path)) as connection:
        hers.subscribe("large")
        assert connection.publish("large", message) == 1
        assert hers.hear()["message"] == message


UNSAYABLE: list[tuple[str, object, str]] = [
    ("", 1, "'' can't be a topic: should not be empty"),
    ("a\udcffb", 1, "can't be a topic: should have only printable characters"),
    ("a" * 5000, 1, "can't be a topic: should have at most 128 characters"),
    ("a", float("nan"), "the message can't be sent as JSON"),
    ("a", {"b": [float("inf")]}, "the message can't be sent as JSON"),
    ("a", "half a character \ud800", "the message can't be sent as JSON"),
    ("a", "a" * 131_072, "the message is too large: 131,1"),
]


def test_what_cannot_be_said_is_not_sent_and_the_connection_stays_open(ann: Member, tmp_path: Path) -> None:
    with connect(session_of(ann, tmp_path)) as connection:
        for topic, message, words in UNSAYABLE:
            with pytest.raises(WrongUsage) as error:
                connection.publish(topic, message)
            assert words in str(error.value)
            assert str(error.value).isprintable()
            assert len(str(error.value)) < 200
        with pytest.raises(CloudError, match="refuses: topic: only the service itself publishes to photos"):
            connection.publish("photos", 1)
        assert connection.publish("a", "still here") == 0


def test_a_topic_that_cannot_be_is_not_asked_for_again_and_again(ann: Member, tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="can't be a topic"):
        next(Listener(session_of(ann, tmp_path), "a\n", print).messages())


def test_a_gateway_that_is_too_busy_is_asked_again(ann: Member, tmp_path: Path) -> None:
    """The local stack runs six functions at once, and refuses the handshakes that it has none for."""
    session = session_of(ann, tmp_path)

    def come_and_go(_: int) -> int:
        with connect(session) as connection:
            return connection.publish("crowd", 1)

    with ThreadPoolExecutor(16) as pool:
        assert list(pool.map(come_and_go, range(16))) == [0] * 16


def test_a_sign_in_that_is_not_accepted_is_a_sign_in_that_is_needed(ann: Member, tmp_path: Path) -> None:
    session = session_of(ann, tmp_path, token=ann.forged(by_the_pool=False))
    with pytest.raises(SignInNeeded, match="photobak login"):
        next(Listener(session, "photos", print).messages())


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(ann: Member, tmp_path: Path, status: int) -> None:
    """The handshake carries the token, which no other address may get."""
    followed = []

    def answer(connection: ServerConnection, request: Request) -> Response:
        followed.append(request.path)
        response = connection.respond(status, "")
        response.headers["Location"] = f"ws://127.0.0.1:{connection.local_address[1]}/elsewhere"
        return response

    with serve(lambda _: None, "127.0.0.1", 0, process_request=answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.socket.getsockname()[1]
        try:
            with pytest.raises(CloudError, match=f"HTTP {status}, a redirect, which is not followed"):
                connect(session_of(ann, tmp_path, f"ws://127.0.0.1:{port}/live"))
        finally:
            server.shutdown()
    assert followed == ["/live"]


def test_a_service_that_is_down_is_said_at_once(ann: Member, tmp_path: Path) -> None:
    session = session_of(ann, tmp_path, ws_url="ws://127.0.0.1:9/live")
    with pytest.raises(CloudError, match=r"can't be reached: Connection refused\. Start the local stack"):
        next(Listener(session, "photos", print).messages())


def test_a_cloud_without_the_service_says_so(ann: Member, tmp_path: Path) -> None:
    session = session_of(ann, tmp_path)
    session.profile = replace(session.profile, ws_url=None)
    with pytest.raises(CloudError, match=r"has no live service\. Deploy it again"):
        connect(session)


# ---------------------------------------------------------------------- a service that means no good


@contextmanager
def impostor(*frames: str | bytes, answer: dict[str, object] | None = None) -> Iterator[str]:
    """A WebSocket server that says these frames to whoever asks, then an answer, and then leaves."""

    def meet(socket: ServerConnection) -> None:
        mark = json.loads(socket.recv())["id"]
        for frame in frames:
            socket.send(frame)
        if answer is not None:
            socket.send(json.dumps({"id": mark, **answer}))

    with serve(meet, "127.0.0.1", 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        finally:
            server.shutdown()


NONSENSE = ["", "{", "[]", "3", "null", b"\xff\xfe", '{"type": "shout"}', '{"id": "no such"}', '{"type": ["message"]}']


@pytest.mark.parametrize("frame", ['{"type": "message"}', '{"type": "message", "topic": "photos", "sequence": [1]}'])
def test_nonsense_is_passed_over(ann: Member, tmp_path: Path, frame: str) -> None:
    good = {"type": "message", "topic": "photos", "sequence": "1", "message": {"sha256": "a"}}
    answer: dict[str, object] = {"type": "subscribed", "topic": "photos", "sequence": "0"}
    with impostor(*NONSENSE, frame, json.dumps(good), answer=answer) as url:
        assert next(Listener(session_of(ann, tmp_path, url), "photos", print).messages()) == good


@pytest.mark.parametrize(
    "answer",
    [
        {"type": "error", "field": "topic", "detail": "no \x1b[2J"},
        {"type": "error", "detail": None},
        {"message": "Internal server error", "connectionId": "a", "requestId": "b"},
        {"type": "published"},
        {"type": "published", "receivers": "many"},
    ],
)
def test_a_strange_answer_is_an_error_in_one_line(ann: Member, tmp_path: Path, answer: dict[str, object]) -> None:
    with (
        impostor(answer=answer) as url,
        connect(session_of(ann, tmp_path, url)) as connection,
        pytest.raises(CloudError) as error,
    ):
        connection.publish("a", 1)
    assert str(error.value).isprintable()


def test_a_frame_without_end_is_not_read(ann: Member, tmp_path: Path) -> None:
    with (
        impostor("a" * 1_000_000) as url,
        connect(session_of(ann, tmp_path, url)) as connection,
        pytest.raises(CloudError, match="is lost"),
    ):
        connection.publish("a", 1)
