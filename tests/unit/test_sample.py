"""Samples: as many as were asked for, and none that is always left out."""

import pytest

from photobak.client.verify.stored_bytes import Sample


@pytest.mark.parametrize(("percent", "expected"), [(100, 1000), (50, 500), (5, 50), (0.5, 5), (33.3, 333)])
def test_as_many_as_were_asked_for(percent: float, expected: int) -> None:
    for start in (0.0, 0.3, 0.999):
        sample = Sample(percent, start)
        assert abs(sum(sample.takes() for _ in range(1000)) - expected) <= 1


def test_each_one_is_in_one_sample_or_another() -> None:
    taken = set()
    for start in range(20):
        sample = Sample(5, start / 20)
        taken |= {number for number in range(100) if sample.takes()}
    assert taken == set(range(100))


def test_where_it_begins_is_chance() -> None:
    samples = [Sample.with_random_start(10) for _ in range(50)]
    assert len({[sample.takes() for _ in range(10)].index(True) for sample in samples}) > 1
