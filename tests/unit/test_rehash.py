"""``--rehash``: what is read again, and what is said of bytes that are not the known ones."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest
from support.known_files import known_file
from support.photo_files import dated, jpeg

from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import Examiner
from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.files.scan import Filters, Skipped, distinct_roots, scan
from photobak.client.files.select import select_all
from photobak.client.index.index import Fingerprint, Index
from photobak.photo.record import Status

NOW = 1_800_000_000.0
WHOLE = jpeg(dated("2024:06:30 12:00:00"))


@pytest.fixture
def index(tmp_path: Path) -> Iterator[Index]:
    with Index.open(tmp_path / "index") as opened:
        yield opened


@pytest.fixture
def path(tmp_path: Path) -> Path:
    folder = tmp_path / "Pictures"
    folder.mkdir()
    (folder / "a.jpg").write_bytes(WHOLE)
    return folder / "a.jpg"


def know(index: Index, path: Path, content: bytes = WHOLE, status: Status = Status.STORED) -> None:
    """Let the index believe that the file as it lies there, with its times, had this content."""
    file = known_file(path, status=status)
    file = replace(file, fingerprint=Fingerprint.of(path.stat()), sha256=sha256(content).hexdigest())
    index.note_sent([file], NOW)
    if status is not Status.EXPECTED:
        index.confirm([file], NOW)


def rehashed(index: Index, folder: Path) -> "list[Candidate | FileOutcome | Skipped]":
    examiner = Examiner("laptop", UTC, datetime(2026, 1, 1, tzinfo=UTC), largest=10_000)
    selections = select_all(scan(distinct_roots([folder])[0], Filters()), index)
    return [found for each in selections for found in examiner.examine(each.groups)]


def test_a_file_that_has_its_bytes_is_unchanged(index: Index, path: Path) -> None:
    know(index, path)
    (found,) = rehashed(index, path.parent)
    assert isinstance(found, FileOutcome)
    assert (found.path, found.result, found.size) == (path, Result.UNCHANGED, len(WHOLE))


@pytest.mark.parametrize("status", [Status.STORED, Status.NO_PREVIEW, Status.TRASHED])
@pytest.mark.parametrize("damaged", [WHOLE[:-1] + b"\0", b"%PDF-1.7 " + WHOLE[9:]], ids=["a byte", "its head"])
def test_other_bytes_under_the_same_times_are_damage(index: Index, path: Path, status: Status, damaged: bytes) -> None:
    path.write_bytes(damaged)
    know(index, path, WHOLE, status)
    before = index.file(str(path.parent), "a.jpg")
    (found,) = rehashed(index, path.parent)
    assert isinstance(found, FileOutcome)
    assert (found.result, found.sha256) == (Result.FAILED, sha256(WHOLE).hexdigest())
    assert f"photobak get {sha256(WHOLE).hexdigest()[:12]}" in (found.reason or "")
    assert index.file(str(path.parent), "a.jpg") == before


@pytest.mark.parametrize(
    "edit",
    [
        lambda path: path.write_bytes(WHOLE + b"more"),
        lambda path: path.write_bytes(WHOLE[:-1] + b"\0"),
    ],
    ids=["longer", "as long"],
)
def test_other_bytes_under_other_times_are_an_edit(index: Index, path: Path, edit: Callable[[Path], object]) -> None:
    know(index, path)
    edit(path)
    (found,) = rehashed(index, path.parent)
    assert isinstance(found, Candidate)
    assert found.sha256 == sha256(path.read_bytes()).hexdigest()
    assert found.uploaded_at is None


def test_bytes_that_the_cloud_has_not_confirmed_have_no_better_copy_than_the_present_ones(
    index: Index, path: Path
) -> None:
    know(index, path, b"other bytes", Status.EXPECTED)
    (found,) = rehashed(index, path.parent)
    assert isinstance(found, Candidate)
    assert (found.sha256, found.uploaded_at) == (sha256(WHOLE).hexdigest(), None)


@pytest.mark.parametrize("status", [Status.EXPECTED, Status.TRASHED])
def test_what_is_not_confirmed_or_in_the_trash_is_asked_after_as_always(
    index: Index, path: Path, status: Status
) -> None:
    know(index, path, status=status)
    (found,) = rehashed(index, path.parent)
    assert isinstance(found, Candidate)
    assert (found.uploaded_at, found.deleted) == (NOW, status is Status.TRASHED)


def test_new_and_gone_files_are_what_they_always_are(index: Index, path: Path) -> None:
    know(index, path)
    path.rename(path.with_name("b.jpg"))
    (selection,) = select_all(scan(distinct_roots([path.parent])[0], Filters()), index)
    assert [file.name for file in selection.gone] == ["a.jpg"]
    assert [(set(group.changed), set(group.doubted)) for group in selection.groups] == [({"b.jpg"}, set())]


def test_a_new_film_is_read_with_its_doubted_photo_and_takes_its_time(index: Index, path: Path) -> None:
    know(index, path)
    film = path.with_name("a.xmp")
    film.write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    found = rehashed(index, path.parent)
    (new,) = [each for each in found if isinstance(each, Candidate)]
    assert (new.name, new.taken.taken_at) == ("a.xmp", known_file(path).taken.taken_at)
    assert [each.result for each in found if isinstance(each, FileOutcome)] == [Result.UNCHANGED]
