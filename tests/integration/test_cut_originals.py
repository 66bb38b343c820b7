"""Originals that are empty or cut on the server: found with their ids, never the end of a run, and sent again."""

from pathlib import Path

import pytest
from support.backup import Backup, json_lines, sha256

from photobak.photo.record import Record


def stored_file(backup: Backup, record: Record) -> Path:
    """Where the local stack keeps an original on its disk."""
    (found,) = (path for path in backup.stack.home.rglob(Path(record.original_key).name) if "original" in path.parts)
    return found


@pytest.mark.parametrize("left", [0, 1000, 200_000])
def test_it_is_found_told_and_sent_again(backup: Backup, left: int) -> None:
    cut, sound = backup.make("cut.jpg", "sound.jpg", size=300_000)
    assert backup.run("sync", "Pictures").returncode == 0
    file = stored_file(backup, backup.records()[sha256(cut)])
    whole = file.read_bytes()
    file.write_bytes(whole[:left])

    found = backup.run("verify", "--read-data", "--json")
    (problem,), summary = json_lines(found.stdout)
    assert found.returncode == 3
    assert (problem["problem"], problem["sha256"]) == ("bad-bytes", sha256(cut))
    assert summary["read"] == 2

    got = backup.run("get", "--all", "--to", "restored")
    assert got.returncode == 3
    assert "1 file restored" in got.stderr
    assert "Type: photobak verify --read-data" in got.stderr
    assert "local stack" not in got.stderr

    moved = cut.rename(backup.photos / "moved.jpg")  # so that the index knows of no file with these bytes
    repaired = backup.run("repair", "--read-data", "--json")
    assert repaired.returncode == 3, repaired.stdout
    (line,), _ = json_lines(repaired.stdout)
    assert (line["sha256"], line["result"], line["problems"]) == (sha256(moved), "failed", ["bad-bytes"])

    moved.rename(cut)
    repaired = backup.run("repair", "--read-data", "Pictures", "--json")
    assert repaired.returncode == 0, repaired.stdout
    lines, _ = json_lines(repaired.stdout)
    assert [(line["sha256"], line["result"]) for line in lines] == [(sha256(cut), "sent")]
    assert file.read_bytes() == whole
    assert backup.run("verify", "--read-data", "Pictures").returncode == 0
    assert sha256(sound) in backup.records()
