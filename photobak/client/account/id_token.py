"""What an ID token says, believed only where it was issued by this profile's user pool, for this client, just now.

Checks are those of OpenID Connect Core 3.1.3.7, and Cognito's ``token_use``.
https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
"""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photobak.client.profile import Profile
from photobak.client.transport.errors import printable
from photobak.client.transport.http import get
from photobak.errors import CloudError, PhotobakError

if TYPE_CHECKING:
    from joserfc.jwt import ClaimsOption

ALGORITHMS = ("RS256",)
"""What Cognito signs with. A token's own header doesn't choose: it could choose ``none`` (RFC 8725, 3.1)."""
CLOCK_SKEW = 300
"""Seconds that this machine's clock may differ from Cognito's."""
_UNTRUSTED = "the ID token can't be trusted"
_AGAIN = "Try again: photobak login"


class UntrustedToken(PhotobakError):
    """A token that this profile's user pool didn't issue for this client and this sign-in."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What photobak uses of an ID token."""

    subject: str
    """``sub``."""
    email: str
    """``email``, else ``cognito:username``."""
    issued_at: int
    """``iat``, epoch seconds."""
    expires_at: int
    """``exp``, epoch seconds."""


def verify_id_token(token: str, profile: Profile, *, nonce: str | None, now: Callable[[], float]) -> Claims:
    """Check a token's signature by the pool's published keys, then all its claims.

    Args:
        token: the JWT.
        profile: whose pool and client it must be for.
        nonce: what the authorization request carried, where there was one.
        now: the clock, in epoch seconds.

    Raises:
        UntrustedToken: any check failed.
        CloudError: the keys couldn't be fetched.
    """
    answer = get(jwks_url(profile))
    if answer.status != 200:
        raise CloudError("the user pool's keys can't be fetched", why=f"{answer.url}: HTTP {answer.status}")
    return check_claims(signed_claims(token, dict(answer.json().raw)), profile, nonce=nonce, now=now)


def signed_claims(token: str, keys: dict[str, Any]) -> dict[str, Any]:
    """The claims of a token, where one of a JSON Web Key Set's keys has signed it.

    Raises:
        UntrustedToken: none has, it is signed in another way or not at all, or it is no token.
    """
    from joserfc import jwk, jwt
    from joserfc.errors import JoseError

    try:
        key_set = jwk.KeySet.import_key_set(keys)  # type: ignore[arg-type] # hostile until it is imported
        return jwt.decode(token, key_set, algorithms=ALGORITHMS).claims
    except (JoseError, ValueError, KeyError, TypeError) as error:
        raise _untrusted(f"its signature can't be verified ({type(error).__name__})") from None


def check_claims(claims: dict[str, Any], profile: Profile, *, nonce: str | None, now: Callable[[], float]) -> Claims:
    """Check who issued the claims, for whom, for what, when, and (where given) for which attempt.

    Raises:
        UntrustedToken: any check failed.
    """
    from joserfc.errors import JoseError
    from joserfc.jwt import JWTClaimsRegistry

    registry = JWTClaimsRegistry(now=lambda: int(now()), leeway=CLOCK_SKEW, **expected_claims(profile, nonce))
    try:
        registry.validate(claims)
    except JoseError as error:
        why, clock = error.description or error.error, _clock(claims, now)
        next_step = "Set this machine's clock, then repeat" if clock else _AGAIN
        raise UntrustedToken(_UNTRUSTED, why=f"{why}{clock}", next_step=next_step) from None
    name = claims.get("email") or claims.get("cognito:username") or claims["sub"]
    return Claims(str(claims["sub"]), printable(name), int(claims["iat"]), int(claims["exp"]))


def expected_claims(profile: Profile, nonce: str | None) -> dict[str, "ClaimsOption"]:
    """What a token of this profile, this client and this attempt says; ``iat`` and ``exp`` are held to the clock."""
    expected: dict[str, ClaimsOption] = {
        "iss": {"essential": True, "value": profile.issuer},
        "aud": {"essential": True, "value": profile.client_id},
        "token_use": {"essential": True, "value": "id"},  # an access token has "access"
        "sub": {"essential": True},
        "exp": {"essential": True},
        "iat": {"essential": True},
    }
    if nonce is not None:
        expected["nonce"] = {"essential": True, "value": nonce}
    return expected


def unverified_claims(token: str) -> dict[str, Any]:
    """The claims of a token that came straight from the token endpoint over TLS (OpenID Connect Core 3.1.3.7, 6).

    Raises:
        UntrustedToken: it is no JWT.
    """
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, binascii.Error):
        claims = None
    if not isinstance(claims, dict):
        raise _untrusted("it is no JSON Web Token")
    return claims


def jwks_url(profile: Profile) -> str:
    """Where the pool publishes its keys: below the issuer on AWS, below the endpoint on the local stack."""
    base = f"{profile.endpoint_url}/{profile.user_pool_id}" if profile.endpoint_url else profile.issuer
    return f"{base}/.well-known/jwks.json"


def _clock(claims: dict[str, Any], now: Callable[[], float]) -> str:
    """Says where a wrong clock may be the reason, since nobody thinks of it."""
    issued = claims.get("iat")
    if not isinstance(issued, int) or abs(now() - issued) <= CLOCK_SKEW:
        return ""
    return f" (this machine's clock differs by {abs(int(now() - issued))} seconds from when it was issued)"


def _untrusted(why: str) -> UntrustedToken:
    return UntrustedToken(_UNTRUSTED, why=why, next_step=_AGAIN)
