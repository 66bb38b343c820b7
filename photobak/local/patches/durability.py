"""What the local stack has answered survives ``kill -9``: changes go to the items' store, and state to the disk."""
# ruff: noqa: SLF001 - private names are what this package is for

import functools
import json
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

from ministack import app
from ministack.core import persistence
from ministack.services import cloudwatch_logs, cognito, dynamodb, lambda_svc, s3

from photobak.local.items import Item, ItemStore
from photobak.platform.files import sync_path

_SAVE_ATTEMPTS: Final = 5


def install(store: ItemStore, give_up: Callable[[str], NoReturn]) -> None:
    """Tell the store of every change, as ``patches.install``."""
    _remember_items(store)
    _remember_objects(store, give_up)
    cognito._run_identity_handler = _one_at_a_time(cognito._run_identity_handler)
    app._build_persistence_save_dict = _without_bulk(app._build_persistence_save_dict)


def load_items(items: Iterable[Item]) -> None:
    """Put items into the tables that MiniStack has restored; those of a table that is gone are left out.

    Call it after MiniStack's own start and before the first request.
    """
    tables = {table["TableId"]: table for table in dynamodb._tables.all_values()}
    for table in tables.values():
        table["items"] = defaultdict(dict)
    for item in items:
        if item.table_id in tables and item.content is not None:
            tables[item.table_id]["items"][item.hash_key][item.range_key] = json.loads(item.content)
    for table in tables.values():
        dynamodb._items_replaced(table)  # counts, and indexes
    positions = lambda_svc._dynamodb_stream_positions
    for (account, region, mapping), _ in positions.all_items():
        positions.set_scoped(account, region, mapping, 0)  # streams start anew: the old position would skip records


def save(services: Iterable[str] | None = None) -> None:
    """Write the state of some services, or of all that were used, to the disk, before the next request is served.

    Raises:
        OSError: it could not be written.
    """
    states = app._build_persistence_save_dict()
    # CloudFormation last: cut off before it, the next deployment makes or changes everything once more.
    for name in sorted(states if services is None else services, key=lambda name: name == "cloudformation"):
        if name in states:
            _save(name, states[name])
    for file in Path(persistence.STATE_DIR).rglob("*"):
        sync_path(file)


def _save(name: str, get_state: Callable[[], Any]) -> None:
    file = Path(persistence.STATE_DIR) / f"{name}.json"
    before = _inode(file)
    for _ in range(_SAVE_ATTEMPTS):
        try:
            state = get_state()
        except RuntimeError:  # a background thread has changed a dict while it was being copied
            continue
        if state is None:
            return
        persistence.save_state(name, state)  # logs its errors and goes on
        if _inode(file) != before:  # it replaces the file as a whole
            return
        break
    raise OSError(f"the state of {name} could not be written to {file}")


def _inode(file: Path) -> int | None:
    return file.stat().st_ino if file.exists() else None


def _remember_items(store: ItemStore) -> None:
    set_item, remove_item = dynamodb._set_item, dynamodb._remove_item

    @functools.wraps(set_item)
    def set_and_remember(table: dict[str, Any], hash_key: str, range_key: str, item: dict[str, Any]) -> Any:
        store.changed(Item(table["TableId"], hash_key, range_key, json.dumps(item)))
        return set_item(table, hash_key, range_key, item)

    @functools.wraps(remove_item)
    def remove_and_remember(table: dict[str, Any], hash_key: str, range_key: str) -> Any:
        store.changed(Item(table["TableId"], hash_key, range_key, None))
        return remove_item(table, hash_key, range_key)

    dynamodb._set_item, dynamodb._remove_item = set_and_remember, remove_and_remember


def _remember_objects(store: ItemStore, give_up: Callable[[str], NoReturn]) -> None:
    persist_object = s3._persist_object

    @functools.wraps(persist_object)
    def persist_and_remember(bucket: str, key: str, record: dict[str, Any]) -> None:
        persist_object(bucket, key, record)
        if record["body"] is not None:  # MiniStack logs the error and answers 200
            give_up(f"an object of the bucket {bucket} could not be written: the disk may be full")
        if s3._bucket_versioning.get(bucket):  # what is kept for good, not an upload that is about to go
            _release_bodies(bucket, key)
            body = Path(s3._object_disk_path(bucket, key))
            store.written(body)
            store.written(Path(f"{body}.meta.json"))

    s3._persist_object = persist_and_remember


def _release_bodies(bucket: str, key: str) -> None:
    """Free the bodies of all versions: the current one has just been written, the others were when they came."""
    for version in s3._object_versions.get((bucket, key), []):
        version["data"] = None


def _one_at_a_time(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Identity pools are asked in threads, and two first calls of one person at once made two identities."""
    turn = threading.Lock()

    def in_turn(*args: Any) -> Any:
        with turn:
            return handle(*args)

    return in_turn


def _without_bulk(build: Callable[[], dict[str, Callable[[], Any]]]) -> Callable[[], dict[str, Callable[[], Any]]]:
    """Leave items and log lines out of what is saved, so that a save costs the same however large the library is."""

    @functools.wraps(build)
    def build_without_bulk() -> dict[str, Callable[[], Any]]:
        return {**build(), "dynamodb": _tables_without_items, "cloudwatch_logs": _log_groups_without_lines}

    return build_without_bulk


def _tables_without_items() -> Any:
    with dynamodb._lock, _emptied(dynamodb._tables.all_values(), "items"):
        return dynamodb.get_state()


def _log_groups_without_lines() -> Any:
    with _emptied(cloudwatch_logs._log_groups.all_values(), "streams"):
        return cloudwatch_logs.get_state()


@contextmanager
def _emptied(records: list[dict[str, Any]], field: str) -> Iterator[None]:
    kept = [(record, record[field]) for record in records]
    for record in records:
        record[field] = {}
    try:
        yield
    finally:
        for record, content in kept:
            record[field] = content
