"""How old each confirmation is, and which deletions their owner has accepted, as the index keeps them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.known_files import known_file

from photobak.client.index import confirmations as module
from photobak.client.index.confirmations import Confirmations, DeletedContent
from photobak.client.index.index import Index
from photobak.photo.deletion import Deletion
from photobak.photo.record import Status

NOW = 1_800_000_000.0
WHEN = datetime(2026, 11, 28, 12, tzinfo=UTC)
DELETION = Deletion(WHEN, "laptop", WHEN + timedelta(days=30))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(tmp_path / "index.sqlite3") as opened:
        yield opened


@pytest.fixture
def known(index: Index) -> Confirmations:
    return Confirmations(index)


def sha256(name: str) -> str:
    return known_file(f"/p/{name}").sha256


def confirm(index: Index, name: str, at: float, status: Status = Status.STORED) -> str:
    index.confirm([known_file(f"/p/{name}", status=status)], at)
    return sha256(name)


def delete(index: Index, name: str, deletion: Deletion = DELETION, status: Status = Status.TRASHED) -> bool:
    return index.note_deleted([known_file(f"/p/{name}", status=status)], deletion, NOW)


def pend(index: Index, name: str) -> str:
    index.note_sent([known_file(f"/p/{name}", status=Status.EXPECTED)], NOW)
    return sha256(name)


class TestMarks:
    def test_a_new_index_has_none(self, known: Confirmations) -> None:
        assert (known.feed, known.rotated_at, known.began_at, known.unfinished) == ("", None, None, 0)

    def test_each_is_kept_by_itself_and_exactly(self, known: Confirmations) -> None:
        known.note_begun(NOW + 0.1)
        known.note_progress(feed="7", rotated_at=NOW + 0.2)
        assert (known.feed, known.rotated_at, known.began_at) == ("7", NOW + 0.2, NOW + 0.1)
        assert known.unfinished == 1
        known.note_begun(NOW + 1)
        known.note_progress(feed="8", rotated_at=None)
        assert (known.feed, known.rotated_at, known.began_at) == ("8", NOW + 0.2, NOW + 1)
        known.note_progress(feed="9", rotated_at=0.0)
        assert known.rotated_at == 0.0


class TestAge:
    def test_what_is_kept_is_stored_with_or_without_a_preview(self, index: Index, known: Confirmations) -> None:
        assert known.kept() == 0
        kept = [confirm(index, "a", NOW), confirm(index, "b", NOW, Status.NO_PREVIEW)]
        confirm(index, "c", NOW)
        delete(index, "c")
        others = [sha256("c"), pend(index, "d"), sha256("unknown")]
        assert known.kept() == 2
        assert known.known([*others, *reversed(kept), *kept]) == [*reversed(kept)]

    def test_the_oldest_is_of_a_file_that_is_here(self, index: Index, known: Confirmations) -> None:
        assert known.oldest() is None
        for name, age in (("gone", 9), ("old", 5), ("young", 1)):
            confirm(index, name, NOW - age)
        assert known.oldest() == NOW - 9
        index.leave([known_file("/p/gone")])
        assert known.oldest() == NOW - 5
        known.renew([sha256("old")], NOW)
        assert known.oldest() == NOW - 1

    def test_they_come_oldest_first_and_not_those_of_now(
        self, index: Index, known: Confirmations, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_PAGE", 2)
        twins = sorted(confirm(index, name, NOW - 5) for name in ("b", "c", "d"))
        oldest, youngest = confirm(index, "a", NOW - 9), confirm(index, "e", NOW - 1)
        confirm(index, "now", NOW)
        pend(index, "pending")
        confirm(index, "deleted", NOW - 7)
        delete(index, "deleted")
        assert list(known.by_age(NOW)) == [oldest, *twins, youngest]

    @pytest.mark.parametrize("status", [Status.STORED, Status.NO_PREVIEW])
    def test_one_from_the_future_comes_first(self, index: Index, known: Confirmations, status: Status) -> None:
        oldest, ahead = confirm(index, "a", NOW - 9), confirm(index, "b", NOW + 0.5, status)
        assert list(known.by_age(NOW)) == [ahead, oldest]
        assert known.oldest() == 0.0

    def test_what_the_cloud_confirms_is_as_young_as_that(self, index: Index, known: Confirmations) -> None:
        first, second = confirm(index, "a", NOW - 9), confirm(index, "b", NOW - 8, Status.NO_PREVIEW)
        third = confirm(index, "c", NOW - 7)
        confirm(index, "d", NOW - 6)
        delete(index, "d")
        known.renew([first, second, sha256("d"), sha256("unknown")], NOW)
        assert list(known.by_age(NOW + 1)) == [third, *sorted([first, second])]
        assert known.kept() == 3

    def test_all_that_are_kept_come_in_order(
        self, index: Index, known: Confirmations, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(module, "_PAGE", 2)
        kept = sorted(confirm(index, name, NOW) for name in "abcde")
        pend(index, "pending")
        assert list(known.kept_hashes()) == kept

    def test_a_sample_has_no_more_than_there_are(self, index: Index, known: Confirmations) -> None:
        kept = {confirm(index, name, NOW) for name in "abc"}
        pend(index, "pending")
        assert set(known.sample(9)) == kept
        assert len(known.sample(2)) == 2

    def test_a_file_that_was_freed_still_counts(self, index: Index, known: Confirmations) -> None:
        confirm(index, "young", NOW - 1)
        confirm(index, "freed", NOW - 9)
        index.free(known_file("/p/freed"), NOW)
        assert known.oldest() == NOW - 9
        assert known.backed_up_files() == 2


class TestWithdrawn:
    def test_what_the_cloud_has_lost_is_pending_as_if_it_had_never_been_sent(
        self, index: Index, known: Confirmations
    ) -> None:
        lost, kept = confirm(index, "a", NOW), confirm(index, "b", NOW)
        assert known.withdraw(lost)
        assert set(index.confirmed("/p")) == {"b"}
        assert index.unconfirmed("/p") == [known_file("/p/a", status=Status.EXPECTED)]
        assert known.known([lost, kept]) == [kept]
        assert index.rows("SELECT uploaded_at, confirmed_at FROM contents WHERE sha256 = ?", bytes.fromhex(lost)) == [
            (None, None)
        ]

    def test_it_says_whether_a_file_here_has_it(self, index: Index, known: Confirmations) -> None:
        confirm(index, "a", NOW)
        index.leave([known_file("/p/a")])
        assert known.withdraw(sha256("a")) is False
        assert known.withdraw(sha256("unknown")) is False


class TestDeleted:
    def test_they_are_told_as_the_cloud_said_it_the_latest_first(self, index: Index, known: Confirmations) -> None:
        earlier = replace(DELETION, deleted_at=WHEN - timedelta(days=1))
        gone = Deletion(WHEN - timedelta(days=2), None, None)
        for name, deletion, status in (
            ("a", earlier, Status.TRASHED),
            ("b", DELETION, Status.TRASHED),
            ("c", gone, Status.FORGOTTEN),
        ):
            confirm(index, name, NOW)
            assert delete(index, name, deletion, status) is False
        confirm(index, "kept", NOW)
        assert known.deleted() == [
            DeletedContent(sha256("b"), Status.TRASHED, DELETION, accepted=False),
            DeletedContent(sha256("a"), Status.TRASHED, earlier, accepted=False),
            DeletedContent(sha256("c"), Status.FORGOTTEN, gone, accepted=False),
        ]

    def test_what_this_machine_deletes_is_accepted(self, index: Index, known: Confirmations) -> None:
        confirm(index, "a", NOW)
        known.note_trashed(sha256("a"))
        known.note_trashed(sha256("unknown"))
        assert known.deleted() == [DeletedContent(sha256("a"), Status.TRASHED, Deletion(), accepted=True)]
        assert delete(index, "a") is True  # the cloud says when; it is still that deletion

    def test_another_deletion_of_the_same_photo_is_not(self, index: Index, known: Confirmations) -> None:
        confirm(index, "a", NOW)
        delete(index, "a")
        assert known.accept() == 1
        assert delete(index, "a") is True
        assert delete(index, "a", replace(DELETION, deleted_at=WHEN + timedelta(days=1))) is False

    def test_some_or_all_are_accepted_once(self, index: Index, known: Confirmations) -> None:
        for name in "abcd":
            confirm(index, name, NOW)
            delete(index, name, status=Status.FORGOTTEN if name == "d" else Status.TRASHED)
        confirm(index, "kept", NOW)
        assert known.accept([sha256("a"), sha256("kept"), sha256("unknown")]) == 1
        assert known.accept([sha256("a")]) == 0
        assert known.accept([]) == 0
        assert {each.sha256 for each in known.deleted() if each.accepted} == {sha256("a")}
        assert known.accept() == 3
        assert known.accept() == 0
        assert all(each.accepted for each in known.deleted())

    @pytest.mark.parametrize("status", [Status.STORED, Status.NO_PREVIEW])
    def test_what_comes_back_is_kept_and_its_next_deletion_is_new(
        self, index: Index, known: Confirmations, status: Status
    ) -> None:
        digest = confirm(index, "a", NOW)
        delete(index, "a")
        known.accept()
        known.note_undeleted(digest, status)
        assert known.deleted() == []
        assert known.known([digest]) == [digest]
        columns = "state, accepted, deleted_at, deleted_from, trashed_until"
        assert index.rows(f"SELECT {columns} FROM contents") == [(status.value, 0, None, None, None)]
        assert delete(index, "a") is False

    def test_what_comes_back_without_bytes_is_sent_again(self, index: Index, known: Confirmations) -> None:
        digest = confirm(index, "a", NOW)
        confirm(index, "b", NOW)
        delete(index, "a", status=Status.FORGOTTEN)
        known.note_undeleted(digest, None)
        assert known.deleted() == []
        assert index.unconfirmed("/p") == [known_file("/p/a", status=Status.EXPECTED)]

    def test_files_that_the_cloud_has_or_had(self, index: Index, known: Confirmations) -> None:
        assert known.backed_up_files() == 0
        index.confirm([known_file("/p/a", "same"), known_file("/q/b", "same")], NOW)
        confirm(index, "c", NOW)
        delete(index, "c")
        pend(index, "d")
        index.expect([known_file("/q/new", "same", status=Status.EXPECTED)])
        assert known.backed_up_files() == 3
