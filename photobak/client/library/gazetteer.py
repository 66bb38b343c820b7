"""Where towns lie, by their names in any language, without asking anybody: a table made from GeoNames (``towns/``).

The table is searched as it is, without being taken apart: nine megabytes of bytes are looked through in milliseconds.
"""

import gzip
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from operator import itemgetter
from typing import Final

from photobak.errors import WrongUsage

_LARGE: Final = 15_000
"""People; a smaller town is meant only where no larger one is called so."""
_POSITION: Final = "A position does it too: 38.72,-9.14,5 (latitude, longitude, kilometres around)"
_OWN_NAME_WEIGHS: Final = 2
"""A town that is called so counts as one twice its size of which it is another name: Porto is one of Bordeaux's."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town of GeoNames."""

    name: str
    region: str
    """Country, ISO 3166-1 alpha-2; in the United States with the state's two letters after it: US-MA."""
    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""
    people: int

    def __str__(self) -> str:
        return ", ".join((self.name, *reversed(self.region.split("-"))))


def towns_called(text: str) -> list[Town]:
    """Find the towns of a name, the most populous first.

    Args:
        text: the name in any language, with or without accents and capitals; after a comma may follow the country or
            the state of the USA, by its name or its code.

    Raises:
        WrongUsage: no town is called so; with the name that comes nearest.
    """
    name, _, region = text.partition(",")
    wanted, region = plain(name), region.strip()
    if not wanted:
        raise WrongUsage("a place without a name can't be found", next_step=_POSITION)
    codes = _codes(region) if region else None
    found = [each for each in _called(wanted) if _is_inside(each[1], codes)]
    if not found:
        inside = [town.name for town in map(_town, _table().splitlines()) if _is_inside(town, codes)]
        raise WrongUsage(f"no town is called {text!r}", next_step=_hint(wanted, inside))
    large = [each for each in found if each[1].people >= _LARGE]
    return [town for _, town in sorted(large or found, key=itemgetter(0), reverse=True)]


@cache
def _table() -> bytes:
    return gzip.decompress(resources.files(__package__).joinpath("towns/towns.tsv.gz").read_bytes())


def _called(name: str) -> Iterator[tuple[int, Town]]:
    """The towns of a name, and how likely each is meant."""
    table, wanted = _table(), f"|{name}|".encode()
    at = table.find(wanted)
    while at >= 0:
        start, end = table.rfind(b"\n", 0, at) + 1, table.find(b"\n", at)
        town = _town(table[start:end])
        yield max(town.people, 1) * (_OWN_NAME_WEIGHS if at == start else 1), town
        at = table.find(wanted, end)


def _town(line: bytes) -> Town:
    _, name, code, latitude, longitude, people = line.decode().split("\t")
    return Town(name, code, float(latitude), float(longitude), int(people))


def _is_inside(town: Town, codes: set[str] | None) -> bool:
    return codes is None or not codes.isdisjoint((town.region, town.region.partition("-")[0]))


def _codes(region: str) -> set[str]:
    """The codes of the country or the state that are meant; both where both are called so."""
    wanted, table = plain(region), resources.files(__package__).joinpath("towns/regions.tsv").read_text("utf-8")
    known = (line.split("\t") for line in table.splitlines())
    return {code for code, name in known if wanted in (code.rpartition("-")[2].casefold(), plain(name))}


def plain(name: str) -> str:
    """A name as the table has it: without accents and capitals, and without what stands between two names there."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).replace("|", " ").split())


def _hint(wanted: str, names: list[str]) -> str:
    by_plain = {plain(each): each for each in names if plain(each[0]) == wanted[0]}  # the first letter is seldom wrong
    nearest = get_close_matches(wanted, by_plain, n=1)
    return f"Do you mean {by_plain[nearest[0]]}? {_POSITION}" if nearest else _POSITION
