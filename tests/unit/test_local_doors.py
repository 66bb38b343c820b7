"""Who is let in: by address, by origin, and by the size of what they bring. Pure decisions."""

import pytest

from photobak.local.doors import Caller, Refusal, admit, own_cors

PORT = 4566
OWN = b"http://abc123.execute-api.localhost:4566"


def asked(host: str = "127.0.0.1:4566", **others: str) -> list[tuple[bytes, bytes]]:
    named = {"host": host, **others}
    return [(name.replace("_", "-").encode(), value.encode()) for name, value in named.items()]


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1:4566", "localhost:4566", "LOCALHOST:4566", "abc123.execute-api.localhost:4566", "a.b.localhost:4566"],
)
def test_its_own_addresses_are_served(host: str) -> None:
    assert admit(asked(host), PORT) == Caller(None, 0)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "127.0.0.1",
        "localhost",
        "localhost:4567",
        "localhost:45660",
        "evil.example:4566",
        "localhost.evil.example:4566",
        "evillocalhost:4566",
        "evil.example:4566/.localhost:4566",
        "evil.example#.localhost:4566",
        ".localhost:4566",
        "a..localhost:4566",
        "127.0.0.1.evil.example:4566",
        "127.0.0.2:4566",
        "0.0.0.0:4566",
        "[::1]:4566",
        "user@localhost:4566",
        "localhost:4566\n",
        "localhost:4566, evil.example",
    ],
)
def test_another_name_is_refused(host: str) -> None:
    """A name of the attacker's own that leads to 127.0.0.1 makes his page one of the same origin (DNS rebinding)."""
    assert isinstance(admit(asked(host), PORT), Refusal)


def test_a_request_without_a_host_or_with_two_is_refused() -> None:
    assert isinstance(admit([], PORT), Refusal)
    assert isinstance(admit([*asked(), *asked("localhost:4566")], PORT), Refusal)


@pytest.mark.parametrize("origin", ["http://127.0.0.1:4566", "http://localhost:4566", OWN.decode()])
def test_its_own_pages_may_ask(origin: str) -> None:
    assert admit(asked(origin=origin), PORT) == Caller(origin.encode(), 0)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "http://evil.example:4566",
        "http://localhost:3000",
        "http://localhost",
        "https://localhost:4566",
        "http://localhost:4566.evil.example",
        "http://localhost:4566/",
        "http://evil.example, http://localhost:4566",
        "file://",
        "null",
        "",
        "chrome-extension://abcdefghijklmnop",
    ],
)
def test_pages_of_others_may_not(origin: str) -> None:
    assert isinstance(admit(asked(origin=origin), PORT), Refusal)


def test_two_origins_are_refused() -> None:
    headers = [*asked(origin="http://localhost:4566"), (b"origin", b"http://localhost:4566")]
    assert isinstance(admit(headers, PORT), Refusal)


def test_a_form_of_a_page_that_sends_no_referrer_is_known_by_the_browsers_word() -> None:
    """The page for devices sends no referrer, so the browser calls its origin null."""
    assert admit(asked(origin="null", sec_fetch_site="same-origin"), PORT) == Caller(None, 0)
    for site in ("cross-site", "same-site", "none"):
        assert isinstance(admit(asked(origin="null", sec_fetch_site=site), PORT), Refusal)


@pytest.mark.parametrize("length", ["-1", "1e3", "x", "", "0x10", "1, 2"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert admit(asked(content_length=length), PORT) == Refusal(400, "the Content-Length is not a number")


def test_the_length_is_known_or_comes_in_chunks() -> None:
    assert admit(asked(content_length="42"), PORT) == Caller(None, 42)
    assert admit(asked(transfer_encoding="chunked"), PORT) == Caller(None, None)
    assert admit(asked(content_length="42", transfer_encoding="chunked"), PORT) == Caller(None, None)


WILD = [
    (b"content-type", b"text/plain"),
    (b"Access-Control-Allow-Origin", b"*"),
    (b"Access-Control-Allow-Headers", b"*"),
]


def test_nobody_is_told_that_every_site_may_read() -> None:
    assert own_cors(WILD, Caller(None, 0)) == [(b"content-type", b"text/plain")]
    told = own_cors(WILD, Caller(OWN, 0))
    assert (b"access-control-allow-origin", OWN) in told
    assert (b"vary", b"Origin") in told
    assert b"*" not in [value for name, value in told if name.lower() == b"access-control-allow-origin"]


def test_what_a_buckets_own_rules_say_is_passed_on() -> None:
    ruled = [(b"access-control-allow-origin", OWN), (b"access-control-expose-headers", b"ETag")]
    assert own_cors(ruled, Caller(OWN, 0)) == ruled
