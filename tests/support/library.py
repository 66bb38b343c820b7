"""A library without photos: records that the table holds, and nothing else does."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from photobak.photo.record import Record

A_BATCH = 25
"""Items that BatchWriteItem takes at most."""


def fill(dynamodb: Any, table: str, records: Iterable[Record]) -> None:
    """Write records into a table."""
    items = ({"PutRequest": {"Item": each.to_item()}} for each in records)
    while batch := list(islice(items, A_BATCH)):
        dynamodb.batch_write_item(RequestItems={table: batch})
