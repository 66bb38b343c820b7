"""A target of deployments whose AWS fails before its nth call, in one of the ways in which AWS or the network does."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import EndpointConnectionError

from photobak.stack.target import Target

Fault = Callable[[], Any]
"""Raises, or is AWS's answer: an HTTP response and its parsed body."""


@dataclass(frozen=True)
class Refused:
    """The HTTP response of an error, as far as botocore looks at it."""

    status_code: int = 400


def interrupted() -> None:
    """Ctrl-C."""
    raise KeyboardInterrupt


def unreachable() -> None:
    """No network."""
    raise EndpointConnectionError(endpoint_url="https://aws.example")


def refusal(code: str, message: str = "AWS's own words") -> Fault:
    """An error that AWS answers with."""
    return lambda: (Refused(), {"Error": {"Code": code, "Message": message}, "ResponseMetadata": {}})


class FaultyAws:
    """Lets one call of a target fail."""

    def __init__(self, target: Target) -> None:
        self._number, self._fault = 0, interrupted
        self._calls: list[str] = []
        target.session.events.register("before-call", self._before)

    def arm(self, number: int, fault: Fault) -> None:
        """From now on, the call of this number fails, counted from 1."""
        self._number, self._fault = number, fault
        self._calls.clear()

    @property
    def failed(self) -> str | None:
        """The name of the call that failed, ``PutObject``; None where there were not as many."""
        return self._calls[self._number - 1] if len(self._calls) >= self._number else None

    def _before(self, model: Any, **_: object) -> Any:
        self._calls.append(model.name)
        return self._fault() if len(self._calls) == self._number else None
