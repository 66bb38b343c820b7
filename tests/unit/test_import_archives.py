"""Archives and folders: every entry's bytes, from any place, and a reason for each that is not to be had."""

import io
import os
import random
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from photobak.client.imports.archive.interface import Archive, DamagedEntry, Entry, Problem, safe_path
from photobak.client.imports.archive.opening import open_archive
from photobak.errors import WrongUsage

CHANCE = random.Random(17)
FILES = {
    "Takeout/Google Photos/Photos from 2021/a.jpg": CHANCE.randbytes(300_000),
    "Takeout/Google Photos/Photos from 2021/a.jpg.json": b'{"title": "a.jpg"}' * 50,
    "Takeout/Google Photos/Trip/ä 👨‍👩‍👧.jpg": b"\xff\xd8" + bytes(1_000_000),
    "Takeout/empty.json": b"",
}
Maker = Callable[[Path, dict[str, bytes]], Path]


def zipped(folder: Path, files: dict[str, bytes], **options: object) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content, **options)  # type: ignore[arg-type]
    return path


def stored(folder: Path, files: dict[str, bytes]) -> Path:
    return zipped(folder, files, compress_type=zipfile.ZIP_STORED)


class Unseekable(io.BytesIO):
    """What a program writes a zip file to that streams it: sizes come after the bytes."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise io.UnsupportedOperation

    def tell(self) -> int:
        raise io.UnsupportedOperation


def streamed(folder: Path, files: dict[str, bytes]) -> Path:
    return _streamed(folder, files, zipfile.ZIP_DEFLATED)


def streamed_and_stored(folder: Path, files: dict[str, bytes]) -> Path:
    return _streamed(folder, files, zipfile.ZIP_STORED)


def _streamed(folder: Path, files: dict[str, bytes], method: int) -> Path:
    stream = Unseekable()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    path = folder / "a.zip"
    path.write_bytes(stream.getvalue())
    return path


def zip64(folder: Path, files: dict[str, bytes]) -> Path:
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            with archive.open(name, "w", force_zip64=True) as entry:
                entry.write(content)
    return path


def tgz(folder: Path, files: dict[str, bytes]) -> Path:
    return _tar(folder / "a.tgz", files, "w:gz")


def tar(folder: Path, files: dict[str, bytes]) -> Path:
    return _tar(folder / "a.tar", files, "w")


def _tar(path: Path, files: dict[str, bytes], mode: str) -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime = len(content), 1_600_000_000
            archive.addfile(info, io.BytesIO(content))
    return path


def unpacked(folder: Path, files: dict[str, bytes]) -> Path:
    root = folder / "unpacked"
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return root


MAKERS = [zipped, stored, streamed, streamed_and_stored, zip64, tgz, tar, unpacked]


def listed(archive: Archive) -> tuple[dict[str, Entry], list[Problem]]:
    found = list(archive.entries())
    entries = {each.path: each for each in found if isinstance(each, Entry)}
    return entries, [each for each in found if isinstance(each, Problem)]


def read(path: Path) -> tuple[dict[str, bytes], dict[str, str]]:
    """The bytes of what can be read, and the reason for the rest."""
    archive = open_archive(path)
    entries, problems = listed(archive)
    contents, reasons = {}, {problem.path: problem.reason for problem in problems}
    for name, entry in entries.items():
        try:
            with archive.open(entry) as file:
                contents[name] = file.read()
        except DamagedEntry as error:
            reasons[name] = str(error)
    archive.close()
    return contents, reasons


@pytest.mark.parametrize("make", MAKERS)
def test_every_entry_is_read_as_it_was_written(make: Maker, tmp_path: Path) -> None:
    assert read(make(tmp_path, FILES)) == (FILES, {})


@pytest.mark.parametrize("make", MAKERS)
def test_entries_are_read_from_any_place_and_several_at_once(make: Maker, tmp_path: Path) -> None:
    files = {"large.mov": CHANCE.randbytes(9_000_000), "small.jpg": CHANCE.randbytes(1000)}
    archive = open_archive(make(tmp_path, files))
    entries, _ = listed(archive)
    assert {name: entry.size for name, entry in entries.items()} == {n: len(content) for n, content in files.items()}
    with archive.open(entries["large.mov"]) as one, archive.open(entries["small.jpg"]) as other:
        for place in (8_999_990, 0, 4_500_000, 8_000_000, 12, 9_000_000):
            assert one.seek(place) == place
            assert one.read(10) == files["large.mov"][place : place + 10]
            assert other.seek(0) == 0
            assert other.read() == files["small.jpg"]
        assert one.seek(0, os.SEEK_END) == 9_000_000
        assert one.seek(-5, os.SEEK_END) == 8_999_995
        assert one.read() == files["large.mov"][-5:]
    archive.close()


@pytest.mark.parametrize("make", [tgz, zipped])
def test_entries_may_be_read_while_they_are_listed(make: Maker, tmp_path: Path) -> None:
    archive = open_archive(make(tmp_path, FILES))
    found = {}
    for entry in archive.entries():
        assert isinstance(entry, Entry)
        with archive.open(entry) as file:
            found[entry.path] = file.read()
    archive.close()
    assert found == FILES


@pytest.mark.parametrize("make", [zipped, stored, streamed, streamed_and_stored, zip64, tgz, tar])
@pytest.mark.parametrize("share", [0.5, 0.9, 0.999])
def test_of_a_part_that_was_cut_off_what_is_whole_comes_in(make: Maker, share: float, tmp_path: Path) -> None:
    files = {f"{number}.jpg": CHANCE.randbytes(50_000) for number in range(20)}
    path = make(tmp_path, files)
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    contents, reasons = read(path)
    assert len(contents) >= int(20 * share) - 1
    assert contents.items() <= files.items()
    if share < 0.999 or make is not tar:  # the end of a tar file is padding
        assert "missing" in reasons[""]


@pytest.mark.parametrize("make", [zipped, stored, streamed])
def test_a_wrong_checksum_is_told_of_that_entry_alone(make: Maker, tmp_path: Path) -> None:
    files = {f"{number}.jpg": CHANCE.randbytes(50_000) for number in range(3)}
    path = make(tmp_path, files)
    data = bytearray(path.read_bytes())
    data[data.find(b"1.jpg") + 20_000] ^= 0x40
    path.write_bytes(data)
    contents, reasons = read(path)
    assert set(contents) == {"0.jpg", "2.jpg"}
    assert "damaged" in reasons["1.jpg"]


def test_damage_in_gzip_is_told_though_not_where(tmp_path: Path) -> None:
    files = {f"{number}.jpg": CHANCE.randbytes(400_000) for number in range(30)}
    path = tgz(tmp_path, files)
    data = bytearray(path.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 64] = bytes(64)
    path.write_bytes(data)
    contents, reasons = read(path)
    assert {"0.jpg", "1.jpg"} <= set(contents)
    assert len(contents.items() - files.items()) <= 1
    assert "damaged" in reasons[""]


NAMES = ["../a.jpg", "b/../../a.jpg", "/etc/a.jpg", "C:\\a.jpg", "\\\\server\\a.jpg", "..\\a.jpg"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("make", [zipped, tgz])
def test_names_that_lead_out_are_told_and_the_rest_comes_in(make: Maker, name: str, tmp_path: Path) -> None:
    contents, reasons = read(make(tmp_path, {name: b"evil", "good.jpg": b"good"}))
    assert contents == {"good.jpg": b"good"}
    assert [reason for reason in reasons.values() if "leads out" in reason]


@pytest.mark.parametrize(
    ("name", "path"),
    [("./a/./b.jpg", "a/b.jpg"), ("a//b.jpg", "a/b.jpg"), ("a\\b.jpg", "a/b.jpg"), ("a/b\\c.jpg", "a/b\\c.jpg")],
)
def test_other_names_are_relative_paths(name: str, path: str) -> None:
    assert safe_path(name) == path


@pytest.mark.parametrize("name", ["", ".", "a\0b", "x" * 5000])
def test_some_names_are_none(name: str) -> None:
    assert safe_path(name) is None


@pytest.mark.parametrize("make", [zipped, tgz])
def test_a_bomb_is_told_and_never_opened(make: Maker, tmp_path: Path) -> None:
    path = make(tmp_path, {"good.jpg": b"good", "bomb.jpg": bytes(100_000_000)})
    contents, reasons = read(path)
    assert contents == {"good.jpg": b"good"}
    assert "bomb" in reasons["bomb.jpg"]


def test_an_entry_that_says_it_is_small_ends_there(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.jpg": bytes(50_000_000)})
    data = path.read_bytes()
    path.write_bytes(data.replace(struct.pack("<I", 50_000_000), struct.pack("<I", 1000)))
    contents, reasons = read(path)
    assert contents == {}
    assert "damaged" in reasons["a.jpg"]


def test_entries_that_share_their_bytes_are_told(tmp_path: Path) -> None:
    """A zip bomb of this kind makes 281 TB of 10 MB (https://www.bamsoftware.com/hacks/zipbomb/)."""
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jpg", CHANCE.randbytes(1000))
        again = zipfile.ZipInfo("a.jpg")
        first = archive.infolist()[0]
        for name in ("CRC", "compress_size", "file_size", "header_offset", "compress_type", "flag_bits"):
            setattr(again, name, getattr(first, name))
        archive.filelist.append(again)
    archive_read = open_archive(path)
    found = list(archive_read.entries())
    assert [type(each) for each in found] == [Entry, Problem]
    assert isinstance(found[1], Problem)
    assert "another entry" in found[1].reason


def test_encrypted_entries_are_told(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"a.jpg": b"a" * 100, "b.jpg": b"b" * 100})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        data[data.find(signature) + offset] |= 1
    path.write_bytes(data)
    contents, reasons = read(path)
    assert set(contents) == {"b.jpg"}
    assert "encrypted" in reasons["a.jpg"]


def test_compression_that_is_not_known_is_told(tmp_path: Path) -> None:
    contents, reasons = read(zipped(tmp_path, {"a.jpg": b"a" * 100}, compress_type=zipfile.ZIP_LZMA))
    assert contents == {}
    assert "method 14" in reasons["a.jpg"]


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("make", ["zip", "tgz"])
def test_two_entries_of_one_name_are_both_there(make: str, tmp_path: Path) -> None:
    if make == "zip":
        path = tmp_path / "a.zip"
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("a.jpg", b"one")
            archive.writestr("a.jpg", b"two")
    else:
        path = tmp_path / "a.tgz"
        with tarfile.open(path, "w:gz") as archive_tar:
            for content in (b"one", b"two"):
                info = tarfile.TarInfo("a.jpg")
                info.size = len(content)
                archive_tar.addfile(info, io.BytesIO(content))
    opened = open_archive(path)
    contents = []
    for entry in list(opened.entries()):
        assert isinstance(entry, Entry)
        with opened.open(entry) as file:
            contents.append(file.read())
    opened.close()
    assert contents == [b"one", b"two"]


def test_seventy_thousand_entries_are_listed(tmp_path: Path) -> None:
    path = zipped(tmp_path, {f"{number:05}.json": b"{}" for number in range(70_000)})
    entries, problems = listed(open_archive(path))
    assert len(entries) == 70_000
    assert problems == []


def test_names_in_utf_8_without_the_flag_that_says_so(tmp_path: Path) -> None:
    path = zipped(tmp_path, {"Zürich.jpg": b"a"})
    data = bytearray(path.read_bytes())
    for signature, offset in ((b"PK\1\2", 9), (b"PK\3\4", 7)):
        data[data.find(signature) + offset] &= ~8
    path.write_bytes(data)
    assert read(path)[0] == {"Zürich.jpg": b"a"}


@pytest.mark.parametrize("content", [b"", b"text", b"%PDF-1.7", b"Rar!\x1a\x07\0", b"7z\xbc\xaf\x27\x1c"])
def test_other_files_are_no_archives(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    path.write_bytes(content)
    with pytest.raises(WrongUsage, match="neither a zip file"):
        open_archive(path)


def test_what_is_missing_is_told(tmp_path: Path) -> None:
    with pytest.raises(WrongUsage, match="no such file"):
        open_archive(tmp_path / "a.zip")


def test_a_folder_that_vanishes_is_told(tmp_path: Path) -> None:
    root = unpacked(tmp_path, {"a.jpg": b"a", "b/c.jpg": b"c"})
    archive = open_archive(root)
    entries, _ = listed(archive)
    for name in ("b/c.jpg", "a.jpg"):
        (root / name).unlink()
    (root / "b").rmdir()
    with pytest.raises(FileNotFoundError):
        archive.open(entries["a.jpg"])
    root.rmdir()
    with pytest.raises(FileNotFoundError):
        list(archive.entries())


def test_links_and_devices_are_not_followed(tmp_path: Path) -> None:
    root = unpacked(tmp_path, {"a.jpg": b"a"})
    (root / "link.jpg").symlink_to("/etc/passwd")
    (root / "out").symlink_to("/etc")
    os.mkfifo(root / "pipe.jpg")
    assert set(listed(open_archive(root))[0]) == {"a.jpg"}
    path = tmp_path / "links.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"{kind!r}.jpg")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert listed(open_archive(path)) == ({}, [])


def test_a_header_that_would_fill_the_memory_is_told(tmp_path: Path) -> None:
    info = tarfile.TarInfo("././@PaxHeader")
    info.type, info.size = tarfile.XHDTYPE, 10**11
    path = tmp_path / "a.tar"
    path.write_bytes(info.tobuf(tarfile.USTAR_FORMAT if info.size < 8**11 else tarfile.GNU_FORMAT) + bytes(10_000))
    _, problems = listed(open_archive(path))
    assert len(problems) == 1


def test_rubbish_never_raises_anything_else(tmp_path: Path) -> None:
    makers: list[Maker] = [zipped, streamed, streamed_and_stored, zip64, tgz, tar]
    for case in range(300):
        folder = tmp_path / str(case)
        folder.mkdir()
        path = makers[case % len(makers)](folder, {"a.jpg": b"abc" * 1000, "b.json": b"{}" * 100})
        data = bytearray(path.read_bytes())
        for _ in range(CHANCE.choice((1, 2, 8, 64))):
            data[CHANCE.randrange(4, len(data))] = CHANCE.choice((0, 0xFF, CHANCE.randrange(256)))
        path.write_bytes(data[: CHANCE.choice((len(data), CHANCE.randrange(4, len(data))))])
        try:
            read(path)
        except (WrongUsage, DamagedEntry):
            continue
