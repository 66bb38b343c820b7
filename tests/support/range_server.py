"""A server of one file that answers ranges as S3 does, and counts them."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class RangeServer(ThreadingHTTPServer):
    """Serves ``path``; while ``failures`` are left, a request is answered with 503."""

    def __init__(self, path: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.path = path
        self.requests = 0
        self.bytes_sent = 0
        self.failures = 0
        self.truncates = False

    @property
    def url(self) -> str:
        """Where the file is."""
        return f"http://127.0.0.1:{self.server_port}/"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: RangeServer

    def do_GET(self) -> None:
        self.server.requests += 1
        wanted = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers["Range"])
        if self.server.failures or wanted is None:
            self.server.failures -= 1
            self._answer(503, b"")
            return
        first, last = map(int, wanted.groups())
        with self.server.path.open("rb") as file:
            file.seek(first)
            body = file.read(last - first + 1)
        self.server.bytes_sent += len(body)
        self._answer(206, body[:-1] if self.server.truncates else body)

    def _answer(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def serving(path: Path) -> Iterator[RangeServer]:
    """Serve a file as long as the context."""
    with RangeServer(path) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()
