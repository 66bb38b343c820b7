"""Green, yellow or red: what the index knows, judged offline."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.known_files import known_file

from photobak.client.index.confirmations import Confirmations
from photobak.client.index.health import (
    OLD,
    TOO_OLD,
    Facts,
    Finding,
    Level,
    Stored,
    findings,
    schedule_findings,
    sign_in_findings,
    stored,
)
from photobak.client.index.index import Index
from photobak.client.scheduled import Schedule
from photobak.photo.deletion import Deletion
from photobak.photo.record import Status

NOW = 1_800_000_000.0
DAY = 86_400.0
FINE = Facts(finished_at=NOW - 10, began_at=NOW - 20, unsafe=0, oldest_confirmation=NOW - 10, unaccepted=0)
UNFINISHED = Finding(Level.YELLOW, "the last sync did not finish", "photobak sync")


def found(**changes: object) -> list[Finding]:
    facts = {name: getattr(FINE, name) for name in Facts.__dataclass_fields__} | changes
    return list(findings(Facts(**facts), NOW))


def test_all_is_well() -> None:
    assert found() == []


@pytest.mark.parametrize(
    ("age", "level", "days"),
    [
        (OLD, None, ""),
        (OLD + 1, Level.YELLOW, "10"),
        (TOO_OLD, Level.YELLOW, "30"),
        (TOO_OLD + 1, Level.RED, "30"),
        (50_000.6 * DAY, Level.RED, "50,001"),
    ],
)
def test_a_confirmation_gets_old(age: float, level: Level | None, days: str) -> None:
    assert (OLD, TOO_OLD) == (10 * DAY, 30 * DAY)
    what = f"the oldest confirmation is {days} days old"
    expected = [] if level is None else [Finding(level, what, "photobak sync --recheck")]
    assert found(oldest_confirmation=NOW - age) == expected


def test_nothing_confirmed_yet_is_no_problem() -> None:
    assert found(oldest_confirmation=None, finished_at=None, began_at=None) == []


@pytest.mark.parametrize(("began_at", "expected"), [(NOW - 11, []), (NOW - 10, []), (NOW - 9, [UNFINISHED])])
def test_a_run_that_did_not_finish_is_seen(began_at: float, expected: list[Finding]) -> None:
    assert found(began_at=began_at) == expected


def test_a_first_run_that_did_not_finish_is_seen() -> None:
    assert found(began_at=0.5, finished_at=None) == [UNFINISHED]


@pytest.mark.parametrize(("unsafe", "what"), [(1, "1 file NOT safe"), (2000, "2,000 files NOT safe")])
def test_what_is_not_safe_is_red(unsafe: int, what: str) -> None:
    assert found(unsafe=unsafe) == [Finding(Level.RED, what, "photobak sync")]


@pytest.mark.parametrize(
    ("unaccepted", "what"), [(1, "1 photo deleted elsewhere"), (2000, "2,000 photos deleted elsewhere")]
)
def test_what_was_deleted_elsewhere_is_red(unaccepted: int, what: str) -> None:
    next_step = "photobak trash, then photobak trash accept --all"
    assert found(unaccepted=unaccepted) == [Finding(Level.RED, what, next_step)]


@pytest.mark.parametrize(("failed", "originals"), [(1, "1 original"), (2000, "2,000 originals")])
def test_an_original_that_could_not_be_proved_is_red(failed: int, originals: str) -> None:
    what = f"{originals} lost or damaged in the cloud"
    assert found(failed_proofs=failed) == [Finding(Level.RED, what, "photobak repair, then photobak prove")]


class TestFacts:
    def test_an_index_before_its_first_run_knows_none(self, tmp_path: Path) -> None:
        with Index.open(tmp_path / "index") as index:
            assert Facts.of(index) == Facts(None, None, 0, None, 0)
            assert Facts.of(index, 3).failed_proofs == 3

    @pytest.mark.parametrize("name", ["failed", "rejected", "pending", "lost", "emptied"])
    def test_each_kind_of_unsafe_file_counts(self, tmp_path: Path, name: str) -> None:
        with Index.open(tmp_path / "index") as index:
            index.note_run(NOW, {name: 2, "stored": 5, "unchanged": 7})
            assert Facts.of(index).unsafe == 2

    def test_they_add_up_and_the_last_run_counts(self, tmp_path: Path) -> None:
        with Index.open(tmp_path / "index") as index:
            index.note_run(NOW - 1, {"failed": 100})
            index.note_run(NOW, {"failed": 1, "rejected": 2, "pending": 4, "lost": 8, "emptied": 16})
            assert (Facts.of(index).finished_at, Facts.of(index).unsafe) == (NOW, 31)

    def test_what_the_confirmations_say(self, tmp_path: Path) -> None:
        with Index.open(tmp_path / "index") as index:
            confirmations = Confirmations(index)
            confirmations.note_begun(NOW - 5)
            index.confirm([known_file("/p/a.jpg")], NOW - 9)
            deletion = Deletion(datetime(2026, 11, 28, tzinfo=UTC))
            for name in "bcd":
                index.note_deleted([known_file(f"/p/{name}.jpg", status=Status.TRASHED)], deletion, NOW)
            confirmations.accept([known_file("/p/b.jpg").sha256])
            assert Facts.of(index) == Facts(None, NOW - 5, 0, NOW - 9, 2, unfinished=1)


@pytest.mark.parametrize(
    ("unfinished", "level", "which"),
    [(1, Level.YELLOW, "sync"), (2, Level.YELLOW, "sync"), (3, Level.RED, "3 syncs"), (5, Level.RED, "5 syncs")],
)
def test_runs_that_never_finish_are_red(unfinished: int, level: Level, which: str) -> None:
    expected = Finding(level, f"the last {which} did not finish", "photobak sync")
    assert found(began_at=NOW, unfinished=unfinished) == [expected]


def test_a_run_that_finishes_ends_the_count(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        for number in (1, 2):
            Confirmations(index).note_begun(NOW)
            assert Facts.of(index).unfinished == number
        index.note_run(NOW, {})
        assert Facts.of(index).unfinished == 0


class TestSchedule:
    def said(self, **changes: object) -> list[Finding]:
        planned = replace(Schedule("03:00", installed_at=NOW - 100 * DAY, began_at=NOW - DAY, exit_code=0), **changes)
        return list(schedule_findings(planned, datetime.fromtimestamp(NOW, UTC)))

    def test_without_a_schedule_there_is_nothing_to_say(self) -> None:
        assert list(schedule_findings(None, datetime.fromtimestamp(NOW, UTC))) == []
        assert self.said() == []

    @pytest.mark.parametrize(
        ("changes", "days"),
        [
            ({"began_at": NOW - 3 * DAY}, ""),
            ({"began_at": NOW - 3 * DAY - 1}, "3"),
            ({"began_at": NOW - 12_345.6 * DAY, "installed_at": 0.0}, "12,346"),
            ({"began_at": None, "installed_at": NOW - 4 * DAY}, "4"),
            ({"began_at": None, "installed_at": NOW - DAY}, ""),
            ({"began_at": NOW - 9 * DAY, "installed_at": NOW - DAY}, ""),
        ],
    )
    def test_runs_that_do_not_begin_are_seen(self, changes: dict[str, object], days: str) -> None:
        what = f"no scheduled run has begun for {days} days"
        assert self.said(**changes) == ([Finding(Level.YELLOW, what, "photobak doctor")] if days else [])

    def test_a_schedule_that_never_ran_counts_from_its_installation_or_ever(self) -> None:
        (found,) = self.said(began_at=None, installed_at=0.0)
        assert found.what == f"no scheduled run has begun for {NOW / DAY:,.0f} days"

    def test_a_run_that_failed_is_seen(self) -> None:
        what = "the last scheduled run failed with exit code 3"
        assert self.said(exit_code=3) == [Finding(Level.YELLOW, what, "photobak sync")]
        assert self.said(exit_code=None) == []


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        (-1.0, Finding(Level.RED, "the sign-in has ended", "login")),
        (0.0, Finding(Level.RED, "the sign-in has ended", "login")),
        (0.5, Finding(Level.YELLOW, "the sign-in ends in 0 days", "login")),
        (14 * DAY - 1, Finding(Level.YELLOW, "the sign-in ends in 14 days", "login")),
        (14 * DAY, None),
    ],
)
def test_a_sign_in_that_ends_soon_is_seen(seconds: float, expected: Finding | None) -> None:
    assert list(sign_in_findings(seconds, "login")) == ([expected] if expected else [])


def test_what_is_stored_of_this_machine(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        assert stored(index, NOW) == Stored(0, 0, 0)
        for name, at in (("a", NOW - 1), ("b", NOW), ("c", NOW + 1)):
            index.note_sent([known_file(f"/p/{name}.jpg")], at)
            index.confirm([known_file(f"/p/{name}.jpg")], at)
        index.confirm([known_file("/q/twin.jpg", "/p/a.jpg")], NOW)
        index.note_sent([known_file("/p/pending.jpg")], NOW)
        assert stored(index, NOW) == Stored(3, 15, 2)
