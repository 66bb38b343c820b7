"""Where towns lie, by their names in any language, without any service: a table made from GeoNames (``towns/``).

The table is searched as text, without parsing it: ten megabytes take milliseconds.
"""

import gzip
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from importlib import resources
from operator import itemgetter
from typing import Final

_LARGE: Final = 15_000
"""People; a smaller town counts only where no larger one has the name."""
_OWN_NAME_WEIGHT: Final = 2
"""A town's own name counts as if it had twice its people: Porto is also an old name of Bordeaux, a little larger."""


@dataclass(frozen=True, slots=True)
class Town:
    """A town of GeoNames."""

    name: str
    region: str
    """Country, ISO 3166-1 alpha-2; in the United States followed by the state's two letters: US-MA."""
    latitude: float
    """Degrees north."""
    longitude: float
    """Degrees east."""
    people: int

    def __str__(self) -> str:
        return ", ".join((self.name, *reversed(self.region.split("-"))))


def find_towns(text: str) -> list[Town]:
    """Find the towns with a name, the most populous first; empty if there is none.

    Args:
        text: the name in any language, with or without accents and capitals; after a comma, the country or the state
            of the USA may follow, by its name or its code.
    """
    wanted, codes = _parse(text)
    found = [each for each in _called(wanted) if _is_inside(each[1].region, codes)] if wanted else []
    large = [each for each in found if each[1].people >= _LARGE]
    return [town for _, town in sorted(large or found, key=itemgetter(0), reverse=True)]


def nearest_name(text: str) -> str | None:
    """The name of a town that is spelled much like this one, which no town has; None if there is none.

    Args:
        text: as for ``find_towns``.
    """
    wanted, codes = _parse(text)
    if not wanted:
        return None
    # The first letter is seldom wrong. A line begins with the town's own plain name.
    lines = re.compile(rb"^\|(%s[^|]*)\|[^\t]*\t([^\t]*)\t([^\t]*)" % re.escape(_encoded(wanted[0])), re.MULTILINE)
    names = {
        own.decode(): name.decode()
        for own, name, region in lines.findall(_table())
        if _is_inside(region.decode(), codes)
    }
    nearest = get_close_matches(wanted, names, n=1)
    return names[nearest[0]] if nearest else None


def plain(name: str) -> str:
    """A name as the table has it: without accents, capitals, and the character that separates names there."""
    decomposed = unicodedata.normalize("NFKD", name.casefold())
    return " ".join("".join(char for char in decomposed if not unicodedata.combining(char)).replace("|", " ").split())


@cache
def _table() -> bytes:
    return gzip.decompress(resources.files(__package__).joinpath("towns/towns.tsv.gz").read_bytes())


def _parse(text: str) -> tuple[str, set[str] | None]:
    """The plain name, and the codes of the regions after the comma; None if there is no comma."""
    name, _, region = text.partition(",")
    return plain(name), _codes(region.strip()) if region.strip() else None


def _called(name: str) -> Iterator[tuple[int, Town]]:
    """The towns with a name, and the weight of each."""
    table, wanted = _table(), _encoded(f"|{name}|")
    at = table.find(wanted)
    while at >= 0:
        start, end = table.rfind(b"\n", 0, at) + 1, table.find(b"\n", at)
        town = _town(table[start:end])
        yield max(town.people, 1) * (_OWN_NAME_WEIGHT if at == start else 1), town
        at = table.find(wanted, end)


def _encoded(text: str) -> bytes:
    return text.encode(errors="replace")  # an argument that isn't UTF-8 has lone surrogates


def _town(line: bytes) -> Town:
    _, name, code, latitude, longitude, people = line.decode().split("\t")
    return Town(name, code, float(latitude), float(longitude), int(people))


def _is_inside(region: str, codes: set[str] | None) -> bool:
    return codes is None or not codes.isdisjoint((region, region.partition("-")[0]))


def _codes(region: str) -> set[str]:
    """The codes of the countries and states with a name or code; ``MA, US``, as a town is printed, is US-MA."""
    wanted = "-".join(plain(part) for part in reversed(region.split(",")))
    table = resources.files(__package__).joinpath("towns/regions.tsv").read_text("utf-8")
    known = ((code.casefold(), code, plain(name)) for code, name in (line.split("\t") for line in table.splitlines()))
    return {code for lower, code, name in known if wanted in (lower, lower.rpartition("-")[2], name)}
