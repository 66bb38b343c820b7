"""What a watch calls a change, as the operating system reports it."""

import threading
import time
from pathlib import Path

import pytest

from photobak.client import watch
from photobak.client.files.scan import distinct_roots
from photobak.client.watch import Changes


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(watch, "_CALM", 1.0)
    folder = tmp_path / "Pictures"
    (folder / "state").mkdir(parents=True)
    return folder


def changes_in(folder: Path) -> Changes:
    return Changes(distinct_roots([folder]), own=[folder / "state"])


def waited(told: Changes, seconds: float) -> float:
    began = time.monotonic()
    told.wait(seconds)
    return time.monotonic() - began


def test_a_change_ends_the_wait_also_where_it_came_before_and_in_a_folder_that_is_new(folder: Path) -> None:
    told = changes_in(folder)
    (folder / "new").mkdir()
    (folder / "new" / "a.jpg").write_bytes(b"a")
    assert waited(told, 60) < 30


def test_what_photobak_writes_itself_and_what_is_only_read_are_no_changes(folder: Path) -> None:
    (folder / "a.jpg").write_bytes(b"a")
    told = changes_in(folder)
    (folder / "state" / "index").write_bytes(b"b")
    (folder / "a.jpg").read_bytes()
    assert waited(told, 1.5) >= 1.5


def test_what_is_being_copied_is_waited_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watch, "_CALM", 5.0)  # a busy machine lets a copy pause for longer than it asks to
    told = changes_in(folder)
    ended = []

    def copy() -> None:
        with (folder / "film.mp4").open("wb") as file:
            for _ in range(10):
                file.write(b"x" * 1000)
                file.flush()
                time.sleep(0.2)
        ended.append(time.monotonic())

    copying = threading.Thread(target=copy)
    copying.start()
    told.wait(60)
    assert ended
    copying.join()


def test_a_file_that_was_named_is_watched_alone(folder: Path) -> None:
    (folder / "a.jpg").write_bytes(b"a")
    told = Changes(distinct_roots([folder / "a.jpg"]), own=[])
    (folder / "b.jpg").write_bytes(b"b")
    assert waited(told, 1.5) >= 1.5
    (folder / "a.jpg").write_bytes(b"c")
    assert waited(told, 60) < 30


def test_what_is_not_there_tells_of_no_changes(folder: Path) -> None:
    roots = distinct_roots([folder])
    (folder / "state").rmdir()
    folder.rmdir()
    with pytest.raises(OSError, match="No path was found"):
        Changes(roots, own=[])
