"""The network between a command and the local stack, for a process started with this folder in ``PYTHONPATH``.

``PHOTOBAK_TEST_REDIRECT=FROM:TO`` leads each connection to the port FROM of this machine to the port TO instead, where
a proxy listens: the command keeps all addresses that it knows, those in presigned URLs too.
"""

import os
import socket
from typing import Any

_redirect = os.environ.get("PHOTOBAK_TEST_REDIRECT", "")

if _redirect:
    _taken, _given = map(int, _redirect.split(":"))

    class RedirectedSocket(socket.socket):
        """A socket that connects elsewhere."""

        def connect(self, address: Any) -> None:
            """As ``socket.connect``."""
            if isinstance(address, tuple) and address[:2] == ("127.0.0.1", _taken):
                address = ("127.0.0.1", _given)
            super().connect(address)

    socket.socket = RedirectedSocket  # type: ignore[misc]

    import pycurl

    class RedirectedCurl(pycurl.Curl):  # libcurl has sockets of its own
        """A handle that connects elsewhere."""

        def perform(self) -> None:
            """As ``pycurl.Curl.perform``."""
            self.setopt(pycurl.CONNECT_TO, [f"127.0.0.1:{_taken}:127.0.0.1:{_given}"])
            super().perform()

    pycurl.Curl = RedirectedCurl  # type: ignore[misc]
