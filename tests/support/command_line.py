"""The installed command, run as a person's shell or cron runs it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PHOTOBAK = str(Path(sys.executable).with_name("photobak"))


def environ_of(home: Path, **more: str) -> dict[str, str]:
    """The environment of a person whose photobak is all under ``home``: no AWS set-up, no desktop, no colours."""
    kept = {name: os.environ[name] for name in ("PATH", "LANG", "TMPDIR") if name in os.environ}
    return {**kept, "HOME": str(home), "PHOTOBAK_HOME": str(home / "photobak"), "NO_COLOR": "1", **more}


@contextmanager
def started(home: Path, *arguments: str, **more: str) -> Iterator["subprocess.Popen[str]"]:
    """Start a command without a terminal, and end it."""
    with subprocess.Popen(
        [PHOTOBAK, *arguments],
        env=environ_of(home, **more),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def photobak(home: Path, *arguments: str, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, without a terminal."""
    return subprocess.run(
        [PHOTOBAK, *arguments],
        env=environ_of(home, **more),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
