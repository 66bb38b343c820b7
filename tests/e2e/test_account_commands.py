"""login, logout, whoami, token and credentials as processes, against a real user pool; and what they never show."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from support.command_line import environ_of, photobak
from support.issuer import Issuer
from support.user_pool import UserPool, free_ports, user_pool

from photobak.client.account.session import Session, keep_sign_in
from photobak.client.account.sign_in import hosted_ui
from photobak.client.account.sign_in.hosted_ui import sign_in_local
from photobak.client.account.tokens.file import FileStore
from photobak.client.account.tokens.interface import SignIn
from photobak.client.places import Places, places
from photobak.client.profile import save_profile

PORTS = free_ports(1)


@pytest.fixture(scope="module")
def pool(tmp_path_factory: pytest.TempPathFactory) -> Iterator[UserPool]:
    with user_pool(tmp_path_factory.mktemp("pool"), PORTS) as running:
        yield running


def places_of(home: Path) -> Places:
    return places(environ_of(home))


def sign_in(pool: UserPool, home: Path, name: str = "ann", profile_name: str = "local", **changes: int) -> SignIn:
    """As ``local up`` does."""
    profile = replace(pool.profile, name=profile_name)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hosted_ui, "CALLBACK_PORTS", PORTS)
        tokens = replace(sign_in_local(profile, name, pool.passwords[name]), **changes)
    save_profile(places_of(home), profile)
    keep_sign_in(profile, places_of(home), {}, tokens)
    return kept(home, profile_name)


def kept(home: Path, profile_name: str = "local") -> SignIn:
    found = FileStore.of(places_of(home), profile_name).read()
    assert found
    return found


def test_whoami_says_who_where_and_until_when(pool: UserPool, tmp_path: Path) -> None:
    sign_in(pool, tmp_path)
    shown = photobak(tmp_path, "whoami")
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "ann@example.org  (profile local, the local stack)" in shown.stdout
    found = json.loads(photobak(tmp_path, "whoami", "--json").stdout)
    assert found["email"] == "ann@example.org"
    assert found["identity_id"].startswith("eu-central-1:")
    assert datetime.fromisoformat(found["ends_at"]) > datetime.now(UTC) + timedelta(days=364)


def test_token_prints_one_token_that_is_good(pool: UserPool, tmp_path: Path) -> None:
    before = sign_in(pool, tmp_path)
    assert photobak(tmp_path, "token").stdout == before.tokens.id_token + "\n"
    sign_in(pool, tmp_path, expires_at=int(time.time()) + 200)
    renewed = photobak(tmp_path, "token").stdout.strip()
    assert renewed == kept(tmp_path).tokens.id_token != before.tokens.id_token


def test_credentials_are_what_the_aws_sdks_expect(pool: UserPool, tmp_path: Path) -> None:
    sign_in(pool, tmp_path)
    found = json.loads(photobak(tmp_path, "credentials").stdout)
    assert found["Version"] == 1
    assert set(found) == {"Version", "AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"}
    assert datetime.fromisoformat(found["Expiration"]) > datetime.now(UTC) + timedelta(minutes=50)
    assert json.loads(photobak(tmp_path, "credentials").stdout) == found, "kept, not asked for again"


def test_the_aws_cli_lists_by_credential_process(pool: UserPool, tmp_path: Path) -> None:
    aws = Path(sys.executable).with_name("aws")
    if not aws.exists():
        pytest.skip("the AWS CLI isn't installed: pip install awscli")
    sign_in(pool, tmp_path)
    command = f"{shutil.which('env')} PHOTOBAK_HOME={tmp_path / 'photobak'} {aws.with_name('photobak')} credentials"
    (tmp_path / "aws").write_text(f"[default]\ncredential_process = {command}\nregion = eu-central-1\n")
    listed = subprocess.run(
        [aws, "--endpoint-url", pool.url, "s3", "ls", f"s3://{pool.profile.bucket}"],
        env=environ_of(tmp_path, AWS_CONFIG_FILE=str(tmp_path / "aws")),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert listed.stdout.endswith("hello.txt\n"), listed.stderr


def test_an_sdk_client_renews_its_credentials_and_ignores_the_users_own(
    pool: UserPool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {
        "AWS_PROFILE": "none-such",
        "AWS_ACCESS_KEY_ID": "AKIAOTHER",
        "AWS_SECRET_ACCESS_KEY": "other",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(name, value)
    sign_in(pool, tmp_path)
    minutes_ahead = 0
    session = Session(
        pool.profile,
        places_of(tmp_path),
        FileStore.of(places_of(tmp_path), "local"),
        now=lambda: time.time() + minutes_ahead * 60,
    )
    client = session.client("s3")
    credentials = client._request_signer._credentials
    credentials._time_fetcher = lambda: datetime.now(UTC) + timedelta(minutes=minutes_ahead)
    used = []
    for later in (0, 30, 52):
        minutes_ahead = later
        assert client.list_objects_v2(Bucket=pool.profile.bucket)["KeyCount"] == 1
        used.append(credentials.access_key)
    assert used[0] == used[1] != used[2]


def test_after_logout_the_refresh_token_is_refused_and_every_command_asks_to_sign_in(
    pool: UserPool, tmp_path: Path
) -> None:
    before = sign_in(pool, tmp_path)
    out = photobak(tmp_path, "logout")
    assert (out.returncode, out.stdout, out.stderr) == (0, "", "Signed out of local.\n")
    for command in ("whoami", "token", "credentials"):
        asked = photobak(tmp_path, command)
        assert (asked.returncode, asked.stdout) == (4, "")
        assert "nobody is signed in" in asked.stderr
        assert "photobak login (or photobak local up)" in asked.stderr
    assert "Was not signed in" in photobak(tmp_path, "logout").stderr
    keep_sign_in(pool.profile, places_of(tmp_path), {}, replace(before.tokens, expires_at=0))  # a copy made before
    refused = photobak(tmp_path, "token")
    assert refused.returncode == 4
    assert "is over" in refused.stderr


def test_two_profiles_live_side_by_side(pool: UserPool, tmp_path: Path) -> None:
    sign_in(pool, tmp_path, "ann", "local")
    sign_in(pool, tmp_path, "bob", "other")
    asked = [
        json.loads(photobak(tmp_path, *given, "whoami", "--json", **environ).stdout)["email"]
        for given, environ in (
            ((), {}),
            (("--profile", "other"), {}),
            ((), {"PHOTOBAK_PROFILE": "other"}),
            (("--profile", "local"), {"PHOTOBAK_PROFILE": "other"}),
        )
    ]
    assert asked == ["ann@example.org", "bob@example.org", "bob@example.org", "ann@example.org"]
    photobak(tmp_path, "--profile", "other", "logout")
    assert photobak(tmp_path, "whoami").returncode == 0
    assert photobak(tmp_path, "--profile", "other", "whoami").returncode == 4


def test_without_a_cloud_it_says_how_to_get_one(tmp_path: Path) -> None:
    for command in ("login", "logout", "whoami", "token", "credentials"):
        said = photobak(tmp_path, command)
        assert said.returncode == 1
        assert "photobak local up" in said.stderr
    kept = [path.name for path in (tmp_path / "photobak").rglob("*") if path.is_file()]
    assert kept in ([], ["photobak.log"])


def test_a_sign_in_that_ends_soon_warns_on_stderr_alone(pool: UserPool, tmp_path: Path) -> None:
    sign_in(pool, tmp_path, signed_in_at=int(time.time()) - 360 * 86400)
    said = photobak(tmp_path, "token")
    assert said.stdout.count(".") == 2
    assert "The sign-in of profile local ends in 4 days. Renew it: photobak login" in said.stderr


def test_a_loose_token_file_is_refused_and_said_how_to_mend(pool: UserPool, tmp_path: Path) -> None:
    sign_in(pool, tmp_path)
    path = FileStore.of(places_of(tmp_path), "local").path
    path.chmod(0o644)
    said = photobak(tmp_path, "token")
    assert (said.returncode, said.stdout) == (1, "")
    mend = said.stderr.partition("Close it with: ")[2].strip()
    subprocess.run(mend.split(), check=True)
    assert photobak(tmp_path, "token").returncode == 0


def test_a_hanging_keyring_is_a_message_and_no_stuck_cron_job(pool: UserPool, tmp_path: Path) -> None:
    """A backend that never answers, chosen the way keyring's own users choose one."""
    sign_in(pool, tmp_path)
    FileStore.of(places_of(tmp_path), "local").remove()
    (tmp_path / "hanging.py").write_text(
        "import threading\n"
        "from keyring.backend import KeyringBackend\n"
        "class Keyring(KeyringBackend):\n"
        "    priority = 9\n"
        "    def get_password(self, service, username): threading.Event().wait()\n"
        "    def set_password(self, service, username, password): threading.Event().wait()\n"
        "    def delete_password(self, service, username): threading.Event().wait()\n"
    )
    began = time.monotonic()
    said = photobak(
        tmp_path,
        "token",
        PHOTOBAK_TOKEN_STORE="keyring",
        PYTHON_KEYRING_BACKEND="hanging.Keyring",
        PYTHONPATH=str(tmp_path),
    )
    assert said.returncode == 4
    assert "didn't answer within 10 seconds" in said.stderr
    assert "PHOTOBAK_TOKEN_STORE=file photobak login" in said.stderr
    assert time.monotonic() - began < 15


def secrets_of(sign_in: SignIn) -> list[str]:
    found = [sign_in.tokens.id_token, sign_in.tokens.refresh_token]
    found += [sign_in.tokens.id_token.rpartition(".")[2], sign_in.tokens.refresh_token.rpartition(".")[2]]
    if sign_in.credentials:
        found += [sign_in.credentials.secret_access_key, sign_in.credentials.session_token]
    return found


def test_nothing_secret_is_in_the_most_talkative_log(pool: UserPool, tmp_path: Path) -> None:
    sign_in(pool, tmp_path, expires_at=0)
    said = [photobak(tmp_path, "-vv", "whoami"), photobak(tmp_path, "-vv", "credentials")]
    secrets = secrets_of(kept(tmp_path))
    said.append(photobak(tmp_path, "-vv", "logout"))
    assert all(ran.returncode == 0 for ran in said)
    assert any("/oauth2/token: 200" in ran.stderr for ran in said), "the log is on"
    assert len(secrets) == 6
    assert not [secret for ran in said for secret in secrets if secret in ran.stderr]


@pytest.mark.parametrize("fault", [400, 403, 503, "gone", "nonsense"])
def test_nothing_secret_is_in_a_traceback(tmp_path: Path, fault: int | str) -> None:
    with Issuer().running() as issuer:
        save_profile(places_of(tmp_path), issuer.profile())
        keep_sign_in(issuer.profile(), places_of(tmp_path), {}, issuer.tokens(good_for=0))
        if isinstance(fault, int):
            issuer.failing_with = fault
        elif fault == "nonsense":
            issuer.sign = lambda claims: "no.token.atall"
        if fault != "gone":
            said = photobak(tmp_path, "-vv", "credentials")
    if fault == "gone":
        said = photobak(tmp_path, "-vv", "credentials")
    assert said.returncode == 1
    assert "Traceback" in said.stderr
    assert not [secret for secret in secrets_of(kept(tmp_path, "test")) if secret in said.stderr]


def test_no_secret_is_in_the_process_list(tmp_path: Path) -> None:
    """While a slow renewal runs, another user looks at what this one runs and with which arguments."""
    with Issuer().running() as issuer:
        save_profile(places_of(tmp_path), issuer.profile())
        keep_sign_in(issuer.profile(), places_of(tmp_path), {}, issuer.tokens(good_for=0))
        secrets = secrets_of(kept(tmp_path, "test"))
        issuer.delay = 1
        running = subprocess.Popen(
            [Path(sys.executable).with_name("photobak"), "credentials"],
            env=environ_of(tmp_path),
            stdout=subprocess.PIPE,
        )
        seen = ""
        while running.poll() is None:
            seen += subprocess.run(["ps", "-ww", "-eo", "args="], capture_output=True, text=True, check=True).stdout
        assert running.communicate()[0]
    assert "photobak credentials" in seen
    assert not [secret for secret in secrets if secret in seen]


def test_what_is_written_down_outside_the_token_store_holds_no_secret(pool: UserPool, tmp_path: Path) -> None:
    sign_in(pool, tmp_path)
    photobak(tmp_path, "credentials")
    photobak(tmp_path, "whoami")
    secrets = [secret.encode() for secret in secrets_of(kept(tmp_path))]
    holding = [
        path
        for folder, _, names in os.walk(tmp_path)
        for path in (Path(folder, name) for name in names)
        if any(secret in path.read_bytes() for secret in secrets)
    ]
    assert holding == [FileStore.of(places_of(tmp_path), "local").path]
