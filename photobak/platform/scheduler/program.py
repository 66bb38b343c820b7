"""Runs the schedulers' own programs, with a time limit and without asking anyone."""

import subprocess
from collections.abc import Sequence
from typing import Final

from photobak.errors import ScheduleError

_SECONDS: Final = 30.0


def run(command: Sequence[str], text: str = "") -> "subprocess.CompletedProcess[str]":
    """Run a program to its end.

    Args:
        command: program and arguments.
        text: its standard input.

    Raises:
        ScheduleError: it cannot be run, or does not end in time.
    """
    try:
        return subprocess.run(  # noqa: S603 - a command of this package, and no shell
            command,
            input=text,
            capture_output=True,
            text=True,
            errors="surrogateescape",
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ScheduleError(f"{command[0]} cannot be run", why=str(error)) from error


def require(command: Sequence[str], text: str = "") -> str:
    """Run a program that must succeed; returns its output.

    Raises:
        ScheduleError: it fails.
    """
    done = run(command, text)
    if done.returncode:
        why = " ".join(done.stderr.split()) or f"exit code {done.returncode}"
        raise ScheduleError(f"{' '.join(command)} fails", why=why)
    return done.stdout
