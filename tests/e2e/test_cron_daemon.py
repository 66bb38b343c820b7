"""Debian's cron daemon runs the scheduled entry: the photos are stored, one is proved, and nobody gets mail."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from getpass import getuser
from pathlib import Path

import pytest
from support.backup import Backup
from support.command_line import PHOTOBAK, environ_of
from support.local_stack import eventually

from photobak.client.index.proofs import ProofResult, Receipts
from photobak.client.scheduled import read_schedule

CRON = shutil.which("cron", path="/usr/sbin:/usr/bin")


SUDO = [] if os.geteuid() == 0 else ["sudo", "-n"]


def has_namespaces() -> bool:
    return subprocess.run([*SUDO, "unshare", "-m", "true"], capture_output=True, check=False).returncode == 0


pytestmark = [
    pytest.mark.skipif(CRON is None, reason="needs Debian's package cron"),
    pytest.mark.skipif(not has_namespaces(), reason="needs mount namespaces, to have a crontab of its own"),
]

IN_A_NAMESPACE = """
mount --bind "$1/spool" /var/spool/cron/crontabs
mount --bind "$1/nothing" /etc/cron.d
mount --bind "$1/crontab" /etc/crontab
mount --bind "$1/run" /run
mount --bind "$1/sbin" /usr/sbin
shift
"""
"""The daemon's folders are the test's; /usr/sbin holds cron and a sendmail that notes what it gets."""


def prepared(folder: Path) -> Path:
    for name in ("spool", "nothing", "run", "sbin"):
        (folder / name).mkdir()
    subprocess.run([*SUDO, "chown", "root:crontab", folder / "spool"], check=True)
    subprocess.run([*SUDO, "chmod", "1730", folder / "spool"], check=True)
    (folder / "crontab").touch(0o644)
    shutil.copy2(str(CRON), folder / "sbin" / "cron")
    sendmail = folder / "sbin" / "sendmail"
    sendmail.write_text(f"#!/bin/sh\ncat >>{folder}/mail\n")
    sendmail.chmod(0o755)
    return folder


@contextmanager
def daemon(folder: Path) -> Iterator[None]:
    script = f"{IN_A_NAMESPACE}exec /usr/sbin/cron -f"
    process = subprocess.Popen([*SUDO, "unshare", "-m", "sh", "-ec", script, "sh", str(folder)])
    try:
        yield
        assert process.poll() is None
    finally:
        process.terminate()
        process.wait(30)


def schedule(backup: Backup, folder: Path, *arguments: str) -> str:
    variables = [f"{name}={value}" for name, value in environ_of(backup.home).items()]
    command = ["env", *variables, PHOTOBAK, "--profile", backup.profile.name, "schedule", *arguments]
    as_before = ["sudo", "-n", "-u", getuser()] if SUDO else []
    shell = ["unshare", "-m", "sh", "-ec", f'{IN_A_NAMESPACE}exec "$@"', "sh", str(folder)]
    return subprocess.run([*SUDO, *shell, *as_before, *command], stdout=subprocess.PIPE, text=True, check=True).stdout


def schedule_soon(backup: Backup, folder: Path) -> None:
    """Schedule a run for the next minute but one at most; once more where that took so long that it has passed."""
    path = str(next(backup.photos.iterdir()))
    while True:
        soon = datetime.now().astimezone().replace(second=0, microsecond=0) + timedelta(minutes=1)
        if soon - datetime.now().astimezone() < timedelta(seconds=20):  # installing takes a moment
            soon += timedelta(minutes=1)
        schedule(backup, folder, "install", "--with", "cron", "--jitter", "0", "--at", f"{soon:%H:%M}", path)
        if soon - datetime.now().astimezone() > timedelta(seconds=5):  # and so does the start of the daemon
            return


@pytest.mark.timeout(500)
def test_the_daemon_stores_the_photos_silently(backup: Backup, tmp_path: Path) -> None:
    backup.make("100% \\% it's \\\\/night.jpg")
    folder, name = prepared(tmp_path), backup.profile.name
    schedule_soon(backup, folder)

    def has_ended() -> bool:
        known = read_schedule(backup.places, name)
        return known is not None and known.finished_at is not None

    with daemon(folder):
        eventually(has_ended, within=240)
    known = read_schedule(backup.places, name)
    assert known is not None
    assert known.exit_code == 0
    assert [record.filename for record in backup.records().values()] == ["night.jpg"]
    receipts = Receipts.beside_index(backup.places, backup.profile)
    assert [receipt.result for receipt in receipts.read()] == [ProofResult.PROVED]
    assert not (folder / "mail").exists()
    assert "photobak" in schedule(backup, folder, "show")
    schedule(backup, folder, "remove")
    assert schedule(backup, folder, "show") == ""
