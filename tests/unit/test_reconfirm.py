"""Which confirmations a run asks for, what it learns, and when deletions need their owner's consent."""

import math
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from unittest.mock import create_autospec

import pytest
from support.known_files import known_file

from photobak.client.account.api import Changes
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import FileOutcome, Found, Ignored, Observer, Postponed, Result, Unchanged
from photobak.client.files.scan import Skipped
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.upload import reconfirm
from photobak.client.upload.content import (
    Announced,
    Conclusion,
    Confirmed,
    Content,
    Deleted,
    Failed,
    Pending,
    Rejected,
    Sent,
    Vanished,
    Verdict,
)
from photobak.client.upload.ledger import Ledger, is_mass_deletion
from photobak.client.upload.reconfirm import (
    ROTATION_SECONDS,
    SHORTEST_ROTATION,
    Doubt,
    Elsewhere,
    Reconfirmed,
    Reconfirmer,
    Scope,
    scope,
)
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST
from photobak.photo.deletion import Deletion
from photobak.photo.record import Status

DELETION = Deletion(datetime(2026, 11, 28, tzinfo=UTC), "laptop", datetime(2026, 12, 28, tzinfo=UTC))
NOW = 1_800_000_000.0
DAY = 86_400.0


@pytest.mark.parametrize(("gap", "recheck"), [(True, False), (False, True), (True, True)])
def test_a_gap_or_the_person_asks_for_everything(gap: bool, recheck: bool) -> None:
    assert scope(kept=5, gap=gap, recheck=recheck, rotated_at=NOW, now=NOW) == Scope(everything=True)


@pytest.mark.parametrize(
    ("elapsed", "expected"),
    [
        (0.0, 0),
        (SHORTEST_ROTATION - 1, 0),
        (SHORTEST_ROTATION, 7),
        (DAY, 167),
        (ROTATION_SECONDS - 1, 1000),
        (ROTATION_SECONDS, 1000),
        (60 * DAY, 1000),
    ],
)
def test_the_part_of_the_library_grows_with_the_time_since_the_last(elapsed: float, expected: int) -> None:
    found = scope(kept=1000, gap=False, recheck=False, rotated_at=NOW - elapsed, now=NOW)
    assert found == Scope(everything=False, oldest=expected)


def test_a_first_run_begins_the_round() -> None:
    assert scope(kept=9, gap=False, recheck=False, rotated_at=None, now=NOW) == Scope(everything=False)


def test_a_clock_that_went_back_asks_for_everything() -> None:
    assert scope(kept=9, gap=False, recheck=False, rotated_at=NOW + 1, now=NOW) == Scope(everything=True)


@pytest.mark.parametrize("kept", [1, 6, 7, 1000, 999_983])
def test_seven_nights_cover_every_library(kept: int) -> None:
    nightly = scope(kept=kept, gap=False, recheck=False, rotated_at=NOW - DAY, now=NOW).oldest
    assert 7 * nightly >= kept
    assert nightly <= math.ceil(kept / 6)


@pytest.mark.parametrize(
    ("files", "backed_up", "expected"),
    [
        (0, 0, False),
        (0, 50, False),
        (1, 10, False),
        (1, 9, True),
        (2, 19, True),
        (2, 20, False),
        (100, 5000, False),
        (101, 5000, True),
    ],
)
def test_more_than_a_hundred_files_or_a_tenth_need_the_owners_consent(
    files: int, backed_up: int, expected: bool
) -> None:
    assert is_mass_deletion(files, backed_up=backed_up) is expected


# ---- a run's part of the rotation, against a cloud that is told what to say


class Cloud:
    """The change feed and the table ``Contents``, as far as a reconfirmation asks them."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, **statuses: Status) -> None:
        self.verdicts = {sha256(name): Verdict(status) for name, status in statuses.items()}
        self.changes = Changes((), "7", gap=False)
        self.asked: list[str] = []
        self.batches: list[int] = []
        self.sequences: list[str] = []
        self.sessions: list[object] = []
        monkeypatch.setattr(reconfirm, "changes_since", self.changes_since)
        monkeypatch.setattr(reconfirm, "StatusReader", self.reader)

    def changes_since(self, session: object, sequence: str) -> Changes:
        self.sessions.append(session)
        self.sequences.append(sequence)
        return self.changes

    def reader(self, session: object) -> "Cloud":
        self.sessions.append(session)
        return self

    def read(self, hashes: list[str]) -> dict[str, Verdict]:
        self.batches.append(len(hashes))
        self.asked += hashes
        return {each: self.verdicts[each] for each in hashes if each in self.verdicts}


SESSION: Any = object()


def sha256(name: str) -> str:
    return known_file(f"/p/{name}").sha256


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(tmp_path / "index.sqlite3") as opened:
        for age, name in enumerate("abcdef"):  # "f" is the oldest
            opened.confirm([known_file(f"/p/{name}")], NOW - DAY - age)
        yield opened


def run(index: Index, *, recheck: bool = False, now: float = NOW) -> tuple[list[Any], Reconfirmer]:
    made = Reconfirmer(SESSION, Confirmations(index), recheck=recheck, now=now)
    return list(made.reconfirm(iter(()))), made


def test_a_run_asks_for_what_has_changed_and_for_the_oldest(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    Confirmations(index).note_progress(feed="6", rotated_at=NOW - 2 * DAY)  # two of six
    cloud = Cloud(monkeypatch, a=Status.NO_PREVIEW, e=Status.STORED)
    cloud.changes = Changes((sha256("a"), sha256("unknown"), sha256("a"), sha256("f")), "7", gap=False)
    found, made = run(index)
    assert cloud.sequences == ["6"]
    assert cloud.sessions == [SESSION, SESSION]
    assert cloud.asked == [sha256(name) for name in "afe"]
    assert found == [Doubt(sha256("f"), None), Reconfirmed([sha256("a"), sha256("e")])]
    made.conclude()
    assert (Confirmations(index).feed, Confirmations(index).rotated_at) == ("7", NOW)


@pytest.mark.parametrize("why", ["recheck", "gap"])
def test_everything_is_asked_for_once(index: Index, monkeypatch: pytest.MonkeyPatch, why: str) -> None:
    Confirmations(index).note_progress(feed="6", rotated_at=NOW)
    cloud = Cloud(monkeypatch, **dict.fromkeys("abcdef", Status.STORED))
    cloud.changes = Changes((sha256("a"),), "9", gap=why == "gap")
    found, made = run(index, recheck=why == "recheck")
    assert cloud.asked == [sha256(name) for name in "fedcba"]
    assert found == [Reconfirmed([sha256(name) for name in "fedcba"])]
    made.conclude()
    assert (Confirmations(index).feed, Confirmations(index).rotated_at) == ("9", NOW)


def test_what_is_no_longer_kept_is_doubted(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    statuses = {"a": Status.TRASHED, "b": Status.FORGOTTEN, "c": Status.REJECTED, "d": Status.EXPECTED}
    cloud = Cloud(monkeypatch, e=Status.STORED, **statuses)
    deletion = Deletion()
    cloud.verdicts[sha256("a")] = Verdict(Status.TRASHED, deletion=deletion)
    found, _ = run(index, recheck=True)
    doubts = {each.sha256: each for each in found if isinstance(each, Doubt)}
    assert set(doubts) == {sha256(name) for name in "abcdf"}
    assert doubts[sha256("a")].is_deleted
    assert not doubts[sha256("c")].is_deleted
    assert not doubts[sha256("f")].is_deleted
    assert doubts[sha256("f")].verdict is None


def test_a_rotation_goes_on_from_its_last_part(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(monkeypatch, **dict.fromkeys("abcdef", Status.STORED))
    found, made = run(index)
    assert found == []  # the first run begins the round
    made.conclude()
    assert Confirmations(index).rotated_at == NOW
    found, made = run(index, now=NOW + 60)
    assert (found, cloud.asked) == ([], [])  # too soon for a part of it
    made.conclude()
    assert (Confirmations(index).feed, Confirmations(index).rotated_at) == ("7", NOW)


def test_an_empty_feed_does_not_stop_the_rotation(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(monkeypatch, **dict.fromkeys("abcdef", Status.STORED))
    cloud.changes = Changes((), "", gap=False)
    for night, asked in enumerate((0, 1, 2)):
        _, made = run(index, now=NOW + night * DAY)
        made.conclude()
        assert (Confirmations(index).feed, Confirmations(index).rotated_at) == ("", NOW + night * DAY)
        assert len(cloud.asked) == asked


def test_a_feed_that_was_emptied_takes_no_sequence_away(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    Confirmations(index).note_progress(feed="6", rotated_at=NOW)
    cloud = Cloud(monkeypatch)
    cloud.changes = Changes((), "", gap=True)
    _, made = run(index)
    made.conclude()
    assert (Confirmations(index).feed, Confirmations(index).rotated_at) == ("6", NOW)


def test_before_anything_is_kept_the_cloud_is_not_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cloud = Cloud(monkeypatch)
    with Index.open(tmp_path / "empty") as index:
        found, made = run(index, recheck=True)
        made.conclude()
        assert (found, cloud.sequences, Confirmations(index).feed) == ([], [], "")


def test_a_hundred_contents_are_one_request(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.confirm([known_file(f"/q/{number}") for number in range(144)], NOW - DAY)
    cloud = Cloud(monkeypatch)
    run(index, recheck=True)
    assert sorted(cloud.batches) == [50, MAX_PHOTOS_A_REQUEST]
    assert len(set(cloud.asked)) == 150


def test_what_is_kept_is_noted_in_few_transactions(index: Index, monkeypatch: pytest.MonkeyPatch) -> None:
    index.confirm([known_file(f"/q/{number}") for number in range(294)], NOW - DAY)
    cloud = Cloud(monkeypatch, **dict.fromkeys("abcdef", Status.STORED))
    cloud.verdicts |= {known_file(f"/q/{number}").sha256: Verdict(Status.STORED) for number in range(294)}
    monkeypatch.setattr(reconfirm, "_NOTED_AT_ONCE", 200)
    found, _ = run(index, recheck=True)
    assert [len(each.hashes) for each in found] == [200, 100]
    assert {sha256 for each in found for sha256 in each.hashes} == set(cloud.verdicts)


# ---- what the ledger makes of deletions


class TestLedger:
    @pytest.fixture
    def ledger(self, index: Index) -> Ledger:
        return Ledger(index, create_autospec(Observer))

    def delete(self, ledger: Ledger, *names: str) -> None:
        for name in names:
            file = Content((Candidate.pending(known_file(f"/p/{name}")),))
            ledger.record(Deleted(file, Status.TRASHED, DELETION))

    def test_a_few_deletions_are_told_and_then_accepted(self, ledger: Ledger, index: Index) -> None:
        index.confirm([known_file(f"/q/{number}") for number in range(20)], NOW)
        self.delete(ledger, "a", "b")
        assert ledger.summary.deletions == [DELETION] * 2
        assert ledger.summary.results[Result.DELETED] == 2
        assert [each.accepted for each in Confirmations(index).deleted()] == [False, False]
        ledger.conclude_deletions()
        assert not ledger.summary.accept_needed
        assert [each.accepted for each in Confirmations(index).deleted()] == [True, True]

    def test_many_need_their_owner(self, ledger: Ledger, index: Index) -> None:
        self.delete(ledger, "a")
        ledger.conclude_deletions()
        assert ledger.summary.accept_needed
        assert [each.accepted for each in Confirmations(index).deleted()] == [False]

    def test_what_was_accepted_is_not_told_again(self, ledger: Ledger, index: Index) -> None:
        self.delete(ledger, "a")
        Confirmations(index).accept()
        self.delete(ledger, "a")
        assert ledger.summary.deletions == [DELETION]
        again = Ledger(index, create_autospec(Observer))
        self.delete(again, "a")
        again.conclude_deletions()
        assert (again.summary.deletions, again.summary.accept_needed) == ([], False)
        assert again.summary.results[Result.DELETED] == 1

    def test_each_file_of_a_deleted_content_is_told(self, ledger: Ledger) -> None:
        twins = tuple(Candidate.pending(known_file(path, "same")) for path in ("/p/x", "/p/y"))
        ledger.record(Deleted(Content(twins), Status.FORGOTTEN, DELETION))
        assert ledger.summary.deletions == [DELETION] * 2
        finished = ledger._observer.finished.call_args_list  # type: ignore[attr-defined]
        assert [call.args[0] for call in finished] == [each.outcome(Result.DELETED, str(DELETION)) for each in twins]

    def test_what_is_reconfirmed_is_as_young_as_this_run(self, ledger: Ledger, index: Index) -> None:
        began = time.time()
        ledger.record(Reconfirmed([sha256(name) for name in "bcdef"]))
        index.leave([known_file("/p/a")])
        oldest = Confirmations(index).oldest()
        assert oldest is not None
        assert began <= oldest <= time.time()

    @pytest.mark.parametrize(
        ("is_here", "verdict", "lost"),
        [
            (True, None, 0),
            (False, None, 1),
            (False, Verdict(Status.REJECTED), 1),
            (False, Verdict(Status.TRASHED, deletion=DELETION), 0),
            (True, Verdict(Status.TRASHED, deletion=DELETION), 0),
        ],
    )
    def test_what_neither_the_cloud_nor_this_machine_has_is_lost(
        self, ledger: Ledger, index: Index, is_here: bool, verdict: Verdict | None, lost: int
    ) -> None:
        if not is_here:
            index.leave([known_file("/p/a")])
        ledger.record(Elsewhere(Doubt(sha256("a"), verdict)))
        assert ledger.summary.lost == lost
        assert Confirmations(index).known([sha256("a")]) == []

    def test_what_the_cloud_says_of_a_content_is_kept_and_told_of_each_file(self, ledger: Ledger, index: Index) -> None:
        twins = Content(tuple(Candidate.pending(known_file(path, "same")) for path in ("/p/x", "/p/y")))
        first, second = twins.candidates
        told = ledger._observer.finished  # type: ignore[attr-defined]

        def outcomes(conclusion: Conclusion) -> list[FileOutcome]:
            told.reset_mock()
            ledger.record(conclusion)
            return [call.args[0] for call in told.call_args_list]

        for result in (Result.STORED, Result.NO_PREVIEW):
            assert outcomes(Confirmed(twins, result, "why")) == [
                first.outcome(result, "why"),
                second.outcome(Result.ALREADY_STORED),
            ]
            assert {each.status.value for each in index.copies(first.sha256)} == {result.value}
        for conclusion, result in (
            (Pending(twins, "why"), Result.PENDING),
            (Failed(twins, "why"), Result.FAILED),
            (Rejected(twins, "why"), Result.REJECTED),
        ):
            assert outcomes(conclusion) == [first.outcome(result, "why"), second.outcome(result, "why")]
        assert index.copies(first.sha256) == []  # what was rejected is read again
        assert outcomes(Vanished(twins)) == []
        assert ledger.summary.ignored == 2
        skipped = [call.args[0] for call in ledger._observer.ignored.call_args_list]  # type: ignore[attr-defined]
        assert skipped == [
            Skipped(str(each.path), "it was removed before it was uploaded", each.fingerprint.size)
            for each in twins.candidates
        ]
        assert ledger.summary.results == Counter(
            {
                Result.STORED: 1,
                Result.NO_PREVIEW: 1,
                Result.ALREADY_STORED: 2,
                Result.PENDING: 2,
                Result.FAILED: 2,
                Result.REJECTED: 2,
            }
        )

    def test_what_the_stages_report_is_counted_written_and_told(self, ledger: Ledger, index: Index) -> None:
        observer: Any = ledger._observer
        twins = Content(tuple(Candidate.pending(known_file(path, "same")) for path in ("/p/x", "/p/y")))
        expected = [each.known(Status.EXPECTED, None) for each in twins.candidates]
        ledger.record(Announced([twins]))
        assert index.copies(twins.sha256) == expected
        observer.read.assert_called_once_with(2)
        for _ in range(2):
            ledger.record(Sent(twins, 7.0))
        assert index.copies(twins.sha256) == [each.known(Status.EXPECTED, 7.0) for each in twins.candidates]
        assert (ledger.summary.uploaded, ledger.summary.bytes_uploaded) == (2, 2 * twins.first.fingerprint.size)
        observer.uploaded.assert_called_with(2)
        outcome = FileOutcome(Path("/p/z"), Result.FAILED, "why")
        ledger.record(outcome)
        observer.finished.assert_called_once_with(outcome)
        ledger.record(Found(3, 30))
        observer.found.assert_called_once_with(3, 30)
        for _ in range(2):
            ledger.record(Unchanged(4))
            ledger.record(Postponed(5))
        observer.unchanged.assert_called_with(4)
        assert ledger.summary.results == Counter({Result.FAILED: 1, Result.UNCHANGED: 8})
        assert ledger.summary.postponed == 10
        some = [Skipped(f"/p/{name}", "why", 1) for name in "ab"]
        ledger.record(Ignored(some))
        ledger.record(some[0])
        assert [call.args[0] for call in observer.ignored.call_args_list] == [*some, some[0]]
        assert ledger.summary.ignored == 3
        ledger.bytes_sent(0)
        observer.sent.assert_not_called()
        ledger.bytes_sent(9)
        observer.sent.assert_called_once_with(9)

    def test_what_was_freed_and_deleted_elsewhere_is_told_until_it_is_accepted(
        self, ledger: Ledger, index: Index
    ) -> None:
        index.confirm([known_file(f"/q/{number}") for number in range(50)], NOW)
        for name in "ab":
            index.free(known_file(f"/p/{name}"), NOW)
            ledger.record(Elsewhere(Doubt(sha256(name), Verdict(Status.TRASHED, deletion=DELETION))))
        assert ledger.summary.deletions == [DELETION] * 2
        found = {each.sha256: each for each in Confirmations(index).deleted()}
        assert {each.deletion for each in found.values()} == {DELETION}
        assert found.keys() == {sha256("a"), sha256("b")}
        index.note_deleted([known_file("/p/c", status=Status.TRASHED)], DELETION, NOW)  # by another run, not told yet
        ledger.conclude_deletions()
        accepted = {each.sha256 for each in Confirmations(index).deleted() if each.accepted}
        assert accepted == {sha256("a"), sha256("b")}
        again = Ledger(index, create_autospec(Observer))
        again.record(Elsewhere(Doubt(sha256("a"), Verdict(Status.TRASHED, deletion=DELETION))))
        assert again.summary.deletions == []
        assert (again.summary.lost, ledger.summary.lost) == (0, 0)

    def test_each_lost_content_counts(self, ledger: Ledger, index: Index) -> None:
        for name in "ab":
            index.leave([known_file(f"/p/{name}")])
            ledger.record(Elsewhere(Doubt(sha256(name), None)))
        assert ledger.summary.lost == 2
