"""Waiting for sockets and for what a person types at once."""

import os
import select
from collections.abc import Iterator, Sequence
from typing import Final, Protocol, TypeVar

_LONGEST: Final = 65536
"""Bytes without a line end that are kept; no URL is longer."""


class _Source(Protocol):
    def fileno(self) -> int:
        """Becomes readable when there is something to take."""


S = TypeVar("S", bound=_Source)


class TypedLines:
    """The lines typed into a terminal or pipe. Nothing else may read its descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pending = b""
        self.ended = False
        """Whether the end was reached: nothing more will come."""

    def fileno(self) -> int:
        """For ``wait_readable``."""
        return self._descriptor

    def read(self) -> Iterator[str]:
        """The non-empty lines that have come by now. Call it only when ``wait_readable`` returned this source."""
        chunk = os.read(self._descriptor, 4096)
        self.ended = not chunk
        *lines, rest = (self._pending + chunk).split(b"\n")
        self._pending = b"" if self.ended else rest[:_LONGEST]
        if self.ended:
            lines.append(rest)
        for line in lines:
            if text := line.decode("utf-8", "replace").strip():
                yield text


def wait_readable(sources: Sequence[S], seconds: float) -> list[S]:
    """Wait until one of ``sources`` has something to read, or for ``seconds``; returns those that have."""
    readable, _, _ = select.select(sources, [], [], seconds)
    return readable
