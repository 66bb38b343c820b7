"""Originals in Glacier: what it takes to have them is said, they are thawed when that is asked for, and come."""

from pathlib import Path

from support.backup import Backup, contents, json_lines
from support.library_damage import Damage

ARGUMENTS = ("get", "--all", "--layout", "flat", "--json", "--to")


def freeze(person: Backup, storage_class: str, *names: str) -> None:
    """Do what lifecycle does on AWS."""
    damage = Damage(person)
    for record in person.records().values():
        if record.filename in names:
            damage.freeze(record, storage_class)


def test_they_are_counted_then_thawed_then_fetched(backup: Backup, tmp_path: Path) -> None:
    backup.make("a.jpg", "deep.jpg", "deeper.jpg", "ice.jpg")
    backup.sync()
    freeze(backup, "DEEP_ARCHIVE", "deep.jpg", "deeper.jpg")
    freeze(backup, "GLACIER", "ice.jpg")
    to = str(tmp_path / "to")

    done = backup.run(*ARGUMENTS, to)
    lines, summary = json_lines(done.stdout)
    assert (done.returncode, summary["restored"], summary["thawing"], summary["failed"]) == (3, 1, 3, 0)
    assert {line["reason"] for line in lines if line["result"] == "thawing"} == {
        "it is archived in DEEP_ARCHIVE",
        "it is archived in GLACIER",
    }
    size = sum((backup.photos / name).stat().st_size for name in ("deep.jpg", "deeper.jpg")) / 1000
    said = f"2 originals ({size:.1f} kB) archived in DEEP_ARCHIVE. To retrieve them, add --thaw standard"
    assert f"{said} (up to 12 hours, about $0.00), or --thaw bulk (up to 48 hours, about $0.00)." in done.stderr
    assert sorted(path.name for path in (tmp_path / "to").iterdir()) == ["a.jpg"]

    asked = backup.run(*ARGUMENTS, to, "--thaw", "bulk")
    lines, summary = json_lines(asked.stdout)
    assert (asked.returncode, summary["existing"], summary["thawing"]) == (3, 1, 3)
    assert {line["reason"] for line in lines if line["result"] == "thawing"} == {"it is being thawed"}
    assert "2 originals" in asked.stderr
    assert "being retrieved from DEEP_ARCHIVE; this takes up to 12 (standard) or 48 (bulk) hours" in asked.stderr

    waited = backup.run(*ARGUMENTS, to, "--wait")
    _, summary = json_lines(waited.stdout)
    assert (waited.returncode, summary["matched"], summary["thawing"]) == (0, 4, 0)
    assert contents(tmp_path / "to") == contents(backup.photos)
