"""Which ID tokens are believed, and that each check is what keeps its forgery out."""

import base64
import json
import time
from typing import Any

import pytest
from joserfc import jwk, jwt
from support.issuer import Issuer

from photobak.client.account import id_token
from photobak.client.account.id_token import CLOCK_SKEW, UntrustedToken, check_claims

NONCE = "nonce-of-this-attempt"


@pytest.fixture(scope="module")
def issuer() -> Issuer:
    """A pool's key and what it issues; its server is not started."""
    return Issuer()


def verify(issuer: Issuer, token: str, nonce: str | None = NONCE, now: float | None = None) -> id_token.Claims:
    claims = id_token.signed_claims(token, issuer.keys())
    return check_claims(claims, issuer.profile(), nonce=nonce, now=lambda: time.time() if now is None else now)


def test_a_good_token_says_who_and_until_when(issuer: Issuer) -> None:
    claims = issuer.claims(nonce=NONCE)
    found = verify(issuer, issuer.sign(claims))
    assert (found.subject, found.email, found.expires_at) == (issuer.subject, "ann@example.org", claims["exp"])


def test_without_an_e_mail_address_the_user_name_is_shown_without_control_characters(issuer: Issuer) -> None:
    claims = issuer.claims(nonce=NONCE, email=None) | {"cognito:username": "ann\x1b[31m"}
    assert verify(issuer, issuer.sign(claims)).email == "ann [31m"


FORGED_CLAIMS = {
    "another client's": ("aud", {"aud": "another-client"}),
    "another pool's": ("iss", {"iss": "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Another00"}),
    "an access token": ("token_use", {"token_use": "access"}),
    "another attempt's": ("nonce", {"nonce": "another"}),
    "no attempt's": ("nonce", {"nonce": None}),
    "nobody's": ("sub", {"sub": None}),
}


@pytest.mark.parametrize(("claim", "changes"), FORGED_CLAIMS.values(), ids=FORGED_CLAIMS.keys())
def test_a_well_signed_token_with_a_wrong_claim_is_refused(
    issuer: Issuer, claim: str, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.sign(issuer.claims(**{"nonce": NONCE, **changes}))
    with pytest.raises(UntrustedToken, match=claim):
        verify(issuer, token)
    if claim == "sub":
        return  # the subject is used below the check, so it can't be switched off alone
    every = id_token.expected_claims
    monkeypatch.setattr(
        id_token, "expected_claims", lambda *given: {k: v for k, v in every(*given).items() if k != claim}
    )
    assert verify(issuer, token), "only the check of this claim keeps it out"


def test_a_token_signed_by_another_key_is_refused(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    stranger = jwk.RSAKey.generate_key(2048)
    for header in ({"alg": "RS256", "kid": "pool-key"}, {"alg": "RS256", "kid": "stranger"}, {"alg": "RS256"}):
        token = jwt.encode(header, issuer.claims(nonce=NONCE), stranger)
        with pytest.raises(UntrustedToken, match="signature"):
            verify(issuer, token)
    monkeypatch.setattr(id_token, "signed_claims", lambda token, keys: id_token.unverified_claims(token))
    assert verify(issuer, token), "only the signature keeps it out"


@pytest.mark.filterwarnings("ignore:JWS algorithm")
def test_a_token_of_alg_none_is_refused(issuer: Issuer, monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ({"alg": "none", "kid": "pool-key"}, issuer.claims(nonce=NONCE))
    token = ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."
    with pytest.raises(UntrustedToken, match="signature"):
        verify(issuer, token)
    monkeypatch.setattr(id_token, "ALGORITHMS", ("RS256", "none"))
    assert verify(issuer, token), "only the list of algorithms keeps it out"


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "....", "é.é.é", "e30.e30.", "null.null.null"])
def test_what_is_no_token_is_refused(issuer: Issuer, token: str) -> None:
    with pytest.raises(UntrustedToken):
        verify(issuer, token)


def test_five_minutes_of_clock_skew_are_tolerated_and_more_is_named(issuer: Issuer) -> None:
    claims = issuer.claims(nonce=NONCE)
    token = issuer.sign(claims)
    assert verify(issuer, token, now=claims["iat"] - CLOCK_SKEW + 5)
    assert verify(issuer, token, now=claims["exp"] + CLOCK_SKEW - 5)
    with pytest.raises(UntrustedToken, match="clock differs by 4000 seconds"):
        verify(issuer, token, now=claims["exp"] + 400)
    with pytest.raises(UntrustedToken, match="clock differs by 400 seconds"):
        verify(issuer, token, now=claims["iat"] - 400)
