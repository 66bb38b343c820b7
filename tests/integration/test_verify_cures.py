"""What ``verify`` says can be acted on: each problem names a command, that command mends it, and ``sync`` agrees."""

import os
import shlex
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from support.backup import Backup, json_lines, sha256
from support.library_damage import DEEDS, Damage
from support.local_stack import root_client

from photobak.client.account.api import ask_of_photos
from photobak.client.library.library import Library
from photobak.photo.record import Record

NAMES = ("content", "json", "hidden", "destroyed", "thumb", "longer", "bytes", "disagree", "stray")
"""Of deeds, each with a cure of its own."""


def verify(backup: Backup, *arguments: str) -> list[dict[str, Any]]:
    return json_lines(backup.run("verify", *arguments, "--json").stdout)[0]


def delete_elsewhere(backup: Backup, *photos: Path) -> None:
    ask_of_photos(backup.session(), "/photos", [sha256(photo) for photo in photos], method="DELETE", device="attic")


def rot(photo: Path) -> None:
    """Other bytes under the same size and times, as a disk may do it."""
    before = photo.stat()
    content = photo.read_bytes()
    with photo.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        file.write(bytes([content[-1] ^ 1]))
    os.utime(photo, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_the_command_that_each_problem_names_mends_it(backup: Backup) -> None:
    photos = {
        path.stem: path for path in backup.make(*(f"{name}.jpg" for name in (*NAMES, "edited", "trashed", "x y")))
    }
    assert backup.run("sync", "Pictures").returncode == 0
    records = {record.filename.removesuffix(".jpg"): record for record in backup.records().values()}
    damage = Damage(backup)
    for name in NAMES:
        DEEDS[name](damage, records[name])
    delete_elsewhere(backup, photos["trashed"])
    photos["edited"].write_bytes(photos["edited"].read_bytes() + b"edited")
    damage.lose_tables(records["x y"])
    for key in (records["x y"].original_key, records["x y"].thumb_key, records["x y"].web_key):
        damage.destroy(key)
    damage.destroy(damage.record_key(records["x y"]))

    found = verify(backup, str(backup.photos), "--read-data")
    assert {line["problem"] for line in found} == {
        "not-backed-up", "changed", "deleted", "missing-record", "missing-object", "missing-preview", "wrong-record",
        "wrong-size", "bad-bytes", "orphan",
    }  # fmt: skip
    for command in dict.fromkeys(line["cure"] for line in found):
        program, *arguments = shlex.split(command)
        assert program == "photobak"
        done = backup.run(*arguments)
        assert done.returncode in (0, 3), (command, done.stderr)  # 3: there are others, still to be mended
    assert verify(backup, str(backup.photos), "--read-data") == []
    assert verify(backup) == []


def test_a_file_that_the_disk_has_damaged_is_restored_from_the_backup(backup: Backup) -> None:
    (photo,) = backup.make("a.jpg")
    backup.run("sync", "Pictures")
    before, content = sha256(photo), photo.read_bytes()
    rot(photo)
    with_other_ctime(backup, photo)
    (problem,) = verify(backup, "Pictures", "--read-data")
    assert (problem["problem"], problem["sha256"]) == ("damaged", before)
    assert backup.run(*shlex.split(problem["cure"])[1:]).returncode == 0
    (restored,) = (backup.home / "recovered").rglob("*.jpg")
    assert restored.read_bytes() == content


def with_other_ctime(backup: Backup, photo: Path) -> None:
    """Tell the index the ctime that the rot has given the file: a real one leaves it as it was."""
    with closing(sqlite3.connect(backup.index_file)) as connection, connection:
        connection.execute("UPDATE files SET ctime_ns = ?", (photo.stat().st_ctime_ns,))


class TestWithoutPath:
    def test_what_the_index_takes_for_safe_and_the_cloud_has_lost(self, backup: Backup) -> None:
        one, two = backup.make("one.jpg", "two.jpg")
        backup.run("sync", "Pictures")
        lost = {record.filename: record for record in backup.records().values()}
        for record in lost.values():
            lose(backup, record)
        two.unlink()
        backup.run("sync", "--dry-run", "Pictures")  # looks, and changes nothing in the index
        found = {line["sha256"]: line for line in verify(backup)}
        assert found[sha256(one)]["problem"] == "not-backed-up"
        assert found[sha256(one)]["path"] == str(one)
        assert backup.run(*shlex.split(found[sha256(one)]["cure"])[1:]).returncode in (0, 3)
        assert sha256(one) in backup.records()
        assert sha256(one) not in {line["sha256"] for line in verify(backup)}

    def test_it_says_what_it_has_compared(self, backup: Backup) -> None:
        backup.make("one.jpg", "two.jpg")
        backup.run("sync", "Pictures")
        done = backup.run("verify")
        assert (done.returncode, done.stdout) == (0, "")
        assert "No problems found: 2 confirmations, 2 photos" in done.stderr


def lose(backup: Backup, record: Record) -> None:
    damage = Damage(backup)
    damage.lose_tables(record)
    for key in (record.original_key, record.thumb_key, record.web_key, damage.record_key(record)):
        damage.destroy(key)


# ---------------------------------------------------------------------- verify and sync agree on what was deleted


def trashed_elsewhere(backup: Backup, photo: Path) -> None:
    delete_elsewhere(backup, photo)


def forgotten_elsewhere(backup: Backup, photo: Path) -> None:
    """Deleted so long ago that the trash has let go of it."""
    delete_elsewhere(backup, photo)
    identity, outputs = backup.session().identity_id, backup.stack.outputs
    damage = Damage(backup)
    (trashed,) = (record for record in trash_of(backup) if record.sha256 == sha256(photo))
    damage.lose_record(trashed)
    for key in (trashed.original_key, trashed.thumb_key, trashed.web_key, damage.record_key(trashed)):
        damage.destroy(key)
    root_client(backup.stack, "dynamodb").update_item(
        TableName=outputs.contents_table,
        Key={"username": {"S": identity}, "sha256": {"S": sha256(photo)}},
        UpdateExpression="SET #status = :forgotten REMOVE #ttl, trashed_until, #timestamp",
        ExpressionAttributeNames={"#status": "status", "#ttl": "ttl", "#timestamp": "timestamp"},
        ExpressionAttributeValues={":forgotten": {"S": "forgotten"}},
    )


def trash_of(backup: Backup) -> list[Record]:
    return list(Library(backup.session()).trash())


@pytest.mark.parametrize("delete", [trashed_elsewhere, forgotten_elsewhere])
def test_verify_and_sync_agree_on_what_was_deleted(backup: Backup, delete: Callable[[Backup, Path], None]) -> None:
    photo, _ = backup.make("a.jpg", "b.jpg")
    backup.run("sync", "Pictures")
    delete(backup, photo)
    for arguments in ((), ("Pictures",)):
        (problem,) = verify(backup, *arguments)
        assert (problem["problem"], problem["path"]) == ("deleted", str(photo))
        assert "from attic" in problem["reason"]
        assert problem["cure"] == f"photobak trash restore {sha256(photo)[:12]}"
    for command in (("sync", "--recheck", "Pictures"), ("verify", "Pictures"), ("verify",)):
        assert backup.run(*command).returncode == 3, command
    assert backup.run("trash", "accept", "--all").returncode == 0
    for command in (("sync", "--recheck", "Pictures"), ("verify", "Pictures"), ("verify",)):
        done = backup.run(*command)
        assert done.returncode == 0, (command, done.stderr)
    assert "1 file deleted from the cloud" in backup.run("verify").stderr
    assert backup.run(*shlex.split(problem["cure"])[1:]).returncode == 0
    assert backup.run("sync", "--recheck", "Pictures").returncode == 0
    assert sha256(photo) in backup.records()
    assert verify(backup, "Pictures") == verify(backup) == []


def test_what_this_machine_has_deleted_is_a_problem_for_neither(backup: Backup) -> None:
    photo, _ = backup.make("a.jpg", "b.jpg")
    backup.run("sync", "Pictures")
    assert backup.run("rm", sha256(photo)).returncode == 0
    for command in (("verify",), ("verify", "Pictures"), ("sync", "Pictures"), ("verify",), ("verify", "Pictures")):
        assert backup.run(*command).returncode == 0, command
