"""The recipes of docs/disaster.md, run as they stand there."""

import re
import shutil
import subprocess
import uuid
from pathlib import Path

from support.backup import Backup, contents
from support.command_line import PHOTOBAK, environ_of
from support.library_damage import Damage
from support.local_stack import root_client

from photobak.client.account.sign_in.hosted_ui import sign_in_local
from photobak.local.credentials import root_keys
from photobak.local.home import Home

PAGE = (Path(__file__).parents[2] / "docs" / "disaster.md").read_text("utf-8")


def recipes(heading: str) -> list[str]:
    """The blocks of commands below a heading."""
    section = PAGE.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    found = re.findall(r"```sh\n(.*?)```", section, re.DOTALL)
    assert found, heading
    return found


def follow(backup: Backup, recipe: str, **environment: str) -> None:
    """Run a recipe at a person's machine; every command in it must end well."""
    environ = environ_of(backup.home, **environment)
    environ["PATH"] = f"{Path(PHOTOBAK).parent}:{environ['PATH']}"
    done = subprocess.run(
        ["bash", "-euc", recipe], env=environ, cwd=backup.home, capture_output=True, text=True, timeout=240, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def with_photos(backup: Backup) -> Backup:
    """A person whose two photos and sidecar are backed up."""
    backup.make("2024/a.jpg", "b.jpg")
    (backup.photos / "b.xmp").write_text("<x:xmpmeta xmlns:x='adobe:ns:meta/'/>")
    assert backup.run("sync", str(backup.photos)).returncode == 0
    return backup


def test_the_laptop_is_lost(backup: Backup, tmp_path: Path) -> None:
    lost = contents(with_photos(backup).photos)
    records = backup.records()
    new = Backup(tmp_path / "new", backup.stack, backup.account)
    (recipe,) = recipes("The laptop is lost")
    follow(new, recipe)
    assert contents(new.photos) == lost
    assert new.records() == records


def test_the_tables_are_lost(backup: Backup) -> None:
    records = with_photos(backup).records()
    Damage(backup).lose_tables(*records.values())
    assert backup.records() == {}
    (recipe,) = recipes("The tables are lost")
    follow(backup, recipe)
    assert backup.records() == records


def test_the_bucket_is_damaged(backup: Backup) -> None:
    records = with_photos(backup).records()
    damage = Damage(backup)
    first, second, third = records.values()
    damage.hide(first.original_key)
    damage.overwrite(second.original_key, b"x" * second.size)
    damage.destroy(third.original_key)
    (recipe,) = recipes("The bucket is damaged")
    follow(backup, recipe)
    assert backup.records() == records
    backup.require_restorable(backup.home / "restored")


def test_the_password_is_lost(backup: Backup) -> None:
    keys, outputs = root_keys(Home.at(backup.stack.home)), backup.stack.outputs
    password = uuid.uuid4().hex
    (recipe,) = recipes("The password is lost")
    follow(
        backup,
        recipe,
        AWS_ACCESS_KEY_ID=keys.access_key_id,
        AWS_SECRET_ACCESS_KEY=keys.secret_access_key,
        AWS_DEFAULT_REGION=backup.stack.region,
        AWS_ENDPOINT_URL=backup.stack.endpoint_url,
        USER_POOL_ID=outputs.user_pool_id,
        EMAIL=backup.account.username,
        NEW_PASSWORD=password,
    )
    assert sign_in_local(backup.profile, backup.account.username, password).id_token
    user = root_client(backup.stack, "cognito-idp").admin_get_user(
        UserPoolId=outputs.user_pool_id, Username=backup.account.username
    )
    assert user["UserStatus"] == "CONFIRMED"


def test_the_aws_account_is_lost(backup: Backup, tmp_path: Path) -> None:
    lost = contents(with_photos(backup).photos)
    before, after = recipes("The AWS account is lost")
    follow(backup, before)
    new = Backup(tmp_path / "new", backup.stack)
    shutil.copytree(backup.home / "copy", new.home / "copy")
    follow(new, after)
    assert {record.sha256 for record in new.records().values()} == set(lost.values())
