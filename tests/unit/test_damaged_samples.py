"""Every sample photograph, truncated and with bits flipped: each gives what it still has or a reason, soon.

``PHOTOBAK_CAMPAIGN=long`` damages each of them twenty times, and makes previews of all.
"""

import io
import random
import time
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.campaign import rounds
from support.corpus import MISSING, corpus_files
from support.damage import bits_flipped, truncated

from photobak.photo.capture_time import decide
from photobak.photo.kind import Kind
from photobak.photo.media_type import HEAD_BYTES, recognise
from photobak.photo.metadata import read_metadata
from photobak.photo.preview import UndecodableImage, make_previews

SEED = 20261124
NOW = datetime(2026, 11, 24, tzinfo=UTC)
LONGEST = 30.0
"""Seconds of CPU for a file; a whole one takes less than one."""
TIMES = rounds(short=1, long=10)
PREVIEWS_OF_EVERY = rounds(short=12, long=1)


def look(path: Path, data: bytes, *, previews: bool, folder: Path) -> None:
    """All that the client and the cloud do to a file's content."""
    media_type = recognise(data[:HEAD_BYTES], path.name)
    if media_type is None:
        return
    metadata = read_metadata(io.BytesIO(data), media_type)
    decide(metadata, filename=path.name, modified_at=NOW, zone=UTC, now=NOW)
    if previews and media_type.kind is Kind.PHOTO:
        copy = folder / "photo"
        copy.write_bytes(data)
        with suppress(UndecodableImage):
            make_previews(copy, media_type)


@pytest.mark.skipif(not corpus_files(), reason=MISSING)
@pytest.mark.parametrize("damage", [truncated, bits_flipped])
@pytest.mark.timeout(3600)
def test_a_damaged_sample_gives_what_it_has_or_a_reason(damage: object, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    for number, path in enumerate(corpus_files() * TIMES):
        data = damage(bytearray(path.read_bytes()), chance)  # type: ignore[operator]
        began = time.process_time()
        try:
            look(path, bytes(data), previews=number % PREVIEWS_OF_EVERY == 0, folder=tmp_path)
        except Exception as error:
            raise AssertionError(f"{number}: {path.name}: {error!r}") from error
        assert time.process_time() - began < LONGEST, f"{number}: {path.name}"
