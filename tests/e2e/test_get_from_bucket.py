"""The table is lost, the functions are, the sign-in is: the bucket and any AWS credentials bring everything back."""

import hashlib
import json
from pathlib import Path

import pytest
from support.backup import Backup, contents, json_lines
from support.command_line import photobak
from support.local_stack import root_client

from photobak.local.credentials import root_keys
from photobak.local.home import Home
from photobak.photo.keys import record_key


@pytest.fixture
def keys(backup: Backup) -> dict[str, str]:
    """The credentials of whoever owns the account, as AWS tools find them."""
    found = root_keys(Home.at(backup.stack.home))
    return {
        "AWS_ACCESS_KEY_ID": found.access_key_id,
        "AWS_SECRET_ACCESS_KEY": found.secret_access_key,
        "AWS_ENDPOINT_URL": backup.stack.endpoint_url,
        "AWS_REGION": backup.stack.region,
    }


def test_everything_comes_back(backup: Backup, keys: dict[str, str], tmp_path: Path) -> None:
    backup.make("2024/a.jpg", "b.jpg", "lost.jpg", "spoilt.jpg", "deleted.jpg", "caf\u00e9.jpg")
    (backup.photos / "copy of b.jpg").write_bytes((backup.photos / "b.jpg").read_bytes())
    backup.sync()
    identity, bucket, s3 = backup.session().identity_id, backup.profile.bucket, root_client(backup.stack, "s3")
    hashes = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in backup.photos.rglob("*.jpg")}
    assert backup.run("rm", hashes["deleted.jpg"]).returncode == 0
    backup.run("album", "create", "Summer", "--description", "at the sea")
    assert backup.run("album", "add", "Summer", hashes["b.jpg"]).returncode == 0
    s3.put_object(Bucket=bucket, Key=f"album/{identity}/0123456789abcdef.json", Body=b"{")
    s3.delete_object(Bucket=bucket, Key=record_key(identity, hashes["lost.jpg"]))
    s3.put_object(Bucket=bucket, Key=record_key(identity, hashes["spoilt.jpg"]), Body=b'{"sha256": "../../etc"}')
    (backup.photos / "deleted.jpg").unlink()

    new_machine = tmp_path / "new"
    new_machine.mkdir()
    alone = ("get", "--from-bucket", bucket, "--identity", identity, "--json")
    arguments = ("--all", "--layout", "source", "--to", str(tmp_path / "to"))
    done = photobak(new_machine, *alone, *arguments, **keys)
    assert done.returncode == 0, done.stderr
    assert json_lines(done.stdout)[1]["restored"] == 6
    assert contents(tmp_path / "to") == contents(backup.photos)
    kept = [path.name for path in (new_machine / "photobak").rglob("*") if path.is_file()]
    assert kept in ([], ["photobak.log"])

    photobak(new_machine, *alone, hashes["b.jpg"][:8], "--to", str(tmp_path / "one"), **keys).check_returncode()
    assert list(contents(tmp_path / "one").values()) == [hashes["b.jpg"]]  # of twins either may have given the name
    out = tmp_path / "export"
    photobak(new_machine, "export", str(out), *alone[1:], "--layout", "source", **keys).check_returncode()
    assert json.loads((out / "albums.jsonl").read_text())["description"] == "at the sea"
    assert "<rdf:li>Summer</rdf:li>" in (out / "b.jpg.xmp").read_text()
    none = photobak(new_machine, *alone, "--until", "2023", "--to", str(tmp_path / "none"), **keys)
    assert json_lines(none.stdout)[1]["matched"] == 0


@pytest.mark.parametrize(
    ("arguments", "environment", "code", "said"),
    [
        (["--from-bucket", "no-such-bucket", "--all"], {}, 1, "the bucket no-such-bucket can't be opened: 404"),
        (["--from-bucket", "{bucket}", "--all"], {"AWS_ACCESS_KEY_ID": "AKIAWRONG"}, 1, "can't be opened: 403"),
        (
            ["--from-bucket", "{bucket}", "--all"],
            {"AWS_ACCESS_KEY_ID": ""},
            1,
            "there are no AWS credentials. Set AWS_P",
        ),
        (
            ["--from-bucket", "{bucket}", "ffffffffffff", "--identity", "{identity}"],
            {},
            1,
            "there is no photo ffffffffffff",
        ),
        (["--identity", "us-east-1:0", "--all"], {}, 2, "--identity needs --from-bucket"),
    ],
)
def test_what_is_missing_is_said(
    backup: Backup, keys: dict[str, str], arguments: list[str], environment: dict[str, str], code: int, said: str
) -> None:
    words = {"bucket": backup.profile.bucket, "identity": backup.session().identity_id}
    environment = {"AWS_EC2_METADATA_DISABLED": "true", **environment}
    done = photobak(backup.home, "get", *(each.format(**words) for each in arguments), **{**keys, **environment})
    assert (done.returncode, done.stdout) == (code, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert keys["AWS_SECRET_ACCESS_KEY"] not in done.stderr


def test_whose_photos_are_meant_has_to_be_said_where_there_are_several(
    backup: Backup, keys: dict[str, str], tmp_path: Path
) -> None:
    other = Backup(tmp_path / "other", backup.stack)
    for person in (backup, other):
        person.make("a.jpg")
        person.sync()
    done = photobak(backup.home, "get", "--all", "--from-bucket", backup.profile.bucket, **keys)
    assert done.returncode == 2
    assert "people have photos in" in done.stderr
    assert other.session().identity_id in done.stderr
    assert "Say whose are meant with --identity" in done.stderr
