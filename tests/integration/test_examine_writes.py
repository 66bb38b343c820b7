"""A file that another program writes to while it is read."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from support.photo_files import dated, jpeg

from photobak.client.files.candidate import Candidate
from photobak.client.files.examine import Examiner
from photobak.client.files.outcome import FileOutcome, Result
from photobak.client.files.scan import Root, Skipped
from photobak.client.files.select import Group
from photobak.client.index.index import Fingerprint

NOON = dated("2024:06:30 12:00:00", offset="+02:00")


def examined(path: Path) -> list[Candidate | FileOutcome | Skipped]:
    examiner = Examiner(device="laptop", zone=UTC, now=datetime(2026, 1, 1, tzinfo=UTC), largest=10_000_000)
    group = Group(Root(path.parent), str(path.parent), {path.name: Fingerprint.of(path.lstat())}, {})
    return list(examiner.examine([group]))


@pytest.fixture
def restless(tmp_path: Path) -> Iterator[Path]:
    """A photo that somebody writes to without a pause."""
    path = tmp_path / "a.jpg"
    path.write_bytes(jpeg(NOON) + bytes(8_000_000))
    over = threading.Event()

    def write() -> None:
        with path.open("r+b") as file:
            while not over.is_set():
                file.seek(1000)
                file.write(os.urandom(16))
                file.flush()
                time.sleep(0.0005)

    writer = threading.Thread(target=write)
    writer.start()
    yield path
    over.set()
    writer.join()


def test_a_file_that_is_being_written_to_is_left_to_the_next_run(restless: Path) -> None:
    (found,) = examined(restless)
    assert isinstance(found, FileOutcome)
    assert (found.result, found.reason) == (Result.FAILED, "it is being written to; the next sync takes it")


def test_a_file_that_is_written_to_for_a_moment_is_read_again(tmp_path: Path) -> None:
    """Whenever the last write comes, the hash is of what is there after it."""
    path = tmp_path / "a.jpg"
    for delay in (0.0, 0.002, 0.005, 0.01, 0.015):
        path.write_bytes(jpeg(NOON) + bytes(4_000_000))

        def finish(delay: float = delay) -> None:
            time.sleep(delay)
            with path.open("r+b") as file:
                file.seek(100)
                file.write(b"the last byte was missing")

        writer = threading.Thread(target=finish)
        writer.start()
        (found,) = examined(path)
        writer.join()
        if isinstance(found, Candidate) and found.fingerprint == Fingerprint.of(path.stat()):
            assert found.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
