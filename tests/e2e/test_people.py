"""`photobak people`: a family shares one cloud, nobody sees another's photos, and who is disabled gets nothing more."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest
from support.backup import Backup, contents, json_lines, write_photo
from support.command_line import environ_of, photobak

from photobak.client.account.session import keep_sign_in, open_session
from photobak.client.account.sign_in.authorization import SignInRefused
from photobak.client.account.sign_in.hosted_ui import sign_in_local
from photobak.client.places import places
from photobak.client.profile import Profile, load_profile
from photobak.errors import SignInNeeded
from photobak.local.credentials import root_keys
from photobak.local.home import Home


def join(home: Path, stack: Path, settings: str, email: str, password: str) -> Profile:
    """What the invited person does: put the settings into config.toml, and sign in."""
    here = places(environ_of(home))
    here.config.parent.mkdir(mode=0o700)
    for folder in (here.config, here.state):
        folder.mkdir(mode=0o700)
    (here.state / "local").symlink_to(stack)  # so that no other local stack is started
    here.config_file.write_text(settings)
    here.config_file.chmod(0o600)
    profile = load_profile(here, None)
    assert profile is not None
    keep_sign_in(profile, here, {"PHOTOBAK_TOKEN_STORE": "file"}, sign_in_local(profile, email, password))
    return profile


def test_a_family_shares_one_cloud_and_nobody_sees_the_others_photos(backup: Backup, tmp_path: Path) -> None:
    backup.make("mine.jpg")
    backup.sync()
    (mine,) = backup.records().values()
    email = f"ann-{os.urandom(4).hex()}@example.com"
    invited = json.loads(backup.run("people", "invite", email, "--json").stdout)
    assert invited["invited"]
    ann = tmp_path / "ann"
    ann.mkdir()
    profile = join(ann, backup.stack.home, invited["settings"], email, invited["password"])

    pictures = ann / "Pictures"
    write_photo(pictures / "hers.jpg")
    assert photobak(ann, "sync", str(pictures)).returncode == 0
    listed = [json.loads(line)["filename"] for line in photobak(ann, "ls", "--json").stdout.splitlines()]
    assert listed == ["hers.jpg"]
    assert "there is no photo" in photobak(ann, "get", mine.sha256, "--to", str(ann / "to")).stderr
    assert photobak(ann, "rm", mine.sha256, "--yes").returncode == 1
    assert set(backup.records()) == {mine.sha256}

    people = [json.loads(line) for line in backup.run("people", "list", "--json").stdout.splitlines()]
    assert {"email": email, "state": "active"}.items() <= next(
        each for each in people if each["email"] == email
    ).items()
    assert backup.run("people", "disable", email.upper()).returncode == 0
    with pytest.raises(SignInRefused):
        sign_in_local(profile, email, invited["password"])
    session = open_session(profile, places(environ_of(ann)))
    kept = session._read()
    session._keep(kept.with_tokens(replace(kept.tokens, expires_at=0)))
    with pytest.raises(SignInNeeded):
        session.id_token()
    assert photobak(ann, "token").returncode == 4

    again = json.loads(backup.run("people", "invite", email, "--json").stdout)
    assert (again["invited"], again["password"]) == (False, None)
    keep_sign_in(profile, places(environ_of(ann)), {}, sign_in_local(profile, email, invited["password"]))
    got = photobak(ann, "get", "--all", "--layout", "source", "--to", str(ann / "to"), "--json")
    assert json_lines(got.stdout)[1]["restored"] == 1
    assert contents(ann / "to") == contents(pictures)


def test_with_aws_credentials_as_for_deploy(backup: Backup, tmp_path: Path) -> None:
    keys = root_keys(Home.at(backup.stack.home))
    owner = {
        "AWS_ENDPOINT_URL": backup.stack.endpoint_url,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
    }
    arguments = ("people", "list", "--region", backup.stack.region, "--json")
    done = photobak(tmp_path, *arguments, **owner)
    assert done.returncode == 0, done.stderr
    assert backup.account.username in {json.loads(line)["email"] for line in done.stdout.splitlines()}
    other = photobak(tmp_path, *arguments, "--stack-name", "other", **owner)
    assert (other.returncode, "there is no stack other" in other.stderr) == (1, True)
    assert photobak(tmp_path, *arguments, AWS_ENDPOINT_URL=backup.stack.endpoint_url).returncode == 1


def test_mistakes_are_named(backup: Backup) -> None:
    unknown = backup.run("people", "disable", "nobody@example.com")
    assert (unknown.returncode, "nobody has the address" in unknown.stderr) == (2, True)
    bad = backup.run("people", "invite", "not an address")
    assert bad.returncode in (1, 2)
    assert "not an address" in bad.stderr
