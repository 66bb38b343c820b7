"""Which photos look alike: a perceptual hash of a thumbnail, and groups of hashes that are near each other.

The hash is the sign of the 64 lowest frequencies of the picture's luminance (Zauner 2010, "Implementation and
Benchmarking of Perceptual Image Hash Functions", section 3.2.1): it stays as it is when a picture is made smaller,
compressed again or a little brighter, and says nothing of crops and turns.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from PIL import Image

HASH_BITS: Final = 64
NEAR: Final = 4
"""Bits in which hashes of one picture may differ; two different photos differ in 32 on average."""
_SIDE: Final = 32
_LOW: Final = 8
_FLAT: Final = 1.0
"""Below this, the coefficients of a picture are noise: an empty page, a black frame."""
_COSINES: Final = tuple(
    tuple(math.cos(math.pi * (2 * x + 1) * u / (2 * _SIDE)) for x in range(_SIDE)) for u in range(_LOW + 1)
)
_BANDS: Final = NEAR + 1
"""Of a hash: of two that differ in at most ``NEAR`` bits, one band is equal at least."""

Key = TypeVar("Key")


def perceptual_hash(image: "Image.Image") -> int | None:
    """Hash a picture, upright; None for one without features, which would look like all others of its kind.

    Args:
        image: a thumbnail; transparency counts as white.
    """
    coefficients = _low_frequencies(_luminance(image))
    if max(map(abs, coefficients)) < _FLAT:
        return None
    middle = sorted(coefficients)[HASH_BITS // 2 - 1 : HASH_BITS // 2 + 1]
    median = sum(middle) / 2
    return sum(1 << bit for bit, value in enumerate(coefficients) if value > median)


def distance(one: int, other: int) -> int:
    """In how many bits two hashes differ."""
    return (one ^ other).bit_count()


def groups(hashes: Mapping[Key, int], near: int = NEAR) -> Iterator[Sequence[Key]]:
    """Groups of two and more that look alike, each in the order of ``hashes``; a chain of near ones is one group.

    Args:
        hashes: of each photo.
        near: bits; at most ``NEAR``.
    """
    same: defaultdict[int, list[Key]] = defaultdict(list)
    for key, value in hashes.items():
        same[value].append(key)
    roots = _Roots(list(same))
    for bucket in _buckets(list(same)):
        for one, other in combinations(bucket, 2):
            if distance(one, other) <= near:
                roots.join(one, other)
    members: defaultdict[int, list[Key]] = defaultdict(list)
    for key, value in hashes.items():
        members[roots.of(value)].append(key)
    yield from (found for found in members.values() if len(found) > 1)


def _luminance(image: "Image.Image") -> list[float]:
    from PIL import Image

    if image.has_transparency_data:
        whole = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole)
    small = image.convert("L").resize((_SIDE, _SIDE), Image.Resampling.LANCZOS)
    return [float(value) for value in small.tobytes()]


def _low_frequencies(pixels: Sequence[float]) -> list[float]:
    """The 64 lowest frequencies of the discrete cosine transform, without those that are constant in a direction."""
    rows = [pixels[y * _SIDE : (y + 1) * _SIDE] for y in range(_SIDE)]
    across = [[sum(map(float.__mul__, row, cosines)) for cosines in _COSINES[1:]] for row in rows]
    columns = list(zip(*across, strict=True))
    return [sum(map(float.__mul__, column, cosines)) * 4 / _SIDE**2 for cosines in _COSINES[1:] for column in columns]


def _buckets(hashes: Sequence[int]) -> Iterator[Sequence[int]]:
    """Hashes that have a band in common; all that differ in ``NEAR`` bits at most are in one bucket somewhere."""
    edges = [round(band * HASH_BITS / _BANDS) for band in range(_BANDS + 1)]
    for low, high in pairwise(edges):
        mask = (1 << high - low) - 1
        buckets: defaultdict[int, list[int]] = defaultdict(list)
        for value in hashes:
            buckets[value >> low & mask].append(value)
        yield from (bucket for bucket in buckets.values() if len(bucket) > 1)


class _Roots:
    """Disjoint sets (Tarjan 1975), halving paths."""

    def __init__(self, values: Sequence[int]) -> None:
        self._parent = {value: value for value in values}

    def of(self, value: int) -> int:
        while (parent := self._parent[value]) != value:
            self._parent[value] = value = self._parent[parent]
        return value

    def join(self, one: int, other: int) -> None:
        self._parent[self.of(other)] = self.of(one)
