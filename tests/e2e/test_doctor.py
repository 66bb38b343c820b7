"""``photobak doctor``: each planted fault is named with its cure, and the cure, typed as it is printed, works."""

import json
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from support.backup import Backup
from support.command_line import PHOTOBAK, environ_of

from photobak.client.account.tokens.file import FileStore
from photobak.client.index.confirmations import Confirmations
from photobak.client.index.index import Index
from photobak.client.profile import save_profile
from photobak.client.scheduled import Schedule, save_schedule

SUPPORT = Path(__file__).parents[1] / "support"
CRON = SUPPORT / "schedulers" / "cron"
IS_RIGHT_AGAIN = "sudo() { unset PHOTOBAK_TEST_CLOCK; }"


def doctor(backup: Backup, before: str = "", **more: str) -> dict[str, dict[str, Any]]:
    """Run ``doctor`` in a shell, after some commands; returns the checks by name, without the summary."""
    environ = environ_of(backup.home, **more)
    environ["PATH"] = f"{Path(PHOTOBAK).parent}:{CRON}:{environ['PATH']}"
    environ["PHOTOBAK_SCHEDULE_SCHEDULER"] = "cron"
    script = f"{before}\necho; exec photobak doctor --json"
    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env=environ,
        cwd=backup.home,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    entries = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"type": "')]
    entries = [
        each for each in entries if each["type"] in ("check", "summary") and ("check" in each or "checks" in each)
    ]
    *checks, summary = entries
    failed = [each for each in checks if not each["ok"]]
    assert all(each["cure"] for each in failed)
    assert (summary["type"], summary["checks"], summary["failed"]) == ("summary", len(checks), len(failed)), done.stderr
    assert done.returncode == (3 if failed else 0), done.stderr
    return {each["check"]: each for each in checks}


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong."""

    name: str
    checks: tuple[str, ...]
    """The checks that notice it."""
    cure: str
    """What the cure begins with."""
    plant: Callable[[Backup], None] = lambda _backup: None
    environ: dict[str, str] = field(default_factory=dict)
    before: str = ""
    """What a person has set up, so that the cure can be typed."""


def append(backup: Backup, text: str) -> None:
    with backup.places.config_file.open("a") as file:
        file.write(text)


def newer(backup: Backup) -> None:
    path = backup.places.config_file
    path.write_text(f"version = 9\n{path.read_text()}")


def open_token(backup: Backup) -> None:
    FileStore.of(backup.places, backup.profile.name).path.chmod(0o644)


def sign_out_and_move(backup: Backup) -> None:
    FileStore.of(backup.places, backup.profile.name).remove()
    save_profile(backup.places, replace(backup.profile, api_url="http://127.0.0.1:1"))


def lock_folder(backup: Backup) -> None:
    path = backup.places.state / f"{backup.profile.name}.run.lock"
    path.unlink(missing_ok=True)
    path.mkdir()


def cut_off(backup: Backup) -> None:
    with Index.open(backup.index_file) as index:
        Confirmations(index).note_begun(time.time() + 1)


def damage_index(backup: Backup) -> None:
    backup.index_file.write_bytes(b"no database" * 1000)


def failed_night(backup: Backup) -> None:
    now = time.time()
    save_schedule(backup.places, "default", Schedule("03:00", "cron", now - 90_000, now - 80_000, now - 79_000, 1))
    (backup.home / "crontab").write_text(
        "# photobak schedule, profile default; change it with: photobak schedule\n0 * * * * true\n"
    )


def lost_entry(backup: Backup) -> None:
    save_schedule(backup.places, "default", Schedule("03:00", "cron", time.time()))


def wrong_ca(backup: Backup) -> None:
    (backup.home / "ca.pem").write_text("no certificate\n")


FOLDERS = "export PHOTOBAK_FOLDERS_PATHS=$HOME/Pictures"
FAULTS = [
    Fault("unknown setting", ("config",), "photobak config edit", lambda b: append(b, "\n[limits]\njob = 1\n"),
          {"EDITOR": "sed -i /job/d"}),
    Fault("config of a newer version", ("profile", "config"), "photobak config edit", newer,
          {"EDITOR": "sed -i /version/d"}),
    Fault("folder not mounted", ("folders",), "photobak config edit",
          lambda b: append(b, '\n[folders]\npaths = ["/nowhere"]\n'), {"EDITOR": "sed -i /nowhere/d"}),
    Fault("state open to others", ("permissions",), "chmod 700 ", lambda b: b.places.state.chmod(0o755)),
    Fault("sign-in open to others", ("permissions", "sign-in", "keyring"), "chmod 600 ", open_token),
    Fault("index damaged", ("index",), "rm ", damage_index),
    Fault("lock cannot be taken", ("lock",), "rm -rf ", lock_folder),
    Fault("proxy is none", ("proxy",), "unset ", environ={"http_proxy": "http://:1:1"}),
    Fault("CA bundle missing", ("certificates",), "unset ", environ={"AWS_CA_BUNDLE": "/nowhere.pem"}),
    Fault("CA bundle empty", ("certificates",), "unset ", wrong_ca, {"SSL_CERT_FILE": "ca.pem"}),
    Fault("clock wrong", ("clock",), "sudo timedatectl set-ntp true",
          environ={"PYTHONPATH": str(SUPPORT / "other_clock"), "PHOTOBAK_TEST_CLOCK": "10800"}, before=IS_RIGHT_AGAIN),
    Fault("signed out, and the cloud moved", ("sign-in", "endpoint"), "photobak local up", sign_out_and_move),
    Fault("crontab lost its entry", ("schedule",), "photobak schedule install", lost_entry, before=FOLDERS),
    Fault("last night failed", ("schedule",), "photobak schedule run --now", failed_night, before=FOLDERS),
    Fault("last sync cut off", ("backup",), "photobak sync", cut_off, before=FOLDERS),
]  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_a_fault_is_named_and_its_cure_works(backup: Backup, fault: Fault) -> None:
    backup.make("a.jpg")
    backup.sync()
    fault.plant(backup)
    found = doctor(backup, fault.before, **fault.environ)
    wrong = [found[name] for name in fault.checks]
    assert not any(each["ok"] for each in wrong), found
    assert wrong[0]["cure"].startswith(fault.cure), wrong
    cured = doctor(backup, f"{fault.before}\n{wrong[0]['cure']} >&2", **fault.environ)
    assert all(cured[name]["ok"] for name in fault.checks), cured


def test_a_sound_machine_has_no_problem(backup: Backup) -> None:
    backup.make("a.jpg")
    backup.sync()
    found = doctor(backup)
    assert all(each["ok"] for each in found.values())
    assert {"clock", "proxy", "certificates", "keyring", "permissions", "disk", "inotify", "index", "lock", "version",
            "endpoint", "rights", "schedule", "config"} <= set(found)  # fmt: skip


def test_the_support_file_holds_no_secret(backup: Backup) -> None:
    backup.make("Anna in Rome.jpg")
    secrets = {
        "mailto password": "pa55phrase",
        "ntfy topic": "t0pic-of-ann",
        "ping id": "11112222-3333-4444-5555-666677778888",
        "proxy password": "pr0xypw",
        "AWS secret": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
        "AWS key": "AKIAIOSFODNN7EXAMPLE",
    }
    urls = [f"mailto://ann:{secrets['mailto password']}@mail.example", f"ntfy://ntfy.sh/{secrets['ntfy topic']}"]
    ping = f"https://hc.example/{secrets['ping id']}"
    append(backup, f'\n[folders]\npaths = ["{backup.photos}"]\n[notify]\nurls = {json.dumps(urls)}\nping = "{ping}"\n')
    assert backup.run("sync").returncode == 0
    log = backup.places.log / "photobak.log"
    signature = "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7"
    with log.open("a") as file:  # as if an older version had not been careful
        file.write(f"GET https://b.s3.amazonaws.com/k?X-Amz-Signature={signature}&X-Amz-Credential=x\n")
        file.write(f"failed {backup.photos}/Anna in Rome.jpg: permission denied\n")
    session = backup.session()
    kept = session.aws_credentials()
    secrets |= {
        "id token": session.id_token(), "e-mail": session.tokens.email, "identity": session.identity_id,
        "refresh token": session.tokens.refresh_token, "session token": kept.session_token,
        "secret key": kept.secret_access_key, "signature": signature, "photo": "Anna in Rome",
    }  # fmt: skip
    assert len(secrets) >= 12
    environ = {
        "AWS_SECRET_ACCESS_KEY": secrets["AWS secret"], "AWS_ACCESS_KEY_ID": secrets["AWS key"],
        "https_proxy": f"http://ann:{secrets['proxy password']}@proxy.example:1",
    }  # fmt: skip
    backup.run("doctor", "--bundle", "support.txt", **environ)
    path = backup.home / "support.txt"
    assert path.stat().st_mode & 0o777 == 0o600
    text = path.read_text()
    assert "photobak 0." in text
    assert "FOLDER/….jpg: permission denied" in text
    assert "sync begins" in text
    assert "ntfy.sh" in text
    assert [name for name, secret in secrets.items() if secret in text] == []


def test_the_log_is_private_and_holds_no_secret(backup: Backup) -> None:
    backup.make("a.jpg")
    assert backup.run("--log-format", "json", "-vv", "sync", str(backup.photos)).returncode == 0
    log = backup.places.log / "photobak.log"
    assert log.stat().st_mode & 0o777 == 0o600
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert lines[0]["message"].endswith("sync begins")
    assert lines[-1]["message"] == "ends with exit code 0"
    (summary,) = [each["message"] for each in lines if each["message"].startswith("summary ")]
    assert json.loads(summary.removeprefix("summary "))["stored"] == 1
    tokens = backup.session().tokens
    assert not [secret for secret in (tokens.id_token, tokens.refresh_token) if secret in log.read_text()]
