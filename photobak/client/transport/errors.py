"""Why there was no answer, or AWS refused, as errors that a person can act on; and what to make of a wrong clock."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import pycurl

from photobak.client.transport.retry import Transient
from photobak.errors import CloudError, PhotobakError, SignInNeeded
from photobak.platform.network import shown_proxy

_TOLERATED_CLOCK: Final = 300.0
"""Seconds. Signatures bear 15 minutes (AWS Signature Version 4), tokens five."""
_EXPIRED: Final = frozenset(
    {
        "ExpiredToken",
        "ExpiredTokenException",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidToken",
        "TokenRefreshRequired",
        "UnrecognizedClientException",
    }
)
"""How AWS's services say that they don't know the credentials, or not any more."""
_PERHAPS_THE_CLOCK: Final = _EXPIRED | {
    "InvalidSignatureException", "SignatureDoesNotMatch", "RequestTimeTooSkewed", "RequestExpired",
}  # fmt: skip
"""How they say "Signature expired" and "Signature not yet current", among other things."""
_TAG: Final = re.compile(rb"<(Code|Message|StorageClass)>([^<]*)</\1>")
_PROXY_ERROR: Final = 97
"""CURLE_PROXY, which pycurl has no name for."""
_CUT: Final = (pycurl.E_PARTIAL_FILE, pycurl.E_RECV_ERROR)
_CHECK_NETWORK: Final = "Check the network and try again"


class NoAnswer(Exception):
    """No answer came, or not all of it, and another try would not help."""

    def __init__(self, why: str, *, next_step: str = "", sent: bool = True, cut: bool = False) -> None:
        """Say why.

        Args:
            why: for a person; without anything of the URL.
            next_step: likewise.
            sent: whether the request may have arrived.
            cut: whether the answer began, and the connection was closed before it was complete.
        """
        super().__init__(why)
        self.cut = cut
        self.why = why
        self.next_step = next_step
        self.sent = sent


class Interrupted(NoAnswer, Transient):
    """As ``NoAnswer``, where another try may help."""


class ServiceError:
    """What an AWS service says in an error's XML (S3 API reference, "Error responses")."""

    def __init__(self, status: int, body: bytes) -> None:
        found = {name.decode(): value.decode("utf-8", "replace") for name, value in _TAG.findall(body)}
        self.status = status
        self.code = found.get("Code") or f"HTTP {status}"
        self.message = found.get("Message", "")
        self.storage_class = found.get("StorageClass", "")

    @property
    def expired(self) -> bool:
        """Whether other credentials would do."""
        return self.code in _EXPIRED


def no_answer(curl: pycurl.Curl, number: int, text: str, proxy: str | None) -> NoAnswer:
    """Why libcurl got no answer.

    Args:
        curl: the handle that has failed.
        number: libcurl's error.
        text: libcurl's words for it.
        proxy: what the request went through.
    """
    said = _by_proxy(curl, number, proxy) if proxy else None
    if said is not None:
        return said
    if number == pycurl.E_PEER_FAILED_VERIFICATION:
        return certificate_refusal(text)
    sent = curl.getinfo(pycurl.PRETRANSFER_TIME) > 0
    begun = curl.getinfo(pycurl.RESPONSE_CODE) > 0
    return Interrupted(_reason(curl, number, text), sent=sent, cut=begun and number in _CUT)


def proxy_refusal(proxy: str, status: int) -> NoAnswer:
    """Why there is no answer where a proxy makes no connection, and says so by an HTTP status."""
    name = f"the proxy {shown_proxy(proxy)}"
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:
        next_step = "Write them into HTTPS_PROXY: http://NAME:PASSWORD@HOST:PORT"
        return NoAnswer(f"{name} wants a user name and password", next_step=next_step, sent=False)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        return Interrupted(f"{name} gets no answer (HTTP {status})", next_step=_CHECK_NETWORK, sent=False)
    return NoAnswer(f"{name} refuses (HTTP {status})", next_step="Check HTTPS_PROXY and NO_PROXY", sent=False)


def proxy_failure(proxy: str, why: str) -> NoAnswer:
    """Why there is no answer where a proxy gives none itself."""
    said = f"the proxy {shown_proxy(proxy)} can't be reached ({why})"
    return Interrupted(said, next_step="Check HTTPS_PROXY", sent=False)


def not_connected(proxy: str) -> NoAnswer:
    """Why there is no answer where what is said to be a proxy makes no connection, and doesn't say why."""
    said = f"the proxy {shown_proxy(proxy)} makes no connection to it"
    return Interrupted(said, next_step="Check HTTPS_PROXY", sent=False)


def certificate_refusal(text: str) -> NoAnswer:
    """Why there is no answer where a certificate can't be trusted; ``text`` is the TLS library's."""
    next_step = "Behind a proxy that inspects TLS, set AWS_CA_BUNDLE to the file of its CA"
    return NoAnswer(_certificate_problem(text), next_step=next_step, sent=False)


def unreachable(url: str, error: NoAnswer) -> CloudError:
    """What to say of a host that gave no answer; never says more of the URL than its host."""
    host = urlsplit(url).netloc
    if not isinstance(error, Interrupted):
        return CloudError(f"{host} can't be reached", why=error.why, next_step=error.next_step)
    if url.startswith("http://"):
        next_step = error.next_step or "Start the local stack with: photobak local up"
        return CloudError(f"{host} doesn't answer", why=error.why, next_step=next_step)
    return CloudError(f"{host} can't be reached", why=error.why, next_step=error.next_step or _CHECK_NETWORK)


def refusal(what: str, code: str, message: str, answered_at: str | None) -> PhotobakError:
    """The error to raise where AWS refuses.

    Args:
        what: what can't be done then, for a person.
        code: AWS's name of the reason.
        message: AWS's words for it; may be empty.
        answered_at: the answer's ``Date``, where it had one.
    """
    wrong_clock = clock_error(what, answered_at) if code in _PERHAPS_THE_CLOCK else None
    if wrong_clock:
        return wrong_clock
    if code in _EXPIRED:
        return SignInNeeded(what, why="the sign-in is not accepted any more", next_step="Type: photobak login")
    return CloudError(what, why=printable(f"{code}: {message}" if message else code))


@contextmanager
def aws_errors(what: str, next_step: str = "") -> Iterator[None]:
    """Turn botocore's exceptions into ours.

    Args:
        what: what can't be done then, for a person.
        next_step: what to do where AWS refuses.

    Raises:
        CloudError: AWS can't be reached, or refuses.
        SignInNeeded: the credentials are not accepted any more.
    """
    from botocore.exceptions import BotoCoreError, ClientError, EndpointConnectionError

    try:
        yield
    except EndpointConnectionError as error:
        raise CloudError(what, why="it can't be reached", next_step=_CHECK_NETWORK) from error
    except ClientError as error:
        said, about = error.response.get("Error", {}), error.response.get("ResponseMetadata", {})
        code = said.get("Code") or f"HTTP {about.get('HTTPStatusCode', 0)}"
        refused = refusal(what, code, said.get("Message", ""), about.get("HTTPHeaders", {}).get("date"))
        refused.next_step = next_step or refused.next_step
        raise refused from error
    except BotoCoreError as error:
        raise CloudError(what, why=str(error)) from error


def clock_error(what: str, answered_at: str | None, now: float | None = None) -> CloudError | None:
    """Tell whether a refusal is this machine's clock's fault: AWS refuses then in words that say everything but that.

    Args:
        what: what was refused, for a person.
        answered_at: the refusal's ``Date`` (RFC 9110, 6.6.1): what the cloud takes for the time.
        now: this machine's time in Unix seconds; as its clock says where it isn't given.

    Returns:
        The error to raise; None where the clock is right, or nobody has said what time it is.
    """
    from email.utils import parsedate_to_datetime  # 10 ms, for an error

    try:
        theirs = parsedate_to_datetime(answered_at or "").timestamp()
    except ValueError:
        return None
    ahead = (time.time() if now is None else now) - theirs
    if abs(ahead) <= _TOLERATED_CLOCK:
        return None
    why = f"this machine's clock is {_duration(abs(ahead))} {'ahead' if ahead > 0 else 'behind'}"
    return CloudError(what, why=why, next_step="Set it, then repeat")


def printable(text: object, most: int = 200) -> str:
    """A text from the network as it may be shown: no control characters, which a terminal would obey, and not long."""
    return "".join(character if character.isprintable() else " " for character in str(text)[:most]).strip()


def _by_proxy(curl: pycurl.Curl, number: int, proxy: str) -> NoAnswer | None:
    """What is wrong with the proxy; None where it isn't the proxy's fault."""
    status = curl.getinfo(pycurl.HTTP_CONNECTCODE)
    if status >= 300:
        return proxy_refusal(proxy, status)
    if number == pycurl.E_COULDNT_RESOLVE_PROXY:
        return proxy_failure(proxy, "its name can't be resolved")
    if number == pycurl.E_COULDNT_CONNECT:
        return proxy_failure(proxy, _system_reason(curl) or "no connection")
    if number in (_PROXY_ERROR, pycurl.E_SSL_CONNECT_ERROR, pycurl.E_FTP_WEIRD_SERVER_REPLY) or (
        status == 0 and curl.getinfo(pycurl.PRETRANSFER_TIME) == 0 and number != pycurl.E_PEER_FAILED_VERIFICATION
    ):
        return not_connected(proxy)
    return None


def _certificate_problem(text: str) -> str:
    if any(word in text for word in ("subject name", "does not match", "doesn't match", "not valid for", "mismatch")):
        return "its TLS certificate is for another host"
    if "expired" in text:
        return "its TLS certificate has expired"
    return "its TLS certificate can't be verified"


def _reason(curl: pycurl.Curl, number: int, text: str) -> str:
    if number == pycurl.E_OPERATION_TIMEDOUT:
        return "it didn't answer in time"
    if number in (pycurl.E_COULDNT_RESOLVE_HOST, pycurl.E_URL_MALFORMAT):
        return "its name can't be resolved"
    if number == pycurl.E_SSL_CONNECT_ERROR:
        return "it doesn't speak TLS" if "wrong version" in text else "the TLS handshake failed"
    if number in (pycurl.E_FTP_WEIRD_SERVER_REPLY, pycurl.E_UNSUPPORTED_PROTOCOL):
        return "its answer is no HTTP"
    return _system_reason(curl) or "the connection was cut"


def _system_reason(curl: pycurl.Curl) -> str:
    number = curl.getinfo(pycurl.OS_ERRNO)
    return os.strerror(number).lower() if number else ""


def _duration(seconds: float) -> str:
    for unit, size in (("days", 86_400), ("hours", 3_600)):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {unit}"
    return f"{seconds / 60:.0f} minutes"
