"""How many files are sent at once: as many as the line has use for, and fewer where S3 asks for it."""

import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.client.upload.limiter import FIRST, AdaptiveConcurrency, ConcurrencyLimiter


def sent_over(line: Callable[[int], float], pace: AdaptiveConcurrency, rounds: int) -> AdaptiveConcurrency:
    """The pace after so many rounds over a line that brings so much a second with so many at once."""
    for _ in range(rounds):
        pace = pace.after_round(line(pace.allowed))
    return pace


def wide(use: int) -> Callable[[int], float]:
    """A line that has use for so many at once, and is no faster with more."""
    return lambda at_once: 1e6 * min(at_once, use)


@pytest.mark.parametrize("use", [1, 4, 6, 8, 16, 20, 32, 50])
def test_as_many_as_a_line_has_use_for(use: int) -> None:
    line = wide(use)
    settled = sent_over(line, AdaptiveConcurrency.first(64), rounds=40)
    assert line(settled.allowed) > 0.9 * line(64)
    assert settled.proven <= 2 * max(FIRST, use)


def test_it_doubles_as_long_as_that_is_faster() -> None:
    allowed, pace = [], AdaptiveConcurrency.first(64)
    for _ in range(5):
        allowed.append(pace.allowed)
        pace = sent_over(wide(64), pace, rounds=1)
    assert allowed == [4, 8, 16, 32, 64]


def test_a_line_that_grows_wider_is_found_out() -> None:
    narrow = sent_over(wide(4), AdaptiveConcurrency.first(64), rounds=20)
    assert sent_over(wide(32), narrow, rounds=100).proven > 2 * narrow.proven


def test_a_refusal_halves_it_and_growth_is_slow_from_then_on() -> None:
    pace = sent_over(wide(64), AdaptiveConcurrency.first(64), rounds=4).after_refusal()
    assert pace.allowed == 32
    assert [sent_over(wide(64), pace, rounds=rounds).allowed for rounds in (1, 2)] == [40, 50]


@given(st.integers(1, 64), st.lists(st.floats(1, 1e9) | st.none()))
def test_never_more_than_was_asked_for_and_never_none(most: int, rates: list[float | None]) -> None:
    pace = AdaptiveConcurrency.first(most)
    for rate in rates:
        pace = pace.after_refusal() if rate is None else pace.after_round(rate)
        assert 1 <= pace.allowed <= most
        assert 1 <= pace.proven <= most


class Clock:
    """Says what it is told to say."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_refusals_of_one_moment_are_one_refusal() -> None:
    clock = Clock()
    limiter = ConcurrencyLimiter(64, clock)
    with limiter.slot() as first, limiter.slot() as second, limiter.slot() as third:
        clock.now = 1
        first.failed()
        second.failed()
        assert limiter.allowed == FIRST // 2
    with limiter.slot() as later:
        later.failed()
    third.failed()
    assert limiter.allowed == FIRST // 4


def test_a_round_that_went_well_brings_more_turns() -> None:
    clock = Clock()
    limiter = ConcurrencyLimiter(64, clock)
    for _ in range(FIRST):
        with limiter.slot() as slot:
            clock.now += 1
            slot.succeeded(1_000_000)
    assert limiter.allowed == 2 * FIRST


def test_what_was_given_up_for_the_file_s_sake_teaches_nothing() -> None:
    limiter = ConcurrencyLimiter(64)
    for _ in range(20):
        with pytest.raises(FileNotFoundError), limiter.slot():
            raise FileNotFoundError
    assert limiter.allowed == FIRST


def test_no_more_at_once_than_there_are_turns() -> None:
    limiter, under_way, seen, guard = ConcurrencyLimiter(2), 0, [], threading.Lock()
    both = threading.Barrier(2)

    def send() -> None:
        nonlocal under_way
        with limiter.slot():
            with guard:
                under_way += 1
                seen.append(under_way)
            both.wait(10)  # for the other one who has a turn
            with guard:
                under_way -= 1

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(seen) == 6
    assert max(seen) == 2
