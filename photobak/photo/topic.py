"""Topics of the live service: valid names, and the limits that both ends of a connection respect."""

import json
from typing import Any, Final

PHOTOS: Final = "photos"
"""The service's own topic, with every new and changed record; nobody else can publish to it."""

LONGEST_TOPIC: Final = 128
"""Characters."""

SUBSCRIPTION_SECONDS: Final = 2 * 60 * 60
"""Lifetime of a subscription; API Gateway closes a connection at the same age."""

LARGEST_MESSAGE: Final = 128 * 1024
"""Bytes of one message on the wire, either way (API Gateway quotas, "WebSocket message payload size")."""

LARGEST_FRAME: Final = 32 * 1024
"""Bytes of one frame that a client sends; a longer message comes in several (the same page, "frame size")."""


def topic_problem(name: str) -> str:
    """Why a name is not valid for a topic, or ""."""
    if not name:
        return "should not be empty"
    if len(name) > LONGEST_TOPIC:
        return f"should have at most {LONGEST_TOPIC} characters, not {len(name)}"
    if not name.isprintable():
        return "should have only printable characters"
    return ""


def to_text(message: Any) -> str:
    """A message as it goes over the wire.

    Raises:
        ValueError: it holds a number that JSON can't express.
    """
    return json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def size(text: str) -> int:
    """Bytes on the wire."""
    return len(text.encode())
