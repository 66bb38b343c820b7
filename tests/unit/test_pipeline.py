"""Stages in threads: order, bounds, and how each kind of end reaches everyone."""

# ruff: noqa: PT012 - the end of a pipeline is a part of what raises

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photobak.client.concurrency import Again, Loop, Pipeline, Report


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
    """The consumer asks only whether there will be more, as the stage that confirms does."""

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


@dataclass(frozen=True)
class Lap:
    """A runner, and how many laps are left."""

    runner: int
    left: int


@dataclass(frozen=True)
class Done(Report):
    """A runner is through."""

    lap: Lap

    @property
    def concluded(self) -> int:
        return 1


class TestLoop:
    """What goes round: each runner runs so many laps, through a stage of several threads."""

    def start(self, pipeline: Pipeline, laps: list[int], batch: int, most: int) -> Loop[Lap]:
        def line_up(numbers: Iterable[int]) -> Iterator[list[Lap]]:
            field = [Lap(runner, left) for runner, left in enumerate(numbers)]
            yield from (field[start : start + batch] for start in range(0, len(field), batch))

        return pipeline.loop(line_up, laps, weight=lambda _: 1, most=most)

    def run(self, pipeline: Pipeline) -> list[Report]:
        heard: list[Report] = []
        while (reports := pipeline.reports(5)) is not None:
            heard += reports
        return heard

    @given(st.lists(st.integers(0, 4), max_size=30), st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
    def test_everything_ends_after_its_laps(self, laps: list[int], batch: int, most: int, threads: int) -> None:
        seen: Counter[int] = Counter()
        guard = threading.Lock()

        def lap(batches: Iterable[list[Lap]]) -> Iterator[Again[Lap] | Report]:
            for each in itertools.chain.from_iterable(batches):
                with guard:
                    seen[each.runner] += 1
                yield Again(Lap(each.runner, each.left - 1)) if each.left else Done(each)

        with Pipeline() as pipeline:
            pipeline.stage(lap, self.start(pipeline, laps, batch, most), threads=threads)
            heard = self.run(pipeline)
        assert sorted(each.lap.runner for each in heard if isinstance(each, Done)) == list(range(len(laps)))
        assert seen == {runner: left + 1 for runner, left in enumerate(laps)}

    def test_what_comes_back_is_gathered_and_goes_before_what_is_new(self) -> None:
        batches_seen: list[list[int]] = []

        def lap(batches: Iterable[list[Lap]]) -> Iterator[Again[Lap] | Report]:
            for batch in batches:
                batches_seen.append([each.runner for each in batch])
                yield from (Again(Lap(each.runner, 0)) if each.left else Done(each) for each in batch)

        with Pipeline() as pipeline:
            pipeline.stage(lap, self.start(pipeline, [1, 1, 1, 0], batch=3, most=2), threads=1)
            self.run(pipeline)
        assert batches_seen == [[0, 1, 2], [0, 1], [2], [3]]

    def test_what_comes_back_never_waits_for_room(self) -> None:
        """Or each stage would wait for the next one in a circle."""

        def lap(batches: Iterable[list[Lap]]) -> Iterator[Again[Lap] | Lap]:
            for batch in batches:
                yield from (Again(Lap(each.runner, each.left - 1)) if each.left else each for each in batch)

        def finish(laps: Iterable[Lap]) -> Iterator[Report]:
            for each in laps:
                time.sleep(0.001)
                yield Done(each)

        with Pipeline() as pipeline:
            done = pipeline.stage(lap, self.start(pipeline, [2] * 50, batch=25, most=1), capacity=1)
            pipeline.stage(finish, done)
            assert len(self.run(pipeline)) == 50

    def test_a_failure_ends_it_although_something_is_in_flight(self) -> None:
        def lap(batches: Iterable[list[Lap]]) -> Iterator[Report]:
            for _ in batches:
                raise Trouble
            yield Done(Lap(0, 0))

        with pytest.raises(Trouble), Pipeline() as pipeline:
            pipeline.stage(lap, self.start(pipeline, [1] * 10, batch=2, most=2), threads=2)
            self.run(pipeline)

    def test_what_was_reported_before_a_failure_can_still_be_read(self) -> None:
        reported = threading.Event()

        def lap(batches: Iterable[list[Lap]]) -> Iterator[Report]:
            for each in itertools.chain.from_iterable(batches):
                if each.runner == 3:
                    reported.set()
                    raise Trouble
                yield Done(each)

        with pytest.raises(Trouble), Pipeline() as pipeline:
            pipeline.stage(lap, self.start(pipeline, [0] * 10, batch=2, most=2))
            reported.wait(5)
            try:
                self.run(pipeline)
            finally:
                unread = pipeline.unread_reports()
        assert len(unread) == 3
