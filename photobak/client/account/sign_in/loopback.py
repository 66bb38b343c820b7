"""The loopback listener: waits on 127.0.0.1 for the one redirect that answers one attempt (RFC 8252, 7.3 and 8.3).

Whatever else arrives (a web page's stray request, a favicon, a wrong state, a foreign Host header) gets an error page
and changes nothing: the attempt goes on until its own answer comes. That answer is taken once.
"""

import html
import logging
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from email.message import Message
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from string import Template

from photobak.client.account.sign_in.authorization import CALLBACK_PORTS, NotThisAttempt, Redirect, callback_uri

REQUEST_LIMIT = 5.0
"""Seconds that a browser has to send its request: an idle connection (Chromium opens some) is closed."""
OUTCOME_LIMIT = 60.0
"""Seconds that the browser waits for the sign-in's outcome, before it is told to look at the terminal."""
_PAGE_LIMIT = 2.0
"""Seconds that the last page has to reach the browser before the port is closed."""

_log = logging.getLogger(__name__)


class NoPortFree(Exception):
    """All registered ports are taken."""


class Listener:
    """Holds the first registered port that is free, from now until ``close``.

    Attributes:
        redirect_uri: the registered URI whose port this is.
        answer: the answer, once it is there.
    """

    def __init__(self) -> None:
        self._server = _bind()
        self.redirect_uri = callback_uri(self._server.server_address[1])
        self._arrived, self._bell = os.pipe()
        self.answer: Redirect | None = None
        self._outcome: tuple[str, str] | None = None
        self._told = threading.Event()
        self._page_sent = threading.Event()
        self._guard = threading.Lock()

    def fileno(self) -> int:
        """Becomes readable once the answer is there, for ``select``."""
        return self._arrived

    def close(self) -> None:
        """Give the port back."""
        self._server.server_close()
        os.close(self._arrived)
        os.close(self._bell)

    @contextmanager
    def serving(self, read: Callable[[str], Redirect]) -> Iterator[None]:
        """Serve requests meanwhile; one whose path and query ``read`` takes (else NotThisAttempt) is the answer.

        At the end the port is silent, and a browser that still waits has been told how it ended.
        """
        self._server.take = lambda target: self._take(target, read)
        self._server.page_sent = self._page_sent.set
        thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="photobak-loopback")
        thread.start()
        try:
            yield
        finally:
            if not self._told.is_set():
                self.tell("Not signed in", "The sign-in was given up. The terminal says why.")
            if self.answer is not None:
                self._page_sent.wait(_PAGE_LIMIT)
            self._server.shutdown()
            thread.join()

    def tell(self, title: str, text: str) -> None:
        """Show the waiting browser the outcome."""
        self._outcome = (title, text)
        self._told.set()

    def _take(self, target: str, read: Callable[[str], Redirect]) -> tuple[HTTPStatus, str, str]:
        """Decide over one request: the status, title and text of the page that it gets."""
        try:
            found = read(target)
        except NotThisAttempt as reason:
            _log.debug("a request to the loopback listener is ignored: %s", reason)
            text = "This request doesn't belong to the sign-in that is waiting here. Nothing has changed."
            return HTTPStatus.NOT_FOUND, "Not this sign-in", text
        if not self._is_first(found):
            return HTTPStatus.GONE, "Answered already", "This sign-in has had its answer. Look at the terminal."
        os.write(self._bell, b"!")
        self._told.wait(OUTCOME_LIMIT)
        title, text = self._outcome or ("Almost there", "The terminal says how it went on.")
        return HTTPStatus.OK, title, text

    def _is_first(self, found: Redirect) -> bool:
        with self._guard:
            if self.answer is not None:
                return False
            self.answer = found
            return True


def is_for_this_machine(headers: Message, port: int) -> bool:
    """Whether the one Host header is our address: a web page whose name was rebound to 127.0.0.1 sends its own name."""
    return headers.get_all("Host") == [f"127.0.0.1:{port}"]


class _Server(ThreadingHTTPServer):
    """A thread a request, so that an idle connection never keeps the answer waiting; none keeps the process."""

    daemon_threads = True
    request_queue_size = 64
    take: Callable[[str], tuple[HTTPStatus, str, str]]
    page_sent: Callable[[], None]


class _Handler(BaseHTTPRequestHandler):
    """Reads a request line and a Host header, and nothing else."""

    server: _Server
    timeout = REQUEST_LIMIT
    server_version = "photobak"
    sys_version = ""

    def do_GET(self) -> None:
        if not is_for_this_machine(self.headers, self.server.server_address[1]):
            text = "This address is for the sign-in of photobak on this machine only."
            self._send(HTTPStatus.MISDIRECTED_REQUEST, "Not here", text)
            return
        status, title, text = self.server.take(self.path)
        self._send(status, title, text)
        if status == HTTPStatus.OK:
            self.server.page_sent()

    def _send(self, status: HTTPStatus, title: str, text: str) -> None:
        page = _page(title, text)
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Cache-Control", "no-store")
        self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing: a request line may hold an authorization code."""


def _bind() -> _Server:
    for port in CALLBACK_PORTS:
        try:
            return _Server(("127.0.0.1", port), _Handler)
        except OSError as error:
            _log.debug("port %d can't be listened on: %s", port, error.strerror)
    raise NoPortFree


def _page(title: str, text: str) -> bytes:
    template = Template(files(__package__).joinpath("answer.html").read_text("utf-8"))
    return template.substitute(title=html.escape(title), text=html.escape(text)).encode()
