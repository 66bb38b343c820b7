"""What is done with, what is read again, and who is looked at together."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from support.known_files import known_file

from photobak.client.files.scan import Filters, distinct_roots, scan
from photobak.client.files.select import Selection, select
from photobak.client.index.index import Fingerprint, Index, KnownFile
from photobak.photo.record import Status

NOW = 1_800_000_000.0


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(tmp_path / "index") as opened:
        yield opened


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "Pictures"
    made.mkdir()
    return made


def make(path: Path, content: str = "photo") -> Path:
    path.write_text(content)
    return path


def known(path: Path, status: Status = Status.STORED) -> KnownFile:
    """The path as the index knows it once it has been backed up."""
    return replace(known_file(path, status=status), fingerprint=Fingerprint.of(path.stat()))


def selected(index: Index, *paths: Path) -> Selection:
    (root,) = distinct_roots(paths)
    (selection,) = select(scan(root, Filters()), index)
    return selection


def groups(selection: Selection) -> list[tuple[set[str], set[str]]]:
    """Changed and untouched names of each group."""
    return [(set(group.changed), set(group.untouched)) for group in selection.groups]


def test_an_untouched_confirmed_file_is_done_with(index: Index, folder: Path) -> None:
    index.confirm([known(make(folder / "a.jpg"))], NOW)
    selection = selected(index, folder)
    assert (selection.unchanged, selection.pending, selection.groups, selection.gone) == (1, [], [], [])


def test_a_new_file_is_read(index: Index, folder: Path) -> None:
    make(folder / "a.jpg")
    assert groups(selected(index, folder)) == [({"a.jpg"}, set())]


def test_an_untouched_file_that_is_not_confirmed_is_asked_after_and_not_read(index: Index, folder: Path) -> None:
    file = known(make(folder / "a.jpg"), Status.EXPECTED)
    index.note_sent([file], NOW)
    selection = selected(index, folder)
    (candidate,) = selection.pending
    assert (candidate.path, candidate.sha256, candidate.uploaded_at) == (folder / "a.jpg", file.sha256, NOW)
    assert (selection.unchanged, selection.groups) == (0, [])


def test_an_untouched_file_that_was_read_and_never_announced_is_not_read_again(index: Index, folder: Path) -> None:
    index.expect([known(make(folder / "a.jpg"), Status.EXPECTED)])
    selection = selected(index, folder)
    assert [(each.name, each.uploaded_at) for each in selection.pending] == [("a.jpg", None)]
    assert selection.groups == []


def change_content(path: Path) -> None:
    found = path.stat()
    path.write_text("PHOTO")  # as many bytes
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns))


def replace_by_a_twin(path: Path) -> None:
    found = path.stat()
    other = make(path.with_name("other"), "PHOTO")
    os.utime(other, ns=(found.st_atime_ns, found.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize(
    "touch",
    [
        lambda path: path.write_text("longer than before"),
        lambda path: os.utime(path, ns=(0, 0)),
        change_content,
        replace_by_a_twin,
    ],
    ids=["size", "mtime", "content with mtime put back", "another file with size and mtime of this one"],
)
def test_a_touched_file_is_read_again(index: Index, folder: Path, touch: object) -> None:
    path = make(folder / "a.jpg")
    index.confirm([known(path)], NOW)
    touch(path)  # type: ignore[operator]
    assert groups(selected(index, folder)) == [({"a.jpg"}, set())]


def test_a_file_that_is_gone_is_noticed(index: Index, folder: Path) -> None:
    index.confirm([known(make(folder / "a.jpg")), known(make(folder / "b.jpg"))], NOW)
    (folder / "a.jpg").unlink()
    assert [file.name for file in selected(index, folder).gone] == ["a.jpg"]


def test_a_file_that_is_left_alone_now_is_not_gone(index: Index, folder: Path) -> None:
    index.confirm([known(make(folder / "a.jpg"))], NOW)
    (folder / ".photobakignore").write_text("a.jpg\n")
    assert selected(index, folder).gone == []


def test_files_that_belong_together_are_looked_at_together(index: Index, folder: Path) -> None:
    for name in ("IMG_1.HEIC", "IMG_1.MOV", "img_1.aae", "IMG_1.HEIC.xmp", "IMG_E1.HEIC", "IMG_2.HEIC"):
        make(folder / name)
    assert sorted(map(sorted, (changed for changed, _ in groups(selected(index, folder))))) == [
        ["IMG_1.HEIC", "IMG_1.HEIC.xmp", "IMG_1.MOV", "IMG_E1.HEIC", "img_1.aae"],
        ["IMG_2.HEIC"],
    ]


def test_an_untouched_photo_is_beside_its_new_film(index: Index, folder: Path) -> None:
    index.confirm([known(make(folder / "IMG_1.HEIC")), known(make(folder / "IMG_2.HEIC"))], NOW)
    make(folder / "IMG_1.MOV")
    assert groups(selected(index, folder)) == [({"IMG_1.MOV"}, {"IMG_1.HEIC"})]


def test_an_untouched_photo_is_beside_its_film_that_was_named_alone(index: Index, folder: Path) -> None:
    index.confirm([known(make(folder / "IMG_1.HEIC"))], NOW)
    assert groups(selected(index, make(folder / "IMG_1.MOV"))) == [({"IMG_1.MOV"}, {"IMG_1.HEIC"})]


def test_names_that_are_not_utf8(index: Index, folder: Path) -> None:
    path = make(folder / os.fsdecode(b"caf\xe9.jpg"))
    index.confirm([known(path)], NOW)
    assert selected(index, folder).unchanged == 1
    path.unlink()
    assert [file.path for file in selected(index, folder).gone] == [path]
