"""A WebSocket handshake that is redirected: no other server is asked, and none is listened to."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
import websockets.sync.client
from websockets.exceptions import WebSocketException

from photobak.client.transport.websocket import open_websocket

TOKEN = "Bearer secret"


@contextmanager
def server(status: int, location: str, seen: list[str | None]) -> Iterator[str]:
    """Answers each handshake with this status, and keeps what it was sent as authorization."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            seen.append(self.headers.get("Authorization"))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    running = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    running.daemon_threads = True
    thread = threading.Thread(target=running.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"ws://127.0.0.1:{running.server_address[1]}/"
    finally:
        running.shutdown()
        thread.join()
        running.server_close()


def sent_elsewhere() -> list[str | None]:
    """What a server to which another one redirects gets to see."""
    here: list[str | None] = []
    there: list[str | None] = []
    with (
        server(403, "", there) as other,
        server(302, other, here) as url,
        pytest.raises(WebSocketException),
    ):
        open_websocket(url, {"Authorization": TOKEN}, within=30, largest=1000)
    assert here[0] == TOKEN
    return there


def test_a_websocket_follows_no_redirect() -> None:
    assert sent_elsewhere() == []


def test_without_that_another_server_would_be_heard(monkeypatch: pytest.MonkeyPatch) -> None:
    class Following(websockets.sync.client.reconnect):
        """Takes back what a class below it says of redirects."""

        def __init_subclass__(cls, **_: Any) -> None:
            del cls.process_redirect

    monkeypatch.setattr(websockets.sync.client, "reconnect", Following)
    assert sent_elsewhere() == [None], "the library itself keeps the token from another origin"
