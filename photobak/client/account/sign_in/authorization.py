"""One attempt to sign in: the authorization request, and the one redirect that answers it (RFC 6749, 4.1; RFC 7636).

Pure: no network, no listener, no clock.
"""

import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from photobak.client.account.cognito import authorization_endpoint
from photobak.client.profile import Profile
from photobak.client.transport.errors import printable
from photobak.errors import PhotobakError

CALLBACK_PORTS = (47115, 47125, 47135, 47145, 47155)
"""Cognito matches redirect URIs exactly, port included (RFC 8252, 7.3 would allow any), so a few are registered."""
CALLBACK_PATH = "/callback"
SCOPES = ("openid", "email")


class NotThisAttempt(Exception):
    """A redirect, or what looks like one, that doesn't answer this attempt. It changes nothing."""


class SignInRefused(PhotobakError):
    """Cognito, or the person, answered this attempt with no."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """What ties an answer to the request that this process made. All of it is random and used once."""

    redirect_uri: str
    state: str = field(repr=False)
    """Only the browser that was sent off by us knows it (RFC 9700, 4.7)."""
    nonce: str = field(repr=False)
    """Comes back inside the ID token, so that one of another attempt can't be slipped in."""
    verifier: str = field(repr=False)
    """PKCE: a stolen code is worth nothing without it (RFC 7636)."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """An answer to one attempt: a code, or a refusal."""

    code: str = field(repr=False)
    refusal: str
    """Why it was refused, as it may be shown; "" where it wasn't."""


def callback_uri(port: int) -> str:
    """The registered redirect URI with this port. The address, not ``localhost``: RFC 8252, 8.3."""
    return f"http://127.0.0.1:{port}{CALLBACK_PATH}"


def new_attempt(redirect_uri: str) -> Attempt:
    """An attempt with 256 random bits for each of its secrets."""
    return Attempt(redirect_uri, *(secrets.token_urlsafe(32) for _ in range(3)))


def authorization_url(profile: Profile, attempt: Attempt, *, fresh: bool = False) -> str:
    """Where the browser is sent.

    Args:
        profile: the cloud.
        attempt: what is asked.
        fresh: whether the person must sign in even if the browser is signed in (OpenID Connect Core 1.0, 3.1.2.1).
    """
    from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
    from authlib.oauth2.rfc7636 import create_s256_code_challenge

    return str(
        prepare_grant_uri(
            authorization_endpoint(profile),
            client_id=profile.client_id,
            response_type="code",
            redirect_uri=attempt.redirect_uri,
            scope=SCOPES,
            state=attempt.state,
            nonce=attempt.nonce,
            code_challenge=create_s256_code_challenge(attempt.verifier),  # type: ignore[no-untyped-call]
            code_challenge_method="S256",
            **({"prompt": "login", "max_age": "0"} if fresh else {}),
        )
    )


def read_redirect(url: str, attempt: Attempt) -> Redirect:
    """What a redirect says that answers ``attempt``.

    Args:
        url: the whole URL that the browser was sent to, or its path and query alone.
        attempt: what was asked.

    Raises:
        NotThisAttempt: it isn't our URI, its state is missing or another's, or a parameter is there twice.
    """
    try:
        parts = urlsplit(url.strip())
        query = parse_qs(parts.query, keep_blank_values=True, strict_parsing=True)
    except ValueError:
        raise NotThisAttempt("it is no URL with a query") from None
    own = urlsplit(attempt.redirect_uri)
    if parts.path != own.path or (parts.netloc and (parts.scheme, parts.netloc) != (own.scheme, own.netloc)):
        raise NotThisAttempt(f"it doesn't begin with {attempt.redirect_uri}")
    if any(len(values) != 1 for values in query.values()):
        raise NotThisAttempt("a parameter is there twice")  # RFC 6749, 3.1
    answer = {name: values[0] for name, values in query.items()}
    if not same_state(answer.get("state", ""), attempt.state):
        raise NotThisAttempt("its state isn't this attempt's")
    if "error" in answer:
        return Redirect(code="", refusal=printable(answer.get("error_description") or answer["error"]) or "no reason")
    if not answer.get("code"):
        raise NotThisAttempt("it has no code")
    return Redirect(code=answer["code"], refusal="")


def same_state(found: str, expected: str) -> bool:
    """Compared in constant time: the listener answers anybody on this machine."""
    return hmac.compare_digest(found.encode(), expected.encode())
