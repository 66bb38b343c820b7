"""The machine's side of the device grant, and the table behind it; the table is moto's, Cognito is told what to say."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import create_autospec

import pytest
from botocore.exceptions import ClientError
from support.table import table

from photobak.cloud.device import codes
from photobak.cloud.device.hosted_ui import CodeRefused
from photobak.cloud.device.machine import GRANT_TYPE, INTERVAL, LIFETIME, MAX_CODES, MachineSide, OAuthError, network_of
from photobak.cloud.store.device_grants import SLOWER_BY, DeviceGrants, Grant, GrantStatus

NOW = datetime(2026, 11, 28, 12, 0, 0, 250_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TABLE = "DeviceGrants"
CLIENT = "client"
ADDRESS = "192.0.2.1"
FORM = {"client_id": CLIENT}
URI = "https://api.example/device"


@dataclass
class Cognito:
    """Stands in for the hosted UI: redeems each code with the verifier of its challenge."""

    client_id: str = CLIENT
    failing: bool = False
    redeemed: list[tuple[str, str]] = field(default_factory=list)

    def redeem(self, code: str, verifier: str) -> dict[str, Any]:
        self.redeemed.append((code, verifier))
        if self.failing:
            raise CodeRefused("Cognito refused the authorization code", why="HTTP 400 invalid_grant")
        return {"id_token": "token"}


@dataclass
class Clock:
    now: datetime = NOW

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    with table(TABLE) as client:
        yield client


@pytest.fixture
def grants(dynamodb: Any) -> DeviceGrants:
    return DeviceGrants(dynamodb, TABLE)


@pytest.fixture
def cognito() -> Cognito:
    return Cognito()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def side(grants: DeviceGrants, cognito: Cognito, clock: Clock) -> MachineSide:
    return MachineSide(grants, cognito, URI, clock)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def _quick_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Scrypt is meant to be slow; ``test_device_grant.py`` tests it."""
    monkeypatch.setattr("photobak.cloud.device.machine.user_code_id", lambda code: f"hash of {code}")


def poll(side: MachineSide, device_code: str, /, **form: str) -> dict[str, Any]:
    return side.token({"grant_type": GRANT_TYPE, "device_code": device_code, "client_id": CLIENT, **form})


def refused(side: MachineSide, device_code: str, /, **form: str) -> tuple[str, str]:
    with pytest.raises(OAuthError) as caught:
        poll(side, device_code, **form)
    assert (caught.value.what, caught.value.why) == (caught.value.error, caught.value.description)
    return caught.value.error, caught.value.description


def raw(dynamodb: Any, item_id: str) -> dict[str, Any]:
    item = dynamodb.get_item(TableName=TABLE, Key={"id": {"S": item_id}})["Item"]
    return {name: next(iter(value.values())) for name, value in item.items()}


def grant(**changes: Any) -> Grant:
    plain = Grant(
        id="0" * 64,
        status=GrantStatus.WAITING,
        scope="openid email",
        challenge="c" * 43,
        device_name="nas",
        address=ADDRESS,
        requested_at=NOW.replace(microsecond=0),
        expires_at=NOW.replace(microsecond=0) + LIFETIME,
        interval=INTERVAL,
        polled_at=None,
    )
    return replace(plain, **changes)


class TestBegin:
    def test_a_machine_gets_its_codes(self, side: MachineSide, grants: DeviceGrants) -> None:
        answer = side.begin({**FORM, "device_name": "nas", "scope": "email"}, ADDRESS)
        device_code, user_code = answer.pop("device_code"), answer.pop("user_code")
        assert answer == {
            "verification_uri": URI,
            "verification_uri_complete": f"{URI}?user_code={user_code}",
            "expires_in": 600,
            "interval": 5,
        }
        kept = grants.get(codes.grant_id(device_code))
        assert kept == grant(
            id=codes.grant_id(device_code),
            scope="email",
            challenge=codes.pkce_challenge(codes.pkce_verifier(device_code)),
        )
        assert grants.by_user_code(f"hash of {user_code}") == kept

    @pytest.mark.parametrize(
        ("form", "error", "description"),
        [
            ({}, "invalid_request", "client_id is required."),
            ({"client_id": ""}, "invalid_request", "client_id is required."),
            ({"client_id": "another"}, "invalid_client", "This client is unknown."),
            ({**FORM, "scope": "openid admin"}, "invalid_scope", "The supported scopes are: openid email."),
        ],
    )
    def test_another_client_or_scope_gets_none(
        self, side: MachineSide, form: dict[str, str], error: str, description: str
    ) -> None:
        with pytest.raises(OAuthError) as caught:
            side.begin(form, ADDRESS)
        assert (caught.value.error, caught.value.description) == (error, description)

    @pytest.mark.parametrize("scope", ["", "  ", "openid email"])
    def test_the_scope_is_both_unless_less_is_asked_for(
        self, side: MachineSide, grants: DeviceGrants, scope: str
    ) -> None:
        found = grants.get(codes.grant_id(side.begin({**FORM, "scope": scope}, ADDRESS)["device_code"]))
        assert found is not None
        assert found.scope == "openid email"

    def test_the_scope_is_both_if_none_is_named(self, side: MachineSide, grants: DeviceGrants) -> None:
        found = grants.get(codes.grant_id(side.begin(FORM, ADDRESS)["device_code"]))
        assert found is not None
        assert (found.scope, found.device_name) == ("openid email", "a device without a name")

    @pytest.mark.parametrize(
        ("said", "shown"),
        [
            ("a\x00b\u202ec", "a b c"),
            ("  my \t nas\n", "my nas"),
            ("\u200e", "a device without a name"),
            ("x" * 65, "x" * 64),
            ("x" * 64, "x" * 64),
        ],
    )
    def test_a_name_is_made_fit_to_be_shown(
        self, side: MachineSide, grants: DeviceGrants, said: str, shown: str
    ) -> None:
        found = grants.get(codes.grant_id(side.begin({**FORM, "device_name": said}, ADDRESS)["device_code"]))
        assert found is not None
        assert found.device_name == shown

    def test_a_network_gets_twenty_codes_in_the_time_that_one_lives(self, side: MachineSide, clock: Clock) -> None:
        for number in range(MAX_CODES):
            side.begin(FORM, f"2001:db8::{number:x}")
        with pytest.raises(OAuthError) as caught:
            side.begin(FORM, "2001:db8::ffff:1")
        assert caught.value.error == "slow_down"
        said = "Too many codes were requested from your network. Try again in 10 minutes."
        assert caught.value.description == said
        side.begin(FORM, "2001:db8:0:1::1")
        clock.now += LIFETIME - SECOND
        with pytest.raises(OAuthError):
            side.begin(FORM, "2001:db8::1")
        clock.now += SECOND
        side.begin(FORM, "2001:db8::1")

    def test_what_is_refused_anyway_counts_for_nothing(self, side: MachineSide, grants: DeviceGrants) -> None:
        for form in ({"client_id": "another"}, {**FORM, "scope": "admin"}):
            with pytest.raises(OAuthError):
                side.begin(form, ADDRESS)
        assert grants._read(f"tries:codes:{ADDRESS}") is None


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.2", "192.0.2.2"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
        ("2001:db8:1:3::", "2001:db8:1:3::/64"),
        ("", "unknown"),
        ("nobody", "unknown"),
    ],
)
def test_a_requester_is_an_address_or_a_subscribers_network(address: str, network: str) -> None:
    assert network_of(address) == network


class TestToken:
    @pytest.fixture
    def device_code(self, side: MachineSide) -> str:
        return str(side.begin(FORM, ADDRESS)["device_code"])

    @pytest.fixture
    def approved(self, grants: DeviceGrants, device_code: str) -> str:
        assert grants.approve(codes.grant_id(device_code), "the code", NOW)
        return device_code

    @pytest.mark.parametrize(
        ("form", "error", "description"),
        [
            ({"grant_type": "password"}, "unsupported_grant_type", f"This endpoint supports only {GRANT_TYPE}."),
            ({"grant_type": ""}, "unsupported_grant_type", f"This endpoint supports only {GRANT_TYPE}."),
            ({"device_code": ""}, "invalid_request", "grant_type and device_code are required."),
            ({"client_id": ""}, "invalid_request", "client_id is required."),
            ({"client_id": "another"}, "invalid_client", "This client is unknown."),
            ({"device_code": "guessed"}, "invalid_grant", "This device code is unknown."),
        ],
    )
    def test_a_wrong_request_gets_nothing_and_changes_nothing(
        self, side: MachineSide, approved: str, cognito: Cognito, form: dict[str, str], error: str, description: str
    ) -> None:
        assert refused(side, approved, **form) == (error, description)
        assert cognito.redeemed == []
        assert poll(side, approved) == {"id_token": "token"}

    @pytest.mark.parametrize("missing", ["grant_type", "device_code"])
    def test_what_is_not_there_is_required(self, side: MachineSide, approved: str, missing: str) -> None:
        form = {"grant_type": GRANT_TYPE, "device_code": approved, "client_id": CLIENT}
        del form[missing]
        with pytest.raises(OAuthError) as caught:
            side.token(form)
        assert caught.value.error == "invalid_request"

    def test_an_approved_machine_gets_its_tokens_once(
        self, side: MachineSide, approved: str, cognito: Cognito, dynamodb: Any
    ) -> None:
        assert poll(side, approved) == {"id_token": "token"}
        assert cognito.redeemed == [("the code", codes.pkce_verifier(approved))]
        assert refused(side, approved) == ("invalid_grant", "This device code has been used.")
        assert "authorization_code" not in raw(dynamodb, f"grant:{codes.grant_id(approved)}")

    def test_of_two_polls_that_cross_one_gets_them(
        self, side: MachineSide, approved: str, grants: DeviceGrants
    ) -> None:
        seen = grants.get(codes.grant_id(approved))
        assert seen is not None
        grants.claim(seen.id)
        with pytest.raises(OAuthError) as caught:
            side._redeem(seen, approved)
        assert (caught.value.error, caught.value.why) == ("invalid_grant", "This device code has been used.")

    def test_a_code_that_cognito_refuses_is_not_tried_again(
        self, side: MachineSide, approved: str, cognito: Cognito
    ) -> None:
        cognito.failing = True
        error, description = refused(side, approved)
        assert error == "invalid_grant"
        assert description == (
            "The approval could not be exchanged for tokens: "
            "Cognito refused the authorization code: HTTP 400 invalid_grant."
        )
        assert refused(side, approved)[1] == "This device code has been used."

    def test_who_polls_too_soon_waits_longer_each_time(self, side: MachineSide, device_code: str, clock: Clock) -> None:
        waiting = ("authorization_pending", "Nobody has entered the code yet.")
        assert refused(side, device_code) == waiting
        for after, seconds in ((4, 10), (9, 15)):
            clock.now += timedelta(seconds=after)
            assert refused(side, device_code) == ("slow_down", f"Poll at most every {seconds} seconds.")
        clock.now += timedelta(seconds=15)
        assert refused(side, device_code) == waiting
        clock.now += timedelta(seconds=14.4)
        assert refused(side, device_code)[0] == "slow_down"

    def test_a_grant_that_is_decided_counts_no_polls(
        self, side: MachineSide, device_code: str, grants: DeviceGrants
    ) -> None:
        assert grants.deny(codes.grant_id(device_code), NOW)
        for _ in range(2):
            assert refused(side, device_code) == ("access_denied", "The person denied the request.")
        found = grants.get(codes.grant_id(device_code))
        assert found is not None
        assert found.polled_at is None

    def test_a_code_lives_for_ten_minutes(self, side: MachineSide, approved: str, clock: Clock) -> None:
        clock.now = NOW.replace(microsecond=0) + LIFETIME
        assert refused(side, approved) == ("expired_token", "The code has expired. Request a new one.")
        clock.now -= timedelta(microseconds=1)
        assert poll(side, approved) == {"id_token": "token"}


class TestTheTable:
    def test_a_grant_comes_back_as_it_was(self, grants: DeviceGrants, dynamodb: Any) -> None:
        grants.add(grant(), "code")
        assert grants.get(grant().id) == grants.by_user_code("code") == grant()
        ends = str(int(grant().expires_at.timestamp()))
        assert raw(dynamodb, "code:code") == {"id": "code:code", "grant": grant().id, "expires_at": ends}
        assert raw(dynamodb, f"grant:{grant().id}")["expires_at"] == ends  # DynamoDB deletes by it

    def test_what_is_not_there_is_none(self, grants: DeviceGrants) -> None:
        assert grants.get("1" * 64) is None
        assert grants.by_user_code("code") is None
        assert grants.claim("1" * 64) is None

    @pytest.mark.parametrize(("other", "code"), [({}, "another"), ({"id": "1" * 64}, "code")])
    def test_neither_a_grant_nor_a_code_is_given_twice(
        self, grants: DeviceGrants, other: dict[str, str], code: str
    ) -> None:
        grants.add(grant(), "code")
        with pytest.raises(ClientError):
            grants.add(grant(**other, device_name="another"), code)
        assert grants.by_user_code("code") == grant()

    def test_a_poll_is_remembered_to_the_millisecond(self, grants: DeviceGrants) -> None:
        grants.add(grant(), "code")
        grants.poll(grant().id, NOW, timedelta(seconds=10))
        assert grants.get(grant().id) == grant(polled_at=NOW, interval=timedelta(seconds=10))
        grants.poll("1" * 64, NOW, INTERVAL)  # it has gone meanwhile
        assert grants.get("1" * 64) is None

    @pytest.mark.parametrize("decide", ["approve", "deny"])
    def test_a_grant_is_decided_once_and_in_time(self, grants: DeviceGrants, decide: str) -> None:
        def decided(now: datetime) -> bool:
            given = ("authorization code",) if decide == "approve" else ()
            return bool(getattr(grants, decide)(grant().id, *given, now))

        assert not decided(NOW)
        grants.add(grant(), "code")
        assert not decided(grant().expires_at)
        assert decided(grant().expires_at - SECOND)
        assert not decided(NOW)
        assert not grants.deny(grant().id, NOW)
        assert not grants.approve(grant().id, "another", NOW)
        found = grants.get(grant().id)
        assert found is not None
        assert found.status is (GrantStatus.APPROVED if decide == "approve" else GrantStatus.DENIED)
        claimed = grants.claim(grant().id)
        assert claimed == ("authorization code" if decide == "approve" else None)
        assert grants.claim(grant().id) is None

    def test_a_claim_leaves_a_redeemed_grant_without_its_code(self, grants: DeviceGrants, dynamodb: Any) -> None:
        grants.add(grant(), "code")
        grants.approve(grant().id, "authorization code", NOW)
        assert raw(dynamodb, f"grant:{grant().id}")["authorization_code"] == "authorization code"
        grants.claim(grant().id)
        assert grants.get(grant().id) == grant(status=GrantStatus.REDEEMED)

    def test_tries_are_counted_until_their_time_has_passed(self, grants: DeviceGrants, dynamodb: Any) -> None:
        minute = timedelta(minutes=1)
        assert [grants.take_try("a", 2, NOW, minute) for _ in range(3)] == [True, True, False]
        assert raw(dynamodb, "tries:a") == {
            "id": "tries:a",
            "tries": "2",
            "expires_at": str(int((NOW + minute).timestamp())),
        }
        assert grants.take_try("b", 2, NOW, minute)
        assert not grants.take_try("a", 2, NOW + minute - SECOND, minute)
        assert [grants.take_try("a", 2, NOW + minute, minute) for _ in range(3)] == [True, True, False]

    def test_each_try_prolongs_the_time(self, grants: DeviceGrants) -> None:
        minute = timedelta(minutes=1)
        assert grants.take_try("a", 2, NOW, minute)
        assert grants.take_try("a", 2, NOW + timedelta(seconds=30), minute)
        assert not grants.take_try("a", 2, NOW + minute, minute)

    def test_old_tries_count_for_nothing_even_if_there_is_room(self, grants: DeviceGrants) -> None:
        minute = timedelta(minutes=1)
        grants.take_try("a", 2, NOW, minute)
        assert [grants.take_try("a", 2, NOW + minute, minute) for _ in range(3)] == [True, True, False]

    def test_a_try_that_succeeds_is_given_back(self, grants: DeviceGrants) -> None:
        assert grants.take_try("a", 1, NOW, LIFETIME)
        grants.give_try_back("a")
        assert grants.take_try("a", 1, NOW, LIFETIME)
        assert not grants.take_try("a", 1, NOW, LIFETIME)

    def test_another_failure_is_no_answer(self, dynamodb: Any) -> None:
        elsewhere = DeviceGrants(dynamodb, "another table")
        for call in (
            lambda: elsewhere.take_try("a", 1, NOW, LIFETIME),
            lambda: elsewhere._reset_tries({"id": {"S": "a"}}, NOW),
            lambda: elsewhere.deny("a", NOW),
        ):
            with pytest.raises(ClientError):
                call()

    def test_reading_is_consistent(self, grants: DeviceGrants) -> None:
        client = create_autospec(grants.dynamodb)
        client.get_item.return_value = {}
        DeviceGrants(client, TABLE).get("a")
        client.get_item.assert_called_once_with(TableName=TABLE, Key={"id": {"S": "grant:a"}}, ConsistentRead=True)


@pytest.mark.parametrize(
    ("status", "after", "expected"),
    [
        (GrantStatus.WAITING, LIFETIME - SECOND, True),
        (GrantStatus.WAITING, LIFETIME, False),
        (GrantStatus.APPROVED, SECOND, False),
        (GrantStatus.DENIED, SECOND, False),
    ],
)
def test_a_grant_is_open_until_it_is_decided_or_expires(status: GrantStatus, after: timedelta, expected: bool) -> None:
    assert grant(status=status).is_open(grant().requested_at + after) is expected


@pytest.mark.parametrize(("milliseconds", "too_soon"), [(4499, True), (4500, False), (5000, False), (-1, True)])
def test_half_a_second_too_soon_is_in_time(milliseconds: int, too_soon: bool) -> None:
    polled = grant(polled_at=NOW)
    now = NOW + timedelta(milliseconds=milliseconds)
    assert polled.polls_too_soon(now) is too_soon
    assert polled.interval_after(now) == (INTERVAL + SLOWER_BY if too_soon else INTERVAL)
