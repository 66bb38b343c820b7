"""A clock that is wrong, and one that jumps: it is said, nothing is lost, and nothing is called safe that isn't."""

from pathlib import Path

import pytest
from support.backup import Backup, json_lines
from support.campaign import rounds

OTHER_CLOCK = str(Path(__file__).parents[1] / "support" / "other_clock")
HOUR, DAY = 3600, 86_400
SEED = 20261124
WRONG = [-3 * HOUR, 3 * HOUR] if rounds(short=0, long=1) == 0 else [-400 * DAY, -3 * HOUR, 3 * HOUR, 400 * DAY]


def by_clock(setting: object) -> dict[str, str]:
    return {"PYTHONPATH": OTHER_CLOCK, "PHOTOBAK_TEST_CLOCK": str(setting)}


@pytest.mark.parametrize("off", WRONG)
def test_a_clock_that_is_wrong_is_blamed(backup: Backup, tmp_path: Path, off: int) -> None:
    backup.make("a.jpg", "b.jpg")
    synced = backup.run("sync", str(backup.photos), "--json", **by_clock(off))
    backup.require_truth(synced.stdout)
    listed = backup.run("ls", **by_clock(off))
    # A sync that is told of all it has sent, before it asks, has signed no request.
    for done in (listed, synced)[: 1 + synced.returncode]:
        assert done.returncode == 1
        last = done.stderr.splitlines()[-1]
        assert "this machine's clock" in last
        assert "Set" in last
    backup.require_sound(tmp_path / "back")


def test_a_clock_that_is_a_little_wrong_does_no_harm(backup: Backup, tmp_path: Path) -> None:
    backup.make("a.jpg")
    for off in (-600, 600):
        done = backup.run("sync", str(backup.photos), "--json", **by_clock(off))
        assert (done.returncode, json_lines(done.stdout)[1]["failed"]) == (0, 0), done.stderr
    backup.require_sound(tmp_path / "back")


@pytest.mark.parametrize("seed", range(rounds(short=1, long=40)))
def test_a_clock_that_jumps(backup: Backup, tmp_path: Path, seed: int) -> None:
    for turn in range(3):
        backup.make(*(f"{turn}/{number}.jpg" for number in range(8)))
        done = backup.run("sync", str(backup.photos), "--json", **by_clock(f"jumps:{SEED + 3 * seed + turn}"))
        assert done.returncode in (0, 1, 3), done.stderr
        backup.require_truth(done.stdout)
    backup.require_sound(tmp_path / "back")
