"""A line between a client and the local stack that can be cut, as networks are."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from urllib.parse import urlsplit

from support.fault_proxy import REDIRECT


class TcpProxy:
    """Passes on what comes to its port, to one address."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._target = (parts.hostname, parts.port)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._guard = threading.Lock()
        self._open: set[socket.socket] = set()
        self._down = False
        self.address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        self._host = f"Host: {parts.netloc}".encode()
        self.connections = 0
        """How many have been made."""

    @property
    def environment(self) -> dict[str, str]:
        """For a process that is to go through this line, although it knows the other end's address."""
        port = self.address.rpartition(":")[2]
        return {"PYTHONPATH": REDIRECT, "PHOTOBAK_TEST_REDIRECT": f"{self._target[1]}:{port}"}

    def cut(self) -> None:
        """End every connection at once, without a word."""
        with self._guard:
            for each in self._open:
                with suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    @contextmanager
    def down(self) -> Iterator[None]:
        """Cut, and let nobody through for as long as the context lasts."""
        self._down = True
        self.cut()
        try:
            yield
        finally:
            self._down = False

    @contextmanager
    def running(self) -> Iterator["TcpProxy"]:
        """Pass on for as long as the context lasts."""
        threading.Thread(target=self._accept, daemon=True).start()
        try:
            yield self
        finally:
            self._down = True
            self._listening.close()
            self.cut()

    def _accept(self) -> None:
        while True:
            try:
                near, _ = self._listening.accept()
            except OSError:
                return
            if self._down:
                near.close()
                continue
            far = socket.create_connection(self._target)
            with self._guard:
                self._open |= {near, far}
                self.connections += 1
            for source, sink in ((near, far), (far, near)):
                threading.Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                # The local stack serves nobody who calls it by another address.
                sink.sendall(data.replace(f"Host: {self.address}".encode(), self._host))
        with suppress(OSError):
            sink.shutdown(socket.SHUT_RDWR)
        with self._guard:
            self._open -= {source, sink}
