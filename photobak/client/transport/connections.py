"""HTTP/1.1 over connections that are kept, and what to say of a host that doesn't answer.

http.client's, rather than urllib3's: bytes of photos are copied once less on their way, and half of what urllib3 takes
to be loaded is spared, which every command waits for.
"""

import http.client
import logging
import select
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import Final, TypeAlias
from urllib.parse import urlsplit

from photobak.errors import CloudError

NETWORK_ERRORS: Final = (http.client.HTTPException, OSError)
"""How a request fails where no answer came, or not all of it."""

Body: TypeAlias = bytes | Iterable[bytes]

_log = logging.getLogger(__name__)


class Connections:
    """Connections to any hosts; each thread has its own. Threads may share this."""

    def __init__(self, *, to_connect: float, to_answer: float) -> None:
        """Open none yet.

        Args:
            to_connect: how many seconds a host may take to be connected to.
            to_answer: for how many seconds it may be silent.
        """
        self._to_connect = to_connect
        self._to_answer = to_answer
        self._local = threading.local()

    def open(self, url: str) -> http.client.HTTPConnection:
        """A connection to the host of ``url``, over which a request may be sent.

        Raises:
            OSError: there is no way to it.
        """
        connection = self._of_this_thread(url)
        if connection.sock is not None and _was_closed_there(connection.sock):
            connection.close()
        if connection.sock is None:
            self._connect(connection)
        return connection

    def send(
        self, method: str, url: str, headers: Mapping[str, str], body: Body | None = None
    ) -> http.client.HTTPResponse:
        """Send a request, and return the answer, whose body is to be read to its end or hung up on.

        Args:
            method: ``GET`` and so on.
            url: where to; ``http`` or ``https``. Redirects aren't followed.
            headers: what is sent besides ``Host``; ``Content-Length``, where the body comes in pieces.
            body: what is sent.

        Raises:
            OSError, http.client.HTTPException: no answer came.
        """
        connection, place = self.open(url), urlsplit(url)
        target = f"{place.path or '/'}?{place.query}" if place.query else place.path or "/"
        try:
            try:
                connection.request(method, target, body, {"User-Agent": "photobak", **headers})
            except (BrokenPipeError, ConnectionResetError):
                _log.debug("%s takes no more", place.netloc)  # an answer may say why, and came before all was sent
            answer = connection.getresponse()
        except BaseException:  # whatever it was, what has been sent is not a whole request
            connection.close()
            raise
        _log.debug("%s %s://%s%s: %d", method, place.scheme, place.netloc, place.path, answer.status)
        return answer

    def content(self, url: str, answer: http.client.HTTPResponse, most: int) -> bytes:
        """Read an answer; of one that is larger than ``most`` bytes, one byte more than that.

        Raises:
            OSError, http.client.HTTPException: it was cut off.
        """
        try:
            content = answer.read(most + 1)
        except BaseException:  # whatever it was, what is left of the answer would pass for the next one
            self.hang_up(url)
            raise
        if not answer.isclosed():
            self.hang_up(url)
        if answer.length and len(content) <= most:  # which http.client leaves to its callers
            raise http.client.IncompleteRead(content, answer.length)
        return content

    def hang_up(self, url: str) -> None:
        """Close this thread's connection to the host of ``url``; the next request opens it again."""
        self._of_this_thread(url).close()

    def _connect(self, connection: http.client.HTTPConnection) -> None:
        connection.timeout = self._to_connect
        try:
            connection.connect()
            connection.sock.settimeout(self._to_answer)
        except UnicodeError as error:  # one of the name's labels is empty, or longer than 63 bytes
            raise socket.gaierror(socket.EAI_NONAME, "no host can have this name") from error
        except BaseException:
            connection.close()  # or what is half made would pass for a connection the next time
            raise

    def _of_this_thread(self, url: str) -> http.client.HTTPConnection:
        place = urlsplit(url)
        mine: dict[tuple[str, str], http.client.HTTPConnection] = vars(self._local).setdefault("connections", {})
        found = mine.get((place.scheme, place.netloc))
        if found is None:
            host = place.hostname or ""
            if place.scheme == "https":
                found = http.client.HTTPSConnection(host, place.port, context=self._tls)
            else:
                found = http.client.HTTPConnection(host, place.port)
            mine[place.scheme, place.netloc] = found
        return found

    @cached_property
    def _tls(self) -> ssl.SSLContext:
        return ssl.create_default_context()


def unreachable(url: str, error: Exception) -> CloudError:
    """What to say of a host that gave no answer; never says more of the URL than its host."""
    host = urlsplit(url).netloc
    if isinstance(error, ssl.SSLCertVerificationError):
        return CloudError(f"{host} can't be trusted", why="its TLS certificate can't be verified")
    if url.startswith("http://"):
        next_step = "Start the local stack with: photobak local up"
        return CloudError(f"{host} doesn't answer", why=_why(error), next_step=next_step)
    return CloudError(f"{host} can't be reached", why=_why(error), next_step="Check the network and try again")


def _was_closed_there(connection: socket.socket) -> bool:
    """Whether the host has hung up on a connection that no answer is expected from."""
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    return bool(poll.poll(0))


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "it didn't answer in time"
    if isinstance(error, socket.gaierror):
        return "its name can't be resolved"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()
    return type(error).__name__
