"""`photobak schedule` with a crontab and a systemctl that stand in for the machine's own, and what cron would run."""

import json
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from support.backup import Backup
from support.command_line import PHOTOBAK, photobak
from support.issuer import Issuer

from photobak.client.index.file import run_lock
from photobak.client.places import Places, places
from photobak.client.profile import save_profile
from photobak.client.scheduled import read_schedule, save_schedule

FAKES = Path(__file__).parents[1] / "support" / "schedulers"
CRON, SYSTEMD = str(FAKES / "cron"), str(FAKES / "systemd")
OWN_LINES = "# mine\n0 1 * * * true\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "My Pictures").mkdir()
    return tmp_path


def schedule(home: Path, path: str, *arguments: str, code: int = 0, **more: str) -> tuple[str, str]:
    done = photobak(home, "schedule", *arguments, PATH=path, PHOTOBAK_SCHEDULE_JITTER="0", **more)
    assert done.returncode == code, done.stderr
    return done.stdout, done.stderr


def test_cron(home: Path) -> None:
    table, pictures = home / "crontab", str(home / "My Pictures")
    table.write_text(OWN_LINES)
    shown, _ = schedule(home, CRON, "install", "--at", "22:30", "--dry-run", pictures)
    assert table.read_text() == OWN_LINES
    assert schedule(home, CRON, "install", "--at", "22:30", pictures)[1] == "Scheduled every day at 22:30 with cron.\n"
    installed = table.read_text()
    assert installed == OWN_LINES + shown.removeprefix("# In your crontab:\n")
    (line,) = [line for line in installed.splitlines() if PHOTOBAK in line]
    assert line.startswith(f"30 * * * * PHOTOBAK_HOME={home}/photobak ")
    assert line.endswith(f"{PHOTOBAK} -q schedule run --at 22:30 '{pictures}'")
    assert (
        schedule(home, CRON, "install", "--at", "22:30", pictures)[1]
        == "Scheduled every day at 22:30 with cron (unchanged).\n"
    )
    schedule(home, CRON, "install", pictures)
    assert table.read_text() == installed.replace("30 *", "0 *").replace("22:30", "03:00")
    assert schedule(home, CRON, "show")[0] == table.read_text().removeprefix(OWN_LINES)
    (entry,) = [json.loads(line) for line in schedule(home, CRON, "show", "--json")[0].splitlines()]
    assert (entry["scheduler"], entry["profile"]) == ("cron", "default")
    for said in ("Removed from cron.\n", "There was no schedule.\n"):
        assert schedule(home, CRON, "remove") == ("", said)
        assert table.read_text() == OWN_LINES
    assert schedule(home, CRON, "show", "--json") == (
        "",
        "There is no schedule. Create one with: photobak schedule install PATH\n",
    )


def test_systemd_is_taken_first_and_takes_over_from_cron(home: Path) -> None:
    pictures, units = str(home / "My Pictures"), home / ".config" / "systemd" / "user"
    both = f"{CRON}:{SYSTEMD}"
    schedule(home, CRON, "install", pictures)
    shown, _ = schedule(home, both, "install", "--dry-run", pictures)
    assert not units.exists()
    said = schedule(home, both, "install", pictures)[1]
    assert "Scheduled every day at 03:00 with systemd.\nRemoved the previous schedule from cron.\n" in said
    assert (home / "crontab").read_text() == ""
    for unit in ("photobak-default.service", "photobak-default.timer"):
        assert f"# {units / unit}\n{(units / unit).read_text()}" in shown
    assert (home / "active.photobak-default.timer").exists()
    asked = (home / "systemctl.log").read_text()
    assert "daemon-reload\nenable --now photobak-default.timer\n" in asked
    assert "with systemd (unchanged)." in schedule(home, both, "install", pictures)[1]
    assert "OnCalendar=*-*-* *:00:00" in schedule(home, both, "show")[0]
    moved = schedule(home, both, "install", "--with", "cron", pictures)[1]
    assert "with cron.\nRemoved the previous schedule from systemd.\n" in moved
    assert not (home / "active.photobak-default.timer").exists()
    assert list(units.iterdir()) == []
    assert schedule(home, both, "remove")[1] == "Removed from cron.\n"


def test_what_cannot_be_is_one_line(home: Path) -> None:
    pictures = str(home / "My Pictures")
    for path in (str(home), CRON):
        arguments = ("install", pictures, *(("--with", "systemd") if path == CRON else ()))
        _, said = schedule(home, path, *arguments, code=1)
        assert said.startswith(
            "photobak: no scheduler on this machine can run photobak: systemd: there is no systemctl"
        )
        assert len(said.splitlines()) == 1
    schedule(home, CRON, "install", str(home / "nowhere"), code=2)
    schedule(home, CRON, "install", "--at", "25:00", pictures, code=2)
    assert photobak(home, "--profile", "none", "schedule", "install", pictures, PATH=CRON).returncode == 1
    (home / "crontab.refused").touch()
    _, said = schedule(home, CRON, "install", pictures, code=1)
    assert "your crontab cannot be read: You (" in said
    assert not (home / "crontab").exists()


def test_a_full_disk_leaves_the_crontab_as_it_was(home: Path) -> None:
    (home / "crontab").write_text(OWN_LINES)
    (home / "crontab.full").touch()
    _, said = schedule(home, CRON, "install", str(home / "My Pictures"), code=1)
    assert "No space left on device" in said
    assert (home / "crontab").read_text() == OWN_LINES


def test_cron_is_not_given_a_sign_in_that_it_cannot_read(home: Path) -> None:
    save_profile(places({"PHOTOBAK_HOME": str(home / "photobak")}), Issuer().profile("home", endpoint_url=None))
    keyring = {"PYTHON_KEYRING_BACKEND": "keyrings_of_the_test.Desktop", "PYTHONPATH": str(FAKES / "keyring")}
    pictures = str(home / "My Pictures")
    _, said = schedule(home, CRON, "install", pictures, code=1, **keyring)
    assert "your sign-in is in the keyring (desktop), which cron cannot open" in said
    assert "PHOTOBAK_TOKEN_STORE=file photobak login" in said
    assert not (home / "crontab").exists()
    _, said = schedule(home, SYSTEMD, "install", pictures, **keyring)
    assert "locked while you are logged out" in said


def entry_of(backup: Backup, *arguments: str) -> str:
    """Schedule a backup that is due, and return what cron would run."""
    name = backup.profile.name
    done = photobak(backup.home, "--profile", name, "schedule", "install", *arguments, str(backup.photos), PATH=CRON)
    assert done.returncode == 0, done.stderr
    mark, line = (backup.home / "crontab").read_text().splitlines()
    assert f"profile {name};" in mark
    make_due(backup.places, name)
    return line.split(" ", 5)[5].replace("\\%", "%")


def make_due(here: Places, name: str) -> None:
    known = read_schedule(here, name)
    assert known is not None
    save_schedule(here, name, replace(known, installed_at=0.0, began_at=None))


def as_cron(command: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run it as cron does, but without HOME."""
    environ = {"PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "ann", **more}
    return subprocess.run(["/bin/sh", "-c", command], env=environ, capture_output=True, text=True, check=False)


def test_what_cron_runs_backs_up_once_and_says_nothing(backup: Backup) -> None:
    backup.make("a 100%.jpg")
    command, name = entry_of(backup), backup.profile.name
    ran = as_cron(command)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert [record.filename for record in backup.records().values()] == ["a 100%.jpg"]
    known = read_schedule(backup.places, name)
    assert known is not None
    assert (known.exit_code, known.scheduler) == (0, "cron")
    backup.make("b.jpg")
    assert as_cron(command).returncode == 0
    assert len(backup.records()) == 1, "a second run on the same day has nothing to do"
    make_due(backup.places, name)
    with run_lock(backup.places, backup.profile):
        ran = as_cron(command)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    again = read_schedule(backup.places, name)
    assert again is not None
    assert again.began_at is None, "it is tried again, since another run was at work"
