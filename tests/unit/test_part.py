"""A file that is on its way: it goes on where it was cut off, and has its name only when it is whole and right."""

import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photobak.client.restore.part import Expected, Part, part_name
from photobak.platform.folders import Folder

CONTENT = os.urandom(3_000_000)
EXPECTED = Expected(len(CONTENT), hashlib.sha256(CONTENT).hexdigest())
NAME = "a.jpg"
WHEN = datetime(2024, 6, 30, 12, 0, 0, 123456, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Folder]:
    with Folder(tmp_path) as opened:
        yield opened


def left_over(tmp_path: Path) -> Path:
    return tmp_path / part_name(NAME, EXPECTED)


def finish(folder: Folder, *, replace: bool = False) -> None:
    with Part(folder, NAME, EXPECTED) as part:
        part.resume()
        part.append(memoryview(CONTENT)[part.size :])
        assert part.is_right
        part.become_whole(WHEN, replace=replace)


def test_it_has_its_name_when_it_is_whole(folder: Folder, tmp_path: Path) -> None:
    with Part(folder, NAME, EXPECTED) as part:
        for start in range(0, len(CONTENT), 1_000_000):
            part.append(memoryview(CONTENT)[start : start + 1_000_000])
            assert not (tmp_path / NAME).exists()
        part.become_whole(WHEN, replace=False)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]
    assert (tmp_path / NAME).read_bytes() == CONTENT
    assert (tmp_path / NAME).stat().st_mtime_ns == round(WHEN.timestamp()) * 10**9 + 123456000


@pytest.mark.parametrize("came", [0, 1, 1_500_000, len(CONTENT)])
def test_it_goes_on_where_it_was_cut_off(folder: Folder, tmp_path: Path, came: int) -> None:
    left_over(tmp_path).write_bytes(CONTENT[:came])
    with Part(folder, NAME, EXPECTED) as part:
        part.resume()
        assert part.size == came
    finish(folder)
    assert (tmp_path / NAME).read_bytes() == CONTENT


@pytest.mark.parametrize("wrong", [b"x" * 1000, CONTENT + b"x"])
def test_a_beginning_that_is_not_right_is_noticed(folder: Folder, tmp_path: Path, wrong: bytes) -> None:
    left_over(tmp_path).write_bytes(wrong)
    with Part(folder, NAME, EXPECTED) as part:
        part.resume()
        part.append(memoryview(CONTENT)[part.size :])
        assert part.is_right == (len(wrong) > len(CONTENT))  # more than it can be is none of it
        part.start_anew()
        part.append(memoryview(CONTENT))
        assert part.is_right


def test_another_file_is_never_overwritten(folder: Folder, tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(b"other")
    with pytest.raises(FileExistsError):
        finish(folder)
    assert (tmp_path / NAME).read_bytes() == b"other"
    finish(folder, replace=True)
    assert (tmp_path / NAME).read_bytes() == CONTENT


def test_nor_where_there_are_no_hard_links(folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")  # as exFAT answers

    monkeypatch.setattr(os, "link", refused)
    (tmp_path / NAME).write_bytes(b"other")
    with pytest.raises(FileExistsError):
        finish(folder)
    (tmp_path / NAME).unlink()
    finish(folder)
    assert [path.name for path in tmp_path.iterdir()] == [NAME]


def test_two_runs_never_write_one_file(folder: Folder) -> None:
    with Part(folder, NAME, EXPECTED), pytest.raises(BlockingIOError, match="another photobak is fetching it"):
        Part(folder, NAME, EXPECTED)
    with Part(folder, NAME, EXPECTED):
        pass  # the lock has gone with its holder


def test_a_whole_file_with_two_names_is_not_written_again(folder: Folder, tmp_path: Path) -> None:
    """A run was killed between the two steps of a rename, and its file has been moved away since."""
    moved = tmp_path / "moved.jpg"
    moved.write_bytes(b"precious")
    os.link(moved, left_over(tmp_path))
    finish(folder)
    assert moved.read_bytes() == b"precious"
    assert moved.stat().st_nlink == 1


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (Path.mkdir, "directory"),
        (lambda path: path.symlink_to("/etc/passwd"), "symbolic link"),
        (os.mkfifo, "is not a regular file"),
    ],
)
def test_what_is_no_file_is_left_alone(folder: Folder, tmp_path: Path, make: Callable[[Path], None], said: str) -> None:
    make(left_over(tmp_path))
    with pytest.raises(OSError, match=said):
        Part(folder, NAME, EXPECTED)
    assert not (tmp_path / NAME).exists()
