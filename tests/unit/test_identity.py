"""The hash of a file: the same in however many pieces and threads it is made."""

import hashlib
import io
import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from photobak.photo.identity import CHUNK_BYTES, sha256_of

SIZES = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, 2 * CHUNK_BYTES + 1]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("read_before", [0, 100])
def test_what_was_read_before_and_the_rest(size: int, read_before: int) -> None:
    content = os.urandom(size)
    stream = io.BytesIO(content)
    assert sha256_of(stream, stream.read(read_before)) == hashlib.sha256(content).hexdigest()


def test_threads_do_not_read_into_the_same_memory() -> None:
    contents = [bytes([number]) * (3 * CHUNK_BYTES) for number in range(8)]
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda content: sha256_of(io.BytesIO(content)), contents))
    assert found == [hashlib.sha256(content).hexdigest() for content in contents]
