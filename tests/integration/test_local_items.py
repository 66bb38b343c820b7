"""The items' store: what is settled is on the disk, whole requests at a time."""

import asyncio
import json
import sqlite3
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photobak.local.items import Item, ItemStore, is_sound, set_aside


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


def items_file(path: Path) -> Path:
    """A file with some items, closed."""
    store = ItemStore(path)
    for number in range(200):
        store.changed(Item("table", "me", str(number), json.dumps({"n": {"N": str(number)}})))
    store.close()
    return path


def test_a_file_of_items_is_sound(tmp_path: Path) -> None:
    assert is_sound(items_file(tmp_path / "items"))
    ItemStore(tmp_path / "empty").close()
    assert is_sound(tmp_path / "empty")


@pytest.mark.parametrize(
    "spoil",
    [
        lambda content: b"",
        lambda content: content[: len(content) // 2],
        lambda content: content[:4096] + b"\xa5" * 4096 + content[8192:],
        lambda content: b"this is no database\n" * 100,
        lambda content: b"\xff" * 16 + content[16:],
        lambda content: content.replace(b'{"n": {"N": "7"}}', b'{"n": {"N": "7"}]'),
    ],
)
def test_a_file_that_cant_be_read_whole_is_not(tmp_path: Path, spoil: Callable[[bytes], bytes]) -> None:
    path = items_file(tmp_path / "items")
    path.write_bytes(spoil(path.read_bytes()))
    assert not is_sound(path)


def test_nor_is_one_of_another_program_or_none(tmp_path: Path) -> None:
    assert not is_sound(tmp_path / "missing")
    with sqlite3.connect(tmp_path / "other") as other:
        other.execute("CREATE TABLE films (title TEXT)")
    other.close()
    assert not is_sound(tmp_path / "other")


def test_a_file_that_cant_be_opened_is_not_called_damaged(tmp_path: Path) -> None:
    blocker = sqlite3.connect(items_file(tmp_path / "items"), isolation_level=None)
    blocker.execute("PRAGMA locking_mode = EXCLUSIVE")
    blocker.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        is_sound(tmp_path / "items")
    blocker.close()


def test_what_is_put_aside_makes_room_and_keeps_every_byte(tmp_path: Path) -> None:
    path = items_file(tmp_path / "items")
    content = path.read_bytes()
    (tmp_path / "items-wal").write_bytes(b"what was not yet in it")
    aside = set_aside(path)
    assert aside.read_bytes() == content
    assert aside.with_name(f"{aside.name}-wal").read_bytes() == b"what was not yet in it"
    assert not path.exists()
    assert set_aside(items_file(path)) != aside
