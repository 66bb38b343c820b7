"""What a person sees and types when photos were deleted elsewhere: by another machine, or with a stolen token."""

from pathlib import Path

from support.backup import Backup, json_lines, sha256
from support.local_stack import eventually

from photobak.client.account.api import ask_of_photos, changes_since


def test_two_machines_tell_of_a_stolen_token_until_its_owner_accepts(backup: Backup, tmp_path: Path) -> None:
    photos = backup.make(*(f"{number}.jpg" for number in range(3)))
    other = Backup(tmp_path / "other", backup.stack, backup.account)
    for photo in photos:
        (other.photos / photo.name).write_bytes(photo.read_bytes())
    assert backup.run("sync", "Pictures").returncode == other.run("sync", "Pictures").returncode == 0
    session = backup.session()
    before = changes_since(session, "").sequence
    ask_of_photos(session, "/photos", [sha256(photo) for photo in photos], method="DELETE", device="attic")
    eventually(lambda: changes_since(session, "").sequence > before)
    for machine in (backup, other):
        done = machine.run("sync", "Pictures", "--json")
        lines, summary = json_lines(done.stdout)
        assert done.returncode == 3
        assert (summary["deleted"], summary["scanned"], summary["unchanged"], summary["uploaded"]) == (3, 3, 0, 0)
        assert all("from attic, in the trash until" in line["reason"] for line in lines)
        said = machine.run("sync", "Pictures")
        assert said.returncode == 3  # so many are told by each run
        assert "3 files deleted elsewhere" in said.stderr
        assert "from attic" in said.stderr
        status = machine.run("status")
        assert not status.stdout.startswith("green")
        assert "3 photos deleted elsewhere" in status.stdout
        assert status.returncode == 3
    assert "Accepted the deletion of 1 photo." in backup.run("trash", "accept", sha256(photos[0])[:12]).stderr
    assert backup.run("sync", "Pictures").returncode == 3
    assert "Accepted the deletion of 2 photos." in backup.run("trash", "accept", "--all").stderr
    assert backup.run("sync", "Pictures").returncode == 0
    assert "nothing is backed up yet" in backup.run("status").stdout
    assert "no deleted photo 123456" in backup.run("trash", "accept", "123456").stderr
    assert backup.run("trash", "accept").returncode == 2


def test_recheck_is_offered_and_status_says_since_when_all_is_confirmed(backup: Backup) -> None:
    backup.make("a.jpg")
    backup.run("sync", "Pictures")
    assert backup.run("sync", "Pictures", "--recheck").returncode == 0
    status = backup.run("status")
    assert status.returncode == 0
    assert status.stdout.startswith("green")
    assert "1 photo safe in the cloud, each confirmed since 20" in status.stdout


def test_an_emptied_folder_is_told(backup: Backup) -> None:
    (photo,) = backup.make("a.jpg")
    backup.run("sync", "Pictures")
    photo.unlink()
    done = backup.run("sync", "Pictures")
    assert done.returncode == 3
    assert "is empty, but files were backed up from it. Is its disk mounted?" in done.stderr


def test_a_missing_folder_does_not_stop_the_others(backup: Backup) -> None:
    backup.make("a.jpg")
    done = backup.run("sync", "Pictures", "Nowhere")
    assert done.returncode == 3
    assert "Nowhere can't be backed up" in done.stderr
    assert len(backup.records()) == 1
    assert backup.run("sync", "Nowhere").returncode == 2
