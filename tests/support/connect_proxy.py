"""A proxy as companies have them (RFC 9110, 9.3.6): it joins a client with a host that it alone can reach.

Whatever name is asked for, the connection leads to one address, so that made-up hosts stand for AWS's.
"""

import base64
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

PAGE = b"<html><body>Sign in to the guest network</body></html>"
_HTML = b"Content-Type: text/html\r\nContent-Length: %d\r\n\r\n%s" % (len(PAGE), PAGE)
MOODS = {
    "refuses": b"HTTP/1.1 403 Forbidden\r\n" + _HTML,
    "wants a password": b'HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm="x"\r\n'
    + _HTML,
    "answers HTML": b"HTTP/1.1 200 OK\r\n" + _HTML,
    "is no proxy": b"220 mail.example ESMTP ready\r\n",
    "gets no answer": b"HTTP/1.1 502 Bad Gateway\r\n" + _HTML,
}
"""What the proxy answers where it joins nobody."""


@dataclass
class ConnectProxy:
    """One proxy, and what has been asked of it."""

    target: int
    """The port of this machine where every connection leads to."""
    mood: str = ""
    """One of the MOODS; "" where it works."""
    password: str = ""
    """``name:password`` that it wants; "" where it wants none."""
    port: int = 0
    hosts: Counter[str] = field(default_factory=Counter)
    """How often it was asked for each host, as ``name:port``."""
    heard: bytes = b""
    """All that came in heads of requests, in clear text."""
    _open: set[socket.socket] = field(default_factory=set)

    @property
    def url(self) -> str:
        """As variables name it."""
        user = f"{self.password}@" if self.password else ""
        return f"http://{user}127.0.0.1:{self.port}"

    @contextmanager
    def running(self) -> Iterator["ConnectProxy"]:
        """Serve for as long as the context lasts."""
        with socket.create_server(("127.0.0.1", 0)) as listening:
            self.port = listening.getsockname()[1]
            thread = threading.Thread(target=self._accept, args=(listening,), daemon=True)
            thread.start()
            try:
                yield self
            finally:
                listening.shutdown(socket.SHUT_RDWR)
                thread.join(10)
                for each in list(self._open):
                    with suppress(OSError):
                        each.shutdown(socket.SHUT_RDWR)

    def _accept(self, listening: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = listening.accept()
                threading.Thread(target=self._serve, args=(near,), daemon=True).start()

    def _serve(self, near: socket.socket) -> None:
        with near, suppress(OSError):
            head = b""
            while b"\r\n\r\n" not in head:
                if not (data := near.recv(65536)):
                    return
                head += data
            self.heard += head
            method, host, _ = head.split(b" ", 2)
            self.hosts[host.decode()] += 1
            wanted = b"Basic " + base64.b64encode(self.password.encode())
            mood = "wants a password" if self.password and wanted not in head else self.mood
            if mood or method != b"CONNECT":
                near.sendall(MOODS[mood or "refuses"])
                return
            with socket.create_connection(("127.0.0.1", self.target)) as far:
                near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
                join(near, far, self._open)


def join(near: socket.socket, far: socket.socket, open_ones: set[socket.socket]) -> None:
    """Pass on what comes from either side until both have ended."""
    open_ones |= {near, far}
    back = threading.Thread(target=_pass_on, args=(far, near), daemon=True)
    back.start()
    _pass_on(near, far)
    back.join()
    open_ones -= {near, far}


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
