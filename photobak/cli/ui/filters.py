"""The options that say which photos are meant, the same for each command that takes a choice of them."""

import re
from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from photobak.cli.ui.context import Context
from photobak.cli.ui.terminal import say
from photobak.errors import WrongUsage
from photobak.photo.kind import Kind

if TYPE_CHECKING:
    from photobak.client.library.circle import Circle
    from photobak.client.library.query import Query

Command = TypeVar("Command", bound=Callable[..., None])

DEFAULT_RADIUS_KM: Final = 25.0
"""A large town with what lies around it."""
_NAMESAKES_SHOWN: Final = 3
_RADIUS: Final = re.compile(r"(\d{1,5}(?:\.\d+)?)\s*(?:km)?", re.IGNORECASE)

_OPTIONS: Final = (
    click.option("--since", metavar="DATE", help="Taken then or later: 2024, 2024-06, 2024-06-30, 36h, 30d, 6m, 1y."),
    click.option("--until", metavar="DATE", help="Taken then or earlier; 2024-06 includes June."),
    click.option("--camera", metavar="NAME", help="Taken with it: a part of make and model, such as pixel."),
    click.option(
        "--kind", "kinds", type=click.Choice([kind.value for kind in Kind]), multiple=True, help="Only these."
    ),
    click.option(
        "--status",
        "statuses",
        type=click.Choice(["stored", "no-preview"]),
        multiple=True,
        help="no-preview: kept, but could not be decoded.",
    ),
    click.option(
        "--near",
        metavar="PLACE",
        help="Taken within 25 km of a town (Lisbon; Cambridge, US; Lisbon, 5km) or of a position: lat,lon,km.",
    ),
)


def photo_filters(command: Command) -> Callable[..., None]:
    """Give a command the options, and hand it what they ask for as ``query``; none of them given: ``EVERYTHING``.

    Raises:
        WrongUsage: an option can't be read, or two leave nothing between them.
    """

    @wraps(command)
    def with_query(
        *args: Any,
        since: str | None,
        until: str | None,
        camera: str | None,
        kinds: tuple[str, ...],
        statuses: tuple[str, ...],
        near: str | None,
        **others: Any,
    ) -> None:
        command(*args, query=parse_query(since, until, camera, kinds, statuses, near), **others)

    for option in reversed(_OPTIONS):
        with_query = option(with_query)
    return with_query


def parse_query(
    since: str | None,
    until: str | None,
    camera: str | None,
    kinds: tuple[str, ...],
    statuses: tuple[str, ...],
    near: str | None,
) -> "Query":
    """Read the options; raises as ``photo_filters``."""
    from photobak.cli.ui.values import parse_span
    from photobak.client.library.query import Query
    from photobak.photo.record import Status

    return Query(
        span=parse_span(since, until),
        camera=camera or None,
        kinds=frozenset(map(Kind, kinds)),
        statuses=frozenset(map(Status, statuses)),
        near=None if near is None else parse_near(near),
    )


def parse_near(text: str) -> "Circle":
    """Read a town's name or a position, each with a radius in kilometres if it should not be the usual one.

    Raises:
        WrongUsage: it is neither, or no town is called so.
    """
    from photobak.client.library.circle import Circle
    from photobak.client.library.gazetteer import towns_called

    if position := _position(text):
        return Circle(*position)
    name, radius = _radius_apart(text)
    meant, *namesakes = towns_called(name)
    if namesakes and not _quiet():
        others = "; ".join(map(str, namesakes[:_NAMESAKES_SHOWN]))
        more = f" and {len(namesakes) - _NAMESAKES_SHOWN} more" if len(namesakes) > _NAMESAKES_SHOWN else ""
        say(f"photobak: near {meant}, the largest of its name; the others: {others}{more}")
    return Circle(meant.latitude, meant.longitude, radius)


def _position(text: str) -> tuple[float, float, float] | None:
    """Latitude, longitude and radius; None where the text doesn't begin with two numbers."""
    parts = [part.strip() for part in text.split(",")]
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except (ValueError, IndexError):
        return None
    radius = _RADIUS.fullmatch(parts[2]) if len(parts) > 2 else None
    if len(parts) > 3 or (len(parts) == 3 and not radius) or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        next_step = "Write degrees north, degrees east and kilometres: 38.72,-9.14,5"
        raise WrongUsage(f"{text!r} is not a position", next_step=next_step)
    return latitude, longitude, float(radius[1]) if radius else DEFAULT_RADIUS_KM


def _radius_apart(text: str) -> tuple[str, float]:
    name, comma, last = text.rpartition(",")
    radius = _RADIUS.fullmatch(last.strip()) if comma else None
    return (name, float(radius[1])) if radius else (text, DEFAULT_RADIUS_KM)


def _quiet() -> bool:
    context = click.get_current_context(silent=True)
    found = context.find_object(Context) if context else None
    return found is not None and found.quiet
