"""Files are read once, and what is said of them is of bytes that did not change under the reader's eyes."""

import errno
import hashlib
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.as_nobody import as_nobody
from support.known_files import known_file
from support.photo_files import apple_note, dated, jpeg, movie, png

from photobak.client.files.candidate import Candidate, modified_at
from photobak.client.files.examine import Examiner, read_again
from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.files.scan import Root, Skipped
from photobak.client.files.select import Group
from photobak.client.index.index import Fingerprint, KnownFile
from photobak.photo import metadata
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.described import Described
from photobak.photo.media_type import HEIC, JPEG, MOV

LARGEST = 10_000_000
NOON = dated("2024:06:30 12:00:00", offset="+02:00")


def examiner(largest: int = LARGEST) -> Examiner:
    return Examiner(device="laptop", zone=UTC, now=datetime(2026, 1, 1, tzinfo=UTC), largest=largest)


def group(folder: Path, *names: str, untouched: dict[str, KnownFile] | None = None) -> Group:
    changed = {name: Fingerprint.of(os.lstat(folder / name)) for name in names}
    return Group(Root(folder), str(folder), changed, untouched or {})


def examined(group: Group, largest: int = LARGEST) -> list[Candidate | FileOutcome | Skipped]:
    return list(examiner(largest).examine([group]))


def candidate(folder: Path, name: str) -> Candidate:
    (found,) = examined(group(folder, name))
    assert isinstance(found, Candidate)
    return found


def failure(folder: Path, name: str, largest: int = LARGEST) -> str:
    (found,) = examined(group(folder, name), largest)
    assert isinstance(found, FileOutcome)
    assert (found.path, found.result, found.sha256) == (folder / name, Result.FAILED, None)
    return found.reason or ""


def test_a_photo_is_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(NOON) + bytes(3_000_000))
    found = candidate(tmp_path, "a.jpg")
    assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert found.fingerprint == Fingerprint.of(path.stat())
    assert found.media_type == JPEG
    assert found.taken == CaptureTime.parse("2024-06-30T12:00:00+02:00", TakenSource.EXIF)
    assert found.source == "laptop:a.jpg"
    assert found.uploaded_at is None


def test_a_photo_whose_metadata_break_their_reader_is_backed_up_and_so_are_its_neighbours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_window: object) -> metadata.Metadata:
        raise RecursionError

    monkeypatch.setitem(metadata._READERS, "image/png", fail)
    (tmp_path / "20240630_120000.png").write_bytes(png())
    (tmp_path / "b.jpg").write_bytes(jpeg(NOON))
    broken, sound = examined(group(tmp_path, "20240630_120000.png", "b.jpg"))
    assert isinstance(broken, Candidate)
    assert isinstance(sound, Candidate)
    assert broken.taken.source is TakenSource.FILENAME
    assert sound.taken.source is TakenSource.EXIF


def test_the_place_is_relative_to_the_root(tmp_path: Path) -> None:
    folder = tmp_path / "2024" / "06"
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(jpeg())
    deep = group(folder, "a.jpg")
    (found,) = examined(Group(Root(tmp_path), deep.folder, deep.changed))
    assert isinstance(found, Candidate)
    assert found.source == "laptop:2024/06/a.jpg"


def test_what_an_earlier_run_has_read_passes_through(tmp_path: Path) -> None:
    pending = Candidate.pending(known_file(tmp_path / "gone.jpg"))
    assert list(examiner().examine([pending])) == [pending]


@pytest.mark.parametrize("content", [b"", b"just text", jpeg(NOON)[:30], b"\xff\xd8\xff"])
def test_damaged_photos_are_kept(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.jpg").write_bytes(content)
    assert candidate(tmp_path, "a.jpg").sha256 == hashlib.sha256(content).hexdigest()


@pytest.mark.parametrize(("name", "content"), [("notes.txt", b"text"), ("a.jpg", b"%PDF-1.7\n"), ("noname", b"")])
def test_what_is_no_photo_is_left_alone(tmp_path: Path, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    assert examined(group(tmp_path, name)) == [
        Skipped(str(tmp_path / name), "not a photo, video or sidecar", len(content))
    ]


def test_a_file_that_went_before_it_was_read_is_no_failure(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    both = group(tmp_path, "a.jpg")
    (tmp_path / "a.jpg").unlink()
    assert examined(both) == [Skipped(str(tmp_path / "a.jpg"), "it was removed before it was read", len(jpeg()))]


def test_a_file_that_may_not_be_read(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    (tmp_path / "a.jpg").chmod(0)
    assert as_nobody(lambda: failure(tmp_path, "a.jpg"), tmp_path) == "permission denied"


def test_a_folder_that_has_taken_the_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(jpeg())
    before = group(tmp_path, "a.jpg")
    (tmp_path / "a.jpg").unlink()
    (tmp_path / "a.jpg").mkdir()
    (found,) = examined(before)
    assert isinstance(found, FileOutcome)
    assert found.reason == os.strerror(errno.EISDIR).lower()


def test_a_pipe_that_has_taken_the_place_of_a_file_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "a.jpg")
    assert "no regular file" in failure(tmp_path, "a.jpg")


def test_a_file_larger_than_an_upload_is_refused_with_both_sizes(tmp_path: Path) -> None:
    (tmp_path / "a.mov").write_bytes(movie() + bytes(2000))
    size = (tmp_path / "a.mov").stat().st_size
    assert failure(tmp_path, "a.mov", largest=1999) == f"its {size:,} bytes are more than one upload takes (1,999)"


def test_a_large_file_that_is_no_photo_is_not_a_failure(tmp_path: Path) -> None:
    (tmp_path / "backup.iso").write_bytes(bytes(3000))
    assert isinstance(examined(group(tmp_path, "backup.iso"), largest=1999)[0], Skipped)


def test_a_change_in_the_same_tick_of_the_clock_has_another_fingerprint(tmp_path: Path) -> None:
    """Where a file is as young as its file system's clock can tell, it is read a moment later."""
    path = tmp_path / "a.jpg"
    for _ in range(20):
        path.write_bytes(b"before" + bytes(100_000))
        found = candidate(tmp_path, "a.jpg")
        with path.open("r+b") as file:
            file.write(b"after!")
        assert Fingerprint.of(path.stat()) != found.fingerprint


@pytest.mark.parametrize("same", [True, False])
def test_a_short_video_with_another_identifier_is_a_video_of_its_own(tmp_path: Path, same: bool) -> None:
    of_photo, of_video = ("4D3C2B1A-0000-4000-8000-12345678900" + end for end in ("A", "A" if same else "B"))
    (tmp_path / "IMG_1.JPG").write_bytes(jpeg(dated("2024:06:30 12:00:00", exif=[apple_note(of_photo)])))
    (tmp_path / "IMG_1.MOV").write_bytes(movie(content_id=of_video, duration=1200))
    photo, video = (each for each in examined(group(tmp_path, "IMG_1.JPG", "IMG_1.MOV")) if isinstance(each, Candidate))
    assert photo.described == (Described(motion=video.sha256) if same else None)


class TestCaptureTimes:
    def test_a_film_takes_the_time_of_its_photo(self, tmp_path: Path) -> None:
        (tmp_path / "IMG_1.JPG").write_bytes(jpeg(NOON))
        (tmp_path / "IMG_1.MOV").write_bytes(movie(creation_date="2024-06-30T11:59:58+0200"))
        found = examined(group(tmp_path, "IMG_1.JPG", "IMG_1.MOV"))
        assert {
            each.name: (each.taken.isoformat(), each.taken.source) for each in found if isinstance(each, Candidate)
        } == {
            "IMG_1.JPG": ("2024-06-30T12:00:00+02:00", TakenSource.EXIF),
            "IMG_1.MOV": ("2024-06-30T12:00:00+02:00", TakenSource.PARTNER),
        }

    def test_a_new_film_takes_the_time_of_the_photo_that_is_backed_up_already(self, tmp_path: Path) -> None:
        (tmp_path / "IMG_1.MOV").write_bytes(movie(creation_date="2024-06-30T11:59:58+0200"))
        photo = known_file(tmp_path / "IMG_1.HEIC", media_type=HEIC)
        (found,) = examined(group(tmp_path, "IMG_1.MOV", untouched={"IMG_1.HEIC": photo}))
        assert isinstance(found, Candidate)
        assert found.media_type == MOV
        assert found.taken == CaptureTime(photo.taken.taken_at, TakenSource.PARTNER)

    def test_one_that_cannot_be_read_keeps_nobody_else_from_it(self, tmp_path: Path) -> None:
        (tmp_path / "IMG_1.JPG").write_bytes(jpeg(NOON) + bytes(3000))
        (tmp_path / "IMG_1.xmp").write_bytes(b"<x/>")
        both = group(tmp_path, "IMG_1.JPG", "IMG_1.xmp")
        outcome, sidecar = examined(both, largest=2000)
        assert isinstance(outcome, FileOutcome)
        assert isinstance(sidecar, Candidate)
        assert sidecar.taken.source is TakenSource.MTIME

    @given(st.integers(-(2**63), 2**63 - 1))
    def test_every_time_that_a_file_system_may_give_is_a_date(self, mtime_ns: int) -> None:
        found = modified_at(Fingerprint(0, mtime_ns, 0, 0))
        assert 1826 <= found.year <= 9999
        if 1900 <= found.year < 9999:
            assert abs(found.timestamp() - mtime_ns / 1e9) < 1e-3


class TestReadingAgain:
    def test_what_is_as_it_was_has_the_same_hash(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_bytes(jpeg(NOON))
        first = candidate(tmp_path, "a.jpg")
        assert read_again(first) == first

    def test_what_was_misread_gets_the_right_hash(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_bytes(jpeg(NOON))
        right = candidate(tmp_path, "a.jpg")
        assert read_again(replace(right, sha256="0" * 64)) == right

    @pytest.mark.parametrize("change", [lambda path: path.write_bytes(b"other"), Path.unlink])
    def test_what_has_changed_is_left_to_the_next_run(self, tmp_path: Path, change: Callable[[Path], object]) -> None:
        (tmp_path / "a.jpg").write_bytes(jpeg(NOON))
        first = candidate(tmp_path, "a.jpg")
        change(tmp_path / "a.jpg")
        with pytest.raises(OSError, match=r"changed|No such file"):
            read_again(first)
