"""Sign-in by loopback and by pasting, against a real hosted UI, and the attacks on the listener."""

import io
import os
import queue
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
import urllib3
from support.person import Person
from support.user_pool import UserPool, free_ports, user_pool

from photobak.client.account import cognito
from photobak.client.account.cognito import GrantRefused, redeem_code
from photobak.client.account.id_token import UntrustedToken
from photobak.client.account.sign_in import authorization, browser, hosted_ui, loopback
from photobak.client.account.sign_in.authorization import (
    SignInRefused,
    authorization_url,
    callback_uri,
    new_attempt,
    read_redirect,
)
from photobak.client.account.sign_in.browser import Invitation, sign_in_by_browser
from photobak.client.account.sign_in.hosted_ui import sign_in_local
from photobak.client.account.tokens.interface import Tokens
from photobak.platform.typed_lines import TypedLines

PORTS = free_ports(5)
"""Registered instead of the real ones, which another sign-in on this machine may be using just now."""
OWN_TIME = 5.0
"""Seconds of our own that a sign-in by loopback may take."""


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UserPool]:
    with user_pool(tmp_path_factory.mktemp("pool"), PORTS) as running:
        yield running


@pytest.fixture(autouse=True)
def ports_of_our_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (loopback, browser, hosted_ui):
        monkeypatch.setattr(module, "CALLBACK_PORTS", PORTS)


@pytest.fixture
def ann(pool: UserPool) -> Person:
    return Person("ann", pool.passwords["ann"])


class Flow:
    """A sign-in that runs in a thread, with what it said; also its Conversation."""

    def __init__(self, pool: UserPool, typed: TypedLines | None, limit: float) -> None:
        self.invited = threading.Event()
        self.invitation: Invitation
        self.rejected: list[str] = []
        self.tokens: Tokens | None = None
        self.error: Exception | None = None
        self._thread = threading.Thread(target=self._run, args=(pool, typed, limit))
        self._thread.start()
        assert self.invited.wait(60)

    def _run(self, pool: UserPool, typed: TypedLines | None, limit: float) -> None:
        try:
            self.tokens = sign_in_by_browser(pool.profile, self, use_browser=False, typed=typed, limit=limit)
        except Exception as error:  # noqa: BLE001 - handed to the test
            self.error = error
        self.invited.set()

    def invite(self, invitation: Invitation) -> None:
        self.invitation = invitation
        self.invited.set()

    def not_accepted(self, reason: str) -> None:
        self.rejected.append(reason)

    def result(self) -> Tokens:
        self._thread.join(20)
        assert not self._thread.is_alive()
        if self.error:
            raise self.error
        assert self.tokens
        return self.tokens


@contextmanager
def flow(pool: UserPool, typed: TypedLines | None = None, limit: float = 15) -> Iterator[Flow]:
    running = Flow(pool, typed, limit)
    yield running
    running._thread.join(limit + 5)
    assert not running._thread.is_alive()


def get(url: str, **headers: str) -> urllib3.BaseHTTPResponse:
    return urllib3.request("GET", url, headers=headers, redirect=False, retries=False, timeout=20)


def port_of(running: Flow) -> int:
    assert running.invitation.redirect_uri
    return urlsplit(running.invitation.redirect_uri).port or 0


def with_query(url: str, **changes: str | None) -> str:
    """The URL with some parameters replaced, or left out where None."""
    query = {**dict(parse_qsl(urlsplit(url).query)), **changes}
    return f"{url.partition('?')[0]}?{urlencode({k: v for k, v in query.items() if v is not None})}"


# ------------------------------------------------------------------ the way it should go


def test_the_whole_way(pool: UserPool, ann: Person) -> None:
    with flow(pool) as running:
        page = get(ann.sign_in(running.invitation.url))
        tokens = running.result()
    assert tokens.email == "ann@example.org"
    assert (page.status, page.headers["Cache-Control"]) == (200, "no-store")
    assert b"photobak is signed in as ann@example.org" in page.data
    with pytest.raises(urllib3.exceptions.HTTPError):  # the port is closed
        get(str(running.invitation.redirect_uri))


def test_our_own_time_is_half_a_second_at_most(pool: UserPool, ann: Person) -> None:
    began = time.perf_counter()
    with flow(pool) as running:
        redirect = ann.sign_in(running.invitation.url)
        person = time.perf_counter() - began
        answered = time.perf_counter()
        get(redirect)
        running.result()
    own = time.perf_counter() - answered
    assert own <= OWN_TIME, f"{own:.3f} s after {person:.3f} s of the person's"


def test_a_refusal_ends_the_attempt_with_its_reason_and_is_escaped_on_the_page(pool: UserPool) -> None:
    with flow(pool) as running:
        state = dict(parse_qsl(urlsplit(running.invitation.url).query))["state"]
        query = urlencode({"error": "access_denied", "error_description": "<script>no</script>", "state": state})
        page = get(f"{running.invitation.redirect_uri}?{query}")
        with pytest.raises(SignInRefused, match="<script>no</script>"):
            running.result()
    assert b"<script>" not in page.data
    assert b"&lt;script&gt;no" in page.data
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_nobody_answers(pool: UserPool) -> None:
    with flow(pool, limit=0.3) as running, pytest.raises(SignInRefused, match="nobody has signed in"):
        running.result()


def test_an_interrupt_closes_the_port(pool: UserPool) -> None:
    class Interrupted:
        def invite(self, invitation: Invitation) -> None:
            raise KeyboardInterrupt

        def not_accepted(self, reason: str) -> None:
            raise AssertionError

    with pytest.raises(KeyboardInterrupt):
        sign_in_by_browser(pool.profile, Interrupted(), use_browser=False, typed=None)
    with taken(PORTS[:1]):
        pass  # it could be taken, so it was free


def test_a_taken_port_gives_way_to_the_next_registered_one(pool: UserPool, ann: Person) -> None:
    with taken(PORTS[:2]), flow(pool) as running:
        assert port_of(running) == PORTS[2]
        get(ann.sign_in(running.invitation.url))
        assert running.result()


def test_with_all_ports_taken_it_says_so(pool: UserPool) -> None:
    with taken(PORTS), flow(pool) as running, pytest.raises(SignInRefused, match=r"\d+ are all taken.*login --device"):
        running.result()


def test_it_listens_on_loopback_alone(pool: UserPool) -> None:
    with flow(pool, limit=1) as running, pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port_of(running)), timeout=5)


# ------------------------------------------------------------------ pasting


def test_the_url_can_be_pasted(pool: UserPool, ann: Person) -> None:
    with typing() as (keyboard, typed), flow(pool, typed) as running:
        assert running.invitation.can_paste
        redirect = ann.sign_in(running.invitation.url)
        keyboard.write("what do I do here?\n\n")
        keyboard.write(with_query(redirect, state="another") + "\n")
        keyboard.write(redirect[:50])
        keyboard.write(redirect[50:] + "\n")
        assert running.result().email == "ann@example.org"
        assert len(running.rejected) == 2
        assert "state" in running.rejected[1]


def test_the_url_can_be_pasted_where_no_port_is_free(pool: UserPool, ann: Person) -> None:
    with taken(PORTS), typing() as (keyboard, typed), flow(pool, typed) as running:
        assert running.invitation.redirect_uri is None
        keyboard.write(ann.sign_in(running.invitation.url) + "\n")
        assert running.result().email == "ann@example.org"


def test_the_listener_goes_on_when_the_input_ends(pool: UserPool, ann: Person) -> None:
    with typing() as (keyboard, typed), flow(pool, typed) as running:
        keyboard.close()
        get(ann.sign_in(running.invitation.url))
        assert running.result()


def test_without_ports_and_input_nobody_can_answer(pool: UserPool) -> None:
    with taken(PORTS), typing() as (keyboard, typed), flow(pool, typed) as running:
        keyboard.close()
        with pytest.raises(SignInRefused, match="nobody has signed in"):
            running.result()


# ------------------------------------------------------------------ attacks


def test_stray_requests_change_nothing(pool: UserPool, ann: Person) -> None:
    with flow(pool) as running:
        own = str(running.invitation.redirect_uri)
        redirect = ann.sign_in(running.invitation.url)
        for stray in (own, own.replace("callback", "favicon.ico"), f"{own}?code=x&state=y", f"{own}?error=x"):
            assert get(stray).status == 404
        assert urllib3.request("POST", redirect, retries=False).status == 501
        for junk in (b"\r\n\r\n", b"GET\r\n", b"\x16\x03\x01\x02\x00", b"GET / HTTP/1.1\r\nHost:" + b"a" * 70_000):
            with socket.create_connection(("127.0.0.1", port_of(running)), timeout=5) as connection:
                connection.sendall(junk)
        assert get(redirect).status == 200
        assert running.result()


def test_idle_connections_keep_nothing_waiting(pool: UserPool, ann: Person) -> None:
    with ExitStack() as idle, flow(pool) as running:
        for _ in range(30):
            idle.enter_context(socket.create_connection(("127.0.0.1", port_of(running)), timeout=5))
        redirect = ann.sign_in(running.invitation.url)
        began = time.perf_counter()
        assert get(redirect).status == 200
        running.result()
        assert time.perf_counter() - began < loopback.REQUEST_LIMIT


@pytest.mark.parametrize("state", ["another", "", None])
def test_a_code_with_another_state_or_none_is_not_taken(
    pool: UserPool, ann: Person, state: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with flow(pool) as running:
        attack = with_query(ann.sign_in(running.invitation.url), state=state)
        assert get(attack).status == 404
        monkeypatch.setattr(authorization, "same_state", lambda found, expected: True)
        assert get(attack).status == 200, "only the state keeps it out"
        assert running.result()


def test_a_replayed_redirect_is_not_taken_by_the_next_attempt(
    pool: UserPool, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    with flow(pool) as first:
        redirect = ann.sign_in(first.invitation.url)
        get(redirect)
        first.result()
    with flow(pool) as second:
        assert get(redirect).status == 404
        monkeypatch.setattr(authorization, "same_state", lambda found, expected: True)
        get(redirect)
        with pytest.raises(GrantRefused):  # taken without the check of the state, but its code is used up
            second.result()


def test_a_second_request_to_the_listener_gets_nothing(
    pool: UserPool, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the first is being redeemed: the token endpoint waits until the second has had its answer."""
    second_done = threading.Event()
    post_form = cognito.post_form

    def slowly(*given: str, **how: bool) -> object:
        second_done.wait(60)
        return post_form(*given, **how)

    monkeypatch.setattr(cognito, "post_form", slowly)
    with flow(pool) as running:
        redirect = ann.sign_in(running.invitation.url)
        pages: queue.Queue[int] = queue.Queue()
        both = [threading.Thread(target=lambda: pages.put(get(redirect).status)) for _ in range(2)]
        for request in both:
            request.start()
        assert pages.get(timeout=10) == 410  # whichever comes second is told at once; the first waits for the outcome
        second_done.set()
        assert pages.get(timeout=10) == 200
        assert running.result()
        for request in both:
            request.join()


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost:{port}", "127.0.0.1", "127.0.0.1:1", "127.0.0.1:{port}.evil"]
)
def test_a_host_header_that_isnt_ours_is_refused(
    pool: UserPool, ann: Person, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with flow(pool) as running:
        redirect = ann.sign_in(running.invitation.url)
        rebound = host.format(port=port_of(running))
        assert get(redirect, Host=rebound).status == 421
        monkeypatch.setattr(loopback, "is_for_this_machine", lambda headers, port: True)
        assert get(redirect, Host=rebound).status == 200, "only the check of the Host header keeps it out"
        assert running.result()


def test_two_host_headers_are_refused(pool: UserPool, ann: Person) -> None:
    with flow(pool) as running:
        redirect = urlsplit(ann.sign_in(running.invitation.url))
        own = f"127.0.0.1:{port_of(running)}"
        request = f"GET {redirect.path}?{redirect.query} HTTP/1.1\r\nHost: {own}\r\nHost: evil.example\r\n\r\n"
        with socket.create_connection(("127.0.0.1", port_of(running)), timeout=5) as connection:
            connection.sendall(request.encode())
            assert connection.recv(64).startswith(b"HTTP/1.0 421")
        get(redirect.geturl())
        running.result()


def test_a_code_of_another_session_is_worth_nothing_here(pool: UserPool) -> None:
    """The attacker knows our state (``ps`` shows the URL) and slips in a code of their own sign-in: PKCE refuses it."""
    bob = Person("bob", pool.passwords["bob"])
    with flow(pool) as running:
        url = with_query(running.invitation.url, code_challenge=challenge_of_another_attempt(pool))
        get(bob.sign_in(url))
        with pytest.raises(GrantRefused, match="PKCE"):
            running.result()


def test_a_code_of_another_session_without_pkce_fails_by_its_nonce(pool: UserPool) -> None:
    """The downgrade of RFC 9700, 4.8: the attacker's own request has no challenge, so that PKCE checks nothing."""
    bob = Person("bob", pool.passwords["bob"])
    with flow(pool) as running:
        url = with_query(running.invitation.url, code_challenge=None, code_challenge_method=None, nonce="theirs")
        get(bob.sign_in(url))
        with pytest.raises(UntrustedToken, match="nonce"):
            running.result()
    with flow(pool) as undefended:
        url = with_query(undefended.invitation.url, code_challenge=None, code_challenge_method=None)
        get(bob.sign_in(url))
        assert undefended.result().email == "bob@example.org", "only the nonce keeps it out"


def test_a_stolen_code_is_worth_nothing_without_its_verifier(pool: UserPool, ann: Person) -> None:
    attempt = new_attempt(callback_uri(PORTS[0]))
    wrong = replace(attempt, verifier=new_attempt("").verifier)

    def redeem(url: str, verifier: str) -> Tokens:
        code = read_redirect(ann.sign_in(url), attempt).code
        return redeem_code(
            pool.profile,
            code=code,
            verifier=verifier,
            redirect_uri=attempt.redirect_uri,
            nonce=attempt.nonce,
            now=time.time,
        )

    url = authorization_url(pool.profile, attempt)
    with pytest.raises(GrantRefused, match="PKCE"):
        redeem(url, wrong.verifier)
    assert redeem(url, attempt.verifier)
    undefended = with_query(url, code_challenge=None, code_challenge_method=None)
    assert redeem(undefended, wrong.verifier), "only the challenge keeps it out"


# ------------------------------------------------------------------ the local account


def test_the_local_account_signs_in_by_the_same_pages(pool: UserPool) -> None:
    assert sign_in_local(pool.profile, "ann", pool.passwords["ann"]).email == "ann@example.org"


def test_a_wrong_password_is_named_and_not_shown(pool: UserPool) -> None:
    with pytest.raises(SignInRefused, match="Incorrect username or password") as caught:
        sign_in_local(pool.profile, "ann", "not-her-password")
    assert "not-her-password" not in str(caught.value)


def test_a_page_without_a_form_is_named(pool: UserPool) -> None:
    with pytest.raises(SignInRefused, match=r"shows no sign-in form \(HTTP 400\)"):
        sign_in_local(replace(pool.profile, client_id="unknown"), "ann", "x")


# ------------------------------------------------------------------ helpers


def challenge_of_another_attempt(pool: UserPool) -> str:
    url = authorization_url(pool.profile, new_attempt(callback_uri(PORTS[0])))
    return dict(parse_qsl(urlsplit(url).query))["code_challenge"]


@contextmanager
def taken(ports: tuple[int, ...]) -> Iterator[None]:
    """Other programs listen on these ports."""
    with ExitStack() as stack:
        for port in ports:
            other = stack.enter_context(socket.socket())
            other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            other.bind(("127.0.0.1", port))
            other.listen()
        yield


@contextmanager
def typing() -> Iterator[tuple[io.TextIOWrapper, TypedLines]]:
    """A keyboard and its lines."""
    reading, writing = os.pipe()
    with os.fdopen(writing, "w", buffering=1) as keyboard, os.fdopen(reading):
        keyboard.reconfigure(write_through=True)
        yield keyboard, TypedLines(reading)
