"""A command on a pseudo-terminal: what a person at a keyboard sees and types."""

import os
import pty
import re
import subprocess
import termios
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from select import select
from typing import IO, TypeVar

from support.command_line import PHOTOBAK, environ_of

Found = TypeVar("Found")


@dataclass
class Terminal:
    """A command on a terminal of its own, as a person at a keyboard has it."""

    process: "subprocess.Popen[bytes]"
    screen: int
    shown: str = field(default="")

    def until(self, pattern: "re.Pattern[str] | str", within: float = 60) -> "re.Match[str]":
        """Read until the pattern is shown."""
        return self.until_found(lambda shown: re.search(pattern, shown), within)

    def until_found(self, find: Callable[[str], Found | None], within: float = 60) -> Found:
        """Read until something is found in what is shown, and return it."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if (found := find(self.shown)) is not None:
                return found
            if select([self.screen], [], [], 0.1)[0]:
                try:
                    self.shown += os.read(self.screen, 65536).decode().replace("\r\n", "\n")
                except OSError:
                    break  # the process has ended, and its terminal with it
        found = find(self.shown)
        assert found is not None, self.shown
        return found

    def read_on(self) -> None:
        """Read what is there until nothing comes any more."""
        while select([self.screen], [], [], 0.3)[0]:
            try:
                self.shown += os.read(self.screen, 65536).decode().replace("\r\n", "\n")
            except OSError:
                return

    def type(self, text: str) -> None:
        os.write(self.screen, text.encode())


@contextmanager
def terminal(home: Path, *arguments: str, stdout: IO[str] | None = None, **more: str) -> Iterator[Terminal]:
    """Run a command on a pseudo-terminal; its output may go somewhere else."""
    screen, inner = pty.openpty()
    termios.tcsetwinsize(inner, (24, 80))
    with subprocess.Popen(
        [PHOTOBAK, *arguments],
        env=environ_of(home, **more),
        stdin=inner,
        stdout=stdout or inner,
        stderr=inner,
        start_new_session=True,
    ) as process:
        os.close(inner)
        try:
            yield Terminal(process, screen)
        finally:
            process.kill()
            os.close(screen)
