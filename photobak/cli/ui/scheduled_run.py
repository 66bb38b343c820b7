"""A scheduled run: begins if it is due and the machine has power and network for it, and remembers how it ended."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Final

from photobak.cli.ui.context import Context
from photobak.cli.ui.notices import tell_begun, tell_ended
from photobak.cli.ui.terminal import say
from photobak.client.scheduled import ANOTHER_RUN, Schedule, began, called, ended, read_schedule, save_schedule
from photobak.platform.power import on_battery, on_metered_network

_ERROR: Final = "photobak: "
"""What an error on stderr begins with."""
_TAIL: Final = 4096
"""Bytes of the messages in which the last error is searched."""


def program() -> tuple[str, ...]:
    """The command as it was called, with an absolute path."""
    called = Path(sys.argv[0]).absolute()
    return (str(called),) if os.access(called, os.X_OK) else (sys.executable, str(called))


@dataclass(frozen=True, slots=True)
class Allowed:
    """Where a scheduled run may take place."""

    battery: bool
    """On battery power."""
    metered: bool
    """On a metered network."""

    def waiting_for(self) -> str:
        """What a run has to wait for now; empty if it can begin."""
        if not self.battery and on_battery():
            return "mains power"
        if not self.metered and on_metered_network():
            return "an unmetered network"
        return ""


def run_if_due(
    context: Context, name: str, at: str, arguments: tuple[str, ...], allowed: Allowed, *, always: bool = False
) -> int:
    """Run ``photobak sync`` if it is due and may run here; returns its exit code, 0 if there is nothing to do.

    Args:
        context: of the command.
        name: the schedule's, "default" or a profile's.
        at: time of day, if nothing is remembered.
        arguments: of ``photobak``: options and PATHs.
        allowed: where it may run.
        always: whether to run even if nothing is due, and wherever this is.
    """
    before = read_schedule(context.places, name) or Schedule(at=at)
    now = datetime.now().astimezone()
    running = began(before, now.timestamp()) if always else called(before, now, allowed.waiting_for)
    if running is None:
        _tell(context, f"Nothing to do: the next run is due on {before.next_run(now):%Y-%m-%d at %H:%M}.")
        return 0
    if running.waiting_for:
        _tell(context, f"The run waits for {running.waiting_for}.")
        save_schedule(context.places, name, running)
        return 0
    save_schedule(context.places, name, running)
    tell_begun(context)
    code, last_error = _run((*program(), *arguments))
    save_schedule(context.places, name, ended(before, running, code, time.time()))
    tell_ended(context, name, code, last_error)
    return 0 if code == ANOTHER_RUN else code


def _run(command: tuple[str, ...]) -> tuple[int, str]:
    """Run a command; print its messages, unless another run is at work, which is no failure.

    Returns:
        Its exit code and its last error, one line; "" if it has reported none.
    """
    with tempfile.TemporaryFile() as messages:  # no pipe: a local stack that it starts could hold it open
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stderr=messages, check=False)  # noqa: S603 - ourselves
        if done.returncode != ANOTHER_RUN:
            messages.seek(0)
            shutil.copyfileobj(messages, sys.stderr.buffer)
            sys.stderr.flush()
        return done.returncode, _last_error(messages)


def _last_error(messages: IO[bytes]) -> str:
    messages.seek(max(0, messages.seek(0, os.SEEK_END) - _TAIL))
    lines = messages.read().decode("utf-8", "replace").splitlines()
    errors = [line.removeprefix(_ERROR) for line in lines if line.startswith(_ERROR)]
    return errors[-1] if errors else ""


def _tell(context: Context, message: str) -> None:
    if not context.quiet:
        say(message)
