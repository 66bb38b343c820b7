"""An open folder: names resolve in it and nowhere else, and a file gets its final name in one step."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from photobak.platform.files import open_to_read, read_at, set_modified, sync_path, write_at
from photobak.platform.folders import Folder
from photobak.platform.processes import reader_is_gone


def test_a_folder_that_is_moved_away_stays_the_same_folder(tmp_path: Path) -> None:
    (tmp_path / "inside").mkdir()
    (tmp_path / "outside").mkdir()
    with Folder(tmp_path / "inside") as folder:
        (tmp_path / "inside").rename(tmp_path / "moved")
        (tmp_path / "inside").symlink_to(tmp_path / "outside")
        os.close(folder.open_locked("a.jpg"))
    assert [path.name for path in (tmp_path / "moved").iterdir()] == ["a.jpg"]
    assert not list((tmp_path / "outside").iterdir())


def test_what_is_missing_is_made_only_on_request(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder:
        with pytest.raises(FileNotFoundError):
            folder.enter("2024")
        folder.enter("2024", make=True)
        folder.enter("06", make=True)
        assert folder.find("a.jpg") is None
        folder.remove("a.jpg")
    assert (tmp_path / "2024" / "06").is_dir()


@pytest.mark.parametrize("name", ["link", "file"])
def test_only_a_folder_can_be_entered(tmp_path: Path, name: str) -> None:
    (tmp_path / "link").symlink_to("/tmp")
    (tmp_path / "file").touch()
    with Folder(tmp_path) as folder, pytest.raises(NotADirectoryError, match=f"{name} must be a folder but is a"):
        folder.enter(name, make=True)


@pytest.mark.parametrize(
    "make",
    [Path.mkdir, lambda path: path.symlink_to("/etc/hostname"), os.mkfifo],
    ids=["folder", "link", "FIFO"],
)
def test_only_a_regular_file_is_opened(tmp_path: Path, make: Callable[[Path], None]) -> None:
    make(tmp_path / "odd")
    with Folder(tmp_path) as folder:
        for open_ in (folder.open_file, folder.open_locked):
            with pytest.raises(OSError, match=r"odd|directory|symbolic"):
                open_("odd")
        assert folder.find("odd") is not None


def test_a_locked_file_is_not_opened_twice(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder:
        first = folder.open_locked("part")
        with pytest.raises(BlockingIOError):
            folder.open_locked("part")
        os.close(first)
        os.close(folder.open_locked("part"))


def test_a_taken_name_is_kept_unless_it_may_be_replaced(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("new")
    (tmp_path / "taken").write_text("old")
    with Folder(tmp_path) as folder:
        with pytest.raises(FileExistsError):
            folder.rename("new", "taken", replace=False)
        assert (tmp_path / "taken").read_text() == "old"
        folder.rename("new", "taken", replace=True)
        folder.rename("taken", "free", replace=False)
        folder.sync()
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"free": "new"}


def test_bytes_are_read_and_written_at_an_offset(tmp_path: Path) -> None:
    with Folder(tmp_path) as folder:
        file = folder.open_locked("a")
        write_at(file, memoryview(b"\r\n\x1a\n0123456789"), 0)
        write_at(file, memoryview(b"xyz"), 5)
        set_modified(file, -1_000_000_000)
        buffer = memoryview(bytearray(100))
        assert bytes(buffer[: read_at(file, buffer, 2)]) == b"\x1a\n0xyz456789"
        assert read_at(file, buffer, 14) == 0
        os.close(file)
    sync_path(tmp_path / "a")
    assert (tmp_path / "a").stat().st_mtime_ns == -1_000_000_000


def test_a_fifo_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with open_to_read(tmp_path / "pipe") as file:
        assert file.read(1) == b""


def test_a_pipe_that_nobody_reads_any_more_is_noticed() -> None:
    reading, writing = os.pipe()
    assert not reader_is_gone(writing)
    os.close(reading)
    assert reader_is_gone(writing)
    os.close(writing)
