"""A web server on this machine that notes every request: what a webhook or a monitoring service receives."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Listening:
    """What has arrived so far."""

    port: int
    notices: list[dict[str, Any]] = field(default_factory=list)
    pings: list[str] = field(default_factory=list)
    status: int = 200
    hang: threading.Event | None = None
    """While this is not set, no request is answered."""


@contextmanager
def listening() -> Iterator[Listening]:
    """Serve until the end of the context."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.pings.append(self.path)
            self._answer()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.notices.append(json.loads(body))
            self._answer()

        def _answer(self) -> None:
            if found.hang is not None:
                found.hang.wait(60)
            self.send_response(found.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Be silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    found = Listening(server.server_port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        if found.hang is not None:
            found.hang.set()
        server.shutdown()
        server.server_close()
