"""Lines that a person types or pastes, read without blocking, so that a listener can be waited for meanwhile."""

import os
from collections.abc import Iterator

MAX_PENDING = 65536
"""Bytes without a line end that are kept; more is no URL."""


class TypedLines:
    """The lines of a file descriptor. It can be waited for by ``select``; nothing else may read the descriptor."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._pending = b""
        self.ended = False
        """Whether the end was reached: nothing more will come."""

    def fileno(self) -> int:
        """For ``select``."""
        return self._descriptor

    def read(self) -> Iterator[str]:
        """What has come by now, line by line, without empty ones. Call it when ``select`` says so."""
        chunk = os.read(self._descriptor, 4096)
        self.ended = not chunk
        *lines, rest = (self._pending + chunk).split(b"\n")
        self._pending = b"" if self.ended else rest[:MAX_PENDING]
        if self.ended:
            lines.append(rest)
        for line in lines:
            if text := line.decode("utf-8", "replace").strip():
                yield text
