"""The items' store: what is settled is on the disk, whole requests at a time."""

import asyncio
import sqlite3
import stat
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photobak.local.items import Item, ItemStore


def reopened(path: Path) -> set[Item]:
    """What another process finds in the file, as after ``kill -9``: the first store is not closed."""
    store = ItemStore(path)
    found = set(store.load())
    store.close()
    return found


def test_what_is_settled_is_there_for_another_process(tmp_path: Path) -> None:
    store = ItemStore(tmp_path / "items")
    store.changed(Item("table", "me", "a", "1"))
    store.changed(Item("table", "me", "b", "2"))
    store.changed(Item("table", "me", "a", "3"))
    store.changed(Item("table", "me", "b", None))
    assert reopened(tmp_path / "items") == set()
    asyncio.run(store.settled())
    assert reopened(tmp_path / "items") == {Item("table", "me", "a", "3")}
    store.close()


def test_a_table_made_anew_is_another_table(tmp_path: Path) -> None:
    store = ItemStore(tmp_path / "items")
    store.changed(Item("old", "me", "a", "1"))
    store.changed(Item("new", "me", "a", "2"))
    store.close()
    assert reopened(tmp_path / "items") == {Item("old", "me", "a", "1"), Item("new", "me", "a", "2")}


def test_closing_writes_what_is_left(tmp_path: Path) -> None:
    store = ItemStore(tmp_path / "items")
    store.changed(Item("table", "me", "a", "1"))
    store.close()
    assert reopened(tmp_path / "items") == {Item("table", "me", "a", "1")}


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    store = ItemStore(tmp_path / "items")
    store.changed(Item("table", "me", "a", "1"))
    asyncio.run(store.settled())
    assert {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()} == {0o600}
    store.close()


keys = st.sampled_from("abc")
requests = st.lists(st.lists(st.tuples(keys, st.none() | st.text()), max_size=4), max_size=12)


@settings(deadline=None)  # it writes to a real disk
@given(requests)
def test_it_holds_what_the_changes_say_in_their_order(
    tmp_path_factory: pytest.TempPathFactory, told: list[list[tuple[str, str | None]]]
) -> None:
    path = tmp_path_factory.mktemp("items") / "items"
    store = ItemStore(path)
    expected: dict[str, str | None] = {}

    async def tell() -> None:
        waiting = []
        for request in told:
            for key, content in request:
                store.changed(Item("table", "me", key, content))
                expected[key] = content
            waiting.append(asyncio.create_task(store.settled()))
        await asyncio.gather(*waiting)

    asyncio.run(tell())
    found = {item.range_key: item.content for item in reopened(path)}
    assert found == {key: content for key, content in expected.items() if content is not None}
    store.close()


def test_a_request_in_the_making_is_not_written_by_another_ones_end(tmp_path: Path) -> None:
    """Half a transaction on the disk would be a photo with a record and no content item."""
    store = ItemStore(tmp_path / "items")

    async def overlap() -> None:
        store.changed(Item("table", "me", "first", "1"))
        settling = asyncio.create_task(store.settled())
        await asyncio.sleep(0)  # the first request's changes are on their way
        store.changed(Item("table", "me", "half of the second", "1"))
        await settling
        assert reopened(tmp_path / "items") == {Item("table", "me", "first", "1")}

    asyncio.run(overlap())
    store.close()


def test_settling_waits_for_what_others_have_under_way(tmp_path: Path) -> None:
    """A reader who finds nothing of its own to write must not overtake the writer whose item it has read."""
    store = ItemStore(tmp_path / "items")
    blocker = sqlite3.connect(tmp_path / "items", isolation_level=None, check_same_thread=False)
    blocker.execute("BEGIN IMMEDIATE")
    threading.Timer(0.3, blocker.execute, ("COMMIT",)).start()

    async def write_and_read() -> None:
        store.changed(Item("table", "me", "a", "1"))
        writing = asyncio.create_task(store.settled())
        await asyncio.sleep(0.05)
        await store.settled()
        assert reopened(tmp_path / "items") == {Item("table", "me", "a", "1")}
        await writing

    asyncio.run(write_and_read())
    store.close()
    blocker.close()


def test_files_that_are_gone_by_then_do_no_harm(tmp_path: Path) -> None:
    store = ItemStore(tmp_path / "items")
    (tmp_path / "body").write_bytes(b"body")
    store.written(tmp_path / "body")
    store.written(tmp_path / "gone")
    store.written(tmp_path / "gone with its folder" / "body")
    asyncio.run(store.settled())
    store.close()


def test_a_write_that_fails_is_said(tmp_path: Path) -> None:
    store = ItemStore(tmp_path / "items")
    store._database.execute("DROP TABLE items")
    store.changed(Item("table", "me", "a", "1"))
    with pytest.raises(sqlite3.Error):
        asyncio.run(store.settled())


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    (tmp_path / "items").write_bytes(b"something else" * 100)
    with pytest.raises(sqlite3.DatabaseError):
        ItemStore(tmp_path / "items")
