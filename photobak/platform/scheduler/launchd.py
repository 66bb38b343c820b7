"""launchd: an agent of the user, which makes up for what was missed when the machine wakes up (launchd.plist(5))."""

import os
import plistlib
import shutil
import sys
from pathlib import Path
from typing import Final

from photobak.platform.scheduler.files import read_file, write_file
from photobak.platform.scheduler.interface import Job
from photobak.platform.scheduler.program import require, run

_LAUNCHCTL: Final = "launchctl"


class Launchd:
    """The launch agents of the user."""

    name = "launchd"

    def __init__(self, home: Path | None = None) -> None:
        self._folder = (home or Path.home()) / "Library" / "LaunchAgents"

    def problem(self) -> str:
        """Why it cannot be used."""
        return "" if sys.platform == "darwin" and shutil.which(_LAUNCHCTL) else "this is not macOS"

    def draft(self, job: Job) -> str:
        """The property list."""
        return f"<!-- {self._path(job.name)} -->\n{plist(job)}"

    def install(self, job: Job) -> bool:
        """Write the property list and load it."""
        path, text = self._path(job.name), plist(job)
        loaded = run([_LAUNCHCTL, "print", self._target(job.name)]).returncode == 0
        if loaded and read_file(path) == text:
            return False
        if loaded:
            require([_LAUNCHCTL, "bootout", self._target(job.name)])
        write_file(path, text)
        require([_LAUNCHCTL, "bootstrap", _domain(), str(path)])
        return True

    def installed(self, name: str) -> str:
        """The property list."""
        return read_file(self._path(name))

    def remove(self, name: str) -> bool:
        """Unload the agent and delete its property list."""
        path = self._path(name)
        if not path.exists():
            return False
        run([_LAUNCHCTL, "bootout", self._target(name)])  # fails if it was not loaded
        path.unlink(missing_ok=True)
        return True

    def _path(self, name: str) -> Path:
        return self._folder / f"{_label(name)}.plist"

    def _target(self, name: str) -> str:
        return f"{_domain()}/{_label(name)}"


def plist(job: Job) -> str:
    """The property list of a job."""
    content = {
        "Label": _label(job.name),
        "ProgramArguments": list(job.command),
        "EnvironmentVariables": dict(job.environment),
        "StartCalendarInterval": {"Minute": job.moved_at.minute},
        "ProcessType": "Background",
        "LowPriorityIO": True,
        "Nice": 10,
    }
    return plistlib.dumps(content, sort_keys=False).decode()


def _domain() -> str:
    return f"gui/{os.getuid()}"


def _label(name: str) -> str:
    return f"photobak.{name}"
