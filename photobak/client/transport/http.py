"""HTTP for sign-in and our own API: few small requests, encrypted, limited in time and size, with errors for people."""

import json
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final
from urllib.parse import urlencode

from photobak.client.profile import url_problem
from photobak.client.transport.connections import NETWORK_ERRORS, Connections, unreachable
from photobak.client.transport.retry import Patience
from photobak.errors import CloudError

MAX_ANSWER: Final = 1 << 20
"""Bytes: few answers are larger than some kilobytes."""
_TRANSIENT: Final = frozenset({429, 500, 502, 503, 504})
_TRIES: Final = 4
_FIRST_PAUSE: Final = 0.2

_connections: Final = Connections(to_connect=5, to_answer=20)


@dataclass(frozen=True, slots=True)
class Answer:
    """An HTTP answer, read whole. Its body may hold tokens, so ``repr`` leaves it out."""

    url: str
    status: int
    headers: Message
    """Found in any case (RFC 9110, 5.1)."""
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


def _request(
    method: str,
    url: str,
    *,
    repeatable: bool,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
    most: int = MAX_ANSWER,
) -> Answer:
    place = url.partition("?")[0]
    problem = url_problem(place)
    if problem:
        raise CloudError(f"{place} isn't asked", why=problem)
    ask = _ask_until_it_answers if repeatable else _ask_once
    try:
        answer = ask(method, url, headers or {}, body, most)
    except NETWORK_ERRORS as error:
        raise unreachable(place, error) from None  # the cause's text may have the query, with codes and tokens in it
    if len(answer.body) > most:
        raise CloudError(f"{place} gave an answer that can't be read", why=f"it is larger than {most} bytes")
    return answer


def _ask_once(method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Answer:
    """Ask, and ask again only where no connection was made."""
    patience = Patience(_TRIES, _FIRST_PAUSE)
    while True:
        try:
            _connections.open(url)
        except ssl.SSLCertVerificationError:
            raise
        except OSError as error:
            patience.wait(error)
        else:
            return _exchange(method, url, headers, body, most)


def _ask_until_it_answers(method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Answer:
    """Ask again where no answer came, or one that says that there will be a better one."""
    patience = Patience(_TRIES, _FIRST_PAUSE)
    while True:
        try:
            answer = _exchange(method, url, headers, body, most)
        except ssl.SSLCertVerificationError:
            raise
        except NETWORK_ERRORS as error:
            patience.wait(error)
        else:
            if answer.status not in _TRANSIENT or not patience.lasts():
                return answer


def _exchange(method: str, url: str, headers: Mapping[str, str], body: bytes | None, most: int) -> Answer:
    response = _connections.send(method, url, headers, body)
    content = _connections.content(url, response, most)
    return Answer(url.partition("?")[0], response.status, response.headers, content)


def printable(text: object, most: int = 200) -> str:
    """A text from the network as it may be shown: no control characters, which a terminal would obey, and not long."""
    return "".join(character if character.isprintable() else " " for character in str(text)[:most]).strip()
