"""Which places (``photo.source``) of a content its record keeps."""

from collections.abc import Collection
from typing import Final

MOST_BYTES: Final = 256 * 1024
"""All places of one record together, in UTF-8: an item of DynamoDB ends at 400 KB. Some sidecars are the same thousands
of times over."""


def places_after(known: frozenset[str], added: Collection[str], gone: Collection[str]) -> frozenset[str]:
    """The places of a record after its photo was moved, copied or deleted on one device.

    Args:
        known: those of the record.
        added: where the device has it now; what would go beyond ``MOST_BYTES`` is left out.
        gone: where the device has it no more. The last place stays all the same, for a restore to go to.
    """
    after = known - set(gone)
    room = MOST_BYTES - sum(_bytes(place) for place in after)
    for place in sorted(set(added) - after):
        if room >= _bytes(place):
            room -= _bytes(place)
            after |= {place}
    return after or frozenset(sorted(known)[:1])


def _bytes(place: str) -> int:
    return len(place.encode())
