"""Limits that the system sets."""

from pathlib import Path
from typing import Final

_INOTIFY: Final = Path("/proc/sys/fs/inotify/max_user_watches")


def most_watches() -> int | None:
    """How many folders a user may watch (inotify(7)); None if the system has no such limit."""
    try:
        return int(_INOTIFY.read_text("ascii"))
    except (OSError, ValueError):
        return None
