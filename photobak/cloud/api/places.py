"""``GET /places``: what a place name means, so that clients without the table of towns can search by it."""

from typing import Any

from photobak.photo.place.gazetteer import nearest_name
from photobak.photo.place.search import Place, find_places, split_radius


def places_called(name: str) -> dict[str, Any]:
    """Find the places that a name may mean.

    Args:
        name: as ``photobak ls --near`` takes it: ``Lisbon``, ``Cambridge, US``, ``Lisbon, 5km``, ``38.72,-9.14,5``.

    Returns:
        ``places``: the most populous first. If there is none, ``nearest`` may be the name that is spelled most like it.
    """
    try:
        places = find_places(name)
    except ValueError:  # it begins as a position, and no town's name does
        return {"places": []}
    if places:
        return {"places": [_entry(place) for place in places]}
    nearest = nearest_name(split_radius(name)[0])
    return {"places": [], **({"nearest": nearest} if nearest else {})}


def _entry(place: Place) -> dict[str, Any]:
    circle, town = place.circle, place.town
    return {
        "name": town.name if town else None,
        "region": town.region if town else None,
        "people": town.people if town else None,
        "latitude": circle.latitude,
        "longitude": circle.longitude,
        "radius_km": circle.radius_km,
    }
