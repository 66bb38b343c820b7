"""`photobak schedule` with a crontab and a systemctl that stand in for the machine's own, and what cron would run."""

import json
import subprocess
from pathlib import Path

import pytest
from support.backup import Backup
from support.command_line import PHOTOBAK, photobak

FAKES = Path(__file__).parents[1] / "support" / "schedulers"
CRON, SYSTEMD = str(FAKES / "cron"), str(FAKES / "systemd")
OWN_LINES = "# mine\n0 1 * * * true\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "My Pictures").mkdir()
    return tmp_path


def schedule(home: Path, path: str, *arguments: str, code: int = 0, **more: str) -> tuple[str, str]:
    done = photobak(home, "schedule", *arguments, PATH=path, **more)
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
    assert f"30 22 * * * PHOTOBAK_HOME={home}/photobak {PHOTOBAK} sync '{pictures}'\n" in installed
    assert (
        schedule(home, CRON, "install", "--at", "22:30", pictures)[1]
        == "Scheduled every day at 22:30 with cron (unchanged).\n"
    )
    schedule(home, CRON, "install", pictures)
    assert table.read_text() == installed.replace("30 22", "0 3")
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
    assert "OnCalendar=*-*-* 03:00:00" in schedule(home, both, "show")[0]
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
            "photobak: nothing on this machine can run photobak at night: systemd: there is no systemctl"
        )
        assert len(said.splitlines()) == 1
    schedule(home, CRON, "install", str(home / "nowhere"), code=2)
    schedule(home, CRON, "install", "--at", "25:00", pictures, code=2)
    assert photobak(home, "--profile", "none", "schedule", "install", pictures, PATH=CRON).returncode == 1
    (home / "crontab.refused").touch()
    _, said = schedule(home, CRON, "install", pictures, code=1)
    assert "your crontab can't be read: You (" in said
    assert not (home / "crontab").exists()


def test_what_cron_runs_backs_up_and_says_nothing(backup: Backup) -> None:
    backup.make("a 100%.jpg")
    name = backup.profile.name
    done = photobak(backup.home, "--profile", name, "schedule", "install", str(backup.photos), PATH=CRON)
    assert done.returncode == 0, done.stderr
    mark, line = (backup.home / "crontab").read_text().splitlines()
    assert f"profile {name};" in mark
    command = line.split(" ", 5)[5].replace("\\%", "%")
    environ = {"HOME": str(backup.home), "PATH": "/usr/bin:/bin", "SHELL": "/bin/sh", "LOGNAME": "ann"}
    ran = subprocess.run(["/bin/sh", "-c", command], env=environ, capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, "", "")
    assert [record.filename for record in backup.records().values()] == ["a 100%.jpg"]
