"""The local stack's own people, with the real template: signed in by ``local up``, then by hand, then out."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.chromium import Chromium
from support.command_line import photobak
from support.terminal import terminal


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("home")
    try:
        up = photobak(folder, "local", "up")
        assert up.returncode == 0, up.stderr
        yield folder
    finally:
        photobak(folder, "local", "down")


def who(home: Path, *profile: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(photobak(home, *profile, "whoami", "--json").stdout)
    return found


def test_a_person_signs_in_again_by_the_browser_and_is_the_same_person(chromium: Chromium, home: Path) -> None:
    before = who(home)
    photobak(home, "logout")
    asked = photobak(home, "ls")
    assert (asked.returncode, asked.stdout) == (4, "")
    assert "photobak login (or photobak local up)" in asked.stderr

    status = json.loads(photobak(home, "local", "status", "--json", "--show-password").stdout)
    account = status["accounts"][0]
    with chromium.page() as page, terminal(home, "login", "--no-browser") as running:
        page.goto(running.until(r"http://127\.0\.0\.1:\d+/oauth2/authorize\?\S+").group())
        page.fill("input[name=username]", account["username"])
        page.fill("input[name=password]", account["password"])
        page.click("button[type=submit]")
        running.until("Signed in as")
        assert running.process.wait(60) == 0
    after = who(home)
    assert (after["email"], after["identity_id"]) == (account["username"], before["identity_id"])
    assert photobak(home, "ls").returncode == 0


def test_after_logout_local_up_signs_in_again(home: Path) -> None:
    before = who(home)
    photobak(home, "logout")
    assert photobak(home, "local", "up").returncode == 0
    assert who(home)["identity_id"] == before["identity_id"]


def test_a_second_account_is_another_person_and_survives_the_firsts_logout(home: Path) -> None:
    assert photobak(home, "local", "user", "second").returncode == 0
    assert who(home, "--profile", "local-second")["identity_id"] != who(home)["identity_id"]
    photobak(home, "logout")
    assert who(home, "--profile", "local-second")["email"].startswith("second@")
    assert photobak(home, "local", "up").returncode == 0


def test_credentials_are_the_owners_and_read_only(home: Path) -> None:
    import boto3
    from botocore.exceptions import ClientError

    found = json.loads(photobak(home, "credentials").stdout)
    status = json.loads(photobak(home, "local", "status", "--json").stdout)
    config = (home / "photobak" / "config" / "config.toml").read_text()
    bucket = next(line.split('"')[1] for line in config.splitlines() if line.startswith("bucket"))
    s3 = boto3.client(
        "s3",
        endpoint_url=status["endpoint_url"],
        region_name=who(home)["region"],
        aws_access_key_id=found["AccessKeyId"],
        aws_secret_access_key=found["SecretAccessKey"],
        aws_session_token=found["SessionToken"],
    )
    assert s3.list_objects_v2(Bucket=bucket, Prefix=f"original/{who(home)['identity_id']}/")["KeyCount"] == 0
    for write in (
        lambda: s3.put_object(Bucket=bucket, Key="original/x", Body=b""),
        lambda: s3.delete_object(Bucket=bucket, Key="original/x"),
        lambda: s3.delete_bucket(Bucket=bucket),
    ):
        with pytest.raises(ClientError, match="AccessDenied"):
            write()
