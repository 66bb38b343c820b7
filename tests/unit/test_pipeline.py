"""Stages in threads: order, bounds, and how each kind of end reaches everyone."""

# ruff: noqa: PT012 - the end of a pipeline is a part of what raises

import itertools
import threading
import time
from collections.abc import Iterable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.client.concurrency import Pipeline


class Trouble(Exception):
    pass


def doubled(numbers: Iterable[int]) -> Iterator[int]:
    for number in numbers:
        yield 2 * number


def failing_at(bad: int) -> "Iterator[int]":
    for number in itertools.count():
        if number == bad:
            raise Trouble
        yield number


def stage_threads() -> int:
    return sum(thread.name.startswith(("doubled", "blocked", "count")) for thread in threading.enumerate())


@given(st.lists(st.integers()), st.integers(1, 5), st.integers(1, 5))
def test_everything_comes_out_once(numbers: list[int], threads: int, capacity: int) -> None:
    with Pipeline() as pipeline:
        once = pipeline.stage(doubled, numbers, capacity=capacity)
        twice = pipeline.stage(doubled, once, threads=threads, capacity=capacity)
        assert sorted(twice) == sorted(4 * number for number in numbers)
    assert stage_threads() == 0


def test_one_thread_keeps_the_order() -> None:
    with Pipeline() as pipeline:
        assert list(pipeline.stage(doubled, range(100), capacity=3)) == list(range(0, 200, 2))
        assert list(pipeline.stage(doubled, range(100), capacity=40).gathered()) == list(range(0, 200, 2))


def test_a_stage_does_not_run_far_ahead_of_the_next() -> None:
    taken: list[int] = []

    def count(numbers: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            taken.append(number)
            yield number

    with Pipeline() as pipeline:
        first = pipeline.stage(count, itertools.count(), capacity=5)
        second = pipeline.stage(doubled, first, capacity=5)
        for _ in range(20):
            second.get()
            # What was read, two channels, one item in each stage's hands, and one that waits to be put.
            assert len(taken) <= 20 + 5 + 5 + 3
        time.sleep(0.05)
        assert len(taken) <= 20 + 5 + 5 + 3


@pytest.mark.parametrize("stages_after", [0, 1, 3])
def test_a_failure_in_a_stage_reaches_the_consumer(stages_after: int) -> None:
    def fail(numbers: Iterable[int]) -> Iterator[int]:
        yield from failing_at(10)

    with pytest.raises(Trouble), Pipeline() as pipeline:
        channel = pipeline.stage(fail, [])
        for _ in range(stages_after):
            channel = pipeline.stage(doubled, channel, threads=2)
        list(channel.gathered() if stages_after == 1 else channel)
    assert stage_threads() == 0


def test_a_failure_in_the_source_reaches_the_consumer() -> None:
    with pytest.raises(Trouble), Pipeline() as pipeline:
        list(pipeline.stage(doubled, failing_at(3)))


def test_a_failure_is_not_taken_for_the_end() -> None:
    """The consumer asks only whether there will be more, as the settler does."""

    def fail(numbers: Iterable[int]) -> Iterator[int]:
        raise Trouble
        yield 0

    def wait_until_finished() -> None:
        with Pipeline() as pipeline:
            channel = pipeline.stage(fail, [], threads=1)
            while not channel.finished:
                pass

    for _ in range(50):
        with pytest.raises(Trouble):
            wait_until_finished()


def test_a_failure_that_nobody_has_read_ends_the_context_with_it() -> None:
    failed = threading.Event()

    def fail(numbers: Iterable[int]) -> Iterator[int]:
        yield 1
        failed.set()
        raise Trouble

    with pytest.raises(Trouble), Pipeline() as pipeline:
        assert pipeline.stage(fail, [], capacity=2).get() == 1
        failed.wait(5)


def test_one_of_several_threads_fails_while_the_others_wait() -> None:
    numbers = itertools.count()

    def fail(_: Iterable[int]) -> Iterator[int]:
        for number in numbers:
            if number == 7:
                raise Trouble
            yield number

    with pytest.raises(Trouble), Pipeline() as pipeline:
        channel = pipeline.stage(fail, [], threads=4, capacity=1)
        while True:
            channel.get()
    assert stage_threads() == 0


def test_the_consumer_may_leave_early() -> None:
    with Pipeline() as pipeline:
        channel = pipeline.stage(doubled, pipeline.stage(doubled, itertools.count(), capacity=2), threads=3, capacity=2)
        channel.get()
    assert stage_threads() == 0


def test_an_error_of_the_consumer_ends_all_stages() -> None:
    with pytest.raises(Trouble), Pipeline() as pipeline:
        pipeline.stage(doubled, itertools.count()).get()
        raise Trouble
    assert stage_threads() == 0


def test_ctrl_c_waits_for_no_stage() -> None:
    release = threading.Event()

    def blocked(numbers: Iterable[int]) -> Iterator[int]:
        release.wait(10)
        yield 1

    started = time.monotonic()
    with pytest.raises(KeyboardInterrupt), Pipeline() as pipeline:
        pipeline.stage(blocked, [])
        raise KeyboardInterrupt
    assert time.monotonic() - started < 5
    release.set()


def test_a_failure_does_not_wait_long_for_a_stage_that_hangs() -> None:
    release = threading.Event()

    def blocked(numbers: Iterable[int]) -> Iterator[int]:
        release.wait(30)
        yield 1

    started = time.monotonic()
    with pytest.raises(Trouble), Pipeline() as pipeline:
        pipeline.stage(blocked, [])
        raise Trouble
    assert time.monotonic() - started < 10
    release.set()


def test_waiting_for_an_item_has_an_end() -> None:
    release = threading.Event()

    def blocked(numbers: Iterable[int]) -> Iterator[int]:
        release.wait(10)
        yield 1

    with Pipeline() as pipeline:
        channel = pipeline.stage(blocked, [])
        assert channel.get(timeout=0.01) is None
        assert not channel.finished
        release.set()
        assert channel.get(timeout=5) == 1
        assert channel.get(timeout=5) is None
        assert channel.finished
