"""The sources that a record keeps: where the photo lies now, never none, and no more than DynamoDB holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.photo.source import MAX_SOURCE_BYTES, sources_after

some = st.frozensets(st.sampled_from(["a:1", "a:2", "b:1", "c:1"]))


@given(some, some, some)
def test_what_is_there_now_stays_and_what_is_gone_goes(
    known: frozenset[str], added: frozenset[str], gone: frozenset[str]
) -> None:
    after = sources_after(known, added, gone)
    assert after >= added
    if added or known - gone:
        assert after == (known - gone) | added


@given(some.filter(bool), some)
def test_the_last_place_stays(known: frozenset[str], gone: frozenset[str]) -> None:
    after = sources_after(known, (), gone)
    assert after
    assert after <= known


@given(some, some, some)
def test_saying_it_again_changes_nothing(known: frozenset[str], added: frozenset[str], gone: frozenset[str]) -> None:
    once = sources_after(known, added, gone)
    assert sources_after(once, added, gone) == once


@pytest.mark.parametrize("letter", ["a", "€", "😀"])
def test_there_is_an_end_to_them(letter: str) -> None:
    long = [f"laptop:{number}{letter * 10_000}" for number in range(40)]
    after = sources_after(frozenset({"phone:1"}), long, ())
    assert "phone:1" in after
    assert len(after) > 5
    assert MAX_SOURCE_BYTES - 50_000 < sum(len(place.encode()) for place in after) <= MAX_SOURCE_BYTES


def test_a_full_record_takes_a_place_for_one_that_is_gone() -> None:
    folder = "a" * 1000
    full = sources_after(frozenset(), [f"laptop:{folder}/{number}" for number in range(300)], ())
    gone, new = min(full), f"laptop:{folder}/1000"
    assert sources_after(full, [new], ()) == full
    assert sources_after(full, [new], [gone]) == full - {gone} | {new}
