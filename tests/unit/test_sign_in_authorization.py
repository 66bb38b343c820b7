"""The redirect that answers an attempt, and all those that don't."""

from dataclasses import replace
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.issuer import CLIENT, Issuer

from photobak.client.account.sign_in import authorization
from photobak.client.account.sign_in.authorization import (
    CALLBACK_PORTS,
    NotThisAttempt,
    authorization_url,
    callback_uri,
    new_attempt,
    read_redirect,
)

ATTEMPT = new_attempt(callback_uri(CALLBACK_PORTS[1]))
OTHER = new_attempt(ATTEMPT.redirect_uri)


def redirect(**answer: str) -> str:
    return f"/callback?{urlencode(answer)}"


def test_the_answer_to_this_attempt_gives_its_code() -> None:
    assert read_redirect(redirect(code="abc", state=ATTEMPT.state), ATTEMPT).code == "abc"


def test_a_pasted_url_is_as_good_as_a_request() -> None:
    url = f"  {ATTEMPT.redirect_uri}?{urlencode({'code': 'abc', 'state': ATTEMPT.state})}\r\n"
    assert read_redirect(url, ATTEMPT).code == "abc"


def test_a_refusal_is_an_answer_and_shows_no_control_characters() -> None:
    url = redirect(error="access_denied", error_description="no\x1b[2J entry", state=ATTEMPT.state)
    assert read_redirect(url, ATTEMPT).refusal == "no [2J entry"


def by_number(value: object) -> str:
    """No name for what is another text in each process: they must agree on the tests' names."""
    return "" if "state=" in str(value) else str(value)


@pytest.mark.parametrize(
    ("attack", "target"),
    [
        ("wrong state", redirect(code="abc", state=OTHER.state)),
        ("missing state", redirect(code="abc")),
        ("empty state", redirect(code="abc", state="")),
        ("a refusal that isn't ours", redirect(error="access_denied", state=OTHER.state)),
    ],
    ids=by_number,
)
def test_what_lacks_this_attempts_state_changes_nothing(
    attack: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NotThisAttempt, match="state"):
        read_redirect(target, ATTEMPT)
    monkeypatch.setattr(authorization, "same_state", lambda found, expected: True)
    assert read_redirect(target, ATTEMPT), f"{attack}: only the comparison of states keeps it out"


@pytest.mark.parametrize(
    "target",
    [
        "",
        "/",
        "/favicon.ico",
        "/callback",
        "/callback?",
        "/callback?state",
        redirect(state=ATTEMPT.state),
        redirect(code="", state=ATTEMPT.state),
        f"/callback?code=a&code=b&state={ATTEMPT.state}",
        f"/callback?code=a&state={OTHER.state}&state={ATTEMPT.state}",
        f"/other?code=a&state={ATTEMPT.state}",
        f"http://evil.example/callback?code=a&state={ATTEMPT.state}",
        f"https://127.0.0.1:{CALLBACK_PORTS[1]}/callback?code=a&state={ATTEMPT.state}",
        f"http://127.0.0.1:{CALLBACK_PORTS[2]}/callback?code=a&state={ATTEMPT.state}",
        "http://[::1/callback?code=a",
    ],
    ids=by_number,
)
def test_what_is_no_answer_changes_nothing(target: str) -> None:
    with pytest.raises(NotThisAttempt):
        read_redirect(target, ATTEMPT)


@given(st.text())
def test_no_text_whatever_is_taken_or_breaks_it(text: str) -> None:
    for target in (text, f"/callback?{text}", f"/callback?code=a&state={text}"):
        with pytest.raises(NotThisAttempt):
            read_redirect(target, ATTEMPT)


def test_the_request_carries_pkce_state_and_nonce_and_not_the_verifier() -> None:
    url = authorization_url(Issuer().profile(), ATTEMPT)
    sent = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert sent["code_challenge_method"] == "S256"
    assert len(sent["code_challenge"]) == 43
    assert (sent["state"], sent["nonce"]) == (ATTEMPT.state, ATTEMPT.nonce)
    assert (sent["client_id"], sent["redirect_uri"], sent["response_type"]) == (CLIENT, ATTEMPT.redirect_uri, "code")
    assert ATTEMPT.verifier not in url


def test_the_challenge_is_rfc_7636s_own_example() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    url = authorization_url(Issuer().profile(), replace(ATTEMPT, verifier=verifier))
    assert parse_qs(urlsplit(url).query)["code_challenge"] == ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"]


def test_no_two_attempts_share_a_secret_and_none_shows_them() -> None:
    secrets = {value for attempt in (ATTEMPT, OTHER) for value in (attempt.state, attempt.nonce, attempt.verifier)}
    assert len(secrets) == 6
    assert all(len(value) >= 43 for value in secrets)
    assert not any(value in repr(ATTEMPT) for value in secrets)
