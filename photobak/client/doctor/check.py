"""One check and its result. A check never raises: what it cannot find out is a result, too."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from photobak.errors import PhotobakError, reason_of


@dataclass(frozen=True, slots=True)
class Result:
    """What a check has found."""

    check: str
    """Its name, such as ``clock``."""
    ok: bool
    detail: str
    """What was found, in one line."""
    cure: str = ""
    """The command that helps; empty if all is well."""

    def to_json(self) -> dict[str, Any]:
        """The line of ``doctor --json``."""
        return {"type": "check", "check": self.check, "ok": self.ok, "detail": self.detail, "cure": self.cure or None}


class Wrong(Exception):
    """Something is wrong; says what, and which command helps."""

    def __init__(self, detail: str, cure: str) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Check:
    """A named check."""

    name: str
    look: Callable[[], str]
    """Returns what is well; raises Wrong."""
    cure: str = ""
    """The command that helps if ``look`` fails in another way."""


def run(checks: Iterable[Check]) -> Iterator[Result]:
    """Make the checks one by one."""
    for check in checks:
        yield _result(check)


def _result(check: Check) -> Result:
    try:
        return Result(check.name, True, check.look())
    except Wrong as wrong:
        return Result(check.name, False, wrong.detail, wrong.cure)
    except PhotobakError as error:
        return Result(check.name, False, error.summary, check.cure or _command_in(error.next_step))
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        return Result(check.name, False, f"{where}{reason_of(error)}", check.cure)


def _command_in(next_step: str) -> str:
    """The command that an error's advice ends with, or the advice."""
    return next_step.rpartition(": ")[2]
