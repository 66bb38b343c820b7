"""The folder that files are restored into: nothing gets out of it, and its file system is tried out."""

import os
from pathlib import Path, PurePosixPath

import pytest

from photobak.client.restore.destination import Destination, require_folder
from photobak.client.restore.naming import NameRules
from photobak.errors import PhotobakError, WrongUsage


@pytest.fixture
def destination(tmp_path: Path) -> Destination:
    (tmp_path / "to").mkdir()
    return Destination(tmp_path / "to")


def test_folders_are_made(destination: Destination) -> None:
    with destination.made(PurePosixPath("2024/06")) as folder:
        os.close(folder.open_locked("a.jpg"))
    assert (destination.root / "2024/06/a.jpg").exists()
    destination.sync([PurePosixPath("2024/06")])


def test_what_is_missing_is_not_made_by_a_look(destination: Destination) -> None:
    with pytest.raises(FileNotFoundError), destination.opened(PurePosixPath("2024")):
        pass
    assert list(destination.root.iterdir()) == []


@pytest.mark.parametrize("way", ["2024", "2024/06"])
@pytest.mark.parametrize("leads_to", ["../outside", "inside", "nowhere", "/tmp"])
def test_no_symbolic_link_is_followed(destination: Destination, way: str, leads_to: str) -> None:
    for folder in (destination.root.parent / "outside", destination.root / "inside", destination.root / "2024"):
        folder.mkdir(exist_ok=True)
    link = destination.root / way
    link.rmdir() if link.is_dir() else None
    link.symlink_to(leads_to)
    for walk in (destination.made, destination.opened):
        with pytest.raises(NotADirectoryError, match="symbolic link"), walk(PurePosixPath(way, "07")):
            pass
    assert not list((destination.root.parent / "outside").iterdir())


def test_a_file_where_a_folder_has_to_be(destination: Destination) -> None:
    (destination.root / "2024").write_bytes(b"")
    said = "2024 must be a folder but is a file"
    with pytest.raises(NotADirectoryError, match=said), destination.made(PurePosixPath("2024/06")):
        pass


def test_a_link_that_the_person_has_named_is_followed(destination: Destination, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(destination.root)
    with Destination(tmp_path / "link").made(PurePosixPath("2024")):
        pass
    assert (destination.root / "2024").is_dir()


def test_the_file_system_is_tried_out_and_nothing_is_left(destination: Destination) -> None:
    assert destination.name_rules() == NameRules()  # this machine's, where any name is one
    assert list(destination.root.iterdir()) == []
    assert Destination(destination.root / "not yet").name_rules() == NameRules()
    assert Destination(Path("/proc/self/not yet")).name_rules() == NameRules()  # where nothing can be made


def test_room_is_that_of_the_nearest_folder_there_is(destination: Destination) -> None:
    assert Destination(destination.root / "not/yet").room() > 0


def test_what_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(WrongUsage, match="it is not a folder"):
        require_folder(tmp_path / "file")
    with pytest.raises(PhotobakError, match="can't be made"):
        Destination(tmp_path / "file" / "below").make()
