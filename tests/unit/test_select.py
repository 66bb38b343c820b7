"""What is done with, what is read again, and who is looked at together."""

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from support.known_files import known_file

from photobak.client.files import select as module
from photobak.client.files.candidate import Candidate
from photobak.client.files.outcome import FileOutcome, Found, Ignored, Result, Unchanged
from photobak.client.files.scan import Filters, Skipped, distinct_roots, scan
from photobak.client.files.select import Group, Newest, Selection, select, select_all
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


def test_each_sort_of_file_in_a_folder_is_counted_by_itself(index: Index, folder: Path) -> None:
    for name in ("a.jpg", "b.jpg", "sent.jpg"):
        index.confirm([known(make(folder / name))], NOW)
    sent = known(folder / "sent.jpg", Status.EXPECTED)
    index.note_sent([sent], NOW)
    new, beside = make(folder / "a.mov"), known(folder / "a.jpg")
    selection = selected(index, folder)
    assert selection.listing.folder == str(folder)
    assert (selection.unchanged, [each.name for each in selection.pending]) == (2, ["sent.jpg"])
    (group,) = selection.groups
    assert group.changed == {"a.mov": Fingerprint.of(new.stat())}
    assert group.untouched == {"a.jpg": beside}
    assert list(selection.work()) == [*selection.pending, group]
    assert list(selection.reports()) == [Unchanged(2)]


def test_a_folder_that_is_done_with_is_not_looked_at_file_by_file(
    index: Index, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index.confirm([known(make(folder / "a.jpg"))], NOW)
    monkeypatch.setattr(module, "_sorted", lambda *_: pytest.fail("looked at"))
    selection = selected(index, folder)
    assert (selection.listing.folder, selection.unchanged) == (str(folder), 1)


def test_what_cannot_be_read_and_what_is_left_alone_is_reported() -> None:
    skipped, closed = Skipped("/p/notes.txt", "why", 1), Skipped("/p/closed", "permission denied")
    listing: Any = SimpleNamespace(ignored=[skipped], unreadable=[closed])
    selection = Selection(listing, 0, [], [], [])
    failed = FileOutcome(Path("/p/closed"), Result.FAILED, "permission denied")
    assert list(selection.reports()) == [Ignored([skipped]), Found(1, 0), failed]


def test_with_rehash_nothing_is_unchanged(index: Index, folder: Path) -> None:
    file = known(make(folder / "a.jpg"))
    index.confirm([file], NOW)
    (root,) = distinct_roots([folder])
    (selection,) = select_all(scan(root, Filters()), index)
    assert (selection.listing.folder, selection.unchanged, selection.pending, selection.gone) == (
        str(folder),
        0,
        [],
        [],
    )
    (group,) = selection.groups
    assert (group.changed, group.doubted, group.sizes) == ({}, {"a.jpg": file}, [5])


def test_the_newest_are_chosen_by_whole_paths() -> None:
    asked: list[Path] = []

    def sendable(path: Path) -> bool:
        asked.append(path)
        return True

    root: Any = None
    group = Group(root, "/p/q", {"a.jpg": Fingerprint(1, 7, 1, 1)})
    waiting = Candidate.pending(known_file("/p/b.jpg", status=Status.EXPECTED))
    twin = Candidate.pending(known_file("/p/c.jpg", status=Status.EXPECTED))
    assert list(Newest(3, sendable).choose([waiting, group, twin])) == [group, waiting, twin]
    assert asked == [Path("/p/q/a.jpg")]
