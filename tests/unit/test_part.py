"""A file that is on its way: it goes on where it was cut off, and has its name only when it is whole and right."""

import errno
import hashlib
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photobak.client.restore.part import Expected, Part, part_name
from photobak.photo.identity import CHUNK_BYTES
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


def test_the_part_of_a_file_is_found_by_its_name_and_what_it_has_to_be() -> None:
    """The name is a promise to the next version: another one would leave parts behind."""
    expected = Expected(7, "ab" * 32)
    assert part_name("a.jpg", expected) == ".photobak-52952bde7d3fd6206041cbcdedcb410c.part"
    others = [("b.jpg", expected), ("a.jpg", Expected(8, "ab" * 32)), ("a.jpg", Expected(7, None))]
    assert len({part_name(*each) for each in [("a.jpg", expected), *others]}) == 4
    assert part_name("\udcff.jpg", expected) != part_name("\udcfe.jpg", expected)  # names that are not UTF-8


def test_who_meets_another_run_is_told_so_by_the_systems_own_error(folder: Folder) -> None:
    with Part(folder, NAME, EXPECTED), pytest.raises(BlockingIOError) as caught:
        Part(folder, NAME, EXPECTED)
    assert (caught.value.errno, caught.value.strerror) == (errno.EAGAIN, "another photobak is fetching it")


def test_what_is_discarded_is_gone(folder: Folder, tmp_path: Path) -> None:
    with Part(folder, NAME, EXPECTED) as part:
        part.append(memoryview(b"x"))
        part.start_anew()
        assert left_over(tmp_path).read_bytes() == b""
        part.discard()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("algorithm", ["sha256", "md5"])
@pytest.mark.parametrize("size", [0, 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 5])
def test_a_file_fits_by_its_size_and_each_of_its_bytes(tmp_path: Path, size: int, algorithm: str) -> None:
    content = os.urandom(size)
    expected = Expected(size, hashlib.new(algorithm, content).hexdigest(), algorithm)
    wrong = [content + b"x", content[:-1] or b"y", content[:-1] + bytes([content[-1] ^ 1]) if size else b"z"]
    for candidate in (content, *wrong):
        path = tmp_path / "file"
        path.write_bytes(candidate)
        with path.open("rb", buffering=0) as file:
            assert expected.fits(file.fileno()) is (candidate == content)
            of_any_bytes = Expected(size, None, algorithm).fits(file.fileno())
            assert of_any_bytes is (len(candidate) == size)


@pytest.mark.parametrize("digest", [EXPECTED.digest, None], ids=["digest", "size"])
def test_a_part_is_right_when_it_has_every_byte(folder: Folder, digest: str | None) -> None:
    with Part(folder, NAME, Expected(len(CONTENT), digest)) as part:
        part.append(memoryview(CONTENT)[:-1])
        assert not part.is_right
        part.append(memoryview(CONTENT)[-1:])
        assert part.is_right
        part.append(memoryview(b"x"))
        assert not part.is_right
        part.start_anew()
        part.append(memoryview(bytes(len(CONTENT))))
        assert part.is_right is (digest is None)
