"""``photobak login --device`` and another client of RFC 8628, approved in a real browser without JavaScript."""

import json
import platform
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from support.chromium import Chromium
from support.command_line import photobak
from support.device_grant import Machine, approve
from support.local_profile import keep_profile
from support.node import node
from support.terminal import Terminal, terminal

from photobak.local.values import LocalStack

pytestmark = pytest.mark.usefixtures("one_address")

SHOWN = re.compile(r"open this page and enter the code:\n\n  (\S+)\n\n  ([A-Z-]+)\n")


@pytest.fixture
def home(local_stack: LocalStack, tmp_path: Path) -> Path:
    keep_profile(tmp_path, local_stack.outputs)
    return tmp_path


@contextmanager
def phone_page(chromium: Chromium) -> Iterator["Page"]:  # noqa: F821 - see support.chromium
    """A page as small as phones have it, that runs no script."""
    screen = {"width": 320, "height": 568}
    with chromium.page(java_script_enabled=False, viewport=screen, has_touch=True, is_mobile=True) as page:
        yield page


def shown_codes(waiting: Terminal) -> tuple[str, str]:
    found = waiting.until(SHOWN)
    return found[1], found[2]


def wait_for_title(page: "Page", title: str) -> None:  # noqa: F821 - see support.chromium
    """Wait for the page of this heading; a click doesn't wait for the page that it leads to."""
    page.get_by_role("heading", level=1, name=title, exact=True).wait_for()


def sign_in(page: "Page", stack: LocalStack) -> None:  # noqa: F821 - see support.chromium
    page.fill("input[name=username]", stack.accounts[0].username)
    page.fill("input[name=password]", stack.accounts[0].password)
    page.click("button[type=submit]")


def test_a_phone_signs_in_a_machine_that_waits(chromium: Chromium, local_stack: LocalStack, home: Path) -> None:
    """By the URL that the QR code holds; the page names the machine, and the code that it shows."""
    with phone_page(chromium) as page, terminal(home, "login", "--device") as waiting:
        url, user_code = shown_codes(waiting)
        page.goto(f"{url}?user_code={user_code}")
        page.get_by_role("button", name="Continue").click()
        wait_for_title(page, "Is this your device?")
        assert page.inner_text("#device") == platform.node()[:64]
        assert page.inner_text("#code") == user_code
        page.get_by_role("button", name="Yes, it is mine").click()
        sign_in(page, local_stack)
        wait_for_title(page, "Signed in")
        waiting.until(re.escape(f"Signed in as {local_stack.accounts[0].username} (profile local)"))
        assert waiting.process.wait(60) == 0
    assert json.loads(photobak(home, "whoami", "--json").stdout)["email"] == local_stack.accounts[0].username
    assert photobak(home, "ls").returncode == 0


def test_a_person_types_the_code_and_says_no(chromium: Chromium, home: Path) -> None:
    with phone_page(chromium) as page, terminal(home, "login", "--device") as waiting:
        url, user_code = shown_codes(waiting)
        page.goto(url)
        page.get_by_label("Code shown on your device").fill(user_code.replace("-", " ").lower())
        page.keyboard.press("Enter")
        page.get_by_role("button", name="No", exact=True).click()
        wait_for_title(page, "Denied")
        waiting.until("the sign-in was refused: on the other device")
        assert waiting.process.wait(60) == 1


def require_fit(page: "Page") -> None:  # noqa: F821 - see support.chromium
    """Nothing sticks out, every button is large enough for a thumb, and the policy lets our own style through."""
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.locator("main").evaluate("main => getComputedStyle(main).fontFamily").startswith("system-ui")
    assert all(button.bounding_box()["height"] >= 44 for button in page.get_by_role("button").all())


def test_the_pages_fit_a_phone_and_load_nothing(chromium: Chromium, local_stack: LocalStack) -> None:
    code = Machine(local_stack, device_name="W" * 64).code
    with phone_page(chromium) as page:
        asked, said = [], []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: said.append(message.text))
        page.goto(code["verification_uri"])
        require_fit(page)
        page.fill("#user_code", "nothing")
        page.get_by_role("button", name="Continue").click()
        assert page.get_by_role("alert").inner_text().startswith("A code has eight letters")
        require_fit(page)
        page.fill("#user_code", code["user_code"])
        page.get_by_role("button", name="Continue").click()
        assert page.inner_text("#device") == "W" * 64
        require_fit(page)
        page.get_by_role("button", name="No", exact=True).click()
        wait_for_title(page, "Denied")
        require_fit(page)
        assert set(asked) == {code["verification_uri"]}
        assert not [text for text in said if "Content Security Policy" in text]


def test_openid_client_completes_the_grant(local_stack: LocalStack, programs: Path) -> None:
    outputs = local_stack.outputs
    server = {
        "clientId": outputs.client_id,
        "issuer": outputs.issuer,
        "device_authorization_endpoint": f"{outputs.api_url}/device/code",
        "token_endpoint": f"{outputs.api_url}/device/token",
        "jwks_uri": f"{outputs.endpoint_url}/{outputs.user_pool_id}/.well-known/jwks.json",
    }
    with node(programs / "device_grant.mjs", server) as client:
        begun = json.loads(client.stdout.readline())
        assert approve(begun, local_stack).title == "Signed in"
        got = json.loads(client.stdout.readline())
        assert client.wait(60) == 0
    assert got["claims"]["email"] == local_stack.accounts[0].username
    assert got["refreshable"]


# ---- other sites in the same browser


@contextmanager
def site(pages: dict[str, str]) -> Iterator[str]:
    """Another site: ``localhost`` is one to a browser that knows us as 127.0.0.1."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.end_headers()
            self.wfile.write(pages[self.path].encode())

        def log_message(self, *_args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def proof_on(page: "Page") -> str:  # noqa: F821 - see support.chromium
    found: str = page.locator("input[name=proof]").first.get_attribute("value")
    return found


def test_another_site_cant_confirm_in_the_persons_name(chromium: Chromium, local_stack: LocalStack) -> None:
    """Not even with this browser's very proof: its cookie doesn't travel with a form of another site.

    The local stack refuses such a form before the function sees it; ``test_device_on_aws.py`` has the function alone.
    """
    machine = Machine(local_stack)
    attackers: dict[str, Any] = machine.code
    with chromium.page() as page:
        page.goto(attackers["verification_uri"])
        forged = f"""<form method="post" action="{attackers["verification_uri"]}">
            <input name="user_code" value="{attackers["user_code"]}"><input name="decision" value="yes">
            <input name="proof" value="{proof_on(page)}"></form><script>document.forms[0].submit()</script>"""
        with site({"/": forged}) as other:
            page.goto(other)
            page.wait_for_url(attackers["verification_uri"])  # and not the hosted UI's
            assert machine.poll()[1]["error"] == "authorization_pending"


def test_another_site_cant_frame_the_page(chromium: Chromium, local_stack: LocalStack) -> None:
    """Else it could lay a picture over the button (clickjacking)."""
    uri = Machine(local_stack).code["verification_uri_complete"]
    with chromium.page() as page, site({"/": f'<iframe src="{uri}"></iframe>'}) as other:
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(other)
        assert page.frames[1].get_by_label("Code shown on your device").count() == 0
