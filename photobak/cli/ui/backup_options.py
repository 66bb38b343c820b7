"""The options that say what is backed up and how, the same for ``sync`` and ``watch``."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from photobak.client.sync.sync import Options

Command = TypeVar("Command", bound=Callable[..., None])

_OPTIONS: Final = (
    click.option("--include", metavar="GLOB", multiple=True, help="Only files that match (gitignore syntax)."),
    click.option("--exclude", metavar="GLOB", multiple=True, help="No files or folders that match (gitignore syntax)."),
    click.option(
        "--jobs", metavar="N", type=click.IntRange(1, 64), default=8, help="Files sent at once, at most; 8 by default."
    ),
    click.option("--limit-rate", metavar="RATE", help="Send no faster, in bytes a second: 500k, 2M."),
    click.option("--timezone", metavar="ZONE", help="Where photos without a time zone were taken: Europe/Lisbon."),
)


def backup_options(command: Command) -> Callable[..., None]:
    """Give a command the options, and hand it what they ask for as ``options``.

    Raises:
        WrongUsage: an option can't be read.
    """

    @wraps(command)
    def with_options(
        *args: Any,
        include: tuple[str, ...],
        exclude: tuple[str, ...],
        jobs: int,
        limit_rate: str | None,
        timezone: str | None,
        **others: Any,
    ) -> None:
        command(*args, options=_parse(include, exclude, jobs, limit_rate, timezone), **others)

    for option in reversed(_OPTIONS):
        with_options = option(with_options)
    return with_options


def _parse(
    include: tuple[str, ...], exclude: tuple[str, ...], jobs: int, limit_rate: str | None, timezone: str | None
) -> "Options":
    from photobak.cli.ui.values import parse_rate, parse_zone
    from photobak.client.files.scan import Filters
    from photobak.client.sync.sync import Options, this_device

    return Options(
        jobs=jobs,
        device=this_device(),
        zone=parse_zone(timezone),
        filters=Filters.of(include, exclude),
        bytes_per_second=parse_rate(limit_rate),
    )
