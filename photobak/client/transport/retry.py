"""When to try again, and how often: the one place that knows which failures pass by themselves."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, TypeVar

if TYPE_CHECKING:
    from tenacity import RetryCallState

T = TypeVar("T")

_TRANSIENT_STATUS: Final = frozenset({408, 429, 500, 502, 503, 504})
_THROTTLED_STATUS: Final = 429
_TRANSIENT_CODES: Final = frozenset({"RequestTimeout", "InternalError", "InternalServerError", "ServiceUnavailable"})
_THROTTLED_CODES: Final = frozenset(
    {
        "SlowDown",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "TooManyRequestsException",
    }
)
"""What AWS services say when they are asked too much.

https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
"""


class Transient(Exception):
    """A failure that passes by itself."""

    throttled = False
    """Whether the other side asks for fewer requests."""
    progressed = False
    """Whether something got through before it, so that the attempts are counted anew."""


class TryAgain(Transient):
    """An answer that says to try again."""

    def __init__(self, why: str, *, throttled: bool = False, progressed: bool = False) -> None:
        """Say so.

        Args:
            why: the service's words for it, or the status.
            throttled: see ``Transient``.
            progressed: likewise.
        """
        super().__init__(why)
        self.throttled = throttled
        self.progressed = progressed


def transient(status: int, code: str = "", message: str = "") -> TryAgain | None:
    """The failure to raise for an answer that says to try again; None for any other answer.

    Args:
        status: the HTTP status.
        code: the service's own name for the error, where it has one.
        message: its words for it, likewise.
    """
    throttled = status == _THROTTLED_STATUS or code in _THROTTLED_CODES
    if throttled or status in _TRANSIENT_STATUS or code in _TRANSIENT_CODES:
        return TryAgain(": ".join(filter(None, (code or f"HTTP {status}", message))), throttled=throttled)
    return None


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often to try, with jittered pauses that grow; a service that is asked too much is given more time."""

    attempts: int = 5
    """In all, the first one included; those that were throttled are not counted."""
    first_pause: float = 1.0
    """Seconds that the first pause may take; each further one may take twice as long."""
    longest_pause: float = 20.0
    """Seconds."""
    throttled_for: float = 180.0
    """Seconds after which a service that still asks for fewer requests is given up: where a thousand machines begin at
    the same minute, each has its turn."""

    def run(self, step: Callable[[], T]) -> T:
        """Call ``step`` until it raises no ``Transient``, or too many.

        Raises:
            Transient: the last one.
        """
        try:
            return step()
        except Transient as failure:
            first = [failure]
        import tenacity  # 30 ms, which nearly every command is spared

        def again() -> T:
            if first:
                raise first.pop()
            return step()

        return tenacity.Retrying(
            retry=_is_transient,
            wait=tenacity.wait_random_exponential(multiplier=self.first_pause, max=self.longest_pause),
            stop=self._ends,
            reraise=True,
        )(again)

    def _ends(self, state: "RetryCallState") -> bool:
        failure = state.outcome.exception() if state.outcome else None
        if isinstance(failure, Transient) and failure.throttled:
            return (state.seconds_since_start or 0.0) >= self.throttled_for
        return state.attempt_number >= self.attempts


SMALL_REQUESTS: Final = RetryPolicy(attempts=4, first_pause=0.2, throttled_for=20.0)
"""For requests that a person waits for."""
BATCHES: Final = RetryPolicy(attempts=4, first_pause=0.2)
"""For requests of our own API, which work through a hundred photos each."""


def _is_transient(state: "RetryCallState") -> bool:
    failure = state.outcome.exception() if state.outcome else None
    if not isinstance(failure, Transient):
        return False
    if failure.progressed:
        state.attempt_number = 1
    return True
