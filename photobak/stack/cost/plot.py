"""The comparisons as a picture: dollars a month against requests a month, both logarithmic, as SVG."""

from collections.abc import Sequence
from html import escape
from importlib import resources
from math import log10
from string import Template
from typing import Final

from photobak.stack.cost.servers import Comparison

_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 620, 30, 380
_REQUESTS: Final = (5, 9)
"""Powers of ten on the axis below."""
_DOLLARS: Final = (-1, 4)
"""Powers of ten on the axis at the left."""
_COLOURS: Final = ("#1b6ca8", "#c8553d", "#588157")
_LEGEND, _LEGEND_STEP = 405, 18


def plot(comparisons: Sequence[Comparison]) -> str:
    """Draw up to three comparisons: a rising line without servers, a level one with them, a dot where they meet."""
    drawing = [*_axes(), *(part for number, one in enumerate(comparisons) for part in _drawn(number, one))]
    template = resources.files(__package__).joinpath("plot.svg").read_text(encoding="utf-8")
    return Template(template).substitute(drawing="\n  ".join(drawing))


def _axes() -> list[str]:
    drawn = []
    for power in range(_REQUESTS[0], _REQUESTS[1] + 1):
        x = _x(10**power)
        drawn.append(f'<line class="grid" x1="{x}" y1="{_TOP}" x2="{x}" y2="{_BOTTOM}"/>')
        drawn.append(f'<text class="below" x="{x}" y="{_BOTTOM + 16}">{_requests_text(10**power)}</text>')
    for power in range(_DOLLARS[0], _DOLLARS[1] + 1):
        y = _y(10**power)
        drawn.append(f'<line class="grid" x1="{_LEFT}" y1="{y}" x2="{_RIGHT}" y2="{y}"/>')
        drawn.append(f'<text class="left" x="{_LEFT - 8}" y="{y + 4}">${10**power:,}</text>')
    return drawn


def _drawn(number: int, comparison: Comparison) -> list[str]:
    colour, ends = _COLOURS[number], [10.0**power for power in _REQUESTS]
    rising = " ".join(f"{_x(end)},{_y(comparison.serverless_month(end))}" for end in ends)
    level, meet = _y(comparison.servers_month), _x(comparison.break_even)
    row = _LEGEND + 20 + number * _LEGEND_STEP
    said = f"{comparison.name}: {comparison.servers}, equal at {_requests_text(comparison.break_even)} requests"
    return [
        f'<polyline stroke="{colour}" points="{rising}"/>',
        f'<line class="servers" stroke="{colour}" x1="{_LEFT}" y1="{level}" x2="{_RIGHT}" y2="{level}"/>',
        f'<circle fill="{colour}" cx="{meet}" cy="{level}" r="5"/>',
        f'<circle fill="{colour}" cx="{_LEFT}" cy="{row - 4}" r="5"/>',
        f'<text x="{_LEFT + 12}" y="{row}">{escape(said)}</text>',
    ]


def _x(requests: float) -> float:
    return _between(log10(requests), _REQUESTS, _LEFT, _RIGHT)


def _y(dollars: float) -> float:
    return _between(log10(dollars), _DOLLARS, _BOTTOM, _TOP)


def _between(value: float, ends: tuple[int, int], first: int, last: int) -> float:
    return round(first + (value - ends[0]) / (ends[1] - ends[0]) * (last - first), 1)


def _requests_text(requests: float) -> str:
    for unit, factor in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if requests >= factor:
            return f"{requests / factor:.3g} {unit}"
    return f"{requests:.0f}"
