"""What is tried again, how often, and what begins the counting anew."""

from collections.abc import Callable, Iterator
from unittest.mock import patch

import pytest

from photobak.client.transport.retry import RetryPolicy, Transient, TryAgain, transient

POLICY = RetryPolicy(attempts=4, first_pause=0.2, longest_pause=3.0, throttled_for=60.0)


@pytest.fixture
def pauses() -> Iterator[list[float]]:
    """The pauses that were made; the clock goes on by as much, and nobody waits."""
    made: list[float] = []
    with patch("time.sleep", made.append), patch("time.monotonic", lambda: sum(made)):
        yield made


def failing(*failures: Transient | None) -> Callable[[], str]:
    """A step that fails so, one time after the other, then succeeds."""
    left = list(failures)

    def step() -> str:
        if left and (failure := left.pop(0)) is not None:
            raise failure
        return "done"

    return step


@pytest.mark.parametrize(
    ("status", "code", "throttled"),
    [
        (429, "", True),
        (503, "SlowDown", True),
        (400, "ProvisionedThroughputExceededException", True),
        (400, "ThrottlingException", True),
        (500, "InternalError", False),
        (400, "RequestTimeout", False),
        (408, "", False),
    ],
)
def test_what_passes_by_itself(status: int, code: str, throttled: bool) -> None:
    found = transient(status, code)
    assert found is not None
    assert found.throttled == throttled


@pytest.mark.parametrize(
    ("status", "code"), [(200, ""), (400, "ValidationException"), (403, "AccessDenied"), (404, "")]
)
def test_what_does_not(status: int, code: str) -> None:
    assert transient(status, code) is None


def test_a_step_that_succeeds_costs_no_pause(pauses: list[float]) -> None:
    assert POLICY.run(failing()) == "done"
    assert pauses == []


def test_pauses_are_jittered_grow_and_end(pauses: list[float]) -> None:
    assert POLICY.run(failing(*[TryAgain("x")] * 3)) == "done"
    assert all(pause <= longest for pause, longest in zip(pauses, (0.2, 0.4, 0.8), strict=True))
    with pytest.raises(TryAgain, match="last"):
        POLICY.run(failing(*[TryAgain("x")] * 3, TryAgain("last")))


def test_what_got_through_begins_the_counting_anew(pauses: list[float]) -> None:
    failures = [TryAgain("x"), TryAgain("x"), TryAgain("x", progressed=True)] * 5
    assert POLICY.run(failing(*failures)) == "done"


def test_who_asks_too_much_is_patient_for_longer_and_not_for_ever(pauses: list[float]) -> None:
    assert POLICY.run(failing(*[TryAgain("x", throttled=True)] * 10)) == "done"
    pauses.clear()
    with pytest.raises(TryAgain):
        POLICY.run(failing(*[TryAgain("x", throttled=True)] * 1000))
    assert 60 <= sum(pauses) <= 66


def test_anything_else_is_raised_at_once(pauses: list[float]) -> None:
    def step() -> None:
        raise KeyError

    with pytest.raises(KeyError):
        POLICY.run(step)
    assert pauses == []
