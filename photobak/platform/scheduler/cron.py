"""cron: two lines in the user's crontab; all other lines stay as they are.

Its entry runs every hour, and ``photobak schedule run`` ends at once if nothing is due.
"""

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
        """Why it cannot be used; whether its daemon runs, cron does not tell."""
        return "" if shutil.which(_CRONTAB) else "there is no crontab command"

    def draft(self, job: Job) -> str:
        """The two lines."""
        return f"# In your crontab:\n{entry(job)}"

    def install(self, job: Job) -> bool:
        """Replace the lines of the same name, or append them."""
        return self._change(job.name, entry(job))

    def installed(self, name: str) -> str:
        """The two lines."""
        return find_entry(self._read(), name)

    def remove(self, name: str) -> bool:
        """Remove the lines."""
        return self._change(name, "")

    def _change(self, name: str, lines: str) -> bool:
        table = self._read()
        if find_entry(table, name) == lines:
            return False
        require([_CRONTAB, "-"], with_entry(table, name, lines))
        if find_entry(self._read(), name) != lines:
            raise ScheduleError("cron did not keep the crontab as it was written", next_step="Look at it: crontab -l")
        return True

    def _read(self) -> str:
        done = run([_CRONTAB, "-l"])
        if done.returncode == 0:
            return done.stdout
        if "no crontab for" in done.stderr:  # POSIX gives it no code of its own
            return ""
        raise ScheduleError("your crontab cannot be read", why=" ".join(done.stderr.split()))


def entry(job: Job) -> str:
    """The job as two lines: a mark to find it by, and the command (crontab(5)).

    Raises:
        ScheduleError: it holds a line break, which a crontab cannot.
    """
    variables = [f"{name}={shlex.quote(value)}" for name, value in job.environment]
    command = " ".join([*variables, *_gently(), shlex.join(job.command)])
    if "\n" in command or "\r" in command:
        raise ScheduleError("a crontab cannot hold a path with a line break")
    # cron takes % for a line break, and a backslash before % or another backslash for an escape. All backslashes are
    # inside quotes, which end and begin again after each, so that cron meets none of them before either.
    escaped = command.replace("\\", "\\''").replace("%", "\\%")
    return f"{_mark(job.name)}\n{job.moved_at.minute} * * * * {escaped}\n"


def _gently() -> list[str]:
    """The programs that lower the priority of what follows, where they exist."""
    gently = {"nice": ["nice", "-n", "10"], "ionice": ["ionice", "-c", "3"]}
    return [word for program, words in gently.items() if shutil.which(program) for word in words]


def find_entry(table: str, name: str) -> str:
    """The lines of a profile; empty if there are none."""
    _before, mark, after = _split(table, name)
    return mark + after[: _end_of_line(after)] if mark else ""


def with_entry(table: str, name: str, lines: str) -> str:
    """The crontab with these lines for a profile, or with none; all other lines unchanged."""
    before, mark, after = _split(table, name)
    if mark:
        return before + lines + after[_end_of_line(after) :]
    return (table + "\n" * bool(table and not table.endswith("\n")) + lines) if lines else table


def _split(table: str, name: str) -> tuple[str, str, str]:
    """The text before the profile's mark, the mark, and the text after it."""
    mark = f"{_mark(name)}\n"
    at = 0 if table.startswith(mark) else table.find(f"\n{mark}") + 1
    if at == 0 and not table.startswith(mark):
        return table, "", ""
    return table[:at], mark, table[at + len(mark) :]


def _end_of_line(text: str) -> int:
    return text.find("\n") + 1 or len(text)


def _mark(name: str) -> str:
    return f"# photobak schedule, profile {name}; change it with: photobak schedule"
