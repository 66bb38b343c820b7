"""Attacks on the device grant. Each is repelled, and most are shown to succeed where their defence is switched off."""

import itertools
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from support.device_grant import (
    TABLE,
    Machine,
    Phone,
    Sides,
    approve,
    post,
    query_of,
    sign_in,
    table_items,
    texts_in,
)
from support.local_stack import root_client

from photobak.cloud.device import browser as browser_module
from photobak.cloud.device import codes, machine, person
from photobak.cloud.device.browser import new_browser
from photobak.cloud.device.hosted_ui import CodeRefused as RefusedByCognito
from photobak.cloud.device.hosted_ui import HostedUi
from photobak.cloud.device.machine import LIFETIME, OAuthError
from photobak.cloud.device.person import CodeRefused, NotConfirmed, TooManyTries
from photobak.cloud.store import device_grants
from photobak.local.values import LocalStack

pytestmark = pytest.mark.usefixtures("one_address")

addresses = (f"198.51.100.{number}" for number in itertools.count(1))


@pytest.fixture(autouse=True)
def _no_tries_spent(local_stack: LocalStack) -> Iterator[None]:
    """Every test of this machine comes from one address: give back the wrong codes that a test has sent."""
    yield
    root_client(local_stack, "dynamodb").delete_item(TableName=TABLE, Key={"id": {"S": "tries:127.0.0.1"}})


@pytest.fixture
def sides(local_stack: LocalStack) -> Sides:
    return Sides.of(local_stack)


@pytest.fixture
def address() -> str:
    """An address that nobody has guessed from."""
    return next(addresses)


def error_of(sides: Sides, device_code: str) -> str:
    with pytest.raises(OAuthError) as refused:
        sides.poll(device_code)
    return refused.value.error


def hosted_ui_code(stack: LocalStack, url: str) -> dict[str, str]:
    """What the hosted UI's redirect carries when the owner has signed in at this URL."""
    return query_of(sign_in(Phone().open(url), stack).headers["Location"])


def grant_name(begun: dict[str, Any]) -> str:
    return codes.grant_id(begun["device_code"])


def approved(sides: Sides, stack: LocalStack) -> dict[str, Any]:
    """A grant that the owner has approved, and nobody has redeemed."""
    begun, browser = sides.begin(), new_browser()
    _, grant = sides.person.find(begun["user_code"], next(addresses))
    sides.person.come_back(hosted_ui_code(stack, sides.person.confirm(grant, browser)), browser)
    return begun


# ---- guessing and reusing codes


def test_a_device_code_that_is_nearly_right_is_wrong(local_stack: LocalStack) -> None:
    begun = Machine(local_stack)
    approve(begun.code, local_stack)
    good = begun.code["device_code"]
    for guess in (good[:-1], good + "A", good.swapcase(), good[::-1], f" {good}", f"{good}\0"):
        assert begun.poll(device_code=guess)[1]["error"] == "invalid_grant"
    assert begun.poll()[0] == 200


def test_six_wrong_user_codes_from_one_address_are_one_too_many(local_stack: LocalStack) -> None:
    """Not even the right code is taken then, whatever a header says of where the request comes from."""
    begun, phone = Machine(local_stack), Phone()
    phone.open(begun.code["verification_uri"])
    for wrong in ("BBBB-BBBB", "CCCC-CCCC", "DDDD-DDDD", "FFFF-FFFF", "GGGG-GGGG"):
        assert phone.submit(user_code=wrong).status == 400
        assert "wrong, used or expired" in phone.problem
    assert phone.submit(user_code=begun.code["user_code"]).status == 429
    fields = {"user_code": begun.code["user_code"], "proof": phone.page.split('name="proof" value="')[1][:64]}
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded"):
        assert phone.send(begun.code["verification_uri"], fields, **{header: "203.0.113.9"}).status == 429
    assert Phone().open(begun.code["verification_uri"]).submit(user_code="BBBB-BBBB").status == 429, "a new browser"


def test_the_address_that_is_shown_is_the_one_that_the_gateway_sees(local_stack: LocalStack) -> None:
    begun, phone = Machine(local_stack), Phone()
    phone.open(begun.code["verification_uri"])
    fields = {"user_code": begun.code["user_code"], "proof": phone.page.split('name="proof" value="')[1][:64]}
    for header in ("X-Forwarded-For", "X-Real-IP", "Forwarded", "CloudFront-Viewer-Address"):
        phone.send(begun.code["verification_uri"], fields, **{header: "203.0.113.9"})
        assert "127.0.0.1" in phone.page
        assert "203.0.113.9" not in phone.page


def test_guesses_that_come_all_at_once_are_counted_too(sides: Sides, address: str) -> None:
    def guess(letter: str) -> type[Exception]:
        with pytest.raises((CodeRefused, TooManyTries)) as refused:
            sides.person.find(letter * 8, address)
        return refused.type

    with ThreadPoolExecutor(16) as pool:
        answers = list(pool.map(guess, codes.ALPHABET))
    assert answers.count(CodeRefused) == person.MAX_WRONG_CODES


def test_without_the_limit_guessing_goes_on(sides: Sides, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(person, "MAX_WRONG_CODES", 10**9)
    for letter in codes.ALPHABET:
        with pytest.raises(CodeRefused):
            sides.person.find(letter * 8, address)


def test_right_codes_and_typing_errors_cost_no_try(sides: Sides, address: str) -> None:
    user_code = sides.begin()["user_code"]
    for typed in ("", "AEIO-UAEI", "12345678", user_code[:-1], "x" * 1000, "\u00df" * 4) * 3:
        with pytest.raises(CodeRefused, match="eight letters"):
            sides.person.find(typed, address)
    for _ in range(2 * person.MAX_WRONG_CODES):
        assert sides.person.find(user_code, address)[0] == user_code


def test_the_limit_ends_with_the_lifetime_of_a_code(sides: Sides, address: str) -> None:
    for _ in range(person.MAX_WRONG_CODES):
        with pytest.raises(CodeRefused):
            sides.person.find("BBBB-BBBB", address)
    sides.clock.pass_(seconds=LIFETIME.seconds - 1)
    user_code = sides.begin()["user_code"]
    with pytest.raises(TooManyTries):
        sides.person.find(user_code, address)
    sides.clock.pass_(seconds=1)
    assert sides.person.find(user_code, address)[0] == user_code


def test_an_address_gets_a_few_codes_and_no_more(sides: Sides) -> None:
    """Each costs an scrypt hash and a transaction, and nobody is signed in who asks."""
    address = f"203.0.{uuid.uuid4().int % 256}.{uuid.uuid4().int % 256}"
    for _ in range(machine.MAX_CODES):
        sides.begin(address)
    with pytest.raises(OAuthError, match="slow_down: Too many codes"):
        sides.begin(address)
    sides.begin()  # somebody else
    sides.clock.pass_(seconds=LIFETIME.seconds)
    sides.begin(address)


def test_codes_that_are_asked_for_at_once_are_counted_too(sides: Sides) -> None:
    network = f"2001:db8:1:{uuid.uuid4().hex[:4]}"

    def ask(host: int) -> bool:
        try:
            return bool(sides.begin(f"{network}::{host}"))
        except OAuthError:
            return False

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(machine.MAX_CODES + 10))) == machine.MAX_CODES


def test_without_the_count_an_address_gets_any_number_of_codes(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "MAX_CODES", 10**9)
    address = f"198.51.{uuid.uuid4().int % 256}.{uuid.uuid4().int % 256}"
    for _ in range(25):
        sides.begin(address)


def test_what_is_refused_anyway_costs_no_hash(sides: Sides, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "user_code_id", lambda _code: pytest.fail("hashed"))
    for form in ({}, {"client_id": "another"}, {"client_id": sides.client_id, "scope": "everything"}):
        with pytest.raises(OAuthError):
            sides.machine.begin(form, "192.0.2.77")


def test_all_addresses_of_one_ipv6_network_guess_as_one(sides: Sides) -> None:
    for host in range(person.MAX_WRONG_CODES):
        with pytest.raises(CodeRefused):
            sides.person.find("BBBB-BBBB", f"2001:db8:0:1::{host}")
    with pytest.raises(TooManyTries):
        sides.person.find("BBBB-BBBB", "2001:db8:0:1:ffff::1")
    with pytest.raises(CodeRefused):
        sides.person.find("BBBB-BBBB", "2001:db8:0:2::1")


def test_a_user_code_is_good_for_one_approval(sides: Sides, local_stack: LocalStack, address: str) -> None:
    begun = approved(sides, local_stack)
    with pytest.raises(CodeRefused):
        sides.person.find(begun["user_code"], address)
    sides.poll(begun["device_code"])
    with pytest.raises(CodeRefused):
        sides.person.find(begun["user_code"], address)


def rivals(sides: Sides, stack: LocalStack) -> list[str]:
    """Two browsers confirm the same code, and both come back; returns whose approval was taken."""
    begun, taken = sides.begin(), []
    browsers = [new_browser(), new_browser()]
    _, grant = sides.person.find(begun["user_code"], next(addresses))
    answers = [hosted_ui_code(stack, sides.person.confirm(grant, browser)) for browser in browsers]
    for browser, answer in zip(browsers, answers, strict=True):
        try:
            sides.person.come_back(answer, browser)
        except NotConfirmed:
            continue
        taken.append(answer["code"])
    return taken


def test_of_two_browsers_that_confirm_one_code_the_first_to_come_back_wins(
    sides: Sides, local_stack: LocalStack
) -> None:
    assert len(rivals(sides, local_stack)) == 1


def test_a_no_that_comes_after_a_yes_is_not_said_to_be_taken(sides: Sides, local_stack: LocalStack) -> None:
    begun, browser = sides.begin(), new_browser()
    _, grant = sides.person.find(begun["user_code"], next(addresses))
    sides.person.come_back(hosted_ui_code(local_stack, sides.person.confirm(grant, browser)), browser)
    with pytest.raises(CodeRefused):
        sides.person.deny(grant)
    assert sides.poll(begun["device_code"])["id_token"]


def test_without_the_condition_the_second_replaces_the_first(
    sides: Sides, local_stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(device_grants, "_IS_WAITING", "grant_status <> :waiting OR expires_at > :now")
    assert len(rivals(sides, local_stack)) == 2


# ---- two pollers, and time


def test_of_several_pollers_with_one_device_code_exactly_one_gets_tokens(local_stack: LocalStack) -> None:
    begun = Machine(local_stack)
    approve(begun.code, local_stack)
    with ThreadPoolExecutor(4) as pool:  # the local stack runs six Lambdas at once
        answers = list(pool.map(lambda _: begun.poll(), range(4)))
    assert [status for status, _ in answers].count(200) == 1
    assert {found["error"] for status, found in answers if status != 200} == {"invalid_grant"}


def test_without_the_claim_cognito_alone_would_keep_the_second_poller_off(
    sides: Sides, local_stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = approved(sides, local_stack)
    item = next(item for item in table_items(local_stack) if item["id"]["S"].endswith(grant_name(begun)))
    monkeypatch.setattr(device_grants.DeviceGrants, "claim", lambda _self, _id: item["authorization_code"]["S"])
    assert sides.poll(begun["device_code"])["id_token"]
    with pytest.raises(OAuthError, match="could not be exchanged for tokens: Cognito refused"):
        sides.poll(begun["device_code"])


def test_after_ten_minutes_a_code_can_be_neither_entered_nor_redeemed(
    sides: Sides, local_stack: LocalStack, address: str
) -> None:
    waiting, done = sides.begin(), approved(sides, local_stack)
    _, grant = sides.person.find(waiting["user_code"], address)
    browser = new_browser()
    answer = hosted_ui_code(local_stack, sides.person.confirm(grant, browser))
    sides.clock.pass_(seconds=LIFETIME.seconds - 1)
    assert error_of(sides, waiting["device_code"]) == "authorization_pending"
    assert sides.person.find(waiting["user_code"], address)[1].id == grant.id
    sides.clock.pass_(seconds=1)
    assert error_of(sides, waiting["device_code"]) == "expired_token"
    assert error_of(sides, done["device_code"]) == "expired_token", "approved, and too late all the same"
    with pytest.raises(CodeRefused):
        sides.person.find(waiting["user_code"], address)
    with pytest.raises(NotConfirmed):
        sides.person.come_back(answer, browser)


def test_everything_in_the_table_says_when_dynamodb_may_remove_it(sides: Sides, local_stack: LocalStack) -> None:
    forget_all(local_stack)
    with pytest.raises(CodeRefused):
        sides.person.find("BBBB-BBBB", next(addresses))
    approved(sides, local_stack)
    items = table_items(local_stack)
    assert {item["id"]["S"].partition(":")[0] for item in items} == {"grant", "code", "tries"}
    assert all(int(item["expires_at"]["N"]) <= sides.clock().timestamp() + LIFETIME.seconds + 60 for item in items)


def test_an_approval_that_cognito_no_longer_takes_ends_the_grant(sides: Sides, local_stack: LocalStack) -> None:
    """As when the machine comes after the five minutes that Cognito's codes live."""
    begun, browser = sides.begin(), new_browser()
    _, grant = sides.person.find(begun["user_code"], next(addresses))
    sides.person.come_back({"state": browser.state_for(grant.id), "code": "expired"}, browser)
    assert error_of(sides, begun["device_code"]) == "invalid_grant"
    assert error_of(sides, begun["device_code"]) == "invalid_grant"


# ---- another client


def test_another_client_gets_nothing_and_changes_nothing(local_stack: LocalStack) -> None:
    pool = root_client(local_stack, "cognito-idp")
    other = pool.create_user_pool_client(UserPoolId=local_stack.outputs.user_pool_id, ClientName="other")
    client_id = other["UserPoolClient"]["ClientId"]
    assert post(f"{local_stack.outputs.api_url}/device/code", {"client_id": client_id})[1]["error"] == "invalid_client"
    begun = Machine(local_stack)
    approve(begun.code, local_stack)
    assert begun.poll(client_id=client_id)[1]["error"] == "invalid_client"
    assert begun.poll()[0] == 200


# ---- what the table stores


def redeemable(stack: LocalStack, begun: Machine) -> list[str]:
    """What of the table's content gets tokens: as a device code, or as a code or a verifier at Cognito."""
    texts = texts_in(table_items(stack))
    found = [text for text in texts if begun.poll(device_code=text)[0] == 200]
    code = next(item["authorization_code"]["S"] for item in table_items(stack) if "authorization_code" in item)
    form = {
        "grant_type": "authorization_code",
        "client_id": begun.client_id,
        "code": code,
        "redirect_uri": f"{stack.outputs.api_url}/device/callback",
    }
    for verifier in ("", *texts):
        guess = {"code_verifier": verifier} if verifier else {}
        if post(f"{stack.outputs.hosted_ui_url}/oauth2/token", {**form, **guess})[0] == 200:
            found.append(f"{code} with {verifier!r}")
    return found


def forget_all(stack: LocalStack) -> None:
    for item in table_items(stack):
        root_client(stack, "dynamodb").delete_item(TableName=TABLE, Key={"id": item["id"]})


def test_a_reader_of_the_table_can_redeem_nothing_in_it(local_stack: LocalStack) -> None:
    forget_all(local_stack)
    begun = Machine(local_stack, device_name="nas")
    approve(begun.code, local_stack)
    texts = texts_in(table_items(local_stack))
    secrets = (begun.code["device_code"], begun.code["user_code"], codes.pkce_verifier(begun.code["device_code"]))
    assert not [text for text in texts if any(secret in text for secret in secrets)]
    assert redeemable(local_stack, begun) == []
    assert begun.poll()[0] == 200, "and the machine itself still can"


def test_without_pkce_the_stored_code_would_be_redeemable(
    sides: Sides, local_stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    forget_all(local_stack)
    begun, phone = Machine(local_stack), Phone()
    phone.open(begun.code["verification_uri_complete"]).submit().submit(decision="yes")
    url = phone.headers["Location"]
    without = "&".join(part for part in url.split("&") if not part.startswith("code_challenge"))
    assert without != url
    phone.open(without)
    sign_in(phone, local_stack).follow()
    assert phone.title == "Signed in"
    assert len(redeemable(local_stack, begun)) > 0


def test_without_hashing_the_device_code_a_reader_would_have_it(
    sides: Sides, local_stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "grant_id", lambda device_code: device_code)
    forget_all(local_stack)
    approved(sides, local_stack)
    stored = next(item["id"]["S"] for item in table_items(local_stack) if item["id"]["S"].startswith("grant:"))
    assert sides.poll(stored.removeprefix("grant:"))["refresh_token"]


def test_another_machines_verifier_redeems_nothing(sides: Sides, local_stack: LocalStack) -> None:
    """An approval that was moved from one grant to another in the table is worth nothing there."""
    victim, attacker = approved(sides, local_stack), approved(sides, local_stack)
    grants = sides.machine.grants
    code = grants.claim(grant_name(victim))
    hosted_ui: HostedUi = sides.machine.hosted_ui
    with pytest.raises(RefusedByCognito):
        hosted_ui.redeem(code, codes.pkce_verifier(attacker["device_code"]))
    assert hosted_ui.redeem(code, codes.pkce_verifier(victim["device_code"]))["id_token"]


# ---- the person's browser


def test_a_form_that_this_browser_wasnt_shown_decides_nothing(local_stack: LocalStack) -> None:
    """Another site can send a form from the person's browser, and can't know its proof (CSRF)."""
    attackers, person_ = Machine(local_stack), Phone()
    url, user_code = attackers.code["verification_uri"], attackers.code["user_code"]
    person_.open(url)
    own = Phone().open(url)
    stolen = own.page.split('name="proof" value="')[1][:64]
    for proof in ("", stolen, "0" * 64, "\u00e4"):
        person_.send(url, {"user_code": user_code, "decision": "yes", "proof": proof})
        assert (person_.status, person_.headers.get("Location")) == (400, None)
    Phone().send(url, {"user_code": user_code, "decision": "yes", "proof": stolen})
    assert attackers.poll()[1]["error"] == "authorization_pending"


def test_a_link_to_the_hosted_ui_that_another_browser_began_signs_nobody_in(
    sides: Sides, local_stack: LocalStack
) -> None:
    """Whoever sends it spares the person the page that says which device asks. Their sign-in is not used."""
    attackers, theirs = Machine(local_stack), Phone()
    theirs.open(attackers.code["verification_uri_complete"]).submit().submit(decision="yes")
    link = theirs.headers["Location"]
    for cookies in ({}, Phone().open(attackers.code["verification_uri"]).cookies):
        victim = Phone(dict(cookies)).open(link)
        sign_in(victim, local_stack).follow()
        assert (victim.status, victim.title) == (400, "Not signed in")
        assert attackers.poll()[1]["error"] in ("authorization_pending", "slow_down")


def test_without_the_tie_between_state_and_browser_that_link_would_sign_in(
    sides: Sides, local_stack: LocalStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun = sides.begin()
    _, grant = sides.person.find(begun["user_code"], next(addresses))
    answer = hosted_ui_code(local_stack, sides.person.confirm(grant, new_browser()))
    victim = new_browser()
    with pytest.raises(NotConfirmed):
        sides.person.come_back(answer, victim)
    monkeypatch.setattr(browser_module, "same", lambda _given, _expected: True)
    sides.person.come_back(answer, victim)
    assert sides.poll(begun["device_code"])["id_token"]


def test_a_replayed_callback_changes_nothing(local_stack: LocalStack) -> None:
    begun = Machine(local_stack)
    phone = approve(begun.code, local_stack)
    callback = phone.url
    assert phone.open(callback).title == "Not signed in"
    assert begun.poll()[0] == 200
    assert phone.open(callback).title == "Not signed in"
    assert begun.poll()[1]["error"] == "invalid_grant"


def test_a_code_of_the_attackers_own_sign_in_is_not_taken_from_a_link(local_stack: LocalStack) -> None:
    """Else the machine would back up into the attacker's library."""
    begun, phone = Machine(local_stack), Phone()
    phone.open(begun.code["verification_uri_complete"]).submit().submit(decision="yes")
    callback = f"{local_stack.outputs.api_url}/device/callback"
    for state in ("", "x", grant_name(begun.code)):
        assert phone.open(f"{callback}?code=attackers&state={state}").title == "Not signed in"
    assert begun.poll()[1]["error"] == "authorization_pending"
    stranger = Phone().open(f"{callback}?code=attackers&state={query_of(phone.url).get('state', '')}")
    assert stranger.title == "Not signed in"


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "&lt;b&gt;", "$title"])
def test_a_hostile_device_name_is_text_and_nothing_else(local_stack: LocalStack, name: str) -> None:
    import html

    code = Machine(local_stack, device_name=name).code
    phone = Phone().open(code["verification_uri_complete"]).submit()
    assert f'<dd id="device">{html.escape(name)}</dd>' in phone.page


def test_a_device_name_cant_turn_or_flood_the_page(sides: Sides) -> None:
    for name, shown in (
        ("evil\u202egpj.exe\x1b[2J\n\x00", "evil gpj.exe [2J"),
        ("x" * 1000, "x" * 64),
        ("\u200b\u2066", "a device without a name"),
        ("", "a device without a name"),
    ):
        begun = sides.machine.begin({"client_id": sides.client_id, "device_name": name}, "192.0.2.1")
        _, grant = sides.person.find(begun["user_code"], next(addresses))
        assert grant.device_name == shown


@pytest.mark.parametrize("typed", ['"><script>', "$proof", "\u0130" * 8, "\u00df" * 4, "%00"])
def test_hostile_text_in_the_code_field_is_shown_as_text(local_stack: LocalStack, typed: str) -> None:
    from urllib.parse import quote

    url = f"{local_stack.outputs.api_url}/device"
    phone = Phone().open(f"{url}?user_code={quote(typed)}")
    assert "<script>" not in phone.page
    assert phone.submit(user_code=typed).status == 400
    assert "<script>" not in phone.page
    assert "eight letters" in phone.problem
