"""A restore is killed at any moment, or meets a full disk: what has its name is right, and the rest comes."""

import errno
import os
import random
import shutil
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.backup import Backup, contents, json_lines, write_photo
from support.campaign import rounds
from support.small_disk import run_on_small_disk

from photobak.client.library.bucket import SessionBucket
from photobak.client.library.library import Library
from photobak.client.library.query import ALWAYS
from photobak.client.restore.destination import Destination
from photobak.client.restore.layout import layout_of, targets
from photobak.client.restore.part import Part
from photobak.client.restore.placer import RestoreResult
from photobak.client.restore.restorer import RestoreOptions, Restorer
from photobak.local.values import LocalStack

SEED = 20261124
LARGE = 40_000_000
ARGUMENTS = ("get", "--all", "--layout", "source", "--json", "--to")


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory, local_stack: LocalStack) -> Backup:
    """Somebody with a large file, a twin, and some of the usual size."""
    person = Backup(tmp_path_factory.mktemp("library") / "home", local_stack)
    person.make(*(f"{number % 3}/{number}.jpg" for number in range(12)), size=700_000)
    write_photo(person.photos / "large.jpg", LARGE)
    shutil.copy2(person.photos / "0/0.jpg", person.photos / "twin.jpg")
    assert person.sync().summary.complete
    return person


def require_right(person: Backup, folder: Path) -> None:
    """Each file that has its name is the one that it should be; what is on its way says so."""
    before = contents(person.photos)
    for name, digest in contents(folder).items():
        if not Path(name).name.startswith(".photobak-"):
            assert before[name] == digest, name


def require_whole(person: Backup, folder: Path) -> None:
    """Once more, and the tree is as it was, with nothing left about."""
    done = person.run(*ARGUMENTS, str(folder))
    assert done.returncode == 0, done.stderr
    assert contents(folder) == contents(person.photos)


def test_it_is_killed_at_any_moment(library: Backup, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    for _ in range(rounds(short=5, long=100)):
        process = library.start(*ARGUMENTS, str(tmp_path))
        try:
            process.communicate(timeout=chance.uniform(0.3, 1.8))
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
        require_right(library, tmp_path)
        there = sorted(tmp_path.rglob("*.jpg"))
        for path in chance.sample(there, k=len(there) // 2):
            path.unlink()  # so that there is something to do again
    require_whole(library, tmp_path)


def test_what_was_cut_off_does_not_come_again(library: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    append = Part.append

    def append_once(part: Part, chunk: memoryview) -> None:
        if part.size:
            raise _CutOff
        append(part, chunk)

    large = [record for record in library.records().values() if record.size > LARGE]
    places = targets(large, layout_of("source"))
    monkeypatch.setattr(Part, "append", append_once)
    with pytest.raises(_CutOff):
        list(_restorer(library, tmp_path).restore(places))
    monkeypatch.undo()
    (part,) = tmp_path.iterdir()
    had = part.stat().st_size
    assert 0 < had < LARGE
    again: list[int] = []
    (outcome,) = _restorer(library, tmp_path, again.append).restore(places)
    assert outcome.result is RestoreResult.RESTORED
    assert sum(again) == large[0].size - had
    assert [path.name for path in tmp_path.iterdir()] == ["large.jpg"]


class _CutOff(BaseException):
    """The process ends here."""


def _restorer(person: Backup, folder: Path, on_bytes: Callable[[int], None] = lambda _: None) -> Restorer:
    return Restorer(SessionBucket(person.session()), Destination(folder), RestoreOptions(jobs=1, on_bytes=on_bytes))


@pytest.mark.parametrize("call", ["pwrite", "fsync", "link", "mkdir", "utime"])
def test_the_disk_is_full_at_every_write(
    library: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    small = [record for record in Library(library.session()).records(ALWAYS) if record.size < LARGE]
    places = targets(small[:3], layout_of("source"))
    real, guard, calls, full_at = getattr(os, call), threading.Lock(), [0], [0]

    def full(*arguments: Any, **options: Any) -> Any:
        with guard:
            calls[0] += 1
            if calls[0] == full_at[0]:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(*arguments, **options)

    for number in range(1, 4):
        (tmp_path / str(number)).mkdir()
    monkeypatch.setattr(os, call, full)
    for full_at[0] in range(1, 4):
        calls[0] = 0
        folder = tmp_path / str(full_at[0])
        outcomes = list(_restorer(library, folder).restore(places))
        failed = [outcome for outcome in outcomes if outcome.result is RestoreResult.FAILED]
        assert {outcome.reason for outcome in failed} <= {"no space left on device"}
        require_right(library, folder)
        assert not list(folder.rglob(".photobak-*"))
        again = list(_restorer(library, folder).restore(places))
        assert {outcome.result for outcome in again} <= {RestoreResult.RESTORED, RestoreResult.EXISTS}


@pytest.mark.parametrize("kilobytes", [0, 300, 20_000])
def test_files_that_the_disk_does_not_take_are_named_and_the_others_come(
    library: Backup, tmp_path: Path, kilobytes: int
) -> None:
    done = run_on_small_disk(library.home, *ARGUMENTS, str(tmp_path), largest=kilobytes * 1000, timeout=90)
    assert done.returncode == 3, done.stderr
    lines, summary = json_lines(done.stdout)
    small_enough = [path for path in library.photos.rglob("*.jpg") if path.stat().st_size <= kilobytes * 1000]
    assert (summary["restored"], summary["failed"]) == (len(small_enough), len(lines) - len(small_enough))
    assert {line["reason"] for line in lines if line["result"] == "failed"} == {"file too large"}
    assert not list(tmp_path.rglob(".photobak-*"))
    require_right(library, tmp_path)
    require_whole(library, tmp_path)


def test_a_disk_with_too_little_room_is_noticed_before_anything_comes(
    library: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Destination, "room", lambda _: 1000)
    places = targets(library.records().values(), layout_of("source"))
    with pytest.raises(Exception, match=r"not enough space in .*bytes are needed, and 1,000 are free"):
        list(_restorer(library, tmp_path).restore(places))
    assert not list(tmp_path.iterdir())
