"""Many deletions or new dates a day need a fresh sign-in: with stolen tokens, in parallel, after refreshes."""

import json
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import pytest
from support.api import Answer, Member, new_member
from support.library import fill_both
from support.local_stack import root_client
from support.records import record

from photobak.cloud.api.step_up import MAX_AGE, MAX_CHANGES_A_DAY, StepUp
from photobak.cloud.http.caller import Claims
from photobak.cloud.http.problem import Problem
from photobak.cloud.store.limits import LimitsTable
from photobak.local.values import LocalStack
from photobak.photo.announcement import Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.described import Described
from photobak.photo.record import Record

HOUR = 3600


@pytest.fixture
def eve(local_stack: LocalStack) -> Member:
    """Somebody whose day has just begun."""
    return new_member(local_stack)


def hashes(number: int) -> list[str]:
    return [uuid.uuid4().hex * 2 for _ in range(number)]


def delete(member: Member, number: int, token: str | None = None) -> Answer:
    return member.request("DELETE", "/photos", json.dumps({"photos": hashes(number)}).encode(), token=token)


def redate(member: Member, number: int, token: str | None = None) -> Answer:
    photos = [{"sha256": sha256, "taken_at": "2024-06-30T12:00:00+02:00"} for sha256 in hashes(number)]
    return member.request("POST", "/photos/redate", json.dumps({"photos": photos}).encode(), token=token)


def token_of(member: Member, *, age: int, sign_in: str) -> str:
    """Their ID token as of a sign-in of some time ago, refreshed now."""
    now = int(time.time())
    return member.forged(by_the_pool=True, auth_time=now - age, iat=now, origin_jti=sign_in)


def check_challenged(answer: Answer) -> None:
    assert (answer.status, answer.content_type) == (401, "application/problem+json")
    assert answer.headers["WWW-Authenticate"].startswith('Bearer error="insufficient_user_authentication"')
    assert "max_age=900" in answer.headers["WWW-Authenticate"]
    assert (answer.body["error"], answer.body["max_age"]) == ("insufficient_user_authentication", 900)
    assert "photobak login" in answer.body["detail"]


def test_a_stolen_token_deletes_a_hundred_photos_a_day_and_no_more(eve: Member) -> None:
    stolen = token_of(eve, age=HOUR, sign_in="old")
    assert delete(eve, MAX_CHANGES_A_DAY, stolen).status == 200
    check_challenged(delete(eve, 1, stolen))
    check_challenged(redate(eve, 1, stolen))  # new dates are counted together with deletions
    fresh = token_of(eve, age=0, sign_in="new")
    assert delete(eve, 100, fresh).status == 200
    assert redate(eve, 100, fresh).status == 200
    check_challenged(delete(eve, 1, stolen))


def test_what_is_refused_is_not_counted(eve: Member) -> None:
    stolen = token_of(eve, age=HOUR, sign_in="old")
    assert redate(eve, 60, stolen).status == 200
    check_challenged(delete(eve, 41, stolen))
    assert delete(eve, 40, stolen).status == 200


def test_requests_at_once_get_no_further_together(eve: Member) -> None:
    stolen = token_of(eve, age=HOUR, sign_in="old")

    def answered(_: int) -> Answer:
        while (answer := delete(eve, 30, stolen)).status == 429:  # the stack runs few functions at once
            time.sleep(0.1)
        return answer

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(answered, range(8)))
    assert [answer.status for answer in answers].count(200) == MAX_CHANGES_A_DAY // 30
    for answer in answers:
        if answer.status != 200:
            check_challenged(answer)


def test_one_persons_deletions_are_not_anothers(eve: Member, local_stack: LocalStack) -> None:
    assert delete(eve, 100, token_of(eve, age=HOUR, sign_in="old")).status == 200
    other = new_member(local_stack)
    assert delete(other, 100, token_of(other, age=HOUR, sign_in="old")).status == 200


def test_a_refresh_that_moves_auth_time_is_no_sign_in(eve: Member) -> None:
    """As MiniStack does, and as a provider should not: the first token of a sign-in counts, which any request shows."""
    now = int(time.time())
    first = eve.forged(by_the_pool=True, auth_time=now - HOUR, iat=now - HOUR, origin_jti="moved")
    assert eve.request("GET", "/list/photos", token=first).status == 200
    moved = token_of(eve, age=0, sign_in="moved")
    assert delete(eve, 100, moved).status == 200
    check_challenged(delete(eve, 1, moved))


def test_a_real_refresh_is_no_sign_in_either(eve: Member) -> None:
    assert eve.request("GET", "/list/photos").status == 200
    refreshed = Claims("sub", datetime.now(UTC), datetime.now(UTC), str(eve.claims["origin_jti"]))
    seen = _step_up(eve.stack, datetime.now(UTC)).note(refreshed)
    assert seen is not None
    assert int(seen.timestamp()) == eve.claims["iat"]


@pytest.mark.parametrize(
    "claims",
    [
        {"auth_time": None},
        {"auth_time": "yesterday"},
        {"auth_time": 10**18},
        {"auth_time": int(time.time()) + HOUR},
        {"auth_time": -1},
    ],
)
def test_a_time_that_cant_be_is_no_fresh_sign_in(eve: Member, claims: dict[str, object]) -> None:
    token = eve.forged(by_the_pool=True, origin_jti=uuid.uuid4().hex, **claims)
    assert delete(eve, 100, token).status == 200
    check_challenged(delete(eve, 1, token))


# ---------------------------------------------------------------------- in this process, over the real table

NOW = datetime(2026, 11, 24, 23, 30, tzinfo=UTC)


def _step_up(stack: LocalStack, now: datetime = NOW) -> StepUp:
    return StepUp(LimitsTable(root_client(stack, "dynamodb"), "photobak-limits"), lambda: now)


@pytest.fixture
def somebody() -> str:
    return f"us-east-1:{uuid.uuid4()}"


def claims_of(age: timedelta, now: datetime = NOW) -> Claims:
    return Claims("sub", now - age, now - age, uuid.uuid4().hex)


def test_fresh_is_fifteen_minutes_and_not_a_second_more(local_stack: LocalStack, somebody: str) -> None:
    step_up = _step_up(local_stack)
    step_up.require(somebody, claims_of(MAX_AGE), 101)
    with pytest.raises(Problem) as refused:
        step_up.require(somebody, claims_of(MAX_AGE + timedelta(seconds=1)), 1)
    assert refused.value.status is HTTPStatus.UNAUTHORIZED


def test_a_new_day_begins_at_midnight_of_utc(local_stack: LocalStack, somebody: str) -> None:
    old = claims_of(timedelta(hours=2))
    _step_up(local_stack).require(somebody, old, 100)
    with pytest.raises(Problem):
        _step_up(local_stack, NOW + timedelta(minutes=29)).require(somebody, old, 1)
    _step_up(local_stack, NOW + timedelta(minutes=31)).require(somebody, old, 100)


def test_without_the_sign_ins_first_token_a_refresh_would_do(
    local_stack: LocalStack, somebody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The defence that is taken away here is what stops it above."""
    first = claims_of(timedelta(hours=2))
    moved = Claims("sub", NOW, NOW, first.origin_jti)
    step_up = _step_up(local_stack)
    step_up.note(first)
    with pytest.raises(Problem):
        step_up.require(somebody, moved, 101)
    monkeypatch.setattr(StepUp, "note", lambda _self, claims: claims.auth_time)
    step_up.require(somebody, moved, 101)


def test_without_the_condition_requests_at_once_would_get_further(
    local_stack: LocalStack, somebody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    step_up, old = _step_up(local_stack), claims_of(timedelta(hours=2))
    counted = LimitsTable.count

    def unconditional(self: LimitsTable, who: str, number: int, _limit: int | None, now: datetime) -> bool:
        return counted(self, who, number, None, now)

    monkeypatch.setattr(LimitsTable, "count", unconditional)
    for _ in range(3):
        step_up.require(somebody, old, 100)


def test_an_announcement_with_other_dates_is_counted_too(eve: Member) -> None:
    """An import may correct the dates of photos that are stored: a thief could redate the whole library by it."""
    stolen = token_of(eve, age=HOUR, sign_in="old")
    stored = [record(str(number), username=eve.identity_id) for number in range(MAX_CHANGES_A_DAY + 1)]
    fill_both(root_client(eve.stack, "dynamodb"), eve.stack.outputs, stored)

    def announced(photos: list[Record], year: int, token: str) -> Answer:
        taken = CaptureTime(datetime(year, 1, 1, tzinfo=UTC), TakenSource.TAKEOUT)
        return eve.prep(*(imported(photo, taken) for photo in photos), token=token)

    assert announced(stored[:MAX_CHANGES_A_DAY], 2001, stolen).status == 200
    check_challenged(announced(stored[-1:], 2001, stolen))
    dates = {photo["sha256"]: photo["taken_at"][:4] for photo in eve.page(limit=500).body["photos"]}
    assert [dates[photo.sha256] for photo in stored] == ["2001"] * MAX_CHANGES_A_DAY + ["2024"]
    assert announced(stored[:MAX_CHANGES_A_DAY], 2001, stolen).status == 200, "what changes nothing is not counted"
    assert announced(stored[-1:], 2001, token_of(eve, age=0, sign_in="new")).status == 200


def imported(photo: Record, taken: CaptureTime) -> dict[str, object]:
    """A stored photo as an import announces it, which knows another date."""
    return Announcement(
        sha256=photo.sha256,
        kind=photo.kind,
        size=photo.size,
        content_type=photo.content_type,
        taken=taken,
        modified_at=photo.modified_at,
        filename=photo.filename,
        sources=tuple(photo.sources),
        described=Described(description="imported"),
    ).to_json()
