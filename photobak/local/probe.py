"""What we ask the server itself, past AWS's interfaces: is it ours, and is everything on the disk?"""

import hashlib
import socket
from typing import Final
from urllib.parse import urlsplit

from photobak.errors import LocalStackError
from photobak.local.home import Home

SAVE_PATH: Final = "/_photobak/save"
"""A POST answers 204 once the state of all services is on the disk."""

_ANSWER_SECONDS: Final = 10.0  # a POST of 256 MiB keeps the server from answering for seconds
_SAVE_SECONDS: Final = 30.0
_LONGEST_LINE: Final = 4096


def home_path(home: Home) -> str:
    """Where a server answers 204 if it serves this home, and no other server does."""
    return f"/_photobak/home/{hashlib.sha256(bytes(home.root)).hexdigest()[:32]}"


def serves(endpoint_url: str, home: Home) -> bool:
    """Tell whether the server of this home answers there."""
    try:
        return _status("GET", endpoint_url, home_path(home), _ANSWER_SECONDS) == "204"
    except OSError:
        return False


def save(endpoint_url: str) -> None:
    """Have the server write its whole state to the disk.

    Raises:
        LocalStackError: it could not, and has stopped.
    """
    try:
        status = _status("POST", endpoint_url, SAVE_PATH, _SAVE_SECONDS)
    except OSError as error:
        raise LocalStackError("the local stack could not save its state", why=str(error)) from error
    if status != "204":
        raise LocalStackError("the local stack could not save its state", why=f"it answers {status or 'nothing'}")


def _status(method: str, endpoint_url: str, path: str, seconds: float) -> str:
    """The status code of an answer (RFC 9112, 4); "" where none came.

    By hand, as every command asks this, and any HTTP library takes longer to load than most commands take to run.
    """
    place = urlsplit(endpoint_url)
    request = f"{method} {path} HTTP/1.1\r\nHost: {place.netloc}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    with socket.socket() as connection:
        connection.settimeout(seconds)
        connection.connect((place.hostname, place.port))
        connection.sendall(request.encode())
        with connection.makefile("rb") as answer:
            status = answer.readline(_LONGEST_LINE).split()
            while answer.read(_LONGEST_LINE):
                pass  # to its end, so that the server is not cut off
    return status[1].decode("ascii", "replace") if len(status) > 1 else ""
