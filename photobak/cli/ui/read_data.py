"""``--read-data [PERCENT]``: an option whose value may be left out, also where a PATH comes next."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, TypeVar

import click

from photobak.errors import WrongUsage

F = TypeVar("F", bound=Callable[..., Any])

_OPTION: Final = "--read-data"
_PERCENT: Final = re.compile(r"(\d{1,3}(?:\.\d{1,6})?)%?")


class ReadDataCommand(click.Command):
    """A command with that option: click alone would take any PATH that follows for its value."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Write the value that was left out, then parse as always."""
        return super().parse_args(ctx, list(_completed(args)))


def read_data_option(help_text: str) -> Callable[[F], F]:
    """The option; its value goes through ``parse_percent``."""
    return click.option(_OPTION, "read_data", metavar="[PERCENT]", help=help_text)


def parse_percent(text: str | None) -> float | None:
    """Read how many in a hundred are meant: ``5``, ``0.5``, ``5%``; None where nothing is.

    Raises:
        WrongUsage: it is no percentage, or nothing of a hundred.
    """
    if text is None:
        return None
    match = _PERCENT.fullmatch(text)
    percent = float(match[1]) if match else 0.0
    if not 0 < percent <= 100:
        raise WrongUsage(f"{text!r} is not a percentage", next_step="Write more than 0 and at most 100, such as 5")
    return percent


def _completed(args: Sequence[str]) -> Iterator[str]:
    for number, arg in enumerate(args):
        following = args[number + 1] if number + 1 < len(args) else ""
        yield f"{_OPTION}=100" if arg == _OPTION and not _PERCENT.fullmatch(following) else arg
