"""A hundred originals of 4 MB come back: ``python -m tests.bench.restore``.

``photobak get --all`` beside ``s5cmd cp`` of the same objects from the same local S3, followed by ``openssl dgst
-sha256`` of what came, since s5cmd compares no hashes. photobak also lists the photos, names them, and puts them on the
disk before it says so, which is what a disk of a virtual machine is slowest at. So there are two comparisons: into
memory (a RAM disk), where the goal is set, and onto the disk, where the rival's files are flushed as well (``sync``).
"""

import json
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from photobak.local.credentials import root_keys
from photobak.local.home import Home
from tests.bench.home import installed
from tests.bench.large_files import write_large_files
from tests.bench.measure import Command, measure
from tests.support.command_line import PHOTOBAK, environ_of, photobak

ROUNDS = 7
MOST_MEGABYTES = 150
_MEMORY = Path("/dev/shm")


def main() -> None:
    """Measure and print."""
    with tempfile.TemporaryDirectory(prefix="bench-restore-") as folder:
        home = Path(folder)
        try:
            photobak(home, "local", "up")
            write_large_files(home / "large", 100)
            # 100 previews are made meanwhile, which takes a busy machine more than a minute.
            subprocess.run([PHOTOBAK, "sync", str(home / "large")], env=environ_of(home), check=True)
            _to_memory(home)
            _to_disk(home)
        finally:
            photobak(home, "local", "down")


def _to_memory(home: Path) -> None:
    if not os.access(_MEMORY, os.W_OK):
        print(f"There is no RAM disk at {_MEMORY}: the goal is not measured.\n")
        return
    with tempfile.TemporaryDirectory(prefix="bench-restore-", dir=_MEMORY) as folder:
        found = measure(_ours(home, Path(folder)), _rival(home, Path(folder)), rounds=ROUNDS)
    print(found.table("100 originals of 4 MB, into memory (goal: 1.1 in wall time and CPU)"))
    print(f"\nmemory: {found.ours.cost.peak / 1e6:.0f} MB (goal: {MOST_MEGABYTES} MB at most)\n")


def _to_disk(home: Path) -> None:
    found = measure(_ours(home, home), _rival(home, home, "sync -f"), rounds=ROUNDS)
    print(found.table("the same, onto the disk and flushed"))


def _ours(home: Path, folder: Path) -> Command:
    environ = [f"{name}={value}" for name, value in environ_of(home).items()]
    target = folder / "photobak-came"
    argv = ["env", "-i", *environ, PHOTOBAK, "get", "--all", "--layout", "flat", "--to", str(target)]
    return Command("photobak get", argv, lambda: shutil.rmtree(target, ignore_errors=True))


def _rival(home: Path, folder: Path, *then: str) -> Command:
    status = json.loads(photobak(home, "status", "--json").stdout)
    keys = root_keys(Home.at(home / "photobak" / "state" / "local"))
    target = folder / "s5cmd-came"
    copy = f"{installed('s5cmd')} --log error cp 's3://{status['bucket']}/original/{status['identity_id']}/*' {target}/"
    environ = [
        f"PATH={environ_of(home)['PATH']}",
        f"S3_ENDPOINT_URL={status['endpoint_url']}",
        f"AWS_REGION={status['region']}",
        f"AWS_ACCESS_KEY_ID={keys.access_key_id}",
        f"AWS_SECRET_ACCESS_KEY={keys.secret_access_key}",
    ]
    steps = [copy, f"openssl dgst -sha256 {target}/* > /dev/null", *(f"{each} {target}" for each in then)]
    argv = ["env", "-i", *environ, "sh", "-c", " && ".join(steps)]

    def empty() -> None:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir()

    return Command(", ".join(["s5cmd cp", "openssl dgst", *then]), argv, empty)


if __name__ == "__main__":
    main()
