"""A place on the earth and what is around it."""

from dataclasses import dataclass
from math import asin, cos, radians, sin, sqrt
from typing import Final

EARTH_RADIUS_KM: Final = 6371.0088
"""The mean radius of the earth (IUGG, GRS 80)."""


@dataclass(frozen=True, slots=True)
class Circle:
    """All that lies within some distance of a place."""

    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""
    radius_km: float

    def holds(self, latitude: float | None, longitude: float | None) -> bool:
        """Whether a point lies in it; one that isn't known does not."""
        if latitude is None or longitude is None:
            return False
        return distance_km(self.latitude, self.longitude, latitude, longitude) <= self.radius_km


def distance_km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """The distance between two points along the surface, by the haversine formula; at most 0.6 % wrong."""
    north, south = radians(latitude), radians(other_latitude)
    across = sin((south - north) / 2) ** 2
    along = cos(north) * cos(south) * sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_RADIUS_KM * asin(sqrt(min(1.0, across + along)))
