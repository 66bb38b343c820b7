"""Green, yellow or red: what the index knows, judged offline."""

import pytest

from photobak.client.index.health import OLD, TOO_OLD, Facts, Level, findings

NOW = 1_800_000_000.0
FINE = Facts(finished_at=NOW - 10, began_at=NOW - 20, unsafe=0, oldest_confirmation=NOW - 10, unaccepted=0)


def levels(**changes: object) -> list[Level]:
    facts = {name: getattr(FINE, name) for name in Facts.__dataclass_fields__} | changes
    return [each.level for each in findings(Facts(**facts), NOW)]


def test_all_is_well() -> None:
    assert levels() == []


@pytest.mark.parametrize(
    ("age", "expected"),
    [(OLD, []), (OLD + 1, [Level.YELLOW]), (TOO_OLD, [Level.YELLOW]), (TOO_OLD + 1, [Level.RED])],
)
def test_a_confirmation_gets_old(age: float, expected: list[Level]) -> None:
    assert levels(oldest_confirmation=NOW - age) == expected


def test_nothing_confirmed_yet_is_no_problem() -> None:
    assert levels(oldest_confirmation=None, finished_at=None, began_at=None) == []


@pytest.mark.parametrize(("began_at", "expected"), [(NOW - 11, []), (NOW - 10, []), (NOW - 9, [Level.YELLOW])])
def test_a_run_that_did_not_finish_is_seen(began_at: float, expected: list[Level]) -> None:
    assert levels(began_at=began_at) == expected


def test_a_first_run_that_did_not_finish_is_seen() -> None:
    assert levels(began_at=NOW, finished_at=None) == [Level.YELLOW]


def test_what_is_not_safe_and_what_was_deleted_elsewhere_is_red() -> None:
    assert levels(unsafe=1) == levels(unaccepted=1) == [Level.RED]
