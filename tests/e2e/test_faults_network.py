"""Bad lines and busy services on every kind of request: the run may fail, the photos may not."""

import shutil
from pathlib import Path

import pytest
from support.backup import Backup, json_lines
from support.campaign import rounds
from support.fault_proxy import WEATHER, Fault, FaultProxy, Kind, each, seeded

LONG = rounds(short=0, long=1)
EVERY_FAULT = [
    *((kind, fault) for kind in (Kind.UPLOAD, Kind.PREP, Kind.ASK, Kind.SIGN_IN) for fault in WEATHER),
    (Kind.ASK, Fault.THROTTLED),
    (Kind.ASK, Fault.UNPROCESSED),
    (Kind.UPLOAD, Fault.EXPIRED),
    (Kind.UPLOAD, Fault.CORRUPT),
]
EVERY_LASTING_FAULT = [
    (Kind.UPLOAD, Fault.CLOCK_SKEW),
    (Kind.ASK, Fault.THROTTLED),
    (Kind.UPLOAD, Fault.SLOW_DOWN),
    *((kind, fault) for kind in (Kind.UPLOAD, Kind.PREP, Kind.ASK) for fault in (Fault.DROP, Fault.SERVER_ERROR)),
]
WORST = [
    (Kind.UPLOAD, Fault.CUT_REQUEST),
    (Kind.UPLOAD, Fault.STALL),
    (Kind.PREP, Fault.LOSE_ANSWER),
    (Kind.PREP, Fault.CUT_ANSWER),
    (Kind.ASK, Fault.CUT_ANSWER),
    (Kind.ASK, Fault.UNPROCESSED),
]


@pytest.mark.parametrize(("kind", "fault"), EVERY_FAULT if LONG else WORST)
def test_a_fault_that_passes_is_not_noticed(
    backup: Backup, proxy: FaultProxy, tmp_path: Path, kind: Kind, fault: Fault
) -> None:
    backup.make("a.jpg", "b.jpg")
    proxy.decide = each(kind, fault, first=2)
    done = backup.run("sync", "Pictures", "--json", **proxy.environment)
    assert done.returncode == 0, done.stderr
    assert json_lines(done.stdout)[1]["stored"] == 2
    once = kind is Kind.SIGN_IN or fault is Fault.DELAY  # what was only delayed isn't asked again
    assert once or proxy.done[fault] == 2
    backup.require_sound(tmp_path / "back")


@pytest.mark.parametrize(("kind", "fault"), EVERY_LASTING_FAULT if LONG else EVERY_LASTING_FAULT[:2])
def test_a_fault_that_lasts_ends_the_run_and_loses_nothing(
    backup: Backup, proxy: FaultProxy, tmp_path: Path, kind: Kind, fault: Fault
) -> None:
    backup.make("a.jpg", "b.jpg")
    proxy.decide = each(kind, fault)
    done = backup.run("sync", str(backup.photos), "--json", "--timeout", "5", **proxy.environment)
    assert done.returncode in (1, 3), done.stderr
    backup.require_truth(done.stdout)
    backup.require_sound(tmp_path / "back")


def test_who_asks_too_often_has_their_turn_later(backup: Backup, proxy: FaultProxy) -> None:
    backup.make("a.jpg")
    proxy.decide = each(Kind.PREP, Fault.TOO_MANY, first=5)  # more than an error is tried again
    done = backup.run("sync", str(backup.photos), "--json", **proxy.environment)
    assert (done.returncode, json_lines(done.stdout)[1]["stored"]) == (0, 1), done.stderr


@pytest.mark.parametrize("seed", range(rounds(short=2, long=40)))
def test_a_storm(backup: Backup, proxy: FaultProxy, tmp_path: Path, seed: int) -> None:
    backup.make(*(f"{number}.jpg" for number in range(20)), "large.jpg", size=60_000)
    shutil.copytree(backup.photos, backup.photos / "copies")
    for attempt in range(3):
        proxy.decide = seeded(10 * seed + attempt, share=0.3)
        done = backup.run("sync", "Pictures", "--json", "--timeout", "5", **proxy.environment)
        assert done.returncode in (0, 1, 3), done.stderr
        backup.require_truth(done.stdout)
    assert proxy.done.total() > proxy.done[Fault.NONE]
    backup.require_sound(tmp_path / "back")
