"""systemd: a timer and a service of the user's own manager."""

import os
import shutil
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from string import Template
from typing import Final

from photobak.platform.scheduler.files import read_file, write_file
from photobak.platform.scheduler.interface import Job
from photobak.platform.scheduler.program import require, run

_SYSTEMCTL: Final = "systemctl"
_ESCAPES: Final = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "%": "%%"}


class Systemd:
    """The user's service manager."""

    name = "systemd"

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        config = environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
        self._folder = Path(config) / "systemd" / "user"

    def problem(self) -> str:
        """Why it cannot be used: on most servers it runs only for users who are logged in."""
        if not shutil.which(_SYSTEMCTL):
            return "there is no systemctl command"
        done = run([_SYSTEMCTL, "--user", "show-environment"])
        return " ".join(done.stderr.split()) or "systemctl --user fails" if done.returncode else ""

    def draft(self, job: Job) -> str:
        """Both files."""
        return "\n".join(f"# {path}\n{text}" for path, text in self._files(job).items())

    def install(self, job: Job) -> bool:
        """Write both files, and start the timer."""
        files = self._files(job)
        if all(read_file(path) == text for path, text in files.items()) and self._is_enabled(job.name):
            return False
        for path, text in files.items():
            write_file(path, text)
        self._ask("daemon-reload")
        self._ask("enable", "--now", _unit(job.name, "timer"))
        self._ask("restart", _unit(job.name, "timer"))  # for a new time of day
        return True

    def installed(self, name: str) -> str:
        """The files that exist."""
        paths = [self._folder / _unit(name, kind) for kind in ("service", "timer")]
        return "\n".join(f"# {path}\n{text}" for path in paths if (text := read_file(path)))

    def remove(self, name: str) -> bool:
        """Stop the timer and delete both files."""
        paths = [self._folder / _unit(name, kind) for kind in ("timer", "service")]
        if not any(path.exists() for path in paths):
            return False
        self._ask("disable", "--now", _unit(name, "timer"))
        for path in paths:
            path.unlink(missing_ok=True)
        self._ask("daemon-reload")
        return True

    def _files(self, job: Job) -> dict[Path, str]:
        values = {
            "name": job.name,
            "minute": f"{job.at:%M}",
            "jitter": str(job.jitter),
            "command": " ".join(_quoted(part).replace("$", "$$") for part in job.command),
            "environment": "\n".join(f"Environment={_quoted(f'{name}={value}')}" for name, value in job.environment),
        }
        return {self._folder / _unit(job.name, kind): _template(kind, values) for kind in ("service", "timer")}

    def _is_enabled(self, name: str) -> bool:
        return run([_SYSTEMCTL, "--user", "is-active", "--quiet", _unit(name, "timer")]).returncode == 0

    def _ask(self, *arguments: str) -> None:
        require([_SYSTEMCTL, "--user", *arguments])


def _template(kind: str, values: Mapping[str, str]) -> str:
    text = resources.files(__package__).joinpath(f"{kind}.ini").read_text("utf-8")
    return Template(text).substitute(values)


def _unit(name: str, kind: str) -> str:
    return f"photobak-{name}.{kind}"


def _quoted(text: str) -> str:
    """One word of a unit file (systemd.syntax(7), "Quoting"; systemd.unit(5), "Specifiers")."""
    return '"' + "".join(_ESCAPES.get(character, character) for character in text) + '"'
