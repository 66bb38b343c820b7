"""`kill -9` of a sync at any moment, and of the cloud under it: the next sync finishes what the last one left."""

import random
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.backup import Backup
from support.campaign import rounds
from support.local_stack import kill, processes_of

from photobak.local.lifecycle import down, up
from photobak.local.running import running

SEED = 20261124


def cut_off(process: "subprocess.Popen[str]", after: float) -> str:
    """Kill it after so many seconds; returns what it had said until then."""
    try:
        output, _ = process.communicate(timeout=after)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGKILL)
        output, _ = process.communicate()
    return output


def test_a_sync_is_killed_at_any_moment(backup: Backup, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    backup.make(*(f"first/{number}.jpg" for number in range(4)))
    began = time.monotonic()
    assert backup.run("sync", str(backup.photos)).returncode == 0
    whole = time.monotonic() - began  # so that the moments lie anywhere in a run, however fast the machine is
    for turn in range(rounds(short=6, long=200)):
        backup.make(*(f"{turn}/{number}.jpg" for number in range(4)))
        if turn % 3 == 2:
            (backup.photos / str(turn - 1)).rename(backup.photos / f"moved {turn - 1}")
        moment = chance.uniform(0.1, 1.3) * whole
        backup.require_truth(cut_off(backup.start("sync", str(backup.photos), "--json"), after=moment))
    backup.require_sound(tmp_path / "back")


@pytest.fixture
def own(tmp_path: Path, own_home: Path) -> Iterator[Backup]:
    """A person with a local stack of their own, to be killed."""
    person = Backup(tmp_path / "home", up(own_home))
    yield person
    down(own_home)
    assert processes_of(own_home) == []


def test_the_cloud_is_killed_under_a_sync(own: Backup, tmp_path: Path) -> None:
    chance = random.Random(SEED)
    for turn in range(rounds(short=2, long=20)):
        own.make(*(f"{turn}/{number}.jpg" for number in range(25)))
        process = own.start("sync", "Pictures", "--json", "--timeout", "10")  # starts the local stack where it is down
        time.sleep(chance.uniform(0.4, 1.5) if turn == 0 else chance.uniform(2.5, 4.0))
        stack = running(own.stack.home)
        if stack is not None:
            kill(stack.pid)
        output, errors = process.communicate(timeout=240)
        assert process.returncode in (0, 1, 3), errors
        assert "Traceback" not in errors
        assert own.run("local", "up").returncode == 0
        own.require_truth(output)
    own.require_sound(tmp_path / "back")


def test_two_syncs_at_once(backup: Backup, tmp_path: Path) -> None:
    backup.make(*(f"{number}.jpg" for number in range(20)))
    both = [backup.start("sync", str(backup.photos), "--json") for _ in range(2)]
    for process in both:
        process.communicate(timeout=240)
    assert sorted(process.returncode for process in both) == [0, 5]
    backup.require_sound(tmp_path / "back")
