"""HTTP for sign-in and our own API: few small requests, encrypted, limited in time and size, with errors for people."""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from photobak.client.profile import url_problem
from photobak.errors import CloudError

if TYPE_CHECKING:
    import urllib3

MAX_ANSWER = 1 << 20
"""Bytes: few answers are larger than some kilobytes."""
_TRIES = 3
_CONNECTIONS = 16
"""To one host, kept for the next request; the most that any command asks at once."""
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read whole. Its body may hold tokens, so ``repr`` leaves it out."""

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes

    def __repr__(self) -> str:
        return f"Answer({self.url!r}, {self.status}, {len(self.body)} bytes)"

    def json(self) -> dict[str, Any]:
        """The body as a JSON object.

        Raises:
            CloudError: it is something else.
        """
        try:
            found = json.loads(self.body)
        except ValueError:
            found = None
        if not isinstance(found, dict):
            raise CloudError(f"{self.url} gave an answer that can't be read", why=f"HTTP {self.status}, no JSON object")
        return found


def get(url: str, *, query: Mapping[str, str] | None = None) -> Answer:
    """GET ``url``; redirects aren't followed.

    Raises:
        CloudError: it couldn't be reached.
    """
    return _request("GET", f"{url}?{urlencode(query)}" if query else url, repeatable=True)


def post_form(url: str, form: str, *, repeatable: bool = False) -> Answer:
    """POST an encoded form; redirects aren't followed.

    Args:
        url: where to.
        form: the encoded form.
        repeatable: whether the request may be sent again after it may have arrived.

    Raises:
        CloudError: it couldn't be reached.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return _request("POST", url, repeatable=repeatable, body=form.encode(), headers=headers)


def send_json(method: str, url: str, content: object, *, token: str) -> Answer:
    """Send a repeatable request of our own HTTP API, in the name of whom ``token`` was issued to.

    Args:
        method: ``POST`` or ``DELETE``.
        url: the route.
        content: the body, anything that JSON can say.
        token: the ID token.

    Raises:
        CloudError: it couldn't be reached.
    """
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return _request(method, url, repeatable=True, body=json.dumps(content).encode(), headers=headers)


def post_aws_json(url: str, target: str, content: Mapping[str, object]) -> Answer:
    """Call an AWS JSON 1.1 operation that needs no signature, such as Cognito's public ones.

    Args:
        url: the service's endpoint.
        target: ``Service.Operation``.
        content: the operation's parameters.

    Raises:
        CloudError: it couldn't be reached.
    """
    headers = {"Content-Type": "application/x-amz-json-1.1", "X-Amz-Target": target}
    return _request("POST", url, repeatable=True, body=json.dumps(content).encode(), headers=headers)


def post_signed(url: str, headers: Mapping[str, str], body: bytes, *, most: int) -> Answer:
    """POST a repeatable request of an AWS service.

    Args:
        url: the service's endpoint.
        headers: with the signature among them.
        body: what was signed.
        most: how many bytes the answer may have.

    Raises:
        CloudError: it couldn't be reached.
    """
    return _request("POST", url, repeatable=True, body=body, headers=headers, most=most)


def ask_signed(method: str, url: str, headers: Mapping[str, str], *, most: int) -> Answer:
    """Send a GET or HEAD request of an AWS service; arguments and errors as of ``post_signed``."""
    return _request(method, url, repeatable=True, headers=headers, most=most)


@cache
def _pool(repeatable: bool) -> "urllib3.PoolManager":
    import urllib3  # 60 ms, which a command with a valid token does without
    from urllib3.util import Retry, Timeout

    again = {"total": 3, "status_forcelist": (429, 500, 502, 503, 504), "allowed_methods": None}
    once = {"total": 2, "connect": 2, "read": 0, "status": 0, "other": 0}  # only where no connection was made
    retries = Retry(
        **(again if repeatable else once),
        redirect=0,
        backoff_factor=0.3,
        backoff_jitter=0.3,  # who failed together doesn't come back together
        raise_on_status=False,
    )
    return urllib3.PoolManager(maxsize=_CONNECTIONS, timeout=Timeout(connect=5.0, read=20.0), retries=retries)


def _request(
    method: str,
    url: str,
    *,
    repeatable: bool,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    most: int = MAX_ANSWER,
) -> Answer:
    from urllib3.exceptions import HTTPError

    place = url.partition("?")[0]
    problem = url_problem(place)
    if problem:
        raise CloudError(f"{place} isn't asked", why=problem)
    sent = {"User-Agent": "photobak", **(headers or {})}
    try:
        response, content = _exchange(method, url, body, sent, repeatable=repeatable, most=most)
    except HTTPError as error:
        raise unreachable(place, error) from None  # the cause's text has the query, and with it codes and tokens
    _log.debug("%s %s: %d", method, place, response.status)
    if len(content) > most:
        raise CloudError(f"{place} gave an answer that can't be read", why=f"it is larger than {most} bytes")
    return Answer(place, response.status, response.headers, content)


def _exchange(
    method: str, url: str, body: bytes | None, headers: Mapping[str, str], *, repeatable: bool, most: int
) -> "tuple[urllib3.BaseHTTPResponse, bytes]":
    """An answer and its body; one that is cut off is asked for again, which urllib3 doesn't do."""
    from urllib3.exceptions import ProtocolError

    for tries_left in reversed(range(_TRIES if repeatable else 1)):
        response = _pool(repeatable).request(
            method, url, body=body, headers=headers, redirect=False, preload_content=False
        )
        try:
            content = response.read(most + 1)
        except ProtocolError:
            if not tries_left:
                raise
        else:
            response.release_conn()
            return response, content
    raise AssertionError("unreachable")


def unreachable(url: str, error: Exception) -> CloudError:
    """What to say of a host that didn't answer a urllib3 request; never says more of the URL than its host."""
    from urllib3.exceptions import MaxRetryError, SSLError

    reason = error.reason if isinstance(error, MaxRetryError) and error.reason else error
    host = urlsplit(url).netloc
    if isinstance(reason, SSLError):
        return CloudError(f"{host} can't be trusted", why="its TLS certificate can't be verified")
    if url.startswith("http://"):
        next_step = "Start the local stack with: photobak local up"
        return CloudError(f"{host} doesn't answer", why=_why(reason), next_step=next_step)
    return CloudError(f"{host} can't be reached", why=_why(reason), next_step="Check the network and try again")


def printable(text: object, most: int = 200) -> str:
    """A text from the network as it may be shown: no control characters, which a terminal would obey, and not long."""
    return "".join(character if character.isprintable() else " " for character in str(text)[:most]).strip()


def _why(reason: BaseException) -> str:
    from urllib3.exceptions import NameResolutionError
    from urllib3.exceptions import TimeoutError as HTTPTimeoutError

    if isinstance(reason, NameResolutionError):
        return "its name can't be resolved"
    if isinstance(reason, HTTPTimeoutError) and not isinstance(reason.__cause__, ConnectionError):
        return "it didn't answer in time"
    if isinstance(reason.__cause__, OSError) and reason.__cause__.strerror:
        return reason.__cause__.strerror.lower()
    return type(reason).__name__
