"""HTTP servers of the small cloud: one a part, so that they are other origins, as on AWS."""

import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Protocol
from urllib.parse import parse_qsl, urlsplit

LONGEST_END = 30
"""How many seconds a server may take to end."""


@dataclass(frozen=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)

    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode()))


@dataclass(frozen=True)
class Reply:
    """What is answered."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


class Part(Protocol):
    """A part of the cloud."""

    def reply(self, request: Request) -> Reply: ...


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Browsers hang up when they have seen enough."""


def _handler(part: Part) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            parts = urlsplit(self.path)
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = part.reply(Request(self.command, parts.path, dict(parse_qsl(parts.query)), headers, body))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body)

        do_GET = do_POST = do_DELETE = do_OPTIONS = do_HEAD = _answer  # noqa: N815

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    return Handler


@contextmanager
def serving(part: Part) -> Iterator[str]:
    """Serve a part, and give its origin."""
    server = _Server(("127.0.0.1", 0), _handler(part))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        threading.Thread(target=server.shutdown, daemon=True).start()  # which waits without a limit
        thread.join(LONGEST_END)
        server.server_close()
        assert not thread.is_alive(), f"a server of the small cloud did not end within {LONGEST_END} s"


def json_reply(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    kind = "application/problem+json" if status >= 400 else "application/json"
    return Reply(
        status, json.dumps(value).encode(), {"Content-Type": kind, "Cache-Control": "no-store", **(headers or {})}
    )


def problem(status: int, detail: str) -> Reply:
    return json_reply({"title": "Problem", "status": status, "detail": detail}, status)
