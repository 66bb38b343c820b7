"""Small HTTP requests: limited in time and size, tried again where that is harmless, with errors for people."""

import json
from collections.abc import Mapping
from typing import Final
from urllib.parse import urlencode

from photobak.client.profile import url_problem
from photobak.client.transport.answer import Answer
from photobak.client.transport.curl import Head, Request, Sink, exchange
from photobak.client.transport.errors import NoAnswer, unreachable
from photobak.client.transport.retry import BATCHES, SMALL_REQUESTS, RetryPolicy, Transient, transient
from photobak.errors import CloudError

MAX_ANSWER: Final = 1 << 20
"""Bytes: few answers are larger than some kilobytes."""


def get(url: str, *, query: Mapping[str, str] | None = None) -> Answer:
    """GET ``url``.

    Raises:
        CloudError: it couldn't be reached.
    """
    return ask(Request("GET", f"{url}?{urlencode(query)}" if query else url))


def post_form(url: str, form: str, *, repeatable: bool = False) -> Answer:
    """POST an encoded form.

    Args:
        url: where to.
        form: the encoded form.
        repeatable: whether the request may be sent again after it may have arrived.

    Raises:
        CloudError: it couldn't be reached.
    """
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    return ask(Request("POST", url, headers, form.encode(), once=not repeatable))


def send_json(method: str, url: str, content: object, *, token: str) -> Answer:
    """Send a repeatable request of our own HTTP API, in the name of whom ``token`` was issued to.

    Args:
        method: ``GET``, ``POST`` or ``DELETE``.
        url: the route.
        content: the body, anything that JSON can say; None for no body.
        token: the ID token.

    Raises:
        CloudError: it couldn't be reached.
    """
    headers = {"Authorization": f"Bearer {token}"}
    if content is None:
        return ask(Request(method, url, headers), policy=BATCHES)
    headers["Content-Type"] = "application/json"
    return ask(Request(method, url, headers, json.dumps(content).encode()), policy=BATCHES)


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
    return ask(Request("POST", url, headers, json.dumps(content).encode()))


def multipart(fields: Mapping[str, str], boundary: str) -> tuple[bytes, bytes]:
    """What goes before and after a file that is the last field of a form, as S3 wants it (RFC 7578)."""
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="file"\r\n\r\n')
    return "".join(parts).encode(), f"\r\n--{boundary}--\r\n".encode()


def ask(request: Request, *, most: int = MAX_ANSWER, policy: RetryPolicy = SMALL_REQUESTS) -> Answer:
    """Send a request, again where no answer came or one that says that there will be a better one.

    Args:
        request: what to send; one that is for once is sent again only where it can't have arrived.
        most: how many bytes the answer may have.
        policy: how often to try.

    Returns:
        The answer, whatever its status.

    Raises:
        CloudError: the host couldn't be reached, or its answer is larger.
        ConfigError: the proxy or the CA bundle can't be used.
    """
    last: list[Answer] = []

    def once() -> Answer:
        last.clear()
        try:
            answer = read(request, most)
        except NoAnswer as error:
            if request.once and error.sent:
                raise NoAnswer(error.why, next_step=error.next_step) from None
            raise
        last.append(answer)
        failure = None if request.once else transient(answer.status)
        if failure:
            raise failure
        return answer

    try:
        return policy.run(once)
    except NoAnswer as error:
        raise unreachable(_place(request.url), error) from None  # the cause's text may have the query in it
    except Transient:
        return last[0]


def read(request: Request, most: int) -> Answer:
    """Send a request once, and read the answer.

    Raises:
        NoAnswer: there was none, or not all of it.
        CloudError: the URL is not one to send secrets to, or the answer has more than ``most`` bytes.
        ConfigError: the proxy or the CA bundle can't be used.
    """
    place = _place(request.url)
    if problem := url_problem(place):
        raise CloudError(f"{place} isn't asked", why=problem)
    chunks: list[bytes] = []
    left = most

    def take(chunk: bytes) -> None:
        nonlocal left
        left -= len(chunk)
        if left < 0:
            raise CloudError(f"{place} gave an answer that can't be read", why=f"it is larger than {most} bytes")
        chunks.append(chunk)

    def begin(_: Head) -> Sink:
        return take

    head = exchange(request, begin)
    return Answer(place, head.status, head.headers, b"".join(chunks))


def _place(url: str) -> str:
    return url.partition("?")[0]
