"""Full disks, and files that change under a sync: nothing that is said to be safe is not, and nothing is left half."""

import os
import random
import threading
from pathlib import Path

import pytest
from support.backup import SAFE, Backup, contents, json_lines, write_photo
from support.campaign import rounds
from support.small_disk import run_on_small_disk

SEED = 20261124
SIZES = [16, 48, 64] if rounds(short=0, long=1) == 0 else list(range(4, 200, 4))


@pytest.mark.parametrize("kilobytes", SIZES)
def test_the_disk_is_full_at_some_point_of_the_index(backup: Backup, tmp_path: Path, kilobytes: int) -> None:
    backup.make(*(f"{number:03}.jpg" for number in range(30)))

    done = run_on_small_disk(backup.home, "sync", str(backup.photos), "--json", largest=kilobytes * 1024)
    assert done.returncode in (0, 1), done.stderr
    assert "Traceback" not in done.stderr
    if done.returncode:
        assert str(backup.index_file) in done.stderr.splitlines()[-1]
    backup.require_truth(done.stdout)
    backup.require_sound(tmp_path / "back")


@pytest.mark.parametrize("read_only", ["the index", "everything"])
def test_a_home_that_can_only_be_read(backup: Backup, tmp_path: Path, read_only: str) -> None:
    backup.make("a.jpg")
    assert backup.run("sync", str(backup.photos)).returncode == 0
    backup.make("b.jpg")
    state = backup.places.state
    changed = [state, *(path for path in state.iterdir() if path.is_file() and not path.is_symlink())]
    if read_only == "the index":
        changed = [state, backup.index_file]
    modes = {path: path.stat().st_mode for path in changed}
    for path in changed:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        done = backup.run("sync", str(backup.photos), "--json")
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
    assert done.returncode == 1
    assert str(state) in done.stderr.splitlines()[-1]
    backup.require_truth(done.stdout)
    backup.require_sound(tmp_path / "back")


class Restless:
    """Somebody who edits, cuts off, replaces, renames, deletes and adds photos, without a pause."""

    def __init__(self, folder: Path, seed: int) -> None:
        self._folder = folder
        self._chance = random.Random(seed)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work)
        self._new = 0

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _work(self) -> None:
        deeds = (self._edit, self._cut_off, self._replace, self._rename, self._delete, self._append)
        while not self._over.is_set():
            paths = sorted(path for path in self._folder.rglob("*") if path.is_file())
            self._chance.choice(deeds)(self._chance.choice(paths))
            self._over.wait(self._chance.uniform(0.0, 0.03))

    def _edit(self, path: Path) -> None:
        with path.open("r+b") as file:
            file.seek(self._chance.randrange(2000))
            file.write(self._chance.randbytes(50))

    def _cut_off(self, path: Path) -> None:
        os.truncate(path, self._chance.randrange(500, 3000))
        self._append(path)

    def _append(self, path: Path) -> None:
        with path.open("ab") as file:
            file.write(self._chance.randbytes(self._chance.randrange(1, 5000)))

    def _replace(self, path: Path) -> None:
        write_photo(path.with_name("being written.tmp"), 3000, self._chance).replace(path)

    def _rename(self, path: Path) -> None:
        self._new += 1
        path.rename(self._folder / f"renamed {self._new}.jpg")

    def _delete(self, path: Path) -> None:
        path.unlink()
        self._new += 1
        write_photo(self._folder / f"new {self._new}.jpg", 3000, self._chance)  # as many as before


@pytest.mark.parametrize("seed", range(rounds(short=1, long=30)))
def test_files_change_while_they_are_backed_up(backup: Backup, tmp_path: Path, seed: int) -> None:
    backup.make(*(f"{number}.jpg" for number in range(30)), size=20_000)
    with Restless(backup.photos, SEED + seed):
        for _ in range(3):
            done = backup.run("sync", "Pictures", "--json")
            assert done.returncode in (0, 3), done.stderr
            backup.require_truth(done.stdout)
    done = backup.run("sync", "Pictures", "--json")
    files, summary = json_lines(done.stdout)
    assert (done.returncode, summary["scanned"]) == (0, len(contents(backup.photos)))
    assert {line["result"] for line in files} <= SAFE
    restored = backup.run("get", "--all", "--layout", "source", "--to", str(tmp_path / "back"), "--json")
    assert restored.returncode == 0
    back = contents(tmp_path / "back")
    assert set(contents(backup.photos).values()) <= set(back.values())
