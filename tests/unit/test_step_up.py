"""Which sign-ins are fresh, and how many changes the others may make. A table by moto counts."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from http import HTTPStatus
from typing import Any

import pytest
from botocore.exceptions import ClientError
from support.table import table

from photobak.cloud.api import step_up
from photobak.cloud.api.step_up import MAX_AGE, MAX_CHANGES_A_DAY, StepUp
from photobak.cloud.http.caller import Claims
from photobak.cloud.http.problem import Problem
from photobak.cloud.store.limits import LimitsTable

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)
ME = "eu-central-1:me"


@pytest.fixture
def limits() -> Iterator[LimitsTable]:
    with table("Limits") as dynamodb:
        yield LimitsTable(dynamodb, "Limits")


@pytest.fixture
def guard(limits: LimitsTable) -> StepUp:
    return StepUp(limits, lambda: NOW)


def claims(auth_time: datetime | None, issued_at: datetime | None = NOW, origin_jti: str | None = "sign-in") -> Claims:
    return Claims("me", issued_at, auth_time, origin_jti)


def item(limits: LimitsTable, item_id: str) -> dict[str, Any]:
    found: dict[str, Any] = limits._dynamodb.get_item(TableName="Limits", Key={"id": {"S": item_id}})
    return {name: next(iter(value.values())) for name, value in found["Item"].items()}


def allowed(guard: StepUp, number: int, *, signed_in: timedelta, origin_jti: str | None = None, who: str = ME) -> bool:
    try:
        guard.require(who, claims(NOW - signed_in, NOW - signed_in, origin_jti), number)
    except Problem:
        return False
    return True


class TestWhenSomebodySignedIn:
    def test_the_token_says_when(self, guard: StepUp) -> None:
        assert guard.note(claims(NOW - DAY, NOW - DAY)) == NOW - DAY

    def test_a_later_token_of_the_same_sign_in_makes_it_no_younger(self, guard: StepUp) -> None:
        first = guard.note(claims(NOW - DAY, NOW - DAY))
        assert guard.note(claims(NOW, NOW)) == first == NOW - DAY

    def test_nor_does_it_in_another_process_of_the_function(self, guard: StepUp, limits: LimitsTable) -> None:
        guard.note(claims(NOW - DAY, NOW - DAY))
        assert StepUp(limits, lambda: NOW).note(claims(NOW, NOW)) == NOW - DAY

    def test_another_sign_in_is_another_one(self, guard: StepUp) -> None:
        guard.note(claims(NOW - DAY, NOW - DAY))
        assert guard.note(claims(NOW, NOW, "another")) == NOW

    def test_an_old_sign_in_is_old_however_new_its_first_token_is_here(self, guard: StepUp) -> None:
        assert guard.note(claims(NOW - DAY, NOW)) == NOW - DAY

    def test_without_an_id_of_the_sign_in_the_token_alone_says_when(self, guard: StepUp) -> None:
        assert guard.note(claims(NOW - DAY, NOW - DAY, None)) == NOW - DAY
        assert guard.note(claims(NOW, NOW, None)) == NOW

    @pytest.mark.parametrize("missing", [(None, NOW), (NOW, None), (None, None)])
    def test_a_token_without_its_times_tells_nothing(self, guard: StepUp, missing: tuple[Any, Any]) -> None:
        assert guard.note(claims(*missing)) is None

    def test_a_minute_ahead_may_be_a_clock_and_more_is_not_believed(self, guard: StepUp) -> None:
        minute = timedelta(minutes=1)
        assert guard.note(claims(NOW + minute, NOW)) == NOW
        assert guard.note(claims(NOW + minute + SECOND, NOW)) is None

    def test_the_table_is_asked_once_for_each_sign_in(self, guard: StepUp, limits: LimitsTable) -> None:
        guard.note(claims(NOW - DAY, NOW - DAY))
        limits._dynamodb.delete_item(TableName="Limits", Key={"id": {"S": "sign-in:sign-in"}})
        assert guard.note(claims(NOW, NOW)) == NOW - DAY

    def test_the_memory_of_a_process_is_bounded(self, guard: StepUp, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(step_up, "_MAX_CACHED", 2)
        sizes = []
        for number in range(4):
            guard.note(claims(NOW, NOW, f"sign-in-{number}"))
            sizes.append(len(guard._seen))
        assert sizes == [1, 2, 1, 2]


class TestHowManyChanges:
    def test_a_day_has_a_hundred_without_a_fresh_sign_in(self, guard: StepUp) -> None:
        assert allowed(guard, MAX_CHANGES_A_DAY, signed_in=DAY)
        assert not allowed(guard, 1, signed_in=DAY)
        assert allowed(guard, 1, signed_in=DAY, who="eu-central-1:somebody-else")

    def test_what_is_refused_is_not_counted(self, guard: StepUp) -> None:
        assert not allowed(guard, MAX_CHANGES_A_DAY + 1, signed_in=DAY)
        assert allowed(guard, 60, signed_in=DAY)
        assert not allowed(guard, 41, signed_in=DAY)
        assert allowed(guard, 40, signed_in=DAY)

    def test_a_fresh_sign_in_has_no_limit_and_is_counted(self, guard: StepUp) -> None:
        assert allowed(guard, MAX_CHANGES_A_DAY + 1, signed_in=SECOND)
        assert allowed(guard, MAX_CHANGES_A_DAY + 1, signed_in=SECOND)
        assert not allowed(guard, 1, signed_in=DAY)

    @pytest.mark.parametrize(("age", "is_fresh"), [(MAX_AGE, True), (MAX_AGE + timedelta(microseconds=1), False)])
    def test_fresh_is_fifteen_minutes(self, guard: StepUp, age: timedelta, is_fresh: bool) -> None:
        assert timedelta(minutes=15) == MAX_AGE
        assert allowed(guard, MAX_CHANGES_A_DAY + 1, signed_in=age) is is_fresh

    def test_a_token_that_tells_no_time_is_not_fresh(self, guard: StepUp) -> None:
        with pytest.raises(Problem):
            guard.require(ME, claims(None), MAX_CHANGES_A_DAY + 1)
        guard.require(ME, claims(None), MAX_CHANGES_A_DAY)

    def test_the_next_day_of_utc_begins_anew(self, limits: LimitsTable) -> None:
        evening = datetime(2026, 11, 28, 23, 59, 59, tzinfo=UTC)
        abroad = timezone(timedelta(hours=5))
        assert limits.count(ME, 100, 100, evening)
        assert not limits.count(ME, 1, 100, evening.astimezone(abroad))  # another day there, not in UTC
        assert limits.count(ME, 100, 100, evening + SECOND)

    def test_the_zone_of_the_machine_is_of_no_account(
        self, limits: LimitsTable, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with monkeypatch.context() as there:
            there.setenv("TZ", "Pacific/Auckland")
            time.tzset()
            limits.count(ME, 1, 100, datetime(2026, 11, 28, 23, tzinfo=UTC))
        time.tzset()
        assert item(limits, f"changes:{ME}:2026-11-28")["used"] == "1"

    def test_the_challenge_is_that_of_rfc_9470(self, guard: StepUp) -> None:
        with pytest.raises(Problem) as caught:
            guard.require(ME, claims(NOW - DAY, NOW - DAY), MAX_CHANGES_A_DAY + 1)
        problem = caught.value
        assert problem.status == HTTPStatus.UNAUTHORIZED
        assert problem.detail == (
            "More than 100 deletions or new dates a day need a sign-in of the last 15 minutes. "
            "Sign in again, then repeat the command: photobak login"
        )
        assert problem.headers == {
            "WWW-Authenticate": 'Bearer error="insufficient_user_authentication", '
            'error_description="A more recent sign-in is required", max_age=900'
        }
        assert problem.extension == {"error": "insufficient_user_authentication", "max_age": 900}


class TestTheTable:
    def test_a_count_is_kept_for_two_days(self, limits: LimitsTable) -> None:
        limits.count(ME, 3, None, NOW)
        limits.count(ME, 4, 100, NOW)
        assert item(limits, f"changes:{ME}:2026-11-28") == {
            "id": f"changes:{ME}:2026-11-28",
            "used": "7",
            "ttl": str(int((NOW + 2 * DAY).timestamp())),
        }

    def test_a_sign_in_is_kept_as_long_as_its_tokens_can_live(self, limits: LimitsTable) -> None:
        assert limits.sign_in_seen("jti", NOW) == NOW
        later = NOW + 100 * DAY
        assert limits.sign_in_seen("jti", later) == NOW
        assert item(limits, "sign-in:jti") == {
            "id": "sign-in:jti",
            "seen_at": str(int(NOW.timestamp())),
            "ttl": str(int((later + 3651 * DAY).timestamp())),
        }

    @pytest.mark.parametrize(("number", "limit", "expected"), [(5, 5, True), (6, 5, False), (5, 4, False)])
    def test_one_request_stays_within_the_limit(
        self, limits: LimitsTable, number: int, limit: int, expected: bool
    ) -> None:
        assert limits.count(ME, number, limit, NOW) is expected

    def test_another_failure_is_no_refusal(self, limits: LimitsTable) -> None:
        limits.name = "another table"
        with pytest.raises(ClientError):
            limits.count(ME, 1, 100, NOW)
