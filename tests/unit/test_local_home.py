"""The folder of a local stack: private, claimed once, and wiped only where it is ours."""

import stat
import threading
from pathlib import Path

import pytest

from photobak.client.files.scan import Filters, distinct_roots, scan
from photobak.errors import LocalStackError
from photobak.local.credentials import root_keys
from photobak.local.home import Home


def test_it_is_made_private_whatever_the_umask(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "a" / "b")
    home.make()
    folders = [home.root, *(path for path in home.root.iterdir() if path.is_dir())]
    assert len(folders) == 5
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in folders} == {0o700}
    home.make()


def test_a_folder_that_was_open_is_closed(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    Home.at(tmp_path).make()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700


def test_several_may_make_it_at_once(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "stack")
    failed: list[Exception] = []

    def make() -> None:
        try:
            home.make()
            home.lock.touch()
        except LocalStackError as error:
            failed.append(error)

    threads = [threading.Thread(target=make) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert home.exists()


def test_nothing_is_wiped_that_is_not_ours(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    (tmp_path / "state" / "thesis.tex").write_text("years of work")
    with pytest.raises(LocalStackError, match="is not a local stack's folder"):
        Home.at(tmp_path).wipe()
    assert (tmp_path / "state" / "thesis.tex").exists()


def test_wiping_leaves_what_others_put_there(tmp_path: Path) -> None:
    home = Home.at(tmp_path / "stack")
    home.make()
    root_keys(home)
    for name in ("items.sqlite3", "items.sqlite3-wal", "server.log.1", "objects/photo", "notes.txt"):
        (home.root / name).write_text("x")
    home.wipe()
    assert {path.name for path in home.root.iterdir()} == {"made-by-photobak", ".photobakignore", "notes.txt"}
    home.wipe()


def test_a_backup_of_the_folder_around_it_leaves_it_alone(tmp_path: Path) -> None:
    """Else each sync of $HOME would back up the previews of what the one before has backed up."""
    home = Home.at(tmp_path / "state" / "local")
    home.make()
    (home.objects / "photo.jpg").write_bytes(b"a")
    (tmp_path / "photo.jpg").write_bytes(b"a")
    (root,) = distinct_roots([tmp_path])
    found = [(listing.folder, name) for listing in scan(root, Filters()) for name in listing.files]
    assert found == [(str(tmp_path), "photo.jpg")]


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LocalStackError, match="can't be made"):
        Home.at(tmp_path / "file" / "stack").make()


def test_root_keys_are_made_once_and_random(tmp_path: Path) -> None:
    homes = [Home.at(tmp_path / name) for name in ("a", "b")]
    for home in homes:
        home.make()
    first, second = (root_keys(home) for home in homes)
    assert first == root_keys(homes[0])
    assert first != second
    assert stat.S_IMODE((homes[0].secrets / "root.json").stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "{}", "[1]", '{"access_key_id": "a"}', "\x00"])
def test_broken_root_keys_are_said_with_what_to_do(tmp_path: Path, content: str) -> None:
    home = Home.at(tmp_path / "stack")
    home.make()
    (home.secrets / "root.json").write_text(content)
    with pytest.raises(LocalStackError, match="photobak local reset"):
        root_keys(home)
