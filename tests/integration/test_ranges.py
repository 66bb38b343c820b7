"""Ranges of large objects: they come in any order and are handed on in the right one, whoever else reads some."""

import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from photobak.client.restore.ranges import _AT_ONCE, RANGE_BYTES, Ranges
from photobak.client.transport.download import Gone

SIZE = 5 * RANGE_BYTES + 12_345


def content(key: str, start: int, end: int) -> bytes:
    """Bytes that tell where they are from."""
    block = f"{key:>8}".encode()
    whole = block * ((end - start) // len(block) + 2)
    return whole[start % len(block) :][: end - start]


class Bucket:
    """Gives each range after a while of its own; a fake, for orders that a real one would seldom show."""

    def __init__(self, fails_at: int | None = None) -> None:
        self._chance = random.Random(20261124)
        self._fails_at = fails_at
        self._guard = threading.Lock()
        self.at_once = self.most_at_once = 0

    def read(
        self, key: str, size: int, take: Callable[[memoryview], object], start: int = 0, end: int | None = None
    ) -> None:
        end = size if end is None else end
        with self._guard:
            self.at_once += 1
            self.most_at_once = max(self.most_at_once, self.at_once)
            pause = self._chance.uniform(0, 0.01)
        time.sleep(pause)
        try:
            if self._fails_at is not None and start <= self._fails_at < end:
                raise Gone("it is gone")
            middle = (start + end) // 2
            take(memoryview(content(key, start, middle)))
            take(memoryview(content(key, middle, end)))
        finally:
            with self._guard:
                self.at_once -= 1


@pytest.mark.parametrize("start", [0, 1, RANGE_BYTES, SIZE - 1])
def test_they_are_handed_on_in_order(start: int) -> None:
    came = b"".join(bytes(chunk) for chunk in Ranges(Bucket()).chunks("a", SIZE, start))
    assert came == content("a", start, SIZE)


def test_readers_of_many_objects_never_wait_for_each_other_for_ever() -> None:
    bucket = Bucket()
    ranges = Ranges(bucket)

    def read(key: str) -> bool:
        return b"".join(bytes(chunk) for chunk in ranges.chunks(key, SIZE)) == content(key, 0, SIZE)

    with ThreadPoolExecutor(2 * _AT_ONCE) as pool:
        assert all(pool.map(read, map(str, range(2 * _AT_ONCE)), timeout=60))
    assert bucket.most_at_once <= _AT_ONCE


def test_what_fails_ends_its_own_object_and_gives_its_room_back() -> None:
    ranges = Ranges(Bucket(fails_at=2 * RANGE_BYTES))
    for _ in range(3 * _AT_ONCE):
        with pytest.raises(Gone):
            list(ranges.chunks("a", SIZE))
    came = b"".join(bytes(chunk) for chunk in ranges.chunks("a", SIZE, 3 * RANGE_BYTES))
    assert came == content("a", 3 * RANGE_BYTES, SIZE)


def test_who_stops_reading_gives_the_room_back() -> None:
    ranges = Ranges(Bucket())
    for _ in range(3 * _AT_ONCE):
        next(reader := ranges.chunks("a", SIZE))
        reader.close()
    assert len(b"".join(bytes(chunk) for chunk in ranges.chunks("a", SIZE))) == SIZE
