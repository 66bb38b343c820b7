"""systemd takes the unit files that ``schedule`` writes."""

import shutil
import subprocess
from dataclasses import replace
from datetime import time
from pathlib import Path

import pytest

from photobak.platform.scheduler.interface import Job
from photobak.platform.scheduler.systemd import Systemd

PHOTOS = '/home/ann/It\'s 100% "mine" $HOME\\#'
JOB = Job("default", time(3, 5), ("/opt/photobak", "sync", PHOTOS), (("PHOTOBAK_HOME", "/srv/my photobak"),), 20)
SYSTEMCTL = Path(__file__).parents[1] / "support" / "schedulers" / "systemd"


def test_systemd_takes_the_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What they say, and systemd's own word on them where this machine has it."""
    verifier = shutil.which("systemd-analyze")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PATH", str(SYSTEMCTL))
    job = replace(JOB, command=("/bin/true", *JOB.command[1:]))
    assert Systemd({}).install(job)
    service, timer = sorted((tmp_path / ".config" / "systemd" / "user").iterdir())
    assert 'ExecStart="/bin/true" "sync" "/home/ann/It\'s 100%% \\"mine\\" $$HOME\\\\#"\n' in service.read_text()
    assert 'Environment="PHOTOBAK_HOME=/srv/my photobak"\n' in service.read_text()
    assert "OnCalendar=*-*-* *:05:00\n" in timer.read_text()
    assert "RandomizedDelaySec=20min\n" in timer.read_text()
    assert "\nCondition" not in service.read_text(), "a condition skips the run until the next day"
    if verifier:
        done = subprocess.run([verifier, "verify", service, timer], capture_output=True, text=True, check=False)
        assert "photobak" not in done.stderr, done.stderr
