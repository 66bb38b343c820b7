"""What people write for a place: the name of a town or a position, each with an optional radius."""

import re
from dataclasses import dataclass
from typing import Final

from photobak.photo.place.circle import Circle
from photobak.photo.place.gazetteer import Town, find_towns

DEFAULT_RADIUS_KM: Final = 25.0
"""A large town and its surroundings."""
_RADIUS: Final = re.compile(r"(\d{1,5}(?:\.\d+)?)\s*(?:km)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Place:
    """A place as somebody wrote it."""

    circle: Circle
    town: Town | None
    """None of a position."""


def find_places(text: str) -> list[Place]:
    """Find the places that a text may mean, the most populous first; empty if there is none.

    Args:
        text: ``Lisbon``, ``Cambridge, US``, ``Lisbon, 5km``, or ``38.72,-9.14,5``.

    Raises:
        ValueError: it begins with two numbers and is no position.
    """
    position = parse_position(text)
    if position:
        return [Place(position, None)]
    name, radius_km = split_radius(text)
    return [Place(Circle(town.latitude, town.longitude, radius_km), town) for town in find_towns(name)]


def parse_position(text: str) -> Circle | None:
    """Parse latitude, longitude and radius in kilometres; None if the text does not begin with two numbers.

    Raises:
        ValueError: it does, and is no position.
    """
    parts = [part.strip() for part in text.split(",")]
    try:
        latitude, longitude = float(parts[0]), float(parts[1])
    except (ValueError, IndexError):
        return None
    radius = _RADIUS.fullmatch(parts[2]) if len(parts) > 2 else None
    if len(parts) > 3 or (len(parts) == 3 and not radius) or not (abs(latitude) <= 90 and abs(longitude) <= 180):
        raise ValueError("should be latitude, longitude and kilometres, like 38.72,-9.14,5")
    return Circle(latitude, longitude, float(radius[1]) if radius else DEFAULT_RADIUS_KM)


def split_radius(text: str) -> tuple[str, float]:
    """Split a radius in kilometres off a name; without one: ``DEFAULT_RADIUS_KM``."""
    name, comma, last = text.rpartition(",")
    radius = _RADIUS.fullmatch(last.strip()) if comma else None
    return (name, float(radius[1])) if radius else (text, DEFAULT_RADIUS_KM)
