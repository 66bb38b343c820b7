"""cron: two lines of the user's crontab, between all the others, which stay as they are."""

import shlex
import shutil
from typing import Final

from photobak.errors import ScheduleError
from photobak.platform.scheduler.interface import Job
from photobak.platform.scheduler.program import require, run

_CRONTAB: Final = "crontab"


class Cron:
    """The user's crontab."""

    name = "cron"

    def problem(self) -> str:
        """Why there is none; whether its daemon runs, nobody tells."""
        return "" if shutil.which(_CRONTAB) else "there is no crontab command"

    def draft(self, job: Job) -> str:
        """The two lines."""
        return f"# In your crontab:\n{entry(job)}"

    def install(self, job: Job) -> bool:
        """Put the lines in the place of those of the same name, or at the end."""
        return self._change(job.name, entry(job))

    def installed(self, name: str) -> str:
        """The two lines."""
        return find_entry(self._read(), name)

    def remove(self, name: str) -> bool:
        """Take the lines out."""
        return self._change(name, "")

    def _change(self, name: str, lines: str) -> bool:
        table = self._read()
        if find_entry(table, name) == lines:
            return False
        require([_CRONTAB, "-"], with_entry(table, name, lines))
        if find_entry(self._read(), name) != lines:
            raise ScheduleError("the crontab was not taken as it was written", next_step="Look at it: crontab -l")
        return True

    def _read(self) -> str:
        done = run([_CRONTAB, "-l"])
        if done.returncode == 0:
            return done.stdout
        if "no crontab for" in done.stderr:  # POSIX gives it no code of its own
            return ""
        raise ScheduleError("your crontab can't be read", why=" ".join(done.stderr.split()))


def entry(job: Job) -> str:
    """The job as two lines: a mark to find it by, and the command (crontab(5)).

    Raises:
        ScheduleError: it holds a line break, which a crontab can't.
    """
    variables = [f"{name}={shlex.quote(value)}" for name, value in job.environment]
    command = " ".join([*variables, shlex.join(job.command)])
    if "\n" in command or "\r" in command:
        raise ScheduleError("a path with a line break can't stand in a crontab")
    escaped = command.replace("%", "\\%")  # which cron takes for a line break otherwise
    return f"{_mark(job.name)}\n{job.at.minute} {job.at.hour} * * * {escaped}\n"


def find_entry(table: str, name: str) -> str:
    """The lines of a profile; empty where there are none."""
    _before, mark, after = _split(table, name)
    return mark + after[: _end_of_line(after)] if mark else ""


def with_entry(table: str, name: str, lines: str) -> str:
    """The crontab with these lines for a profile, or with none; all others as they were."""
    before, mark, after = _split(table, name)
    if mark:
        return before + lines + after[_end_of_line(after) :]
    return (table + "\n" * bool(table and not table.endswith("\n")) + lines) if lines else table


def _split(table: str, name: str) -> tuple[str, str, str]:
    """What stands before the profile's mark, the mark, and what follows."""
    mark = f"{_mark(name)}\n"
    at = 0 if table.startswith(mark) else table.find(f"\n{mark}") + 1
    if at == 0 and not table.startswith(mark):
        return table, "", ""
    return table[:at], mark, table[at + len(mark) :]


def _end_of_line(text: str) -> int:
    return text.find("\n") + 1 or len(text)


def _mark(name: str) -> str:
    return f"# photobak schedule, profile {name}; change it with: photobak schedule"
