"""Which photos are meant: ids and lists of them, or what a query finds."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.records import record

from photobak.client.restore.selection import listed_ids
from photobak.errors import WrongUsage
from photobak.photo.identity import is_id_prefix

PHOTO = record()


def test_a_list_may_have_ids_lines_of_ls_and_json() -> None:
    lines = [
        PHOTO.id,
        f"{PHOTO.sha256}\r\n",
        "",
        f"  {PHOTO.id.upper()}  2024-06-30 12:00  a.jpg",
        json.dumps(PHOTO.listing()),
        json.dumps({"type": "summary", "matched": 1}),
    ]
    assert listed_ids(lines, "list") == [PHOTO.id, PHOTO.sha256, PHOTO.id, PHOTO.sha256]


@pytest.mark.parametrize("line", ["nonsense", "12345", "{", '{"sha256": 5}', '{"id": "3f2a9c"}', "[]", "{}", "\udcff"])
def test_a_line_that_is_none_of_these_is_named(line: str) -> None:
    with pytest.raises(WrongUsage, match="the list FILE can't be read: line 2 is neither"):
        listed_ids([PHOTO.id, line], "FILE")


@given(st.lists(st.text()))
def test_whatever_is_found_in_a_list_may_be_an_id(lines: list[str]) -> None:
    with suppress(WrongUsage):
        assert all(is_id_prefix(each) for each in listed_ids(lines, "list"))
