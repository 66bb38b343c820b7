"""One HTTP exchange, by libcurl: encrypted, limited in time, over connections that each thread keeps.

libcurl knows proxies, certificates and AWS's signatures; nothing else in the client opens a socket but the WebSocket.
https://curl.se/libcurl/c/
"""

import logging
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Final, Protocol, TypeAlias
from urllib.parse import urlsplit

import pycurl

from photobak import __version__
from photobak.client.profile import is_loopback
from photobak.client.transport.errors import no_answer
from photobak.errors import ConfigError
from photobak.platform.network import proxy_for, shown_proxy, trusted_certificates, unreadable_bundle

Sink: TypeAlias = Callable[[bytes], object]
"""Takes the next piece of an answer's body."""

_RECEIVED: Final = 1024 * 1024
_SENT: Final = 256 * 1024
_USER_AGENT: Final = f"photobak/{__version__}"

_log = logging.getLogger(__name__)
_of_thread = threading.local()


@dataclass(frozen=True, slots=True)
class Credentials:
    """AWS credentials that are good now."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Signature:
    """What signs a request (AWS Signature Version 4): whose credentials, for which service and region."""

    credentials: Credentials
    service: str
    """As signatures name it: ``s3``, ``dynamodb``."""
    region: str


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a host may take."""

    to_connect: int
    """Seconds."""
    silent: int
    """Seconds without a byte in either direction."""


class Body(Protocol):
    """A body that is read while it is sent."""

    @property
    def size(self) -> int:
        """Bytes in all."""

    def read(self, most: int) -> bytes:
        """The next bytes, ``most`` at most."""

    def rewind(self) -> None:
        """Begin again: a kept connection had ended before the request arrived."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked of a host. Its URL and headers may hold secrets, so ``repr`` leaves them out."""

    method: str
    url: str = field(repr=False)
    headers: Mapping[str, str] = field(repr=False, default_factory=dict)
    body: bytes | Body | None = field(repr=False, default=None)
    signature: Signature | None = None
    limits: Limits = Limits(to_connect=5, silent=20)
    once: bool = False
    """Whether it must not arrive twice: it is sent over a new connection, whose end means that it may have arrived."""


class Headers(dict[str, str]):
    """An answer's headers, found in any case (RFC 9110, 5.1)."""

    def __setitem__(self, name: str, value: str) -> None:
        super().__setitem__(name.lower(), value)

    def __getitem__(self, name: str) -> str:
        return super().__getitem__(name.lower())

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and super().__contains__(name.lower())

    def text(self, name: str) -> str:
        """A header's value; "" where there is none."""
        return self.get(name.lower(), "")


@dataclass(slots=True)
class Head:
    """What comes before an answer's body."""

    status: int = 0
    headers: Headers = field(default_factory=Headers)


def exchange(request: Request, begin: Callable[[Head], Sink]) -> Head:
    """Send a request, and hand on the answer's body while it comes. Redirects are not followed.

    Args:
        request: what to send.
        begin: called once the head of an answer with a body has come; gives what takes the body. What either raises
            ends the exchange, and is raised here.

    Raises:
        NoAnswer: no answer came, or not all of it.
        ConfigError: the proxy or the CA bundle can't be used.
    """
    answer = _Answer(request, begin)
    proxy = proxy_of(request.url)
    curl = _handle()
    curl.reset()  # keeps connections, names and TLS sessions
    _set(curl, request, proxy)
    curl.setopt(pycurl.HEADERFUNCTION, answer.take_header)
    curl.setopt(pycurl.WRITEFUNCTION, answer.take)
    if request.body is not None:
        answer.set_body(curl)
    if threading.current_thread() is threading.main_thread():  # which alone hears of Ctrl-C, and only in Python code
        curl.setopt(pycurl.XFERINFOFUNCTION, answer.look_around)
        curl.setopt(pycurl.NOPROGRESS, 0)
    try:
        curl.perform()
    except pycurl.error as error:
        if answer.failure is None:
            number, text = int(error.args[0]), curl.errstr()
            if number == pycurl.E_SSL_CACERT_BADFILE:
                raise unreadable_bundle(trusted_certificates()) from None
            raise no_answer(curl, number, text, proxy) from None  # the cause's text may name the URL
    if answer.failure is not None:
        raise answer.failure
    place = urlsplit(request.url)
    _log.debug("%s %s://%s%s: %d", request.method, place.scheme, place.netloc, place.path, answer.head.status)
    return answer.head


class _Answer:
    """Libcurl's callbacks. What they raise would be printed and lost, so it is kept."""

    def __init__(self, request: Request, begin: Callable[[Head], Sink]) -> None:
        self.head = Head()
        self.failure: BaseException | None = None
        self._request = request
        self._begin = begin
        self._sink: Sink | None = None

    def take_header(self, line: bytes) -> None:
        text = line.decode("iso-8859-1").strip()
        if text.startswith("HTTP/"):  # of the last answer: one that says to continue may come before it
            self.head.status = int(text.split()[1])
            self.head.headers.clear()
        elif ":" in text:
            name, _, value = text.partition(":")
            self.head.headers[name] = value.strip()

    def take(self, chunk: bytes) -> int | None:
        try:
            if self._sink is None:
                self._sink = self._begin(self.head)
            self._sink(chunk)
        except BaseException as failure:  # noqa: BLE001 - raised by who asked
            self.failure = failure
            return 0
        return None

    def set_body(self, curl: pycurl.Curl) -> None:
        body = self._request.body
        if isinstance(body, bytes):
            curl.setopt(pycurl.POSTFIELDS, body)  # also what is signed
        elif body is not None:
            curl.setopt(pycurl.POST, 1)
            curl.setopt(pycurl.POSTFIELDSIZE_LARGE, body.size)
            curl.setopt(pycurl.READFUNCTION, self.read)
            curl.setopt(pycurl.SEEKFUNCTION, self.seek)
        curl.setopt(pycurl.CUSTOMREQUEST, self._request.method)

    def read(self, most: int) -> bytes | int:
        body = self._request.body
        assert body is not None  # noqa: S101 - else libcurl would not ask
        assert not isinstance(body, bytes)  # noqa: S101 - likewise
        try:
            return body.read(most)
        except BaseException as failure:  # noqa: BLE001 - raised by who asked
            self.failure = failure
            return pycurl.READFUNC_ABORT

    def seek(self, offset: int, _origin: int) -> int:
        body = self._request.body
        if offset != 0 or body is None or isinstance(body, bytes):
            return pycurl.SEEKFUNC_CANTSEEK
        try:
            body.rewind()
        except BaseException as failure:  # noqa: BLE001 - raised by who asked
            self.failure = failure
            return pycurl.SEEKFUNC_FAIL
        return pycurl.SEEKFUNC_OK

    def look_around(self, *_: object) -> int:
        """Called about once a second, where Python raises KeyboardInterrupt if it was asked to."""
        return 0


def _set(curl: pycurl.Curl, request: Request, proxy: str | None) -> None:
    """What holds for every request, and what this one says."""
    for option, value in _common().items():
        curl.setopt(option, value)
    curl.setopt(pycurl.URL, request.url)
    curl.setopt(pycurl.PROXY, proxy or "")  # empty: libcurl doesn't look for one itself
    headers = dict(request.headers)
    if request.method == "HEAD":
        curl.setopt(pycurl.NOBODY, 1)
    if request.once:
        curl.setopt(pycurl.FRESH_CONNECT, 1)  # on a kept one that has ended, libcurl sends a request again
    if signature := request.signature:
        mine = signature.credentials
        curl.setopt(pycurl.AWS_SIGV4, f"aws:amz:{signature.region}:{signature.service}")
        curl.setopt(pycurl.USERNAME, mine.access_key_id)
        curl.setopt(pycurl.PASSWORD, mine.secret_access_key)
        headers["X-Amz-Date"] = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")  # one clock for all of the program
        if mine.session_token:
            headers["X-Amz-Security-Token"] = mine.session_token
    lines = [f"{name}: {value}" for name, value in headers.items()]
    curl.setopt(pycurl.HTTPHEADER, [*lines, "Expect:"])  # no pause before a body is sent
    curl.setopt(pycurl.CONNECTTIMEOUT, request.limits.to_connect)
    curl.setopt(pycurl.LOW_SPEED_LIMIT, 1)
    curl.setopt(pycurl.LOW_SPEED_TIME, request.limits.silent)


@cache
def _common() -> dict[int, int | str]:
    """The options of every request."""
    options: dict[int, int | str] = {
        pycurl.NOSIGNAL: 1,  # threads
        pycurl.PROTOCOLS: pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS,
        pycurl.FOLLOWLOCATION: 0,
        pycurl.HTTP_VERSION: pycurl.CURL_HTTP_VERSION_1_1,  # a connection has one request at a time
        pycurl.USERAGENT: _USER_AGENT,
        pycurl.BUFFERSIZE: _RECEIVED,
        pycurl.UPLOAD_BUFFERSIZE: _SENT,
        pycurl.TCP_KEEPALIVE: 1,
        pycurl.MAXCONNECTS: 8,
    }
    if (trusted := trusted_certificates()) is None:
        options[pycurl.SSL_OPTIONS] = pycurl.SSLOPT_NATIVE_CA
    else:
        options[pycurl.CAPATH if trusted.is_dir() else pycurl.CAINFO] = str(trusted)
    return options


def _handle() -> pycurl.Curl:
    """This thread's handle; libcurl's are for one thread each."""
    found: pycurl.Curl | None = getattr(_of_thread, "curl", None)
    if found is None:
        found = _of_thread.curl = pycurl.Curl()
    return found


def proxy_of(url: str) -> str | None:
    """The proxy for a URL.

    Raises:
        ConfigError: what is for this machine alone, and not encrypted, would leave it.
    """
    proxy = proxy_for(url)
    if proxy is None or not url.startswith(("http://", "ws://")):
        return proxy
    host = urlsplit(url).hostname or ""
    if is_loopback(host) and not is_loopback(urlsplit(proxy).hostname or ""):
        raise ConfigError(
            f"{host} can't be asked by way of the proxy {shown_proxy(proxy)}",
            why="it is this machine, and what is sent to it is not encrypted",
            next_step=f"Set NO_PROXY={host}",
        )
    return proxy
