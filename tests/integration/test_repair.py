"""``photobak repair`` on a library that has met with everything; ``verify`` says what is left."""

from base64 import b64decode
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.backup import Backup, json_lines
from support.library_damage import DEEDS, Damage, plant
from support.local_stack import eventually

from photobak.client.account.api import call
from photobak.photo.record import Record

NAMES = (*DEEDS, "sound", "web", "trashed", "hidden-trash", "gone", "original-alone", "redated", "strayed")
IN_TRASH = ("shown", "trashed", "hidden-trash")


@pytest.fixture
def library(backup: Backup) -> dict[str, Record]:
    """A photo for each name, all of them backed up, some in the trash, one redated; by name."""
    backup.make(*(f"{name}.jpg" for name in NAMES))
    assert backup.run("sync", str(backup.photos)).returncode == 0
    found = {record.filename.removesuffix(".jpg"): record for record in backup.records().values()}
    assert backup.run("redate", found["redated"].sha256, "--set", "1999-12-31T23:59:59+00:00").returncode == 0
    for name in IN_TRASH:
        (backup.photos / f"{name}.jpg").unlink()
    assert backup.run("rm", *(found[name].sha256 for name in IN_TRASH), "--yes").returncode == 0
    return {**found, "redated": backup.records()[found["redated"].sha256]}


def plant_all(backup: Backup, library: dict[str, Record]) -> None:
    """All kinds of damage that there are, and some of them together."""
    damage = Damage(backup)
    plant(damage, library)
    damage.destroy(library["web"].web_key)
    damage.add_stray(library["strayed"])
    damage.lose_content(library["strayed"])
    damage.lose_tables(in_trash(backup)[library["hidden-trash"].sha256], library["redated"])
    for name in ("gone", "original-alone"):
        damage.lose_tables(library[name])
        damage.destroy(damage.record_key(library[name]))
        damage.destroy(library[name].thumb_key)
        damage.destroy(library[name].web_key)
    damage.destroy(library["gone"].original_key)


def in_trash(backup: Backup) -> dict[str, Record]:
    """What lies in the trash, by SHA-256."""
    from photobak.client.library.library import Library

    return {record.sha256: record for record in Library(backup.session()).trash()}


def repair(backup: Backup, *arguments: str, code: int = 0) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    done = backup.run("repair", *arguments, "--json")
    assert done.returncode == code, done.stdout + done.stderr
    return json_lines(done.stdout)


def test_it_repairs_everything_and_nothing_else(backup: Backup, library: dict[str, Record]) -> None:
    trashed = in_trash(backup)
    plant_all(backup, library)
    wrong = json_lines(backup.run("verify", "--json", "--read-data").stdout)[0]
    rehearsed, _ = repair(backup, "--dry-run", "--read-data")
    in_cloud = {line["sha256"] for line in wrong if line["problem"] != "not-backed-up"}
    assert {line["sha256"] for line in rehearsed} == in_cloud  # what needs a file is repaired with its PATH
    assert json_lines(backup.run("verify", "--json", "--read-data").stdout)[0] == wrong

    lines, summary = repair(backup, str(backup.photos), "--read-data")
    results = {Path(line["path"]).stem if line["path"] else name_of(line, library): line["result"] for line in lines}
    sent = {"destroyed", "gone"}
    assert {name for name, result in results.items() if result == "sent"} == sent
    assert set(results) == set(NAMES) - {"sound", "trashed"}
    assert summary["failed"] == 0

    done = backup.run("verify", str(backup.photos), "--read-data", "--json")
    assert done.returncode == 0, done.stdout
    after = backup.records()
    assert in_trash(backup) == trashed
    for name, record in library.items():
        if name in ("gone", *IN_TRASH):
            continue
        found = after[record.sha256]
        if name == "original-alone":  # its bytes and its own metadata tell all but when it was stored, to the second
            found = replace(found, stored_at=record.stored_at)
        assert found == record, name
    assert repair(backup, str(backup.photos), "--read-data")[0] == []
    backup.require_restorable(backup.home / "restored")


def name_of(line: dict[str, Any], library: dict[str, Record]) -> str:
    return next(name for name, record in library.items() if record.sha256 == line["sha256"])


def test_a_lost_timeline_is_made_anew(backup: Backup, library: dict[str, Record]) -> None:
    eventually(lambda: repair(backup, "--dry-run")[0] == [])
    whole = months(backup)
    assert sum(len(b64decode(ratios)) for ratios in whole.values()) == len(NAMES) - len(IN_TRASH)
    Damage(backup).lose_timeline()
    assert months(backup) == {}
    rehearsed = {line["month"]: line["result"] for line in repair(backup, "--dry-run")[0]}
    assert rehearsed == dict.fromkeys(whole, "would-repair")
    lines, summary = repair(backup)
    assert {line["month"]: line["result"] for line in lines} == dict.fromkeys(whole, "repaired")
    assert summary["months"] == len(whole)
    assert months(backup) == whole
    assert repair(backup)[0] == []


def months(backup: Backup) -> dict[str, str]:
    """The aspect ratios of each month as the gallery gets them."""
    answer = call(backup.session(), "/timeline", None, method="GET")
    return {each.text("month"): each.text("ratios") for each in answer.objects("months")}
