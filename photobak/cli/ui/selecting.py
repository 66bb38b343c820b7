"""Which photos a command is about: ids, a list of ids, or filters."""

from collections.abc import Callable
from functools import wraps
from typing import IO, TYPE_CHECKING, Any, TypeAlias, TypeVar

import click

from photobak.errors import WrongUsage

if TYPE_CHECKING:
    from photobak.client.library.query import Query
    from photobak.client.restore.selection import Selection

Command = TypeVar("Command", bound=Callable[..., None])
Ids: TypeAlias = tuple[str, ...] | None
"""Ids or beginnings of ids; None if none were given, which is not the same as an empty list."""


def ids_and_list(verb: str) -> Callable[[Command], Callable[..., None]]:
    """Add ``[ID]...`` and ``--from-list`` to a command, which gets all of them as ``ids``.

    Args:
        verb: what the command does with the photos, for its help.
    """

    def add(command: Command) -> Callable[..., None]:
        @click.argument("ids", metavar="[ID]...", nargs=-1)
        @click.option(
            "--from-list",
            "listed",
            metavar="FILE",
            type=click.File(encoding="utf-8", errors="replace"),
            help=f"{verb} the photos listed in FILE: ids, or the output of `ls --json`; - is standard input.",
        )
        @wraps(command)
        def with_ids(*args: Any, ids: tuple[str, ...], listed: IO[str] | None, **others: Any) -> None:
            command(*args, ids=_with_listed(ids, listed), **others)

        return with_ids

    return add


def _with_listed(ids: tuple[str, ...], listed: IO[str] | None) -> Ids:
    if listed is None:
        return ids or None
    from photobak.client.restore.selection import listed_ids

    return (*ids, *listed_ids(listed, listed.name))


def require_ids(ids: Ids) -> tuple[str, ...]:
    """The ids; WrongUsage if none were given."""
    if ids is None:
        raise WrongUsage("no photo named", next_step="Pass ids or --from-list; `photobak ls` shows the ids")
    return ids


def selection(ids: Ids, query: "Query", verb: str, *, everything: bool = False, all_option: str = "") -> "Selection":
    """The photos that are meant.

    Args:
        ids: from the command line and a list.
        query: from the filters.
        verb: what the command does with them, for its error.
        everything: whether all photos are meant.
        all_option: the option for that; "" if the command has none.

    Raises:
        WrongUsage: none are named, or ids and filters are combined.
    """
    from photobak.client.library.query import EVERYTHING
    from photobak.client.restore.selection import Selection

    if (ids is not None) + everything + (query != EVERYTHING) != 1:
        ways = "Pass ids or --from-list, or filters such as --since and --name"
        next_step = f"{ways}, or {all_option}" if all_option else ways
        raise WrongUsage(f"name the photos to {verb} in exactly one way", next_step=next_step)
    return Selection(ids, query)
