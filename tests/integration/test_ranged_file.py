"""A large object is read by ranges, as few as are needed."""

import io
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.range_server import RangeServer, serving
from support.videos import large_video

from photobak.cloud.poster.ranged_file import BLOCK_BYTES, MAX_BYTES, RangedFile
from photobak.photo.decoder_guard import UndecodableImage
from photobak.photo.media_type import MP4
from photobak.photo.poster import make_poster

SEED = 20261128
SIZE = 3 * BLOCK_BYTES + 1000


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RangeServer]:
    path = tmp_path / "object"
    path.write_bytes(random.Random(SEED).randbytes(SIZE))
    with serving(path) as running:
        yield running


def test_it_reads_as_the_file_does(server: RangeServer) -> None:
    chance = random.Random(SEED)
    with RangedFile(server.url, SIZE) as ranged, server.path.open("rb") as file:
        for _ in range(200):
            place, length = chance.randint(0, SIZE + 10), chance.randint(0, 5000)
            assert ranged.seek(place) == file.seek(place) == ranged.tell()
            piece = ranged.read(length)
            assert piece == file.read(len(piece))
            assert piece or length == 0 or place >= SIZE
        assert ranged.seek(-10, io.SEEK_END) == SIZE - 10
        assert ranged.read() == file.read() if file.seek(-10, io.SEEK_END) else False
        assert (server.requests, server.bytes_sent, ranged.bytes_read) == (4, SIZE, SIZE)


def test_it_fetches_no_more_than_its_limit(server: RangeServer) -> None:
    with server.path.open("r+b") as file:
        file.truncate(2 * MAX_BYTES)
    with RangedFile(server.url, 2 * MAX_BYTES) as ranged:
        for block in range(MAX_BYTES // BLOCK_BYTES):
            ranged.seek(block * BLOCK_BYTES)
            assert ranged.read(1)
        ranged.seek(MAX_BYTES + BLOCK_BYTES)
        with pytest.raises(UndecodableImage) as error:
            ranged.read(1)
    assert "20 MB" in error.value.why
    assert server.bytes_sent <= MAX_BYTES


def test_a_failure_of_the_store_is_tried_again_and_then_told(server: RangeServer) -> None:
    server.failures = 2
    with RangedFile(server.url, SIZE) as ranged:
        assert ranged.read(10)
        server.failures = 100
        ranged.seek(2 * BLOCK_BYTES)
        with pytest.raises(OSError, match="HTTP 503"):
            ranged.read(10)


def test_a_short_answer_is_no_answer(server: RangeServer) -> None:
    server.truncates = True
    with RangedFile(server.url, SIZE) as ranged, pytest.raises(OSError, match="were not returned"):
        ranged.read(10)


def test_of_a_large_video_little_is_read(tmp_path: Path) -> None:
    path = tmp_path / "large.mp4"
    large_video(path, 100_000_000)
    size = path.stat().st_size
    with serving(path) as server, RangedFile(server.url, size) as file:
        made = make_poster(file, MP4)
        assert (made.width, made.height) == (1920, 1080)
        assert server.bytes_sent == file.bytes_read < 4_000_000
