"""Makes records stand that are to be the only ones of their contents, many in one transaction."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from photobak.cloud.store.contents import Content
from photobak.cloud.store.library import Library
from photobak.photo.record import Record

_MOST_TOGETHER: Final = 100
"""Parts of one transaction (DynamoDB API reference, TransactWriteItems)."""
_LONGEST_PLACES: Final = 20_000
"""Characters of all places of a record; with more than that its transaction is one of its own, which ends at 4 MB."""


@dataclass(frozen=True, slots=True)
class Amendment:
    """A record that is to be the only one of its content, and what there was before it."""

    record: Record
    seen: Content | None
    """The content item as it was read."""
    rows: tuple[Record, ...]
    """The records of this content in ``Photos`` as they were read."""


def amend(library: Library, amendments: Sequence[Amendment]) -> list[bool]:
    """Write records and their content items, and take away what there is besides.

    Returns:
        For each, in order: False where something has changed since it was read; nothing of it was written then.
    """
    done = [True] * len(amendments)
    for batch in _batches(library, amendments):
        parts = [part for _, own in batch for part in own]
        if not library.write_together(*parts):
            for number, own in batch:  # one of them has changed: it must not keep the others from being written
                done[number] = library.write_together(*own)
    return done


def _batches(library: Library, amendments: Sequence[Amendment]) -> Iterator[list[tuple[int, list[Any]]]]:
    """Put together what goes into one transaction: the number of each amendment, and its parts."""
    batch: list[tuple[int, list[Any]]] = []
    size = 0
    for number, amendment in enumerate(amendments):
        own = _parts(library, amendment)
        if not own:
            continue
        alone = sum(map(len, amendment.record.sources)) > _LONGEST_PLACES
        if alone:
            yield [(number, own)]
            continue
        if size + len(own) > _MOST_TOGETHER:
            yield batch
            batch, size = [], 0
        batch.append((number, own))
        size += len(own)
    if batch:
        yield batch


def _parts(library: Library, amendment: Amendment) -> list[Any]:
    """The parts of a transaction; none where everything is as it should be."""
    record, seen = amendment.record, amendment.seen
    here = [row for row in amendment.rows if row.timestamp == record.timestamp]
    parts = [library.photos.removal(row) for row in amendment.rows if row.timestamp != record.timestamp]
    if not here:
        parts.append(library.photos.creation(record))
    elif here[0] != record:
        parts += library.photos.replacement(here[0], record)
    told = (record.status, record.timestamp, record.reason)
    if not parts and seen is not None and (seen.status, seen.timestamp, seen.reason) == told:
        return []
    return [*parts, library.contents.settlement(record, seen)]
