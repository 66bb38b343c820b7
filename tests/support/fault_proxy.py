"""A proxy between a command and the local stack that does to requests what bad networks and busy services do."""

import http.client
import json
import random
import socket
import struct
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum, auto
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Final

HALF: Final = 0.5
REDIRECT: Final = str(Path(__file__).parent / "redirect")
"""In ``PYTHONPATH``, it makes a process obey ``PHOTOBAK_TEST_REDIRECT``."""
HOP_BY_HOP: Final = {"connection", "transfer-encoding", "keep-alive"}


class Kind(StrEnum):
    """What a request is about."""

    UPLOAD = auto()
    """A presigned POST."""
    PREP = auto()
    """An announcement."""
    ASK = auto()
    """BatchGetItem: what became of the uploads?"""
    FETCH = auto()
    """An original is read."""
    QUERY = auto()
    """A page of a list of records."""
    LIST = auto()
    """A page of a list of objects."""
    REPAIR = auto()
    """What is wrong with some photos, told to the backend."""
    SIGN_IN = auto()
    HEALTH = auto()
    OTHER = auto()


class Fault(StrEnum):
    """What happens to one request."""

    NONE = auto()
    DROP = auto()
    """The connection is reset before the request is read."""
    CUT_REQUEST = auto()
    """Half of the request's body gets through, then the connection is reset on both sides."""
    LOSE_ANSWER = auto()
    """The request is done; its answer never comes."""
    CUT_ANSWER = auto()
    """Half of the answer's body comes."""
    DELAY = auto()
    """It takes a while, and is done."""
    STALL = auto()
    """Nothing happens for a while, then the connection ends."""
    CORRUPT = auto()
    """One byte of the request's body arrives changed."""
    SERVER_ERROR = auto()
    SLOW_DOWN = auto()
    CLOCK_SKEW = auto()
    EXPIRED = auto()
    """A presigned POST is too old, says S3."""
    OLD_KEYS = auto()
    """Temporary credentials have come to their end, says S3."""
    SIGNED_OUT = auto()
    """The ID token is not taken any more, says API Gateway's authorizer."""
    TOO_MANY = auto()
    """API Gateway's way to say that it is asked too often."""
    THROTTLED = auto()
    """DynamoDB's way to say so."""
    UNPROCESSED = auto()
    """BatchGetItem answers none of the keys, and says so."""


_S3_ERRORS: Final = {
    Fault.SERVER_ERROR: (500, "InternalError", "We encountered an internal error. Please try again."),
    Fault.SLOW_DOWN: (503, "SlowDown", "Please reduce your request rate."),
    Fault.CLOCK_SKEW: (
        403,
        "RequestTimeTooSkewed",
        "The difference between the request time and the server's time is too large.",
    ),
    Fault.OLD_KEYS: (400, "ExpiredToken", "The provided token has expired."),
    Fault.EXPIRED: (403, "AccessDenied", "Invalid according to Policy: Policy expired."),
}
WEATHER: Final = (
    Fault.DROP,
    Fault.CUT_REQUEST,
    Fault.LOSE_ANSWER,
    Fault.CUT_ANSWER,
    Fault.DELAY,
    Fault.STALL,
    Fault.SERVER_ERROR,
    Fault.SLOW_DOWN,
)
"""What may happen to any request."""

Decide = Callable[[Kind, int], Fault]
"""Told the kind of a request and how many of its kind came before."""


@dataclass
class FaultProxy:
    """Forwards requests to one port, each with the fault that was decided for it."""

    upstream: int
    decide: Decide = lambda _kind, _number: Fault.NONE
    pause: float = 0.3
    """Seconds of a delay or stall."""
    port: int = 0
    seen: Counter[Kind] = field(default_factory=Counter)
    done: Counter[Fault] = field(default_factory=Counter)
    items_asked: int = 0
    """How many items were to be read from DynamoDB by key."""
    _guard: threading.Lock = field(default_factory=threading.Lock)

    @property
    def environment(self) -> dict[str, str]:
        """For a process that is to go through this proxy."""
        return {"PYTHONPATH": REDIRECT, "PHOTOBAK_TEST_REDIRECT": f"{self.upstream}:{self.port}"}

    @property
    def requests(self) -> int:
        """How many requests there were, without those that ask whether the local stack is up."""
        return self.seen.total() - self.seen[Kind.HEALTH]

    def count_items(self, request: bytes) -> None:
        """Note a BatchGetItem."""
        with self._guard:
            self.items_asked += sum(len(table["Keys"]) for table in json.loads(request)["RequestItems"].values())

    def next_fault(self, kind: Kind) -> Fault:
        """Count a request and decide what happens to it."""
        with self._guard:
            fault = self.decide(kind, self.seen[kind])
            self.seen[kind] += 1
            self.done[fault] += 1
        return fault

    @contextmanager
    def running(self) -> Iterator["FaultProxy"]:
        """Serve for as long as the context lasts."""
        proxy = self

        class Handler(_Handler):
            rules = proxy

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def seeded(seed: int, share: float, faults: tuple[Fault, ...] = WEATHER) -> Decide:
    """Each request but health checks meets a fault with a probability of ``share``; the same ones for a seed."""

    def decide(kind: Kind, number: int) -> Fault:
        if kind is Kind.HEALTH:
            return Fault.NONE
        chance = random.Random(f"{seed} {kind} {number}")
        return chance.choice(faults) if chance.random() < share else Fault.NONE

    return decide


def each(kind: Kind, fault: Fault, *, first: int | None = None) -> Decide:
    """Every request of one kind meets the fault, or the first few do."""
    return lambda found, number: fault if found is kind and (first is None or number < first) else Fault.NONE


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rules: FaultProxy
    timeout = 60

    def handle_request(self) -> None:
        """Forward one request, or not."""
        kind = self._kind()
        fault = self.rules.next_fault(kind)
        try:
            self._meet(kind, fault)
        except (OSError, http.client.HTTPException):
            self._reset()  # the local stack has gone, or the command has

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = handle_request  # noqa: N815 - names of http.server

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def _kind(self) -> Kind:
        target = self.headers.get("X-Amz-Target", "")
        if self.headers.get("Content-Type", "").startswith("multipart/form-data"):
            return Kind.UPLOAD
        if self.path.endswith("/prep/photoupload"):
            return Kind.PREP
        if "/photos/repair/" in self.path:
            return Kind.REPAIR
        if "list-type=2" in self.path:
            return Kind.LIST
        if self.command == "GET" and "/original/" in self.path:
            return Kind.FETCH
        if target.endswith("BatchGetItem"):
            return Kind.ASK
        if target.endswith(".Query"):
            return Kind.QUERY
        if target.startswith("AWSCognito") or self.path.startswith(("/oauth2", "/login")):
            return Kind.SIGN_IN
        return Kind.HEALTH if self.path.startswith("/_") and "execute-api" not in self.path else Kind.OTHER

    def _meet(self, kind: Kind, fault: Fault) -> None:
        if fault in (Fault.DELAY, Fault.STALL):
            time.sleep(self.rules.pause)
        if fault in (Fault.DROP, Fault.STALL):
            self._reset()
            return
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if kind is Kind.ASK:
            self.rules.count_items(body)
        if fault is Fault.CUT_REQUEST:
            self._forward_half(body)
        elif fault in _S3_ERRORS:
            status, code, message = _S3_ERRORS[fault]
            self._answer(
                status, "application/xml", f"<Error><Code>{code}</Code><Message>{message}</Message></Error>".encode()
            )
        elif fault is Fault.SIGNED_OUT:
            self._answer(401, "application/json", b'{"message": "Unauthorized"}')
        elif fault is Fault.TOO_MANY:
            self._answer(429, "application/json", b'{"message": "Too Many Requests"}')
        elif fault is Fault.THROTTLED:
            error = "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"
            self._answer(400, "application/x-amz-json-1.0", f'{{"__type": "{error}", "message": "slower"}}'.encode())
        elif fault is Fault.UNPROCESSED:
            wanted = body.decode().removeprefix('{"RequestItems": ').removesuffix("}")
            self._answer(
                200, "application/x-amz-json-1.0", f'{{"Responses": {{}}, "UnprocessedKeys": {wanted}}}'.encode()
            )
        else:
            self._forward(fault, _corrupted(body) if fault is Fault.CORRUPT else body)

    def _forward(self, fault: Fault, body: bytes) -> None:
        upstream = http.client.HTTPConnection("127.0.0.1", self.rules.upstream, timeout=60)
        upstream.request(self.command, self.path, body, dict(self.headers.items()))
        answer = upstream.getresponse()
        content = answer.read()
        upstream.close()
        if fault is Fault.LOSE_ANSWER:
            self._reset()
            return
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {*HOP_BY_HOP, "content-length", "date", "server"}:
                self.send_header(name, value)
        length = answer.getheader("Content-Length") if self.command == "HEAD" else str(len(content))
        self.send_header("Content-Length", length or "0")
        self.end_headers()
        self.wfile.write(content[: int(len(content) * HALF)] if fault is Fault.CUT_ANSWER else content)
        if fault is Fault.CUT_ANSWER:
            self._reset()

    def _forward_half(self, body: bytes) -> None:
        with socket.create_connection(("127.0.0.1", self.rules.upstream)) as upstream:
            head = "".join(f"{name}: {value}\r\n" for name, value in self.headers.items())
            upstream.sendall(
                f"{self.command} {self.path} HTTP/1.1\r\n{head}\r\n".encode() + body[: int(len(body) * HALF)]
            )
            _reset_at_close(upstream)
        self._reset()

    def _answer(self, status: int, content_type: str, content: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _reset(self) -> None:
        """End the connection as a broken line or a killed program does: with RST."""
        self.close_connection = True
        with suppress(OSError):
            self.wfile.flush()
        _reset_at_close(self.connection)
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RD)


def _reset_at_close(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _corrupted(body: bytes) -> bytes:
    """The body with one bit of the file changed: its last bytes are the multipart's end."""
    at = max(0, len(body) - 200)
    return body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :]
