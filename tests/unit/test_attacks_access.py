"""What strangers, thieves and other users may not do; see ``support.attacks``."""

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final
from unittest.mock import create_autospec

import pytest
from support.attacks import Attacks
from support.issuer import Issuer
from support.known_files import known_file
from support.table import table

from photobak.client.account import api, id_token
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import Observer
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.transport import answer, http
from photobak.client.transport.answer import Answer
from photobak.client.transport.curl import Head, Headers, Request, Sink
from photobak.client.upload import ledger, reconfirm
from photobak.client.upload.content import Content, Deleted
from photobak.cloud.api import step_up
from photobak.cloud.device import machine
from photobak.cloud.device.machine import LIFETIME, MAX_CODES, MachineSide, OAuthError
from photobak.cloud.http import form
from photobak.cloud.http.caller import Claims
from photobak.cloud.http.problem import Problem
from photobak.cloud.store import device_grants
from photobak.cloud.store.device_grants import DeviceGrants, Grant, GrantStatus
from photobak.cloud.store.limits import LimitsTable
from photobak.errors import CloudError, ConfigError, StackError
from photobak.local import doors
from photobak.photo.deletion import Deletion
from photobak.photo.record import Status
from photobak.platform import private_files
from photobak.stack import wheels

ATTACKS: Final = Attacks()
NOW: Final = datetime(2026, 11, 28, 12, tzinfo=UTC)
NEVER: Final = re.compile(r"(?!)")
WITHOUT_LIMIT: Final = 1 << 40
MEGABYTE: Final = 1024 * 1024


# ---- a cloud, a proxy or a page that answers in its place


@contextmanager
def answered(*chunks: bytes) -> Iterator[list[Request]]:
    """Stand in for the connection: what would be sent is kept, and these bytes come back."""
    sent: list[Request] = []

    def exchange(request: Request, begin: Callable[[Head], Sink]) -> Head:
        sent.append(request)
        head = Head(200, Headers())
        sink = begin(head)
        for chunk in chunks:
            sink(chunk)
        return head

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(http, "exchange", exchange)
        yield sent


@ATTACKS.on(http, "url_problem", without=lambda _: "")
def token_sent_over_plain_http(_: Path) -> bool:
    with answered() as sent, suppress(CloudError):
        http.send_json("POST", "http://api.example/photos", {}, token="secret")
    return any("secret" in str(request.headers) for request in sent)


@ATTACKS.on(http.ask.__kwdefaults__, "most", without=WITHOUT_LIMIT)
def answer_that_never_ends(_: Path) -> bool:
    with answered(*[bytes(MEGABYTE)] * 8):
        try:
            return len(http.get("https://api.example/photos").body) > 4 * MEGABYTE
        except CloudError:
            return False


@ATTACKS.on(answer, "printable", without=lambda text, *_: str(text))
def error_that_commands_a_terminal(_: Path) -> bool:
    moved = Answer("https://api.example", 302, Headers(location="https://\x1b7evil.example/"), b"")
    with pytest.raises(CloudError) as caught:
        moved.json()
    return "\x1b" in str(caught.value)


@ATTACKS.on(api, "is_sha256", without=lambda _: True)
def change_that_names_no_photo(_: Path) -> bool:
    said = {"changes": [{"sha256": "../../other/identity"}], "sequence": "1", "gap": False}
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(api, "call", lambda *_, **__: Answer("", 200, Headers(), json.dumps(said).encode()).json())
        session: Any = None
        return bool(api.changes_since(session, "").hashes)


# ---- a token that is not good any more


@cache
def issuer() -> Issuer:
    return Issuer()


def is_believed(seconds: int, **changes: Any) -> bool:
    """Whether a well-signed token is, so many seconds after it was issued."""
    claims = issuer().claims(**changes)
    signed = id_token.signed_claims(issuer().sign(claims), issuer().keys())
    try:
        id_token.check_claims(signed, issuer().profile(), nonce=None, now=lambda: time.time() + seconds)
    except id_token.UntrustedToken:
        return False
    return True


@ATTACKS.on(id_token, "CLOCK_SKEW", without=1 << 30)
def token_that_has_expired(_: Path) -> bool:
    return is_believed(2 * 3600)


@ATTACKS.on(id_token, "CLOCK_SKEW", without=1 << 30)
def token_from_the_future(_: Path) -> bool:
    return is_believed(-3600)


def required_less(claim: str) -> Callable[..., Any]:
    every = id_token.expected_claims
    return lambda *given: {name: option for name, option in every(*given).items() if name != claim}


@ATTACKS.on(id_token, "expected_claims", without=required_less("aud"))
def token_for_no_client(_: Path) -> bool:
    return is_believed(0, aud=None)


@ATTACKS.on(id_token, "expected_claims", without=required_less("iss"))
def token_of_no_pool(_: Path) -> bool:
    return is_believed(0, iss=None)


@ATTACKS.on(id_token, "expected_claims", without=required_less("token_use"))
def token_that_is_not_said_to_be_an_id_token(_: Path) -> bool:
    return is_believed(0, token_use=None)


# ---- a thief with a token


def deletes(number: int, signed_in: timedelta) -> bool:
    """Whether so many photos can be deleted at once, so long after a sign-in."""
    with table("Limits") as dynamodb:
        guard = step_up.StepUp(LimitsTable(dynamodb, "Limits"), lambda: NOW)
        try:
            guard.require("me", Claims("me", NOW, NOW - signed_in, None), number)
        except Problem:
            return False
    return True


@ATTACKS.on(step_up, "MAX_CHANGES_A_DAY", without=WITHOUT_LIMIT)
def library_deleted_with_a_stolen_token(_: Path) -> bool:
    return deletes(10_000, timedelta(hours=1))


@ATTACKS.on(step_up, "MAX_AGE", without=timedelta(days=365))
def library_deleted_sixteen_minutes_after_the_sign_in(_: Path) -> bool:
    return deletes(10_000, timedelta(minutes=16))


@ATTACKS.on(step_up, "_CLOCK_TOLERANCE", without=timedelta(days=365))
def library_deleted_with_a_sign_in_of_tomorrow(_: Path) -> bool:
    return deletes(10_000, -timedelta(days=1))


def is_silent(folder: Path) -> bool:
    """Whether a run tells of a library that was emptied elsewhere once, and takes it as accepted."""
    with Index.open(folder / "index") as index:
        index.confirm([known_file(f"/p/{number}") for number in range(20)], 0.0)
        run = ledger.Ledger(index, create_autospec(Observer))
        for number in range(20):
            content = Content((Candidate.pending(known_file(f"/p/{number}")),))
            run.record(Deleted(content, Status.TRASHED, Deletion(NOW, "elsewhere")))
        run.conclude_deletions()
        return all(each.accepted for each in Confirmations(index).deleted())


@ATTACKS.on(ledger, "is_mass_deletion", without=lambda *_, **__: False)
def library_deleted_and_told_of_once(folder: Path) -> bool:
    return is_silent(folder)


@ATTACKS.on(reconfirm, "ROTATION_SECONDS", without=float("inf"))
def photo_removed_with_the_accounts_own_keys(_: Path) -> bool:
    """Nobody asks for it again within seven nights."""
    day = 86_400.0
    nightly = reconfirm.scope(kept=1000, gap=False, recheck=False, rotated_at=day, now=2 * day)
    return not nightly.everything and 7 * nightly.oldest < 1000


# ---- strangers at the device grant, whose table moto evaluates


@contextmanager
def grants() -> Iterator[DeviceGrants]:
    with table("DeviceGrants") as dynamodb:
        yield DeviceGrants(dynamodb, "DeviceGrants")


def waiting(**changes: Any) -> Grant:
    values: dict[str, Any] = {
        "id": "0" * 64,
        "status": GrantStatus.WAITING,
        "scope": "openid",
        "challenge": "c" * 43,
        "device_name": "nas",
        "address": "192.0.2.1",
        "requested_at": NOW,
        "expires_at": NOW + LIFETIME,
        "interval": timedelta(seconds=5),
        "polled_at": None,
    }
    return Grant(**{**values, **changes})


@ATTACKS.on(machine, "_IPV6_NETWORK", without=128)
def codes_from_every_address_of_a_network(_: Path) -> bool:
    class Ui:
        client_id = "client"

    with grants() as kept, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(machine, "user_code_id", str)
        side = MachineSide(kept, Ui(), "https://api/device", lambda: NOW)  # type: ignore[arg-type]
        try:
            for number in range(MAX_CODES + 1):
                side.begin({"client_id": "client"}, f"2001:db8::{number:x}")
        except OAuthError:
            return False
    return True


@ATTACKS.on(machine, "_device_name", without=lambda fields: fields["device_name"])
def device_name_that_turns_the_page_round(_: Path) -> bool:
    class Ui:
        client_id = "client"

    with grants() as kept, pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(machine, "user_code_id", lambda _: "code")
        side = MachineSide(kept, Ui(), "https://api/device", lambda: NOW)  # type: ignore[arg-type]
        side.begin({"client_id": "client", "device_name": "\u202emoc.live"}, "192.0.2.1")
        found = kept.by_user_code("code")
    return found is not None and "\u202e" in found.device_name


@ATTACKS.on(
    device_grants, "_IS_WAITING", without="grant_status = :waiting AND (expires_at > :now OR attribute_exists(id))"
)
def code_that_is_approved_too_late(_: Path) -> bool:
    with grants() as kept:
        kept.add(waiting(), "code")
        return kept.approve("0" * 64, "authorization code", NOW + LIFETIME)


@ATTACKS.on(
    device_grants, "_IS_WAITING", without="(grant_status = :waiting OR attribute_exists(id)) AND expires_at > :now"
)
def code_that_is_approved_after_it_was_denied(_: Path) -> bool:
    with grants() as kept:
        kept.add(waiting(), "code")
        kept.deny("0" * 64, NOW)
        return kept.approve("0" * 64, "authorization code", NOW)


@ATTACKS.on(form, "_MAX_FIELDS", without=1 << 20)
def form_of_too_many_fields(_: Path) -> bool:
    try:
        return bool(form.read_fields("&".join(f"a{n}=" for n in range(2000))))
    except form.BadForm:
        return False


@ATTACKS.on(form, "_MAX_CHARACTERS", without=WITHOUT_LIMIT)
def form_that_is_too_long(_: Path) -> bool:
    try:
        return bool(form.read_fields(f"a={'b' * MEGABYTE}"))
    except form.BadForm:
        return False


# ---- web pages and other users of this machine


def is_admitted(*headers: tuple[bytes, bytes]) -> bool:
    return isinstance(doors.admit([(b"host", b"localhost:4566"), *headers], 4566), doors.Caller)


@ATTACKS.on(doors, "_may_ask", without=lambda *_: True)
def page_in_a_frame_without_an_origin(_: Path) -> bool:
    return is_admitted((b"origin", b"null"), (b"sec-fetch-site", b"cross-site"))


@ATTACKS.on(doors, "_HOST", without=re.compile(rb".*:(\d{1,5})"))
def name_that_begins_like_ours(_: Path) -> bool:
    return isinstance(doors.admit([(b"host", b"127.0.0.1.evil.example:4566")], 4566), doors.Caller)


@ATTACKS.on(private_files, "_OTHERS", without=0)
def token_file_that_others_can_read(folder: Path) -> bool:
    path = folder / "tokens"
    path.write_bytes(b"tokens")
    path.chmod(0o644)
    return is_read(path)


@ATTACKS.on(os, "O_NOFOLLOW", without=0)
def token_file_that_is_a_link_to_anothers(folder: Path) -> bool:
    (folder / "theirs").write_bytes(b"tokens")
    (folder / "theirs").chmod(0o600)
    (folder / "tokens").symlink_to("theirs")
    return is_read(folder / "tokens")


def is_read(path: Path) -> bool:
    try:
        return private_files.read_private(path) == b"tokens"
    except ConfigError:
        return False


@ATTACKS.on(private_files, "_OTHERS", without=0)
def folder_for_tokens_that_others_can_enter(folder: Path) -> bool:
    (folder / "tokens").mkdir()
    (folder / "tokens").chmod(0o755)
    try:
        return bool(private_files.private_folder(folder / "tokens"))
    except ConfigError:
        return False


@ATTACKS.on(wheels, "_all_as_locked", without=lambda *_: True)
def wheel_that_was_planted_in_the_cache(folder: Path) -> bool:
    """It would be deployed, and run with access to every photo."""

    def offline(*_: object) -> None:
        raise StackError("the Lambda's libraries can't be downloaded")

    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setattr(wheels, "_download", offline)
        monkeypatch.setattr(wheels.sysconfig, "get_platform", lambda: "here")
        key = hashlib.sha256(wheels.lock_file() + repr((wheels.LAMBDA, "here")).encode()).hexdigest()[:16]
        (folder / f"wheels-{key}").mkdir()
        (folder / f"wheels-{key}" / "pillow.whl").write_bytes(b"import evil")
        try:
            return bool(wheels.fetch_wheels(wheels.LAMBDA, folder))
        except StackError:
            return False


@pytest.mark.parametrize("name", ATTACKS)
def test_the_attack_fails(name: str, tmp_path: Path) -> None:
    assert not ATTACKS[name].attempt(tmp_path)


@pytest.mark.parametrize("name", ATTACKS)
def test_without_its_defence_the_attack_succeeds(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ATTACKS[name].open(monkeypatch)
    assert ATTACKS[name].attempt(tmp_path)
