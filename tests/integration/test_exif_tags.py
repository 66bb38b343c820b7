"""Every tag of an original, read by exifread in a child process: real files, and files made to break it."""

import contextlib
import hashlib
import io
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import exifread
import pytest
from PIL import Image
from support.corpus import MISSING, corpus_files

from photobak.client.library import exif_tags as module
from photobak.client.library.exif_child import BLOCK_BYTES
from photobak.client.library.exif_tags import MOST_BLOCKS, UnreadableTags, exif_tags

MAKE, MODEL = 0x010F, 0x0110
MEMORY_BYTES = 512 * 1024 * 1024


class Source:
    """A file that is read in parts; counts them."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.parts = 0

    def __call__(self, start: int, end: int, take: Callable[[memoryview], object]) -> None:
        self.parts += 1
        assert 0 < end - start <= BLOCK_BYTES
        take(memoryview(self.content[start:end]))

    def tags(self) -> dict[str, str]:
        return exif_tags(self, len(self.content), "IMG_1.JPG")


def entry(tag: int, kind: int, count: int, value: int) -> bytes:
    """An entry of a TIFF directory (TIFF 6.0, section 2)."""
    return struct.pack("<HHII", tag, kind, count, value)


def directory(*entries: bytes, following: int = 0) -> bytes:
    return struct.pack("<H", len(entries)) + b"".join(entries) + struct.pack("<I", following)


def tiff(*entries: bytes, tail: bytes = b"") -> bytes:
    return b"II*\0\x08\0\0\0" + directory(*entries) + tail


def endless_shorts() -> bytes:
    """exifread takes minutes for it: 65 million values, one at a time."""
    return tiff(*(entry(tag, 3, 999, 8) for tag in range(65_000)))


def heaps_of_text() -> bytes:
    """Each of 65,000 tags is the same megabyte of text, which exifread keeps 65,000 times."""
    tail = len(tiff(*(entry(0, 0, 0, 0) for _ in range(65_000))))
    return tiff(*(entry(tag, 2, 900_000, tail) for tag in range(65_000)), tail=b"a" * 1_000_000)


@pytest.mark.skipif(not corpus_files(), reason=MISSING)
def test_real_files_have_the_tags_that_exifread_finds_in_the_whole_file() -> None:
    pictures = [path for path in corpus_files() if path.suffix.lower() in {".jpg", ".jpeg", ".heic", ".heif", ".tiff"}]
    chosen = [path for path in pictures if hashlib.sha256(path.name.encode()).digest()[0] % 3 == 0]
    with_maker_notes = 0
    for path in chosen:
        with path.open("rb") as file:
            expected = exifread.process_file(file, truncate_tags=False, extract_thumbnail=False)
        source = Source(path.read_bytes())
        tags = source.tags()
        assert list(tags) == [str(name) for name in expected], path
        assert tags.get("EXIF DateTimeOriginal") == (
            str(expected["EXIF DateTimeOriginal"]) if "EXIF DateTimeOriginal" in expected else None
        )
        assert source.parts <= 3, path  # of a megabyte each
        with_maker_notes += any(name.startswith("MakerNote") for name in tags)
    assert len(chosen) > 20
    assert with_maker_notes > 5


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_each_kind_of_picture(kind: str) -> None:
    exif = Image.Exif()
    exif[MAKE], exif[MODEL] = "Nokia", "N95"
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "red").save(file, kind, exif=exif)
    tags = Source(file.getvalue()).tags()
    assert (tags["Image Make"], tags["Image Model"]) == ("Nokia", "N95")


def test_tags_at_the_end_of_a_large_file_need_its_two_ends_only() -> None:
    last = directory(entry(MAKE, 2, 4, int.from_bytes(b"HP\0\0", "little")))
    size = 200 * BLOCK_BYTES
    source = Source((b"II*\0" + struct.pack("<I", size - len(last))).ljust(size - len(last), b"\0") + last)
    assert source.tags() == {"Image Make": "HP"}
    assert source.parts == 2


@pytest.mark.parametrize("content", [b"", b"\xff\xd8\xff\xd9", b"text", bytes(5000)])
def test_where_there_are_no_tags_there_are_none(content: bytes) -> None:
    assert Source(content).tags() == {}


class TestHostileFiles:
    def test_tags_all_over_a_large_file(self) -> None:
        picture = bytearray(40 * BLOCK_BYTES)
        picture[:8] = b"II*\0" + struct.pack("<I", 8)
        for number in range(39):
            here = 8 + number * BLOCK_BYTES
            one = directory(entry(MAKE, 2, 4, 0), following=here + BLOCK_BYTES)
            picture[here : here + len(one)] = one
        source = Source(bytes(picture))
        with pytest.raises(UnreadableTags, match=r"IMG_1\.JPG: they are spread over more than 16 MB"):
            source.tags()
        assert source.parts == MOST_BLOCKS

    def test_directories_that_lead_to_themselves(self) -> None:
        assert Source(b"II*\0\x08\0\0\0" + directory(entry(MAKE, 2, 4, 0), following=8)).tags()
        assert Source(tiff(entry(0x8769, 4, 1, 8))).tags()

    def test_one_that_keeps_the_reader_busy(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(module, "SECONDS", 2.0)
        started = time.monotonic()
        with pytest.raises(UnreadableTags, match="reading them takes"):
            Source(endless_shorts()).tags()
        assert time.monotonic() - started < 10

    def test_one_that_fills_the_memory(self, tmp_path: Path) -> None:
        """In a process of its own, whose only child is the reader: its peak is that of the largest child."""
        path = tmp_path / "heaps.tiff"
        path.write_bytes(heaps_of_text())
        program = (
            "import pathlib, resource, sys\n"
            "from photobak.client.library import exif_tags as module\n"
            "module.SECONDS = 4.0\n"
            "content = pathlib.Path(sys.argv[1]).read_bytes()\n"
            "def read(start, end, take): take(memoryview(content[start:end]))\n"
            "try: module.exif_tags(read, len(content), 'heaps.tiff')\n"
            "except module.UnreadableTags as error: print(error.why)\n"
            "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * 1024)\n"
        )
        done = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=True)
        why, peak = done.stdout.splitlines()
        assert why.startswith("reading them takes")
        assert int(peak) < MEMORY_BYTES

    def test_without_its_limit_it_would(self, tmp_path: Path) -> None:
        """The same reader with three times the memory, so that the test itself is not a danger."""
        path = tmp_path / "heaps.tiff"
        path.write_bytes(heaps_of_text())
        program = (
            "import resource, sys\n"
            "from photobak.client.library import exif_child as child\n"
            f"resource.setrlimit(resource.RLIMIT_AS, (3 * {MEMORY_BYTES}, 3 * {MEMORY_BYTES}))\n"
            "import threading, os\n"
            "def look():\n"
            f"    if resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 > {MEMORY_BYTES}: os._exit(42)\n"
            "    threading.Timer(0.02, look).start()\n"
            "look()\n"
            "child.read_tags(child.SparseFile(sys.stdin.fileno(), frozenset(range(9))))\n"
            "os._exit(0)\n"
        )
        with path.open("rb") as file:
            done = subprocess.run([sys.executable, "-c", program], stdin=file, check=False, timeout=60)
        assert done.returncode == 42

    def test_what_is_damaged_is_said_to_be(self) -> None:
        damaged = tiff(*(entry(tag, 3, 100_000, 8) for tag in range(65_000)))
        with pytest.raises(UnreadableTags, match="exifread fails with IndexError"):
            Source(damaged).tags()

    @pytest.mark.parametrize("seed", range(12))
    def test_damage_of_any_kind_ends_in_tags_or_a_reason(self, seed: int) -> None:
        exif = Image.Exif()
        exif[MAKE] = "Nokia"
        exif.get_ifd(0x8769)[0x9003] = "2024:06:30 12:00:00"
        file = io.BytesIO()
        Image.new("RGB", (64, 48)).save(file, "JPEG", exif=exif)
        content = bytearray(file.getvalue())
        noise = hashlib.sha512(bytes([seed])).digest()
        for number in range(8):
            content[noise[number] % 120] = noise[number + 8]
        with contextlib.suppress(UnreadableTags):
            assert all(isinstance(value, str) for value in Source(bytes(content)).tags().values())
