"""What was told, and since when runs fail: one small file per profile, replaced durably."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from photobak.client.notices.conditions import Event
from photobak.client.places import Places
from photobak.platform.private_files import write_private


@dataclass(frozen=True, slots=True)
class Memory:
    """What notices have to remember from one run to the next."""

    told: Mapping[Event, int] = field(default_factory=dict)
    """The level of each condition that was told and has not ended."""
    failing_since: float | None = None
    """Unix seconds of the first run that failed since the last one that succeeded."""


def read_memory(places: Places, name: str) -> Memory:
    """What is remembered; nothing if there is no file, or it cannot be used: then people are told once too often."""
    try:
        values: Any = json.loads((places.state / f"{name}.notices.json").read_text("utf-8"))
        known = set(Event)
        told = {Event(event): int(level) for event, level in values["told"].items() if event in known}
        since = values["failing_since"]
        return Memory(told, None if since is None else float(since))
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return Memory()


def save_memory(places: Places, name: str, memory: Memory) -> None:
    """Remember it; ConfigError if it cannot be written."""
    values = {"told": dict(memory.told), "failing_since": memory.failing_since}
    write_private(places.state / f"{name}.notices.json", json.dumps(values).encode())
