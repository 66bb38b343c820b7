"""The pure parts of the device grant: codes, proofs, forms, decisions, pages."""

import base64
import contextlib
import hashlib
import html
import re
import time
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.cloud.device import codes, pages
from photobak.cloud.device.browser import Browser, cookie_name, known_browser, new_browser
from photobak.cloud.device.machine import INTERVAL, LIFETIME, refusal
from photobak.cloud.http.form import FORM_TYPE, BadForm, read_fields, read_form
from photobak.cloud.store.device_grants import Grant, GrantStatus

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)


def grant(**changes: object) -> Grant:
    values = {
        "id": "0" * 64,
        "status": GrantStatus.WAITING,
        "scope": "openid email",
        "challenge": "c" * 43,
        "device_name": "nas",
        "address": "192.0.2.1",
        "requested_at": NOW,
        "expires_at": NOW + LIFETIME,
        "interval": INTERVAL,
        "polled_at": None,
        **changes,
    }
    return Grant(**values)  # type: ignore[arg-type]


# ---- codes


def test_user_codes_use_the_whole_alphabet_and_nothing_else() -> None:
    made = [codes.new_user_code() for _ in range(500)]
    assert {letter for code in made for letter in code} == set(codes.ALPHABET) | {"-"}
    assert len(set(made)) == len(made)
    assert not set("AEIOUY0123456789") & set(codes.ALPHABET)


@given(st.text(alphabet=codes.ALPHABET, min_size=8, max_size=8), st.sampled_from(["", "-", " ", " - ", "."]))
def test_a_user_code_is_read_however_it_is_typed(letters: str, gap: str) -> None:
    for typed in (gap.join((letters[:4], letters[4:])), f" {gap.join(letters)} ", letters.lower()):
        assert codes.read_user_code(typed) == codes.shown(letters)


@given(st.text(max_size=40))
def test_whatever_is_typed_is_a_code_or_none(typed: str) -> None:
    found = codes.read_user_code(typed)
    assert found is None or re.fullmatch(rf"[{codes.ALPHABET}]{{4}}-[{codes.ALPHABET}]{{4}}", found)


def test_a_challenge_is_that_of_rfc_7636() -> None:
    """Appendix B."""
    assert codes.pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == (
        "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    )


def test_a_verifier_follows_from_the_device_code_and_from_nothing_that_is_stored() -> None:
    code = codes.new_device_code()
    verifier = codes.pkce_verifier(code)
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", verifier), "RFC 7636, 4.1"
    assert verifier == codes.pkce_verifier(code) != codes.pkce_verifier(codes.new_device_code())
    stored = (codes.grant_id(code), codes.pkce_challenge(verifier))
    assert verifier not in [codes.pkce_verifier(known) for known in stored]
    assert bytes.fromhex(codes.grant_id(code)) != base64.urlsafe_b64decode(f"{verifier}=")


def test_guessing_a_user_code_from_the_table_takes_longer_than_it_lives() -> None:
    began = time.thread_time()
    codes.user_code_id("WDJB-MJHT")
    seconds = time.thread_time() - began
    guesses_in_a_lifetime = LIFETIME.total_seconds() / seconds
    assert guesses_in_a_lifetime < len(codes.ALPHABET) ** codes.USER_CODE_LETTERS / 10_000
    assert codes.user_code_id("WDJB-MJHT") != hashlib.sha256(b"WDJB-MJHT").hexdigest()


# ---- the browser


def test_a_state_is_good_for_one_browser_and_one_grant() -> None:
    browser, other = new_browser(), new_browser()
    state = browser.state_for("a" * 64)
    assert browser.grant_of(state) == "a" * 64
    assert other.grant_of(state) is None
    assert browser.grant_of(state.replace("a", "b", 1)) is None
    assert browser.grant_of("b" * 64 + state[64:]) is None
    assert browser.key not in state


@given(st.text(max_size=200))
def test_no_other_text_is_a_state_or_a_proof(text: str) -> None:
    browser = Browser("k" * 43)
    assert browser.grant_of(text) is None
    assert not browser.sent(text)


def test_a_state_is_no_proof_for_a_form() -> None:
    browser = new_browser()
    assert not browser.sent(browser.state_for("").partition(".")[2])


def test_the_cookie_is_bound_to_the_host_where_there_is_tls() -> None:
    assert cookie_name("https://abc.execute-api.eu-central-1.amazonaws.com").startswith("__Host-")
    assert not cookie_name("http://127.0.0.1:1/api").startswith("__Host-")


@pytest.mark.parametrize("value", ["", "short", "x" * 42, "x" * 44, "x" * 42 + ";", "x" * 42 + "\u00e4"])
def test_a_cookie_that_isnt_ours_is_none(value: str) -> None:
    assert known_browser([f"photobak-device={value}"], "photobak-device") is None


def test_the_cookie_is_found_among_others_and_by_its_whole_name() -> None:
    key = "k" * 43
    assert known_browser(["a=b", f" photobak-device={key}"], "photobak-device") == Browser(key)
    assert known_browser([f"xphotobak-device={key}", "photobak-device"], "photobak-device") is None


# ---- forms


@given(st.dictionaries(st.text(min_size=1, max_size=20), st.text(max_size=50), max_size=10))
def test_a_form_is_read_as_it_was_written(fields: dict[str, str]) -> None:
    from urllib.parse import urlencode

    body = urlencode(fields)
    assert read_form(f"{FORM_TYPE}; charset=utf-8", body, is_base64=False) == fields
    coded = base64.b64encode(body.encode()).decode()
    assert read_form(FORM_TYPE.upper(), coded, is_base64=True) == fields


@given(st.binary(max_size=300), st.booleans())
def test_any_bytes_are_a_form_or_a_bad_one(body: bytes, is_base64: bool) -> None:
    text = base64.b64encode(body).decode() if is_base64 else body.decode("latin-1")
    with contextlib.suppress(BadForm):
        fields = read_form(FORM_TYPE, text, is_base64=is_base64)
        assert all(isinstance(value, str) for value in fields.values())


@pytest.mark.parametrize("text", ["a=1&a=2", "a=%ff", "&".join(f"a{n}=" for n in range(21)), "a=" + "b" * 16_384])
def test_a_form_that_is_ambiguous_or_too_large_is_bad(text: str) -> None:
    with pytest.raises(BadForm):
        read_fields(text)


def test_a_body_that_is_no_base64_is_bad() -> None:
    with pytest.raises(BadForm):
        read_form(FORM_TYPE, "a", is_base64=True)


# ---- decisions


@pytest.mark.parametrize(
    ("changes", "after", "expected"),
    [
        ({}, 0, "authorization_pending"),
        ({}, 599, "authorization_pending"),
        ({}, 600, "expired_token"),
        ({"polled_at": NOW}, 4, "slow_down"),
        ({"polled_at": NOW}, 4.6, "authorization_pending"),
        ({"polled_at": NOW}, 5, "authorization_pending"),
        ({"polled_at": NOW, "interval": timedelta(seconds=10)}, 9, "slow_down"),
        ({"polled_at": NOW + timedelta(seconds=1)}, 0, "slow_down"),
        ({"status": GrantStatus.DENIED}, 1, "access_denied"),
        ({"status": GrantStatus.DENIED, "polled_at": NOW}, 1, "access_denied"),
        ({"status": GrantStatus.DENIED}, 600, "expired_token"),
        ({"status": GrantStatus.APPROVED}, 1, None),
        ({"status": GrantStatus.APPROVED, "polled_at": NOW}, 1, None),
        ({"status": GrantStatus.APPROVED}, 600, "expired_token"),
        ({"status": GrantStatus.REDEEMED}, 1, "invalid_grant"),
        ({"status": GrantStatus.REDEEMED}, 900, "invalid_grant"),
    ],
)
def test_what_a_machine_is_told(changes: dict[str, object], after: float, expected: str | None) -> None:
    problem = refusal(grant(**changes), NOW + timedelta(seconds=after))
    assert (problem.error if problem else None) == expected


# ---- pages


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.texts: list[str] = []
        self.values: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        found = dict(attrs)
        if found.get("name"):
            self.values[str(found["name"])] = found.get("value") or ""

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def _read(page: str) -> _Texts:
    found = _Texts()
    found.feed(page)
    return found


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=60))
def test_hostile_values_stay_values(text: str) -> None:
    plain, browser = grant(), new_browser()
    confirm = {"address": "192.0.2.1", "now": NOW}
    expected = _read(pages.confirm_page("https://api", browser, "WDJB-MJHT", plain, **confirm)).tags
    found = _read(pages.confirm_page("https://api", browser, "WDJB-MJHT", grant(device_name=text), **confirm))
    assert found.tags == expected
    assert text in found.texts
    entered = _read(pages.enter_page("https://api", browser, user_code=text))
    assert entered.values["user_code"] == text
    assert text in _read(pages.message_page("Not signed in", text)).texts


def test_the_policy_allows_the_very_style_that_a_page_has() -> None:
    page = pages.message_page("a", "b")
    style = re.search(r"<style>(.*?)</style>", page, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in pages.content_security_policy("https://sign-in.example")
    assert "form-action 'self' https://sign-in.example;" in pages.content_security_policy("https://sign-in.example")


@pytest.mark.parametrize(("minutes", "said"), [(0, "less than a minute"), (1, "a minute ago"), (9, "9 minutes ago")])
def test_the_page_says_how_long_ago_it_was_and_whether_it_is_near(minutes: int, said: str) -> None:
    now = NOW + timedelta(minutes=minutes)
    for address, near in (
        ("192.0.2.1", "the same as your browser's"),
        ("203.0.113.5", "your browser's is 203.0.113.5"),
    ):
        page = html.unescape(
            pages.confirm_page("https://api", new_browser(), "WDJB-MJHT", grant(), address=address, now=now)
        )
        assert said in page
        assert near in page
