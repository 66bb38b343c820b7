"""Labels of folders: the first has none, others have their names, and what lies in one belongs to it."""

from pathlib import Path

import pytest
from support.known_files import known_file

from photobak.client.files.scan import Root
from photobak.client.index.index import Index
from photobak.client.index.roots import RootLabels, label_among
from photobak.photo.source import Source


def test_the_first_folder_has_none_and_each_keeps_its_own(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        labels = RootLabels(index)
        for _ in range(2):
            assert labels.label(Path("/home/ann/Pictures")) == ""
            assert labels.label(Path("/media/card/DCIM")) == "DCIM"
            assert labels.label(Path("/media/other/DCIM")) == "DCIM 2"
            assert labels.label(Path("/")) == "root"


def test_a_label_is_no_top_folder_of_the_first_one(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        labels = RootLabels(index)
        labels.label(Path("/home/ann/Pictures"))
        path = "/home/ann/Pictures/Down%loads/a.jpg"
        index.confirm([known_file(path, source=str(Source("laptop", "Down%loads/a.jpg")))], 1.0)
        assert labels.label(Path("/home/ann/Down%loads")) == "Down%loads 2"
        assert labels.label(Path("/home/ann/Downxloads")) == "Downxloads"


@pytest.mark.parametrize(
    ("folder", "label"),
    [("/p", ""), ("/p/2024/06", "2024/06"), ("/q", "q"), ("/q/in/it", "q/in/it"), ("/r", None), ("/", None)],
)
def test_a_folder_within_another_belongs_to_it(folder: str, label: str | None) -> None:
    assert label_among({Path("/p"): "", Path("/q"): "q"}, Path(folder)) == label


def test_files_named_one_by_one_get_no_label_of_their_own(tmp_path: Path) -> None:
    with Index.open(tmp_path / "index") as index:
        labels = RootLabels(index)
        assert labels.label_of_files(Path("/media/card")) == ""
        assert labels.label(Path("/home/ann/Pictures")) == ""
        assert labels.label_of_files(Path("/home/ann/Pictures/2024")) == "2024"


def test_sources_begin_with_the_label() -> None:
    assert Root(Path("/q"), label="q").relative("/q/in", "a.jpg") == "q/in/a.jpg"
    assert Root(Path("/p")).relative("/p/in", "a.jpg") == "in/a.jpg"
