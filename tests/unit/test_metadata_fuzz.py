"""Damaged and hostile files: whatever the bytes say, reading ends soon, raises nothing and returns a sane value.

The seed is fixed, so a failure repeats itself; ``PHOTOBAK_CAMPAIGN=long`` damages fifty times as many.
"""

import io
import math
import random
import time
from datetime import UTC, datetime, timedelta

import pytest
from support.campaign import rounds
from support.corpus import corpus_files
from support.damage import DAMAGES
from support.photo_files import GPS_DATE, dated, fractions, jpeg, position_fields, text
from support.whole_files import whole_files

from photobak.photo.capture_time import decide
from photobak.photo.media_type import HEAD_BYTES, recognise
from photobak.photo.metadata import Metadata, read_metadata

CASES = rounds(short=400, long=20_000)
SEED = 20240131
LONGEST_READ = timedelta(seconds=1)
CORPUS_BYTES = 256 * 1024
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def assert_sane(found: Metadata) -> None:
    assert (found.width is None) == (found.height is None)
    assert found.width is None or found.width > 0
    assert found.orientation is None or 1 <= found.orientation <= 8
    assert (found.latitude is None) == (found.longitude is None)
    if found.latitude is not None and found.longitude is not None:
        assert abs(found.latitude) <= 90
        assert abs(found.longitude) <= 180
        assert math.isfinite(found.latitude + found.longitude)
    for name in (found.camera_make, found.camera_model, found.lens):
        assert name is None or (0 < len(name) <= 128 and name.isprintable())


def read(name: str, data: bytes) -> None:
    media_type = recognise(data[:HEAD_BYTES], name)
    if media_type is not None:
        found = read_metadata(io.BytesIO(data), media_type)
        assert_sane(found)
        decide(found, filename=name, modified_at=NOW, zone=UTC, now=NOW).isoformat()


def test_damaged_files_are_read_without_error_and_in_time() -> None:
    files = whole_files() | {path.name: path.read_bytes()[:CORPUS_BYTES] for path in corpus_files()}
    chance = random.Random(SEED)
    for case in range(CASES):
        name = chance.choice(sorted(files))
        data = bytearray(files[name])
        damage = [chance.choice(DAMAGES) for _ in range(chance.choice((1, 1, 2, 3)))]
        for change in damage:
            data = change(data, chance) if data else data
        started = time.thread_time()
        try:
            read(name, bytes(data))
        except Exception as error:
            raise AssertionError(f"case {case}: {name}, {[change.__name__ for change in damage]}: {error!r}") from error
        assert time.thread_time() - started < LONGEST_READ.total_seconds(), f"case {case}: {name}"


@pytest.mark.parametrize("name", whole_files())
def test_every_truncation_of_a_small_file_is_read(name: str) -> None:
    data = whole_files()[name]
    for length in range(0, min(len(data), 1500), 7):
        read(name, data[:length])


@pytest.mark.parametrize("filling", [b"\0", b"\xff", b"\x08", b"FFD8", b"\0\0\0\1"])
@pytest.mark.parametrize("name", whole_files())
def test_a_file_that_goes_on_and_on_is_given_up_in_time(name: str, filling: bytes) -> None:
    head = whole_files()[name][:64]
    data = head + filling * (8 * 1024 * 1024 // len(filling))
    started = time.thread_time()
    read(name, data)
    assert time.thread_time() - started < LONGEST_READ.total_seconds()


def test_fractions_by_zero_are_no_position_and_no_time() -> None:
    nowhere = ((0, 0), (0, 0), (0, 0))
    gps = [*position_fields(nowhere, "N", nowhere, "E"), text(GPS_DATE, "2021:06:07"), fractions(7, *nowhere)]
    media_type = recognise(b"\xff\xd8\xff", "a.jpg")
    assert media_type is not None
    found = read_metadata(io.BytesIO(jpeg(dated("", gps=gps))), media_type)
    assert found == Metadata(width=8, height=6)
