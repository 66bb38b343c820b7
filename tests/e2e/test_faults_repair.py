"""A repair is killed, meets ice, a full disk, or the end of its sign-in: nothing is lost, and the next finishes it."""

import random
import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from typing import Any

import pytest
from support.backup import Backup, json_lines
from support.campaign import rounds
from support.fault_proxy import Fault, FaultProxy, Kind
from support.library_damage import Damage
from support.small_disk import run_on_small_disk

from photobak.local.values import LocalStack
from photobak.photo.record import Record

SEED = 20261124
REQUESTS = 31
"""So many does a repair of all this make."""


@pytest.fixture(scope="module")
def backup(tmp_path_factory: pytest.TempPathFactory, local_stack: LocalStack) -> Backup:
    """One person for all of these tests: each leaves everything as it was."""
    return Backup(tmp_path_factory.mktemp("library") / "home", local_stack)


@pytest.fixture(scope="module")
def library(backup: Backup) -> dict[str, Record]:
    """Photos by what is to become of them."""
    backup.make("tables.jpg", "hidden.jpg", "thumb.jpg", "alone.jpg", "destroyed.jpg")
    assert backup.run("sync", str(backup.photos)).returncode == 0
    return {record.filename.removesuffix(".jpg"): record for record in backup.records().values()}


def plant(backup: Backup, library: dict[str, Record]) -> None:
    """Lose all rows, and more of each photo, as its name says."""
    damage = Damage(backup)
    damage.lose_tables(*library.values())
    damage.hide(library["hidden"].original_key)
    damage.destroy(library["thumb"].thumb_key)
    damage.destroy(damage.record_key(library["alone"]))
    damage.destroy(library["destroyed"].original_key)


def require_mended(backup: Backup, library: dict[str, Record]) -> None:
    """Once more, and all is as it was; when a photo was stored, an original alone can't tell to the second."""
    done = backup.run("repair", str(backup.photos), "--json")
    assert (done.returncode, done.stderr) == (0, ""), done.stdout
    checked = backup.run("verify", str(backup.photos), "--read-data", "--json")
    assert checked.returncode == 0, checked.stdout
    found = backup.records()
    assert {name: replace(found[each.sha256], stored_at=each.stored_at) for name, each in library.items()} == library


def kill_at(number: int, process: "list[subprocess.Popen[str]]") -> Callable[[Kind, int], Fault]:
    """Kill the process when it makes its request of this number; what it has asked for is done all the same."""
    requests = count()

    def decide(kind: Kind, _: int) -> Fault:
        if kind is not Kind.HEALTH and next(requests) == number:
            process[0].kill()
        return Fault.NONE

    return decide


def test_it_is_killed_at_any_of_its_requests(backup: Backup, library: dict[str, Record], proxy: FaultProxy) -> None:
    chance, process = random.Random(SEED), []
    for number in (chance.randrange(REQUESTS) for _ in range(rounds(short=3, long=150))):
        plant(backup, library)
        proxy.decide = kill_at(number, process)
        process[:] = [backup.start("repair", str(backup.photos), "--json", **proxy.environment)]
        said, errors = process[0].communicate(timeout=60)
        assert "Traceback" not in errors
        done = {line["sha256"] for line in whole_lines(said) if line.get("result") in ("repaired", "sent")}
        assert done <= backup.records().keys(), number
    require_mended(backup, library)


def whole_lines(said: str) -> list[dict[str, Any]]:
    """What was said before the end came."""
    return json_lines(said + "{}")[0] if not said or said.endswith("\n") else json_lines(said)[0]


def test_a_sign_in_that_ends_and_a_full_disk(backup: Backup, library: dict[str, Record], proxy: FaultProxy) -> None:
    plant(backup, library)
    proxy.decide = lambda kind, _: Fault.OLD_KEYS if kind is Kind.LIST else Fault.NONE
    refused = backup.run("repair", **proxy.environment)
    assert (refused.returncode, refused.stdout) == (4, "")
    assert "the bucket can't be read: the sign-in is not accepted any more. Type: photobak login" in refused.stderr

    proxy.decide = lambda kind, number: Fault.SIGNED_OUT if kind is Kind.REPAIR and number > 0 else Fault.NONE
    refused = backup.run("repair", **proxy.environment)
    assert refused.returncode == 4
    assert "the cloud doesn't accept this sign-in: HTTP 401. Type: photobak login" in refused.stderr
    assert library["tables"].sha256 in backup.records()  # what was asked before is done

    full = run_on_small_disk(backup.home, "repair", str(backup.photos), largest=0)
    assert full.returncode in (0, 1), full.stderr
    assert "Traceback" not in full.stderr
    require_mended(backup, library)


def test_what_is_frozen_is_named_and_mended_when_it_is_thawed(backup: Backup, library: dict[str, Record]) -> None:
    damage = Damage(backup)
    plant(backup, library)
    for name, storage_class in (("tables", "GLACIER"), ("thumb", "GLACIER"), ("alone", "DEEP_ARCHIVE")):
        damage.freeze(library[name], storage_class)
    done = backup.run("repair", "--json")
    assert done.returncode == 3, done.stderr
    lines = {line["sha256"]: line for line in json_lines(done.stdout)[0]}
    assert {name: lines[record.sha256]["result"] for name, record in library.items()} == {
        "tables": "repaired",  # all that is known of it lies beside it
        "hidden": "repaired",
        "thumb": "failed",
        "alone": "failed",
        "destroyed": "failed",  # without a folder nobody looks for it there
    }
    what = "its original is archived and has to be thawed first: photobak get"
    thumb, alone = library["thumb"], library["alone"]
    assert lines[thumb.sha256]["reason"] == f"{what} {thumb.id} --thaw standard"
    assert lines[alone.sha256]["reason"] == f"{what} --from-bucket BUCKET {alone.id} --thaw standard"
    assert backup.records().keys() == {
        each.sha256 for each in library.values() if each.filename not in ("alone.jpg", "destroyed.jpg")
    }
    for record in (thumb, alone):
        damage.thaw(record)
    require_mended(backup, library)
