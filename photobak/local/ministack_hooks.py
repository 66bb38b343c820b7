"""MiniStack made to last: what it changes is told to the items' store, and what is on the disk leaves the memory.

It relies on private names. MiniStack's version is pinned in pyproject.toml, and
``tests/unit/test_local_ministack_names.py`` fails by name where another version has moved something.
"""
# ruff: noqa: SLF001 - private names are what this module is for

import contextvars
import functools
import json
import os
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn

import psutil
import yaml
from ministack import app
from ministack.core import lambda_runtime, persistence
from ministack.services import cloudwatch_logs, cognito, dynamodb, lambda_svc, s3
from ministack.services.cloudformation import engine

from photobak.local.items import Item, ItemStore
from photobak.platform.files import sync_path

KEPT_LOG_STREAMS: Final = 100
"""Lambda invocations whose log lines are kept in memory, a log group; MiniStack itself never forgets one."""
_PARTITION_ALONE: Final = re.compile(r"\s*#?\w+\s*=\s*:\w+\s*")
_LOG_WAIT_SECONDS: Final = 0.002
_REMEMBERED_EXPRESSIONS: Final = 256
_SAVE_ATTEMPTS: Final = 5


def install(store: ItemStore, give_up: Callable[[str], NoReturn]) -> None:
    """Make MiniStack tell the store what it changes, and forget what is on the disk.

    Args:
        store: remembers the changes.
        give_up: ends the server; called where an object's body could not be written.
    """
    _remember_items(store)
    _remember_objects(store, give_up)
    _tell_of_objects_in_one_thread()
    _read_whole_partitions_at_once()
    _take_expressions_apart_once()
    _bound_logs()
    _answer_before_logs()
    cognito._run_identity_handler = _one_at_a_time(cognito._run_identity_handler)
    engine.CfnLoader = _compiled(engine.CfnLoader)
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
        positions.set_scoped(account, region, mapping, 0)  # streams begin anew: the old place would skip their records


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
        _sync(file)


def end_lambda_workers() -> None:
    """End the Lambda worker processes, so that the invocations that wait for them end too."""
    lambda_runtime.reset()
    for process in psutil.Process().children():
        process.kill()  # one that was being started is in none of MiniStack's lists


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


def _sync(path: Path) -> None:
    if path.is_dir():
        sync_path(path)
        return
    with path.open("rb") as file:
        os.fsync(file.fileno())


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
    def persist_and_release(bucket: str, key: str, record: dict[str, Any]) -> None:
        persist_object(bucket, key, record)
        if record["body"] is not None:  # MiniStack logs the error and answers 200
            give_up(f"an object of the bucket {bucket} could not be written")
        if s3._bucket_versioning.get(bucket):  # what is kept for good, not an upload that is about to go
            _release_bodies(bucket, key)
            body = Path(s3._object_disk_path(bucket, key))
            store.written(body)
            store.written(Path(f"{body}.meta.json"))

    s3._persist_object = persist_and_release


def _release_bodies(bucket: str, key: str) -> None:
    """Forget the bodies of all versions: the current one has just been written, the others were when it came."""
    for version in s3._object_versions.get((bucket, key), []):
        version["data"] = None


def _tell_of_objects_in_one_thread() -> None:
    """Tell the queues of new objects in the same thread: MiniStack starts one for each, and waits until it runs."""
    one_thread = ThreadPoolExecutor(1)

    @functools.wraps(s3._fire_s3_event_async)
    def tell_soon(bucket_name: str, key: str, event_name: str, **facts: Any) -> None:
        if bucket_name in s3._bucket_notifications:
            facts["sequencer"] = s3._next_event_sequencer(event_name)
            tell = functools.partial(s3._fire_s3_event, bucket_name, key, event_name, **facts)
            one_thread.submit(contextvars.copy_context().run, tell)

    s3._fire_s3_event_async = tell_soon


def _read_whole_partitions_at_once() -> None:
    """Take a condition on the partition alone as true of all that is in the partition.

    MiniStack would read it anew for each item of each page: half a second a page of 10,000 records.
    """
    evaluate = dynamodb._evaluate_condition

    @functools.wraps(evaluate)
    def evaluate_if_needed(expr: str, *args: Any, slot: str = "ConditionExpression") -> Any:
        if slot == "KeyConditionExpression" and _PARTITION_ALONE.fullmatch(expr):
            return True
        return evaluate(expr, *args, slot=slot)

    dynamodb._evaluate_condition = evaluate_if_needed


def _take_expressions_apart_once() -> None:
    """Remember what expressions consist of: a transaction of a hundred updates has the same one three hundred times."""
    tokens_of = functools.lru_cache(_REMEMBERED_EXPRESSIONS)(dynamodb._tokenize)
    dynamodb._tokenize = lambda expr: list(tokens_of(expr))
    dynamodb._condition_syntax_error = functools.lru_cache(_REMEMBERED_EXPRESSIONS)(dynamodb._condition_syntax_error)


def _bound_logs() -> None:
    emit = lambda_svc._emit_lambda_logs

    @functools.wraps(emit)
    def emit_and_forget(*args: Any, **kwargs: Any) -> None:
        emit(*args, **kwargs)
        for group in cloudwatch_logs._log_groups.all_values():
            streams = group["streams"]
            for name in list(streams)[:-KEPT_LOG_STREAMS]:
                streams.pop(name, None)

    lambda_svc._emit_lambda_logs = emit_and_forget


def _answer_before_logs() -> None:
    """Give an answer 50 ms sooner where nothing was logged; a line that comes late is kept with the next invocation."""
    drain = lambda_runtime.Worker._drain_stderr_bounded
    lambda_runtime.Worker._drain_stderr_bounded = functools.partialmethod(drain, first_line_wait=_LOG_WAIT_SECONDS)


def _one_at_a_time(handle: Callable[..., Any]) -> Callable[..., Any]:
    """Identity pools are asked in threads, and two first questions of one person at once made two identities."""
    turn = threading.Lock()

    def in_turn(*args: Any) -> Any:
        with turn:
            return handle(*args)

    return in_turn


def _compiled(loader: type[yaml.SafeLoader]) -> type[yaml.CSafeLoader]:
    """The same reader of templates, on libyaml's parser: they take 0.6 s otherwise, in which nobody is served."""

    class Compiled(yaml.CSafeLoader):
        yaml_constructors = loader.yaml_constructors
        yaml_implicit_resolvers = loader.yaml_implicit_resolvers

    return Compiled


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
