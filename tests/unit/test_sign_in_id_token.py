"""Which ID tokens are believed, and that each check is what keeps its forgery out."""

import base64
import json
import time
from typing import Any

import pytest
from joserfc import jwk, jwt
from support.issuer import CLIENT, POOL, Issuer

from photobak.client.account import id_token
from photobak.client.account.id_token import CLOCK_SKEW, UntrustedToken, check_claims
from photobak.client.transport.answer import Answer
from photobak.client.transport.curl import Headers
from photobak.errors import CloudError

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
    "of no client": ("aud", {"aud": None}),
    "of no pool": ("iss", {"iss": None}),
    "of no use": ("token_use", {"token_use": None}),
    "without an end": ("exp", {"exp": None}),
    "without a beginning": ("iat", {"iat": None}),
    "nobody's": ("sub", {"sub": None}),
}


@pytest.mark.parametrize(("claim", "changes"), FORGED_CLAIMS.values(), ids=FORGED_CLAIMS.keys())
def test_a_well_signed_token_with_a_wrong_claim_is_refused(
    issuer: Issuer, claim: str, changes: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    token = issuer.sign(issuer.claims(**{"nonce": NONCE, **changes}))
    with pytest.raises(UntrustedToken, match=claim):
        verify(issuer, token)
    if claim in ("sub", "exp", "iat"):
        return  # it is used below the check, so that can't be switched off alone
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


def test_the_boundaries_of_the_clock(issuer: Issuer) -> None:
    claims = issuer.claims(nonce=NONCE)
    token, issued, ends = issuer.sign(claims), claims["iat"], claims["exp"]
    for now in (issued - CLOCK_SKEW, issued, ends, ends + CLOCK_SKEW - 1):
        assert verify(issuer, token, now=now).issued_at == issued
    for now in (issued - CLOCK_SKEW - 1, ends + CLOCK_SKEW + 1):
        with pytest.raises(UntrustedToken):
            verify(issuer, token, now=now)


def test_five_minutes_of_clock_skew_are_tolerated_and_more_is_named(issuer: Issuer) -> None:
    claims = issuer.claims(nonce=NONCE)
    token = issuer.sign(claims)
    assert verify(issuer, token, now=claims["iat"] - CLOCK_SKEW + 5)
    assert verify(issuer, token, now=claims["exp"] + CLOCK_SKEW - 5)
    for now, seconds in ((claims["exp"] + 400, 4000), (claims["iat"] - 400, 400), (claims["iat"] - 400.5, 400)):
        with pytest.raises(UntrustedToken) as caught:
            verify(issuer, token, now=now)
        assert caught.value.why.endswith(
            f" (this machine's clock differs by {seconds} seconds from when it was issued)"
        )
        assert caught.value.next_step == "Set this machine's clock, then repeat"


@pytest.mark.parametrize(("seconds", "is_named"), [(-300, False), (300, False), (-301, True), (301, True)])
def test_the_clock_is_blamed_where_it_may_be_the_reason(issuer: Issuer, seconds: int, is_named: bool) -> None:
    claims = issuer.claims(nonce="another")
    with pytest.raises(UntrustedToken) as caught:
        verify(issuer, issuer.sign(claims), now=claims["iat"] + seconds)
    assert ("this machine's clock" in caught.value.why) is is_named
    assert (caught.value.next_step == "Set this machine's clock, then repeat") is is_named


def test_the_clock_is_not_blamed_for_a_token_without_a_time(issuer: Issuer) -> None:
    with pytest.raises(UntrustedToken) as caught:
        verify(issuer, issuer.sign(issuer.claims(nonce=NONCE, iat="yesterday")), now=0)
    assert "clock" not in caught.value.why


def test_what_is_refused_says_so_and_why_and_what_to_do(issuer: Issuer) -> None:
    stranger = jwt.encode({"alg": "RS256", "kid": "pool-key"}, issuer.claims(), jwk.RSAKey.generate_key(2048))
    wrong = issuer.sign(issuer.claims(nonce=NONCE, aud="another"))
    for token, why in (
        (stranger, "its signature can't be verified (BadSignatureError)"),
        (wrong, "Invalid claim: 'aud'"),
    ):
        with pytest.raises(UntrustedToken) as caught:
            verify(issuer, token)
        assert (caught.value.what, caught.value.why) == ("the ID token can't be trusted", why)
        assert caught.value.next_step == "Try again: photobak login"


def test_without_address_and_user_name_the_subject_is_shown(issuer: Issuer) -> None:
    assert verify(issuer, issuer.sign(issuer.claims(nonce=NONCE, email=None))).email == issuer.subject


@pytest.mark.parametrize("letters", range(1, 6))
def test_claims_are_read_whatever_their_length(issuer: Issuer, letters: int) -> None:
    claims = issuer.claims(email="a" * letters)
    assert id_token.unverified_claims(issuer.sign(claims)) == claims


@pytest.mark.parametrize("token", ["", "a", "a.b.c", "a.W10.c", "a.bnVsbA.c", "a.IiI.c"])
def test_what_has_no_claims_is_no_token(token: str) -> None:
    with pytest.raises(UntrustedToken) as caught:
        id_token.unverified_claims(token)
    assert (caught.value.what, caught.value.why) == ("the ID token can't be trusted", "it is no JSON Web Token")


def test_the_keys_lie_below_the_issuer_and_on_the_local_stack_below_its_endpoint(issuer: Issuer) -> None:
    on_aws = issuer.profile(endpoint_url=None)
    assert id_token.jwks_url(on_aws) == f"{on_aws.issuer}/.well-known/jwks.json"
    assert id_token.jwks_url(issuer.profile()) == f"{issuer.url}/{POOL}/.well-known/jwks.json"


def published(monkeypatch: pytest.MonkeyPatch, issuer: Issuer, status: int = 200) -> str:
    """Stand in for the pool's web server; ``tests/integration/test_pool_keys.py`` asks a real one."""
    body = json.dumps(issuer.keys()).encode()
    url = id_token.jwks_url(issuer.profile())
    answers = {url: Answer(url, status, Headers(), body)}
    monkeypatch.setattr(id_token, "get", answers.__getitem__)
    return url


def test_a_token_is_checked_whole_with_the_keys_that_the_pool_publishes(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch
) -> None:
    published(monkeypatch, issuer)
    claims = issuer.claims(nonce=NONCE)
    token = issuer.sign(claims)

    def check(nonce: str = NONCE, now: float = claims["iat"], client_id: str = CLIENT) -> id_token.Claims:
        profile = issuer.profile(client_id=client_id)
        return id_token.verify_id_token(token, profile, nonce=nonce, now=lambda: now)

    assert check() == id_token.Claims(issuer.subject, "ann@example.org", claims["iat"], claims["exp"])
    for wrong in ({"nonce": "another"}, {"now": 0.0}, {"client_id": "another"}):
        with pytest.raises(UntrustedToken):
            check(**wrong)


@pytest.mark.parametrize("status", [201, 302, 404, 500])
def test_without_the_pools_keys_nothing_is_believed(
    issuer: Issuer, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    url = published(monkeypatch, issuer, status)
    with pytest.raises(CloudError) as caught:
        id_token.verify_id_token(issuer.sign(issuer.claims()), issuer.profile(), nonce=None, now=time.time)
    assert (caught.value.what, caught.value.why) == ("the user pool's keys can't be fetched", f"{url}: HTTP {status}")
