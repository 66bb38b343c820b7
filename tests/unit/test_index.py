"""The index: what it keeps, and what it survives."""

import os
import resource
import sqlite3
import stat
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.known_files import known_file, older_index

from photobak.client.index.confirmations import Confirmations
from photobak.client.index.file import SCHEMA_VERSION
from photobak.client.index.index import Fingerprint, Index, StaleSources
from photobak.errors import ConfigError
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.media_type import MOV
from photobak.photo.record import Status

NOW = 1_800_000_000.0


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "index.sqlite3"


@pytest.fixture
def index(path: Path) -> Iterator[Index]:
    with Index.open(path) as opened:
        yield opened


class TestFiles:
    def test_what_is_confirmed_is_known_whole(self, index: Index) -> None:
        file = known_file(
            "/p/a.mov",
            media_type=MOV,
            taken=CaptureTime.parse("2024-06-30T12:00:00.123+02:00", TakenSource.PARTNER),
            fingerprint=Fingerprint(2**40, -1, 2**62, 2**63 - 1),
        )
        index.confirm([file], NOW)
        assert index.file("/p", "a.mov") == file

    def test_what_is_not_there_is_not_known(self, index: Index) -> None:
        assert index.file("/p", "a.jpg") is None
        assert (index.confirmed("/p"), index.unconfirmed("/p"), index.files_of("/p")) == ({}, [], [])
        assert index.copies("ab" * 32) == []

    @given(name=st.binary(min_size=1, max_size=255).filter(lambda name: not {0, ord("/")} & set(name)))
    def test_any_name_that_a_file_may_have(self, tmp_path_factory: pytest.TempPathFactory, name: bytes) -> None:
        file = known_file(f"/p/{os.fsdecode(name)}")
        with Index.open(tmp_path_factory.mktemp("index") / "index") as index:
            index.confirm([file], NOW)
            assert index.file("/p", os.fsdecode(name)) == file
            assert index.confirmed("/p") == {os.fsdecode(name): file.fingerprint}

    def test_a_folder_has_its_own_files_alone(self, index: Index) -> None:
        index.confirm([known_file("/p/a.jpg"), known_file("/p/q/b.jpg"), known_file("/pp/c.jpg")], NOW)
        assert set(index.confirmed("/p")) == {"a.jpg"}
        assert [file.name for file in index.files_of("/p")] == ["a.jpg"]

    def test_a_path_has_the_content_that_it_had_last(self, index: Index) -> None:
        index.confirm([known_file("/p/a.jpg", "before")], NOW)
        index.confirm([known_file("/p/a.jpg", "after")], NOW)
        assert index.copies(known_file("/p/a.jpg", "before").sha256) == []
        assert index.copies(known_file("/p/a.jpg", "after").sha256) == [known_file("/p/a.jpg", "after")]

    def test_copies_of_a_content(self, index: Index) -> None:
        twins = [known_file("/p/a.jpg", "same"), known_file("/q/b.jpg", "same")]
        index.confirm([*twins, known_file("/p/c.jpg")], NOW)
        assert index.copies(twins[0].sha256) == twins

    def test_leaving_a_path_keeps_its_twin(self, index: Index) -> None:
        twins = [known_file("/p/a.jpg", "same"), known_file("/q/b.jpg", "same")]
        index.confirm(twins, NOW)
        index.leave(twins[:1])
        assert index.copies(twins[0].sha256) == twins[1:]

    def test_leaving_a_path_keeps_what_has_come_there_since(self, index: Index) -> None:
        index.confirm([known_file("/p/a.jpg", "after")], NOW)
        index.leave([known_file("/p/a.jpg", "before")])
        assert index.file("/p", "a.jpg") == known_file("/p/a.jpg", "after")

    @pytest.mark.parametrize(
        ("root", "below"),
        [
            ("/p", ["/p", "/p/a", "/p/a/b", "/p/z", os.fsdecode(b"/p/\xff")]),
            ("/p/a", ["/p/a", "/p/a/b"]),
            ("/", ["/", "/p", "/p/a", "/p/a/b", "/p/z", "/p2", "/p!", os.fsdecode(b"/p/\xff")]),
            ("/q", []),
        ],
    )
    def test_folders_below_a_root(self, index: Index, root: str, below: list[str]) -> None:
        everywhere = ["/", "/p", "/p/a", "/p/a/b", "/p/z", "/p2", "/p!", os.fsdecode(b"/p/\xff")]
        files = [known_file(f"{folder.rstrip('/')}/{name}") for folder in everywhere for name in ("1.jpg", "2.jpg")]
        index.confirm([replace(file, folder=file.folder or "/") for file in files], NOW)
        assert sorted(index.folders_below(root)) == sorted(below)


class TestContents:
    def test_a_file_goes_from_read_to_sent_to_confirmed(self, index: Index) -> None:
        file = known_file("/p/a.jpg", status=Status.EXPECTED)
        index.expect([file])
        assert index.file("/p", "a.jpg") == file
        index.note_sent([file], NOW)
        assert index.file("/p", "a.jpg") == replace(file, uploaded_at=NOW)
        assert (index.confirmed("/p"), len(index.unconfirmed("/p"))) == ({}, 1)
        index.confirm([replace(file, status=Status.NO_PREVIEW)], NOW + 1)
        assert index.file("/p", "a.jpg") == replace(file, status=Status.NO_PREVIEW, uploaded_at=NOW)
        assert (index.confirmed("/p"), index.unconfirmed("/p")) == ({"a.jpg": file.fingerprint}, [])

    def test_a_new_place_of_a_confirmed_content_is_not_done_with_before_the_cloud_knows_it(self, index: Index) -> None:
        index.note_sent([known_file("/p/a.jpg", "same")], NOW)
        index.confirm([known_file("/p/a.jpg", "same")], NOW)
        twin = known_file("/q/b.jpg", "same", Status.EXPECTED)
        index.expect([twin])
        assert index.file("/q", "b.jpg") == twin  # and not uploaded_at=NOW: it has yet to be announced
        assert index.unconfirmed("/q") == [twin]
        assert set(index.confirmed("/p")) == {"a.jpg"}

    def test_confirming_one_path_confirms_its_twin(self, index: Index) -> None:
        index.note_sent([known_file("/p/a.jpg", "same")], NOW)
        index.confirm([known_file("/q/b.jpg", "same")], NOW)
        assert set(index.confirmed("/p")) == {"a.jpg"}

    def test_sending_a_content_again_makes_every_path_of_it_pending(self, index: Index) -> None:
        """The cloud has asked for it once more: it doesn't have it, whatever it said before."""
        index.confirm([known_file("/p/a.jpg", "same")], NOW)
        index.note_sent([known_file("/q/b.jpg", "same")], NOW)
        assert index.confirmed("/p") == {}

    def test_a_rejected_content_is_forgotten_with_its_paths(self, index: Index) -> None:
        index.note_sent([known_file("/p/a.jpg", "same"), known_file("/q/b.jpg", "same")], NOW)
        index.confirm([known_file("/p/c.jpg")], NOW)
        index.reject(known_file("/p/a.jpg", "same").sha256)
        assert [file.name for file in index.files_of("/p")] == ["c.jpg"]
        assert index.counts() == {"stored": 1}

    def test_what_its_owner_has_put_into_the_trash_is_asked_after_until_it_is_back(self, index: Index) -> None:
        file = known_file("/p/a.jpg")
        index.confirm([file], NOW)
        Confirmations(index).note_trashed(file.sha256)
        assert index.unconfirmed("/p") == [replace(file, status=Status.TRASHED)]
        Confirmations(index).note_undeleted(file.sha256, Status.STORED)
        assert set(index.confirmed("/p")) == {"a.jpg"}

    def test_counts(self, index: Index) -> None:
        index.confirm([known_file("/p/a.jpg"), known_file("/p/b.jpg", status=Status.NO_PREVIEW)], NOW)
        index.note_sent([known_file("/p/c.jpg"), known_file("/p/d.jpg")], NOW)
        index.expect([known_file("/p/e.jpg")])
        assert index.counts() == {"stored": 1, "no-preview": 1, "pending": 2}

    def test_what_was_sent_and_then_edited_is_not_pending_for_ever(self, index: Index) -> None:
        index.note_sent([known_file("/p/a.jpg", "first version")], NOW)
        index.confirm([known_file("/p/a.jpg", "second version")], NOW)
        index.note_run(NOW, {})
        assert index.counts() == {"stored": 1}

    def test_a_failure_in_the_middle_leaves_all_as_it_was(self, index: Index) -> None:
        index.confirm([known_file("/p/a.jpg", "before")], NOW)

        def files() -> Iterator[object]:
            yield known_file("/p/a.jpg", "after")
            raise OSError("the disk is gone")

        with pytest.raises(OSError, match="gone"):
            index.confirm(files(), NOW)  # type: ignore[arg-type]
        assert index.file("/p", "a.jpg") == known_file("/p/a.jpg", "before")


class TestStalePlaces:
    def test_a_place_that_was_left_is_stale_once_the_content_lies_elsewhere(self, index: Index) -> None:
        before, after = known_file("/p/a.jpg", "same"), known_file("/p/b.jpg", "same")
        index.confirm([before], NOW)
        index.leave([before])
        assert index.stale_sources(9) == []  # nowhere else: the record keeps its last place
        index.expect([after])
        assert index.stale_sources(9) == []  # nor does the cloud know the other one yet
        index.confirm([after], NOW)
        (stale,) = index.stale_sources(9)
        assert stale == StaleSources(after, (before.source,))
        index.forget_stale_sources([stale])
        assert index.stale_sources(9) == []

    def test_an_edit_leaves_the_place_of_what_was_there(self, index: Index) -> None:
        twin = known_file("/p/b.jpg", "before")
        index.confirm([known_file("/p/a.jpg", "before"), twin], NOW)
        index.expect([known_file("/p/a.jpg", "after")])
        assert index.stale_sources(9) == [StaleSources(twin, ("laptop:a.jpg",))]

    def test_a_place_that_was_taken_again_is_not_stale(self, index: Index) -> None:
        file, twin = known_file("/p/a.jpg", "same"), known_file("/p/b.jpg", "same")
        index.confirm([file, twin], NOW)
        index.leave([file])
        index.confirm([file], NOW)
        assert [each.sources for each in index.stale_sources(9)] == [()]
        index.forget_stale_sources(index.stale_sources(9))
        assert index.stale_sources(9) == []

    def test_a_content_in_the_trash_is_left_alone(self, index: Index) -> None:
        file, twin = known_file("/p/a.jpg", "same"), known_file("/p/b.jpg", "same")
        index.confirm([file, twin], NOW)
        Confirmations(index).note_trashed(file.sha256)
        index.leave([file])
        assert index.stale_sources(9) == []

    def test_so_many_contents_at_a_time(self, index: Index) -> None:
        for number in range(5):
            twins = [known_file(f"/p/{number}{letter}.jpg", str(number)) for letter in "abc"]
            index.confirm(twins, NOW)
            index.leave(twins[:2])
        seen = []
        while stale := index.stale_sources(2):
            assert len(stale) <= 2
            seen += [each.lies_at.name for each in stale]
            index.forget_stale_sources(stale)
        assert sorted(seen) == [f"{number}c.jpg" for number in range(5)]


class TestRuns:
    def test_the_last_run_is_kept(self, index: Index) -> None:
        assert index.last_run() is None
        index.note_run(NOW, {"scanned": 1})
        index.note_run(NOW + 1, {"scanned": 2})
        assert index.last_run() == (NOW + 1, {"scanned": 2})

    def test_a_hundred_runs_are_kept(self, index: Index, path: Path) -> None:
        for number in range(120):
            index.note_run(NOW + number, {})
        with sqlite3.connect(path) as connection:
            assert connection.execute("SELECT count(*), min(finished_at) FROM runs").fetchone() == (100, NOW + 20)


class TestFile:
    def test_it_is_its_owners_alone(self, index: Index, path: Path) -> None:
        index.confirm([known_file("/p/a.jpg")], NOW)
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0

    def test_it_is_there_the_next_time(self, path: Path) -> None:
        with Index.open(path) as index:
            index.confirm([known_file("/p/a.jpg")], NOW)
        with Index.open(path) as index:
            assert index.file("/p", "a.jpg") == known_file("/p/a.jpg")
            assert index.begun_anew is None

    def test_several_threads_use_it_at_once(self, index: Index) -> None:
        def work(number: int) -> None:
            for step in range(50):
                index.note_sent([known_file(f"/{number}/{step}.jpg")], NOW)
                index.confirm([known_file(f"/{number}/{step}.jpg")], NOW)

        threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert index.counts() == {"stored": 400}

    def test_a_newer_schema_is_left_alone(self, path: Path) -> None:
        with Index.open(path), sqlite3.connect(path) as connection:
            connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION + 1}")
        before = path.read_bytes()
        with pytest.raises(ConfigError, match="newer photobak"), Index.open(path):
            pass
        assert path.read_bytes() == before

    def test_an_older_schema_is_replaced_by_an_empty_index(self, path: Path) -> None:
        older_index(path)
        with Index.open(path) as index:
            assert index.begun_anew == f"was written by an older photobak (schema {SCHEMA_VERSION - 1})"
            assert (index.counts(), index.last_run()) == ({}, None)
            index.confirm([known_file("/p/a.jpg")], NOW)
        with Index.open(path) as index:
            assert index.begun_anew is None
            assert set(index.confirmed("/p")) == {"a.jpg"}


class TestDamage:
    @pytest.mark.parametrize(
        "content", [b"not a database, but long enough to be one" * 100, b"SQLite format 3\0" + b"x" * 5000]
    )
    def test_what_is_no_index_is_put_aside_and_begun_anew(self, path: Path, content: bytes) -> None:
        path.parent.mkdir()
        path.write_bytes(content)
        with Index.open(path) as index:
            assert index.begun_anew == f"was damaged (see {path}.damaged)"
            index.confirm([known_file("/p/a.jpg")], NOW)
        assert path.with_name(f"{path.name}.damaged").read_bytes() == content
        with Index.open(path) as index:
            assert index.begun_anew is None
            assert index.counts() == {"stored": 1}

    @pytest.mark.parametrize("content", [b"", b"short"])
    def test_a_file_that_was_cut_off(self, path: Path, content: bytes) -> None:
        path.parent.mkdir()
        path.write_bytes(content)
        with Index.open(path) as index:
            assert index.counts() == {}

    def test_damage_found_at_work_is_put_aside_for_the_next_run(self, path: Path) -> None:
        with Index.open(path) as index:
            index.confirm([known_file(f"/p/{number}.jpg") for number in range(2000)], NOW)
        damaged = bytearray(path.read_bytes())
        behind_schema = 1 << 16
        damaged[behind_schema:] = b"\xff" * len(damaged[behind_schema:])
        path.write_bytes(damaged)
        with pytest.raises(ConfigError, match="was damaged; it is now") as caught, Index.open(path) as index:
            index.confirmed("/p")
        assert "Run the command again" in str(caught.value)
        with Index.open(path) as index:
            assert index.counts() == {}

    def test_a_folder_in_its_place(self, path: Path) -> None:
        path.mkdir(parents=True)
        with pytest.raises(ConfigError, match="can't be opened"), Index.open(path):
            pass

    def test_a_full_disk_is_an_error_that_says_so(self, path: Path) -> None:
        with Index.open(path) as index:
            index.confirm([known_file("/p/a.jpg")], NOW)
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
        try:
            with pytest.raises(ConfigError, match="can't be used"), Index.open(path) as index:
                index.confirm([known_file(f"/p/{number}.jpg") for number in range(5000)], NOW)
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        with Index.open(path) as index:
            assert index.counts() == {"stored": 1}
