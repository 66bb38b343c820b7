"""Who may join: the allow-list, and the trigger that asks it."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.cloud.pre_sign_up.handler import AllowList, NotInvited, handle
from photobak.errors import ConfigError

LISTED = "ann@example.org, Family.example , @club.example"


@pytest.mark.parametrize(
    "email", ["ann@example.org", "ANN@Example.ORG", "anybody@family.example", "a+b@family.example", "x@club.example"]
)
def test_a_listed_address_or_domain_is_allowed(email: str) -> None:
    assert AllowList.parse(LISTED).allows(email)


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "example.org",
        "@family.example",
        "bob@example.org",
        "ann@example.org.evil.example",
        "x@sub.family.example",
        "x@notfamily.example",
        "ann@example.org@evil.example",
        '"evil@x"@family.example',
        "ann@example.org, evil@x.example",
        "x y@family.example",
        "x@family.example\nx",
        "x@family.example.",
        "x@f\u0430mily.example",  # a Cyrillic letter
    ],
)
def test_everything_else_is_not(email: str) -> None:
    assert not AllowList.parse(LISTED).allows(email)


@given(st.text(max_size=40), st.sampled_from(["", " ", ",", " , ,", "@"]))
def test_an_empty_list_allows_nobody(email: str, text: str) -> None:
    assert not AllowList.parse(text).allows(email)
    assert not AllowList.parse(text).allows(f"{email}@")


def event(source: str, **attributes: str) -> dict[str, Any]:
    """What Cognito sends (Cognito Developer Guide, "Pre sign-up Lambda trigger")."""
    answer = {"autoConfirmUser": False, "autoVerifyEmail": False, "autoVerifyPhone": False}
    return {"triggerSource": source, "request": {"userAttributes": attributes}, "response": answer}


@pytest.fixture
def _listed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_EMAILS", LISTED)


@pytest.mark.usefixtures("_listed")
def test_who_is_listed_and_verified_joins_and_the_event_comes_back_as_it_was() -> None:
    asked = event("PreSignUp_ExternalProvider", email="ann@example.org", email_verified="true")
    assert handle(asked, None) == event("PreSignUp_ExternalProvider", email="ann@example.org", email_verified="true")


def test_whom_the_owner_makes_an_account_for_joins_without_any_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALLOWED_EMAILS", raising=False)
    assert handle(event("PreSignUp_AdminCreateUser", email="bob@example.net"), None)


@pytest.mark.usefixtures("_listed")
@pytest.mark.parametrize(
    ("source", "attributes", "said"),
    [
        ("PreSignUp_ExternalProvider", {"email": "bob@x.example", "email_verified": "true"}, "not on this photobak's"),
        ("PreSignUp_ExternalProvider", {"email": "ann@example.org", "email_verified": "false"}, "has not verified"),
        ("PreSignUp_ExternalProvider", {"email": "ann@example.org"}, "has not verified"),
        ("PreSignUp_ExternalProvider", {"email_verified": "true"}, "not on this photobak's"),
        ("PreSignUp_SignUp", {"email": "ann@example.org", "email_verified": "true"}, "by invitation"),
        ("PreSignUp_Something", {"email": "ann@example.org", "email_verified": "true"}, "by invitation"),
    ],
)
def test_anybody_else_is_told_why_not(source: str, attributes: dict[str, str], said: str) -> None:
    with pytest.raises(NotInvited, match=said):
        handle(event(source, **attributes), None)


def test_without_its_list_it_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("ALLOWED_EMAILS", raising=False)
    with pytest.raises(ConfigError):
        handle(event("PreSignUp_ExternalProvider", email="ann@example.org", email_verified="true"), None)


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"triggerSource": "PreSignUp_ExternalProvider"},
        {"triggerSource": "PreSignUp_ExternalProvider", "request": []},
        {"triggerSource": "PreSignUp_ExternalProvider", "request": {"userAttributes": ["email_verified"]}},
        {"triggerSource": ["PreSignUp_AdminCreateUser"]},
    ],
)
def test_an_event_of_another_shape_lets_nobody_in(broken: dict[str, Any]) -> None:
    with pytest.raises(NotInvited):
        handle(broken, None)
