"""A library without photos: records that the table holds, and nothing else does."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from photobak.client.profile import Profile
from photobak.photo.keys import plain
from photobak.photo.record import Record

A_BATCH = 25
"""Items that BatchWriteItem takes at most."""


def fill_both(dynamodb: Any, profile: Profile, records: Iterable[Record]) -> None:
    """Write records, and the items of their contents, by which ids find them."""
    records = list(records)
    fill(dynamodb, profile.table, records)
    for each in records:
        item = {
            "username": {"S": each.username},
            "sha256": {"S": each.sha256},
            "timestamp": {"N": plain(each.timestamp)},
            "status": {"S": each.status},
        }
        dynamodb.put_item(TableName=profile.contents_table, Item=item)


def fill(dynamodb: Any, table: str, records: Iterable[Record]) -> None:
    """Write records into a table."""
    items = ({"PutRequest": {"Item": each.to_item()}} for each in records)
    while batch := list(islice(items, A_BATCH)):
        dynamodb.batch_write_item(RequestItems={table: batch})
