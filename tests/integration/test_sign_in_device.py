"""The device's side of RFC 8628: what it shows, how often it asks, when it stops. Its clock is the test's."""

from collections.abc import Iterator
from typing import Any

import pytest
from support.issuer import Issuer

from photobak.client.account.sign_in.authorization import SignInRefused
from photobak.client.account.sign_in.device import ask_device_code, wait_for_approval
from photobak.client.account.tokens.interface import Tokens
from photobak.errors import CloudError

pytestmark = pytest.mark.usefixtures("one_address")


class Clock:
    """Time passes only in ``sleep``."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with Issuer().running() as running:
        running.device_code = {
            "device_code": "device-code-of-256-bits",
            "user_code": "WDJB-MJHT",
            "verification_uri": f"{running.url}/device",
            "verification_uri_complete": f"{running.url}/device?user_code=WDJB-MJHT",
            "expires_in": 600,
            "interval": 5,
        }
        yield running


def wait(issuer: Issuer, clock: Clock) -> Tokens:
    profile = issuer.profile()
    code = ask_device_code(profile)
    return wait_for_approval(profile, code, monotonic=lambda: clock.now, sleep=clock.sleep)


def test_the_code_is_asked_for_as_the_rfc_says(issuer: Issuer) -> None:
    code = ask_device_code(issuer.profile())
    assert (code.user_code, code.expires_in, code.interval) == ("WDJB-MJHT", 600, 5)
    assert "device-code-of-256-bits" not in repr(code)


def test_it_asks_at_the_interval_and_five_seconds_slower_each_time_it_is_told(issuer: Issuer) -> None:
    issuer.device_answers = ["authorization_pending", "slow_down", "authorization_pending", "slow_down", "tokens"]
    clock = Clock()
    assert wait(issuer, clock).subject == issuer.subject
    assert clock.slept == [5, 5, 10, 10, 15]


def test_without_an_interval_it_is_five_seconds(issuer: Issuer) -> None:
    del issuer.device_code["interval"], issuer.device_code["verification_uri_complete"]
    issuer.device_answers = ["tokens"]
    clock = Clock()
    wait(issuer, clock)
    assert clock.slept == [5]


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("access_denied", "refused: on the other device"),
        ("expired_token", "nobody has signed in: the code was good for 10"),
    ],
)
def test_a_no_and_an_end_stop_it(issuer: Issuer, answer: str, said: str) -> None:
    issuer.device_answers = ["authorization_pending", answer]
    with pytest.raises(SignInRefused, match=said):
        wait(issuer, Clock())


def test_it_stops_by_itself_when_the_code_ends(issuer: Issuer) -> None:
    issuer.device_answers = ["authorization_pending"] * 1000
    clock = Clock()
    with pytest.raises(SignInRefused, match="nobody has signed in"):
        wait(issuer, clock)
    assert clock.now < 600
    assert issuer.asked["/device/token"] == 119


def test_another_error_is_named(issuer: Issuer) -> None:
    issuer.device_answers = ["invalid_grant"]
    with pytest.raises(CloudError, match="can't be redeemed: HTTP 400 invalid_grant"):
        wait(issuer, Clock())


def test_a_failing_network_is_asked_half_as_often_each_time() -> None:
    with Issuer().running() as issuer:
        issuer.device_code = {"device_code": "d", "user_code": "ABCD", "verification_uri": issuer.url, "expires_in": 60}
        profile = issuer.profile()
        code = ask_device_code(profile)
    clock = Clock()
    with pytest.raises(SignInRefused):
        wait_for_approval(profile, code, monotonic=lambda: clock.now, sleep=clock.sleep)
    assert clock.slept == [5, 10, 20]


def test_a_gateway_that_is_too_busy_is_asked_less_often_and_ends_nothing(issuer: Issuer) -> None:
    profile, clock = issuer.profile(), Clock()
    code = ask_device_code(profile)
    issuer.failing_with = 429
    with pytest.raises(SignInRefused, match="nobody has signed in"):
        wait_for_approval(profile, code, monotonic=lambda: clock.now, sleep=clock.sleep)
    assert clock.slept[:4] == [5, 10, 15, 20]


@pytest.mark.parametrize(
    "change",
    [
        {"user_code": "\x1b]0;title\x07"},
        {"user_code": "a" * 500},
        {"user_code": None},
        {"verification_uri": "javascript:alert(1)"},
        {"verification_uri": "http://evil.example/device"},
        {"verification_uri": None},
        {"expires_in": "soon"},
        {"device_code": None},
    ],
)
def test_what_couldnt_be_shown_on_a_terminal_is_refused(issuer: Issuer, change: dict[str, Any]) -> None:
    found = {**issuer.device_code, **change}
    issuer.device_code = {name: value for name, value in found.items() if value is not None}
    with pytest.raises(CloudError, match="can't be used"):
        ask_device_code(issuer.profile())


def test_a_complete_url_that_goes_elsewhere_is_not_made_into_a_picture(issuer: Issuer) -> None:
    for elsewhere in ("https://evil.example/device?user_code=WDJB-MJHT", f"{issuer.url}/device\x1b[2J", "x"):
        issuer.device_code["verification_uri_complete"] = elsewhere
        assert ask_device_code(issuer.profile()).verification_uri_complete is None


def test_a_cloud_without_the_device_grant_is_named(issuer: Issuer) -> None:
    issuer.failing_with = 404
    with pytest.raises(CloudError, match="this cloud gives no device code: HTTP 404"):
        ask_device_code(issuer.profile())
