"""Topics of the live service: what they may be called, and the limits that both ends of a connection know."""

import json
from typing import Any, Final

PHOTOS: Final = "photos"
"""The topic that the service itself speaks on: every record that is new or has changed. Nobody else can."""

LONGEST_TOPIC: Final = 128
"""Characters."""

SUBSCRIPTION_SECONDS: Final = 2 * 60 * 60
"""How long a subscription lasts unless it is renewed; API Gateway ends a connection at the same age."""

LARGEST_MESSAGE: Final = 128 * 1024
"""Bytes of one message on the wire, either way (API Gateway quotas, "WebSocket message payload size")."""

LARGEST_FRAME: Final = 32 * 1024
"""Bytes of one frame that a client sends; a longer message comes in several (the same page, "frame size")."""


def topic_problem(name: str) -> str:
    """Why a topic can't be called so, or ""."""
    if not name:
        return "it is empty"
    if len(name) > LONGEST_TOPIC:
        return f"it has {len(name)} characters, and {LONGEST_TOPIC} are the most"
    if not name.isprintable():
        return "it has characters that can't be printed"
    return ""


def to_text(message: Any) -> str:
    """A message as it goes over the wire.

    Raises:
        ValueError: it holds a number that JSON has no form for.
    """
    return json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def size(text: str) -> int:
    """Bytes on the wire."""
    return len(text.encode())
