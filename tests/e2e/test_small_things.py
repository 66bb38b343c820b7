"""Names, folders, lists and waiting: what makes a command fit into a day."""

import json
import subprocess
from pathlib import Path

from support.backup import Backup, json_lines, write_photo
from support.command_line import PHOTOBAK, environ_of

from photobak.client.index.file import run_lock


def named(output: str) -> set[str]:
    return {json.loads(line)["filename"] for line in output.splitlines()}


def test_photos_are_listed_restored_and_deleted_by_name_folder_and_list(backup: Backup) -> None:
    backup.make("Trips/Rome/IMG_1.jpg", "Trips/Oslo/IMG_2.jpg", "shots/shot 1.jpg", "shots/shot 2.jpg")
    (backup.photos / "Trips/Rome/IMG_1.xmp").write_text('<x:xmpmeta xmlns:x="adobe:ns:meta/">1</x:xmpmeta>')
    backup.sync()
    assert named(backup.run("ls", "--json").stdout) == {"IMG_1.jpg", "IMG_2.jpg", "shot 1.jpg", "shot 2.jpg"}
    assert named(backup.run("ls", "--json", "--kind", "sidecar").stdout) == {"IMG_1.xmp"}
    assert named(backup.run("ls", "--json", "--name", "img_*").stdout) == {"IMG_1.jpg", "IMG_2.jpg"}
    assert named(backup.run("ls", "--json", "--path", "trips/rome").stdout) == {"IMG_1.jpg"}
    got = backup.run("get", "--path", "Trips", "--to", str(backup.home / "to"), "--json")
    assert json_lines(got.stdout)[1]["restored"] == 3

    assert backup.run("rm", "--name", "nothing").returncode == 0
    assert backup.run("rm").returncode == 2
    deleted = backup.run("rm", "--name", "shot*", "--json")
    assert json_lines(deleted.stdout)[1]["trashed"] == 2
    listed = backup.home / "list"
    listed.write_text(backup.run("trash", "--json").stdout)
    restored = backup.run("trash", "restore", "--from-list", str(listed), "--json")
    assert json_lines(restored.stdout)[1]["restored"] == 2
    redated = backup.run("redate", "--from-list", str(listed), "--shift", "+1h", "--json")
    assert json_lines(redated.stdout)[1]["redated"] == 2
    again = backup.run("rm", "--from-list", str(listed), "--json")
    assert json_lines(again.stdout)[1]["trashed"] == 2
    listed.write_text("\n")
    assert backup.run("rm", "--from-list", str(listed)).returncode == 0


def test_a_run_waits_for_another_one_as_long_as_it_is_told(backup: Backup) -> None:
    write_photo(backup.photos / "a.jpg")
    with run_lock(backup.places, backup.profile):
        assert backup.run("sync", str(backup.photos)).returncode == 5
        assert backup.run("sync", "--wait-lock", "1s", str(backup.photos)).returncode == 5
        waiting = backup.start("sync", "--wait-lock", "2m", str(backup.photos))
        assert waiting.poll() is None
    assert "1 file safe" in waiting.communicate(timeout=200)[1]
    assert waiting.returncode == 0
    assert backup.run("sync", "--wait-lock", "soon", str(backup.photos)).returncode == 2


def test_rclone_lists_originals_with_the_credentials_of_photobak(backup: Backup) -> None:
    """The recipe of docs/recipes.md, with the local stack's address."""
    (photo,) = backup.make("a.jpg")
    backup.sync()
    (record,) = backup.records().values()
    command = f"env PHOTOBAK_HOME={backup.home / 'photobak'} {PHOTOBAK} credentials"
    config = backup.home / "aws"
    config.write_text(f"[profile photobak]\nregion = us-east-1\ncredential_process = {command}\n")
    endpoint = f'endpoint="{backup.stack.endpoint_url}"'
    remote = f":s3,provider=Other,env_auth,profile=photobak,region=us-east-1,{endpoint}:{backup.stack.outputs.bucket}"
    done = subprocess.run(
        [Path(PHOTOBAK).with_name("rclone"), "lsl", "--config", "", f"{remote}/original/{record.username}/"],
        env=environ_of(backup.home, AWS_CONFIG_FILE=str(config)),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.stdout.split()[0] == str(photo.stat().st_size), done.stderr
    assert done.stdout.strip().endswith(f"{record.sha256}.jpg")
