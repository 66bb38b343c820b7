"""Windows' Task Scheduler: a task of the user (schema: [MS-TSCH] 2.5, "Task Definition").

https://learn.microsoft.com/openspecs/windows_protocols/ms-tsch/
"""

import shutil
import subprocess
import tempfile
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from photobak.platform.scheduler.interface import Job
from photobak.platform.scheduler.program import require, run

NAMESPACE: Final = "http://schemas.microsoft.com/windows/2004/02/mit/task"
_SCHTASKS: Final = "schtasks"
_FIRST_DAY: Final = "2024-01-01"
"""Any day in the past; the schedule has no beginning."""
_SETTINGS: Final = {
    "MultipleInstancesPolicy": "IgnoreNew",
    "DisallowStartIfOnBatteries": "false",  # the command waits for mains power by itself
    "StopIfGoingOnBatteries": "false",
    "StartWhenAvailable": "true",
    "RunOnlyIfNetworkAvailable": "true",
    "ExecutionTimeLimit": "PT0S",
    "Priority": "7",
}
_COMPARED: Final = ("StartBoundary", "Interval", "RandomDelay", "Command", "Arguments", "DisallowStartIfOnBatteries",
                    "StartWhenAvailable")  # fmt: skip
"""What tells one definition from another."""


class TaskScheduler:
    """The tasks of the user, in the folder ``photobak``."""

    name = "task-scheduler"

    def problem(self) -> str:
        """Why it cannot be used."""
        return "" if shutil.which(_SCHTASKS) else "this is not Windows"

    def draft(self, job: Job) -> str:
        """The task's definition."""
        return f"<!-- Task {_task(job.name)} -->\n{definition(job)}"

    def install(self, job: Job) -> bool:
        """Create the task, or replace it."""
        if _texts(self.installed(job.name)) == _texts(definition(job)):
            return False
        with tempfile.TemporaryDirectory(prefix="photobak-") as folder:
            path = Path(folder, "task.xml")
            path.write_text(definition(job), "utf-16")  # schtasks reads nothing else reliably
            require([_SCHTASKS, "/Create", "/TN", _task(job.name), "/XML", str(path), "/F"])
        return True

    def installed(self, name: str) -> str:
        """The task's definition."""
        done = run([_SCHTASKS, "/Query", "/TN", _task(name), "/XML"])
        return done.stdout if done.returncode == 0 else ""

    def remove(self, name: str) -> bool:
        """Delete the task."""
        if not self.installed(name):
            return False
        require([_SCHTASKS, "/Delete", "/TN", _task(name), "/F"])
        return True


def definition(job: Job) -> str:
    """The task as XML. Variables are set by a shell, since a task has none of its own."""
    ElementTree.register_namespace("", NAMESPACE)
    task = ElementTree.Element(f"{{{NAMESPACE}}}Task", version="1.4")
    trigger = _at(task, "Triggers/CalendarTrigger")
    _at(trigger, "StartBoundary").text = f"{_FIRST_DAY}T{job.at:%H:%M}:00"
    repetition = _at(trigger, "Repetition")
    _at(repetition, "Interval").text, _at(repetition, "Duration").text = "PT1H", "P1D"
    if job.jitter:
        _at(trigger, "RandomDelay").text = f"PT{job.jitter}M"
    _at(trigger, "ScheduleByDay/DaysInterval").text = "1"
    settings = _at(task, "Settings")
    for name, value in _SETTINGS.items():
        _at(settings, name).text = value
    action = _at(task, "Actions/Exec")
    _at(action, "Command").text, _at(action, "Arguments").text = _action(job)
    ElementTree.indent(task)
    return '<?xml version="1.0" encoding="UTF-16"?>\n' + ElementTree.tostring(task, "unicode") + "\n"


def _action(job: Job) -> tuple[str, str]:
    """The program, and its arguments as one line; cmd removes the outermost quotes of what follows /c."""
    if not job.environment:
        return job.command[0], subprocess.list2cmdline(job.command[1:])
    sets = " && ".join(f'set "{name}={value}"' for name, value in job.environment)
    return "cmd.exe", f'/d /c "{sets} && {subprocess.list2cmdline(job.command)}"'


def _at(parent: ElementTree.Element, path: str) -> ElementTree.Element:
    """Add a chain of elements; returns the last."""
    for name in path.split("/"):
        parent = ElementTree.SubElement(parent, f"{{{NAMESPACE}}}{name}")
    return parent


def _texts(xml: str) -> dict[str, str]:
    """The texts of a definition, by element; Task Scheduler adds elements of its own and indents differently."""
    if not xml:
        return {}
    root = ElementTree.fromstring(xml.partition("?>")[2] or xml)  # noqa: S314 - the system's own answer
    texts = {each.tag.rpartition("}")[2]: (each.text or "").strip() for each in root.iter()}
    return {name: texts.get(name, "") for name in _COMPARED}


def _task(name: str) -> str:
    return f"\\photobak\\{name}"
