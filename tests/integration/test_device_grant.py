"""The device grant's endpoints and pages on the local stack, over HTTP, held to RFC 8628 and RFC 6749."""

import re
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from support.device_grant import FORM, TABLE, Machine, Phone, Sides, approve, claims_of, post, sign_in
from support.local_stack import root_client

from photobak.cloud.device.browser import new_browser
from photobak.cloud.device.machine import OAuthError
from photobak.cloud.device.person import SignInFailed
from photobak.local.lifecycle import down, up
from photobak.local.values import LocalStack

pytestmark = pytest.mark.usefixtures("one_address")


@pytest.fixture(autouse=True)
def _no_tries_spent(local_stack: LocalStack) -> Iterator[None]:
    """Every test of this machine comes from one address: give back the wrong codes that a test has sent."""
    yield
    root_client(local_stack, "dynamodb").delete_item(TableName=TABLE, Key={"id": {"S": "tries:127.0.0.1"}})


def error(answer: tuple[int, dict[str, str]]) -> str:
    status, found = answer
    assert status == 400, found
    assert set(found) == {"error", "error_description"}
    return found["error"]


def test_it_begins_with_what_the_rfc_asks_for(local_stack: LocalStack) -> None:
    code = Machine(local_stack, scope="openid email").code
    api = local_stack.outputs.api_url
    assert re.fullmatch(r"[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}", code["user_code"])
    assert len(code["device_code"]) == 43, "256 bits"
    assert code["verification_uri"] == f"{api}/device"
    assert code["verification_uri_complete"] == f"{api}/device?user_code={code['user_code']}"
    assert (code["expires_in"], code["interval"]) == (600, 5)


def test_tokens_are_never_stored_on_the_way(local_stack: LocalStack) -> None:
    api = local_stack.outputs.api_url
    for method, path in (("POST", "/device/code"), ("POST", "/device/token"), ("GET", "/device")):
        assert urllib3.request(method, f"{api}{path}").headers["Cache-Control"] == "no-store"


def test_a_person_approves_and_the_machine_has_their_tokens(local_stack: LocalStack) -> None:
    machine = Machine(local_stack)
    assert error(machine.poll()) == "authorization_pending"
    phone = approve(machine.code, local_stack)
    assert (phone.status, phone.title) == (200, "Signed in")
    status, tokens = machine.poll()
    assert status == 200
    assert set(tokens) == {"access_token", "id_token", "refresh_token", "token_type", "expires_in"}
    claims = claims_of(tokens["id_token"])
    assert claims["email"] == local_stack.accounts[0].username
    assert claims["aud"] == local_stack.outputs.client_id
    assert error(machine.poll()) == "invalid_grant", "single use"


def test_a_no_ends_it(local_stack: LocalStack) -> None:
    machine, phone = Machine(local_stack), Phone()
    phone.open(machine.code["verification_uri_complete"]).submit().submit(decision="no")
    assert phone.title == "Denied"
    assert error(machine.poll()) == "access_denied"
    phone.open(machine.code["verification_uri_complete"]).submit()
    assert "wrong, used or expired" in phone.problem


def test_polling_too_fast_is_slowed_down_by_five_seconds_each_time(local_stack: LocalStack) -> None:
    sides = Sides.of(local_stack)
    code = sides.begin()["device_code"]

    def answer_after(seconds: float) -> str:
        sides.clock.pass_(seconds=seconds)
        with pytest.raises(OAuthError) as refused:
            sides.poll(code)
        return refused.value.error

    answers = [answer_after(seconds) for seconds in (0, 5, 1, 5, 14, 20, 20)]
    pending, slower = "authorization_pending", "slow_down"
    # 5 s; too soon: 10 s; too soon: 15 s; too soon: 20 s
    assert answers == [pending, pending, slower, slower, slower, pending, pending]


def test_over_http_too_whoever_asks_again_at_once_is_slowed_down(local_stack: LocalStack) -> None:
    machine = Machine(local_stack)
    assert error(machine.poll()) == "authorization_pending"
    answers = {error(machine.poll()) for _ in range(4)}  # a slow machine takes 5 s for one of them
    assert {"slow_down"} <= answers <= {"authorization_pending", "slow_down"}


def test_an_approval_is_handed_out_however_soon_it_is_asked_for(local_stack: LocalStack) -> None:
    machine = Machine(local_stack)
    machine.poll()
    approve(machine.code, local_stack)
    assert machine.poll()[0] == 200


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"grant_type": "authorization_code"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"device_code": ""}, "invalid_request"),
        ({"client_id": ""}, "invalid_request"),
        ({"client_id": "another"}, "invalid_client"),
        ({"device_code": "unknown"}, "invalid_grant"),
    ],
)
def test_a_wrong_token_request_is_named_as_the_rfc_does(
    local_stack: LocalStack, changes: dict[str, str], expected: str
) -> None:
    machine = Machine(local_stack)
    assert error(machine.poll(**changes)) == expected
    assert error(machine.poll()) == "authorization_pending", "and it has changed nothing"


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, "invalid_request"),
        ({"client_id": "another"}, "invalid_client"),
        ({"scope": "openid aws.cognito.signin.user.admin"}, "invalid_scope"),
    ],
)
def test_a_wrong_request_for_a_code_is_named(local_stack: LocalStack, fields: dict[str, str], expected: str) -> None:
    known = {"client_id": local_stack.outputs.client_id} if "scope" in fields else {}
    assert error(post(f"{local_stack.outputs.api_url}/device/code", {**known, **fields})) == expected


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"client_id=a&client_id=b", FORM["Content-Type"]),
        (b"client_id=%ff", FORM["Content-Type"]),
        (b"\xff\xfe", FORM["Content-Type"]),
        (b"&".join(b"a%d=" % number for number in range(50)), FORM["Content-Type"]),
        (b"a=" + b"b" * 20_000, FORM["Content-Type"]),
        (b'{"client_id":"a"}', "application/json"),
        (b"", ""),
    ],
)
def test_what_is_no_plain_form_is_refused_everywhere(local_stack: LocalStack, body: bytes, content_type: str) -> None:
    for path in ("/device/code", "/device/token", "/device"):
        url = f"{local_stack.outputs.api_url}{path}"
        answer = urllib3.request("POST", url, body=body, headers={"Content-Type": content_type})
        assert answer.status == 400
        if path == "/device":
            assert b"Not signed in" in answer.data
        else:
            assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize("query", ["a=1&a=2", "%ff=", "state=" + "x" * 20_000])
def test_a_callback_that_cant_be_read_is_refused(local_stack: LocalStack, query: str) -> None:
    phone = Phone().open(f"{local_stack.outputs.api_url}/device/callback?{query}")
    assert (phone.status, phone.title) == (400, "Not signed in")


def test_a_code_is_taken_in_any_case_with_or_without_its_dash(local_stack: LocalStack) -> None:
    code = Machine(local_stack).code
    letters = code["user_code"].replace("-", "")
    for typed in (letters.lower(), f" {letters[:4]} {letters[4:]} ", f"{letters[:2]}-{letters[2:]}"):
        phone = Phone().open(code["verification_uri"]).submit(user_code=typed)
        assert phone.title == "Is this your device?"
        assert code["user_code"] in phone.page


def test_the_page_shows_which_device_asks_and_where_from(local_stack: LocalStack) -> None:
    code = Machine(local_stack, device_name="nas in the cellar").code
    phone = Phone().open(code["verification_uri_complete"])
    assert f'value="{code["user_code"]}"' in phone.page, "the complete URI fills the code in"
    phone.submit()
    assert re.search('id="device">nas in the cellar<', phone.page)
    assert re.search(f'id="code">{code["user_code"]}<', phone.page)
    assert re.search(r'id="address">127\.0\.0\.1 \(the same as your browser', phone.page)
    assert re.search('id="age">less than a minute ago<', phone.page)


def test_opening_the_page_decides_nothing_and_looks_nothing_up(local_stack: LocalStack) -> None:
    machine, phone = Machine(local_stack), Phone()
    phone.open(machine.code["verification_uri_complete"])
    assert machine.code["device_code"] not in phone.page
    phone.submit()
    assert error(machine.poll()) == "authorization_pending"


def test_every_page_forbids_what_it_doesnt_need(local_stack: LocalStack) -> None:
    machine, phone = Machine(local_stack), Phone()
    headers = [phone.open(machine.code["verification_uri_complete"]).headers]
    headers.append(phone.submit(user_code="none").headers)
    headers.append(phone.submit(user_code=machine.code["user_code"]).headers)
    headers.append(phone.submit(decision="no").headers)
    headers.append(phone.open(f"{local_stack.outputs.api_url}/device/callback").headers)
    for found in headers:
        policy = dict(part.strip().split(" ", 1) for part in found["Content-Security-Policy"].split(";"))
        assert policy.pop("style-src").startswith("'sha256-")
        assert policy.pop("form-action") == f"'self' {local_stack.endpoint_url}"
        assert policy == {"default-src": "'none'", "base-uri": "'none'", "frame-ancestors": "'none'"}
        assert found["X-Frame-Options"] == "DENY"
        assert found["Referrer-Policy"] == "no-referrer"
        assert found["Content-Type"] == "text/html; charset=utf-8"
    assert "HttpOnly" in headers[0]["Set-Cookie"]
    assert "SameSite=Lax" in headers[0]["Set-Cookie"]


def test_a_refusal_at_the_hosted_ui_is_shown_and_the_code_stays_good(local_stack: LocalStack) -> None:
    machine, phone = Machine(local_stack), Phone()
    phone.open(machine.code["verification_uri_complete"]).submit().submit(decision="yes")
    state = re.search(r"state=([^&]+)", phone.headers["Location"])[1]
    callback = f"{local_stack.outputs.api_url}/device/callback"
    why = "PreSignUp+failed+with+error+%3Cb%3ENot+invited"
    phone.open(f"{callback}?error=invalid_request&error_description={why}&state={state}")
    assert phone.status == 403
    assert "PreSignUp failed with error &lt;b&gt;Not invited" in phone.page
    assert approve(machine.code, local_stack, phone).title == "Signed in"


def test_a_wrong_password_can_be_corrected(local_stack: LocalStack) -> None:
    machine, phone = Machine(local_stack), Phone()
    phone.open(machine.code["verification_uri_complete"]).submit().submit(decision="yes").follow()
    phone.submit(username=local_stack.accounts[0].username, password="wrong")
    assert "Incorrect" in phone.page
    assert sign_in(phone, local_stack).follow().title == "Signed in"
    assert machine.poll()[0] == 200


def test_the_hosted_uis_answer_without_a_code_is_a_failure(local_stack: LocalStack) -> None:
    sides, browser = Sides.of(local_stack), new_browser()
    _, grant = sides.person.find(sides.begin()["user_code"], "192.0.2.1")
    with pytest.raises(SignInFailed, match="no code"):
        sides.person.come_back({"state": browser.state_for(grant.id)}, browser)


def test_the_callback_follows_a_local_stack_to_another_port(own_home: Path) -> None:
    """Cognito takes registered redirect URIs only, and the port of the local stack is not for ever."""
    first = up(own_home)
    down(own_home)
    with socket.create_server(("127.0.0.1", int(first.endpoint_url.rpartition(":")[2]))):
        second = up(own_home)
    assert second.endpoint_url != first.endpoint_url
    machine = Machine(second)
    assert approve(machine.code, second).title == "Signed in"
    assert machine.poll()[0] == 200
