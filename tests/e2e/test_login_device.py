"""``photobak login --device`` on a terminal."""

import re
from pathlib import Path

import pytest
from support.command_line import environ_of, photobak
from support.issuer import Issuer
from support.terminal import terminal

from photobak.client.places import places
from photobak.client.profile import save_profile

pytestmark = pytest.mark.usefixtures("one_address")


@pytest.fixture
def issuer(tmp_path: Path):
    with Issuer().running() as running:
        running.device_code = {
            "device_code": "device-code-of-256-bits",
            "user_code": "WDJB-MJHT",
            "verification_uri": f"{running.url}/device",
            "verification_uri_complete": f"{running.url}/device?user_code=WDJB-MJHT",
            "expires_in": 600,
            "interval": 1,
        }
        save_profile(places(environ_of(tmp_path)), running.profile())
        yield running


def test_it_shows_code_url_and_picture_and_signs_in(issuer: Issuer, tmp_path: Path) -> None:
    issuer.device_answers = ["authorization_pending", "tokens"]
    with terminal(tmp_path, "login", "--device") as running:
        running.until(re.escape(f"{issuer.url}/device\n\n  WDJB-MJHT"))
        running.until("[\u2580\u2584\u2588]{9}")  # the half blocks of a QR code
        running.until("never enter a code that somebody sends you")
        running.until(r"Signed in as ann@example\.org")
        assert running.process.wait(60) == 0
        assert "device-code-of-256-bits" not in running.shown
    assert photobak(tmp_path, "whoami").returncode == 0


def test_a_no_on_the_other_device_ends_it(issuer: Issuer, tmp_path: Path) -> None:
    issuer.device_answers = ["access_denied"]
    said = photobak(tmp_path, "login", "--device")
    assert said.returncode == 1
    assert "the sign-in was refused: on the other device" in said.stderr
    assert "\u2588" not in said.stderr, "no picture where nobody looks"
