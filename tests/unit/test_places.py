"""Which places a record keeps: those where the photo lies now, never none, and no more than DynamoDB holds."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.cloud.store.places import MOST_BYTES, places_after

some = st.frozensets(st.sampled_from(["a:1", "a:2", "b:1", "c:1"]))


@given(some, some, some)
def test_what_is_there_now_stays_and_what_is_gone_goes(
    known: frozenset[str], added: frozenset[str], gone: frozenset[str]
) -> None:
    after = places_after(known, added, gone)
    assert after >= added
    if added or known - gone:
        assert after == (known - gone) | added


@given(some.filter(bool), some)
def test_the_last_place_stays(known: frozenset[str], gone: frozenset[str]) -> None:
    after = places_after(known, (), gone)
    assert after
    assert after <= known


@given(some, some, some)
def test_saying_it_again_changes_nothing(known: frozenset[str], added: frozenset[str], gone: frozenset[str]) -> None:
    once = places_after(known, added, gone)
    assert places_after(once, added, gone) == once


@pytest.mark.parametrize("letter", ["a", "€", "😀"])
def test_there_is_an_end_to_them(letter: str) -> None:
    long = [f"laptop:{number}{letter * 10_000}" for number in range(40)]
    after = places_after(frozenset({"phone:1"}), long, ())
    assert "phone:1" in after
    assert len(after) > 5
    assert MOST_BYTES - 50_000 < sum(len(place.encode()) for place in after) <= MOST_BYTES


def test_a_full_record_takes_a_place_for_one_that_is_gone() -> None:
    folder = "a" * 1000
    full = places_after(frozenset(), [f"laptop:{folder}/{number}" for number in range(300)], ())
    gone, new = min(full), f"laptop:{folder}/1000"
    assert places_after(full, [new], ()) == full
    assert places_after(full, [new], [gone]) == full - {gone} | {new}
