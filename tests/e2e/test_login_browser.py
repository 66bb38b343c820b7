"""``photobak login`` with a real browser: here by loopback, elsewhere by pasting, and what a watcher of ``ps`` sees."""

import json
import re
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from support.chromium import Chromium
from support.command_line import PHOTOBAK, environ_of, photobak
from support.local_stack import eventually
from support.terminal import terminal
from support.user_pool import UserPool, user_pool

from photobak.client.account.sign_in.authorization import CALLBACK_PATH, CALLBACK_PORTS
from photobak.client.account.tokens.file import FileStore
from photobak.client.places import places
from photobak.client.profile import save_profile

URL = re.compile(r"http://127\.0\.0\.1:\d+/oauth2/authorize\?\S+")


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UserPool]:
    with user_pool(tmp_path_factory.mktemp("pool"), CALLBACK_PORTS) as running:
        yield running


@pytest.fixture
def home(pool: UserPool, tmp_path: Path) -> Path:
    save_profile(places(environ_of(tmp_path)), pool.profile)
    return tmp_path


def fill_in(page: "Page", pool: UserPool, name: str = "ann") -> None:  # noqa: F821 - see support.chromium
    page.fill("input[name=username]", name)
    page.fill("input[name=password]", pool.passwords[name])
    page.click("button[type=submit]")


def browser_that_tells(home: Path) -> tuple[str, Path]:
    """A ``$BROWSER`` that writes down the URL it is given, and that file."""
    told = home / "url"
    script = home / "browser"
    script.write_text(f'#!/bin/sh\nprintf %s "$1" > {told}.part && mv {told}.part {told}\n')
    script.chmod(0o700)
    return f"{script} %s", told


def test_a_browser_here_signs_in_by_loopback(chromium: Chromium, pool: UserPool, home: Path) -> None:
    browser, told = browser_that_tells(home)
    with chromium.page() as page, terminal(home, "login", BROWSER=browser) as running:
        running.until("Sign in with the browser that has just opened")
        eventually(told.exists)
        page.goto(told.read_text())
        fill_in(page, pool)
        page.wait_for_url(f"http://127.0.0.1:*{CALLBACK_PATH}*")
        page.get_by_role("heading", level=1, name="Signed in", exact=True).wait_for()
        assert "ann@example.org" in page.inner_text("p")
        running.until(r"Signed in as ann@example\.org \(profile local\)\.")
        assert running.process.wait(60) == 0
    assert json.loads(photobak(home, "whoami", "--json").stdout)["email"] == "ann@example.org"


def test_a_browser_elsewhere_signs_in_by_pasting(chromium: Chromium, pool: UserPool, home: Path) -> None:
    """Its machine has no listener: the redirect ends at a page that can't be shown, and its URL is pasted."""
    with chromium.page() as page, terminal(home, "login", "--no-browser") as running:
        url = running.until(URL).group()
        ended_at = []

        def unreachable(route: "Route") -> None:  # noqa: F821 - see support.chromium
            ended_at.append(route.fetch(max_redirects=0).headers["location"])
            route.fulfill(status=200, body="This site can't be reached")

        page.route("**/login", unreachable)
        page.goto(url)
        fill_in(page, pool)
        page.get_by_text("can't be reached").wait_for()
        running.type("where?\n")
        running.until("That is not the right URL: .*Paste the URL of the last page here:")
        running.type(ended_at[0] + "\n")
        running.until(r"Signed in as ann@example\.org")
        assert running.process.wait(60) == 0


def test_a_wrong_password_keeps_the_attempt_open(chromium: Chromium, pool: UserPool, home: Path) -> None:
    with chromium.page() as page, terminal(home, "login", "--no-browser") as running:
        page.goto(running.until(URL).group())
        page.fill("input[name=username]", "ann")
        page.fill("input[name=password]", "wrong")
        page.click("button[type=submit]")
        assert "Incorrect" in page.inner_text(".error")
        fill_in(page, pool)
        running.until("Signed in as")
        assert running.process.wait(60) == 0


def test_over_ssh_no_browser_is_opened(home: Path) -> None:
    with terminal(home, "login", DISPLAY=":0", SSH_CONNECTION="10.0.0.1 1 10.0.0.2 22") as running:
        running.until("To sign in, open this URL in a browser:")
        running.until(r"it begins with http://127\.0\.0\.1:\d+/callback")


def test_without_a_terminal_it_still_waits_for_a_browser_and_asks_nothing(home: Path) -> None:
    with subprocess.Popen(
        [PHOTOBAK, "login"],
        env=environ_of(home),
        stdin=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        said = ""
        while "oauth2/authorize" not in said:
            said += running.stderr.readline()
        running.send_signal(signal.SIGINT)
        said += running.stderr.read()
    assert running.returncode == 130
    assert "Paste" not in said
    assert "Traceback" not in said


def test_ctrl_c_ends_it_cleanly(home: Path) -> None:
    with terminal(home, "login", "--no-browser") as running:
        running.until(URL)
        running.process.send_signal(signal.SIGINT)
        assert running.process.wait(60) == 130
        running.until("interrupted")
        assert "Traceback" not in running.shown


def test_a_watcher_of_ps_sees_nothing_that_signs_in(chromium: Chromium, pool: UserPool, home: Path) -> None:
    """The URL in a browser's arguments has state, nonce and challenge; the verifier and the tokens are nowhere."""
    browser, told = browser_that_tells(home)
    seen = ""
    with chromium.page() as page, terminal(home, "login", BROWSER=browser) as running:
        url = running.until(URL).group()
        seen += subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
        page.goto(url)
        fill_in(page, pool)
        running.until("Signed in as")
        running.process.wait(60)
        shown = running.shown
    kept = FileStore.of(places(environ_of(home)), "local").read()
    assert kept
    assert set(parse_qs(urlsplit(url).query)) == {
        "response_type",
        "client_id",
        "redirect_uri",
        "scope",
        "state",
        "nonce",
        "code_challenge",
        "code_challenge_method",
    }
    for secret in (kept.tokens.id_token, kept.tokens.refresh_token):
        assert secret not in seen
        assert secret not in shown
    eventually(told.exists)
    assert told.read_text() == url
