"""Files of one user: never open to others, never half written."""

import os
import stat
import threading
from pathlib import Path

import pytest

from photobak.errors import ConfigError
from photobak.platform.private_files import private_folder, read_private, write_private


@pytest.fixture(autouse=True)
def open_umask():
    """The most careless of all umasks, so that modes are ours and not the machine's."""
    before = os.umask(0)
    yield
    os.umask(before)


def names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_file_and_folder_are_the_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "secret"
    write_private(path, b"one")
    write_private(path, b"two")
    assert (mode(path), mode(path.parent), path.read_bytes()) == (0o600, 0o700, b"two")
    assert names(path.parent) == ["secret"]


def test_the_file_is_never_open_not_even_while_it_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    sync = os.fsync
    monkeypatch.setattr(os, "fsync", lambda fd: (seen.append(stat.S_IMODE(os.fstat(fd).st_mode)), sync(fd)))
    write_private(tmp_path / "x" / "secret", b"content")
    assert seen == [0o600, 0o700]  # the file before its rename, then the folder


@pytest.mark.parametrize("fault", ["fsync", "replace"])
def test_a_fault_leaves_the_old_content_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    path = tmp_path / "secret"
    write_private(path, b"old")

    def fails(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os if fault == "fsync" else Path, fault, fails)
    with pytest.raises(ConfigError, match=r"secret can't be written: no space left on device"):
        write_private(path, b"new")
    assert (path.read_bytes(), names(tmp_path)) == (b"old", ["secret"])


def test_readers_see_the_old_or_the_new_content_whole(tmp_path: Path) -> None:
    path = tmp_path / "secret"
    contents = [bytes([n]) * 100_000 for n in range(40)]
    write_private(path, contents[0])
    done = threading.Event()

    def write_all() -> None:
        for content in contents:
            write_private(path, content)
        done.set()

    writer = threading.Thread(target=write_all)
    writer.start()
    reads = 0
    while not done.is_set():
        assert read_private(path) in contents
        reads += 1
    writer.join()
    assert reads


@pytest.mark.parametrize("loose", [0o640, 0o604, 0o666, 0o620])
def test_a_file_that_others_may_open_is_refused_with_the_command_that_mends_it(tmp_path: Path, loose: int) -> None:
    path = tmp_path / "secret"
    write_private(path, b"x")
    path.chmod(loose)
    with pytest.raises(ConfigError, match=rf"its mode is {loose:04o}.* chmod 600 {path}"):
        read_private(path)
    path.chmod(0o600)
    assert read_private(path) == b"x"


def test_a_folder_that_others_may_enter_is_refused_with_the_command_that_mends_it(tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir(mode=0o755)
    with pytest.raises(ConfigError, match=rf"its mode is 0755.* chmod 700 {folder}"):
        private_folder(folder)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    target = tmp_path / "target"
    write_private(target, b"planted")
    (tmp_path / "link").symlink_to(target)
    with pytest.raises(ConfigError, match="link can't be read"):
        read_private(tmp_path / "link")


def test_anothers_file_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret"
    write_private(path, b"x")
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    with pytest.raises(ConfigError, match="belongs to another user"):
        read_private(path)


def test_a_folder_that_cant_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match="can't be made"):
        private_folder(tmp_path / "file" / "folder")


def test_no_file_is_no_content(tmp_path: Path) -> None:
    assert read_private(tmp_path / "none") is None
