"""What we ask the server itself, past AWS's interfaces: is it well, and is everything on the disk?"""

import urllib.request
from http.client import HTTPException
from typing import Final

from photobak.errors import LocalStackError

HEALTH_PATH: Final = "/_ministack/health"
SAVE_PATH: Final = "/_photobak/save"
"""A POST answers 204 once the state of all services is on the disk."""

_HEALTH_SECONDS: Final = 10.0  # a POST of 256 MiB keeps the server from answering for seconds
_SAVE_SECONDS: Final = 30.0


def healthy(endpoint_url: str) -> bool:
    """Tell whether the server answers."""
    try:
        return _status(urllib.request.Request(endpoint_url + HEALTH_PATH), _HEALTH_SECONDS) == 200  # noqa: S310 - ours
    except (OSError, HTTPException):
        return False


def save(endpoint_url: str) -> None:
    """Have the server write its whole state to the disk.

    Raises:
        LocalStackError: it could not, and has stopped.
    """
    request = urllib.request.Request(endpoint_url + SAVE_PATH, method="POST")  # noqa: S310 - ours
    try:
        _status(request, _SAVE_SECONDS)
    except (OSError, HTTPException) as error:
        raise LocalStackError("the local stack could not save its state", why=str(error)) from error


def _status(request: urllib.request.Request, seconds: float) -> int:
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # no proxy knows our 127.0.0.1
    with directly.open(request, timeout=seconds) as answer:
        return int(answer.status)
