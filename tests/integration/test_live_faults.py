"""The fan-out when API Gateway throttles, fails, or can't be reached; and tickets that several take at once."""

import threading
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from support.local_stack import root_client
from urllib3.exceptions import HTTPError

from photobak.cloud.photos.fan_out import FanOut
from photobak.cloud.store.connections import Connections
from photobak.cloud.store.tickets import TicketsTable
from photobak.cloud.store.topics import Topic, TopicsTable
from photobak.local.values import LocalStack

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
TOPIC = Topic("us-east-1:00000000-0000-0000-0000-0000000000ff", "faults")


class Gateway:
    """The management API, which answers each connection's posts in turn as it is told; 200 unless told otherwise."""

    def __init__(self, **answers: list[int]) -> None:
        self.answers = answers
        self.ended: set[str] = set()
        self.heard: dict[str, list[str]] = {}
        self.busiest = 0
        self._busy: Counter[str] = Counter()
        self._guard = threading.Lock()

    @contextmanager
    def running(self) -> Iterator[Connections]:
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield connections_at(f"http://127.0.0.1:{server.server_address[1]}")
        finally:
            server.shutdown()
            server.server_close()

    def post(self, connection_id: str, text: str) -> int:
        with self._guard:
            self._busy["posts"] += 1
            self.busiest = max(self.busiest, self._busy["posts"])
        answers = self.answers.get(connection_id, [])
        status = answers.pop(0) if len(answers) > 1 else answers[0] if answers else 200
        if status == 200:
            self.heard.setdefault(connection_id, []).append(text)
        with self._guard:
            self._busy["posts"] -= 1
        return status


def _handler(gateway: Gateway) -> type[BaseHTTPRequestHandler]:
    errors = {410: "GoneException", 429: "LimitExceededException", 403: "ForbiddenException", 500: "InternalError"}

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self._answer(gateway.post(self.path.rpartition("/")[2], body))

        def do_DELETE(self) -> None:
            gateway.ended.add(self.path.rpartition("/")[2])
            self._answer(204)

        def _answer(self, status: int) -> None:
            self.send_response(status)
            if status in errors:
                self.send_header("x-amzn-ErrorType", errors[status])
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    return Handler


def connections_at(url: str) -> Connections:
    return Connections(url, Credentials("AKIA0", "x"), "us-east-1", tries=3)


@pytest.fixture
def table(local_stack: LocalStack) -> Iterator[TopicsTable]:
    table = TopicsTable(root_client(local_stack, "dynamodb"), "photobak-topics")
    yield table
    for page in list(table.listeners(TOPIC, NOW)):
        for connection_id in page:
            table.unsubscribe(TOPIC, connection_id)


def listening(table: TopicsTable) -> set[str]:
    return {each for page in table.listeners(TOPIC, NOW) for each in page}


def test_throttled_posts_are_made_again(table: TopicsTable) -> None:
    gateway = Gateway(slow=[429, 429, 200])
    for name in ("slow", "quick"):
        table.subscribe(TOPIC, name, NOW)
    with gateway.running() as connections:
        told = FanOut(table, connections, lambda: NOW).deliver(TOPIC, ["one", "two"])
    assert told == 2
    assert gateway.heard == {"slow": ["one", "two"], "quick": ["one", "two"]}
    assert gateway.ended == set()


def test_who_cannot_be_told_is_disconnected_and_so_knows_it_and_the_others_hear(table: TopicsTable) -> None:
    gateway = Gateway(bad=[200, 500], gone=[410])
    for name in ("bad", "gone", "good"):
        table.subscribe(TOPIC, name, NOW)
    with gateway.running() as connections:
        told = FanOut(table, connections, lambda: NOW).deliver(TOPIC, ["one", "two", "three"])
    assert told == 1
    assert gateway.heard == {"bad": ["one"], "good": ["one", "two", "three"]}
    assert gateway.ended == {"bad"}
    assert listening(table) == {"good"}


def test_a_gateway_that_cannot_be_reached_is_a_failure_and_nobody_is_forgotten(table: TopicsTable) -> None:
    table.subscribe(TOPIC, "somebody", NOW)
    with pytest.raises(HTTPError):
        FanOut(table, connections_at("http://127.0.0.1:9"), lambda: NOW).deliver(TOPIC, ["one"])
    assert listening(table) == {"somebody"}


def test_a_table_that_cannot_be_read_is_a_failure(local_stack: LocalStack) -> None:
    missing = TopicsTable(root_client(local_stack, "dynamodb"), "no-such-table")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        FanOut(missing, connections_at("http://127.0.0.1:9"), lambda: NOW).deliver(TOPIC, ["one"])


def test_many_are_told_at_once_but_not_all(table: TopicsTable) -> None:
    gateway = Gateway()
    for number in range(60):
        table.subscribe(TOPIC, f"many{number}", NOW)
    with gateway.running() as connections:
        assert FanOut(table, connections, lambda: NOW).deliver(TOPIC, ["one"]) == 60
    assert 1 <= gateway.busiest <= 16


def test_of_several_who_use_one_ticket_at_once_one_succeeds(local_stack: LocalStack) -> None:
    tickets = TicketsTable(root_client(local_stack, "dynamodb"), "photobak-tickets")
    ticket = tickets.issue(TOPIC.identity_id, NOW)
    with ThreadPoolExecutor(16) as pool:
        redeemed = list(pool.map(lambda _: tickets.redeem(ticket, NOW), range(32)))
    assert [each for each in redeemed if each] == [TOPIC.identity_id]


@pytest.mark.parametrize(("seconds", "good"), [(0, True), (59, True), (60, False), (3600, False)])
def test_a_ticket_is_good_for_a_minute(local_stack: LocalStack, seconds: int, good: bool) -> None:
    tickets = TicketsTable(root_client(local_stack, "dynamodb"), "photobak-tickets")
    ticket = tickets.issue(TOPIC.identity_id, NOW)
    later = datetime.fromtimestamp(NOW.timestamp() + seconds, UTC)
    assert tickets.redeem(ticket, later) == (TOPIC.identity_id if good else None)
