"""``photobak verify`` on one library that has met with everything: each damage is named, and nothing else."""

from pathlib import Path
from typing import Any

import pytest
from support.backup import Backup, json_lines
from support.library_damage import DEEDS, Damage, plant

from photobak.photo.record import Record

NAMES = (*DEEDS, "sound", "edited", "web", "empty", "trashed", "gone")
Said = set[tuple[str, str | None]]
"""Kinds of problem, and of which photo: by its name here, or by a key."""


@pytest.fixture
def library(backup: Backup) -> dict[str, Record]:
    """A photo for each name, all of them backed up, by name."""
    backup.make(*(f"{name}.jpg" for name in NAMES))
    assert backup.run("sync", str(backup.photos)).returncode == 0
    return {record.filename.removesuffix(".jpg"): record for record in backup.records().values()}


def verify(backup: Backup, *arguments: str, code: int) -> tuple[list[dict[str, Any]], dict[str, Any]]:
    done = backup.run("verify", *arguments, "--json")
    assert done.returncode == code, done.stderr
    return json_lines(done.stdout)


def test_it_finds_every_damage_and_nothing_else(backup: Backup, library: dict[str, Record]) -> None:
    require_sound(backup, library)
    expected = plant_all(backup, library)
    names = {record.sha256: name for name, record in library.items()}

    def said(problems: list[dict[str, Any]]) -> Said:
        assert all(line["reason"] for line in problems)
        found = [(line["problem"], names.get(line["sha256"]) or Path(line["path"]).name) for line in problems]
        assert len(found) == len(set(found))
        return set(found)

    problems, summary = verify(backup, str(backup.photos), "--read-data", code=3)
    assert said(problems) == expected
    assert summary["problems"] == len(problems) >= 12
    # Without a download S3's own checksum tells wrong bytes all the same; what the JSON says takes reading it.
    problems, summary = verify(backup, str(backup.photos), "--checksums", code=3)
    assert said(problems) == expected - {("wrong-record", "says"), ("wrong-record", "illegible")}
    assert (summary["read"], summary["bytes_read"]) == (0, 0)
    assert "1 checksum compared" in backup.run("verify", "--checksums").stderr


def require_sound(backup: Backup, library: dict[str, Record]) -> None:
    """Nothing is wrong, and that is one line."""
    problems, summary = verify(backup, str(backup.photos), "--read-data", "--checksums", code=0)
    assert problems == []
    assert (summary["files"], summary["photos"], summary["objects"]) == (len(NAMES), len(NAMES), 4 * len(NAMES))
    assert (summary["read"], summary["bytes_read"]) == (len(NAMES), sum(record.size for record in library.values()))
    assert summary["checksums"] + summary["without_checksum"] == len(NAMES)
    sample = verify(backup, "--read-data", "20", code=0)[1]
    assert 0 < sample["read"] < len(NAMES)


def plant_all(backup: Backup, library: dict[str, Record]) -> Said:
    """All kinds of damage that there are, in the cloud and here; returns what verify has to say of them."""
    damage = Damage(backup)
    for name in ("shown", "trashed"):
        assert backup.run("rm", library[name].sha256, "--yes").returncode == 0
        (backup.photos / f"{name}.jpg").unlink()
    backup.make("new.jpg")
    (backup.photos / "edited.jpg").write_bytes(b"edited")
    plant(damage, library)
    damage.overwrite(library["web"].web_key, b"")
    damage.overwrite(library["empty"].original_key, b"")
    damage.lose_tables(library["gone"])
    for key in (library["gone"].original_key, library["gone"].thumb_key, library["gone"].web_key):
        damage.destroy(key)
    damage.destroy(damage.record_key(library["gone"]))
    damage.overwrite(f"thumb/{damage.me}/{'0' * 64}.webp", b"nobody's")
    damage.overwrite(f"original/{damage.me}/notes.txt", b"notes")
    return {
        ("not-backed-up", "new.jpg"),
        ("changed", "edited.jpg"),
        ("not-backed-up", "content"),
        ("missing-record", "content"),
        ("missing-record", "record"),
        ("missing-record", "json"),
        ("missing-object", "hidden"),
        ("missing-object", "destroyed"),
        ("missing-preview", "thumb"),
        ("missing-preview", "web"),
        ("missing-preview", "older"),
        ("wrong-size", "longer"),
        ("bad-bytes", "bytes"),
        ("wrong-size", "empty"),
        ("wrong-record", "disagree"),
        ("wrong-record", "says"),
        ("wrong-record", "illegible"),
        ("orphan", "stray"),
        ("orphan", "shown"),
        ("not-backed-up", "gone"),
        ("orphan", f"{'0' * 64}.webp"),
        ("foreign", "notes.txt"),
    }
