"""Takes an upload's form apart without copying the photo in it."""

import re
from collections.abc import Callable
from contextvars import ContextVar
from functools import wraps
from typing import Any, Final, TypeAlias

Part: TypeAlias = tuple[Any, ...]
"""Name, file name, headers, value: as MiniStack has it."""
Parse: TypeAlias = Callable[[str, bytes], list[Part]]
"""From the ``Content-Type`` and the body to the parts in their order; none where it is no form."""

_BOUNDARY: Final = re.compile(r'boundary=("?)([^";\s]+)\1', re.IGNORECASE)


def once_a_request(parse: Parse) -> Parse:
    """Take a form apart once: MiniStack does it two or three times a request."""
    # A request is a task with a context of its own, and nothing outlives it with that (hypercorn_connections).
    taken_apart: ContextVar[tuple[bytes, list[Part]] | None] = ContextVar("taken_apart", default=None)

    @wraps(parse)
    def parse_once(content_type: str, body: bytes) -> list[Part]:
        found = taken_apart.get()
        if found is None or found[0] is not body:
            found = (body, parse(content_type, body))
            taken_apart.set(found)
        return found[1]

    return parse_once


def photo_aside(parse: Parse) -> Parse:
    """Take a form apart without its photo, which MiniStack copies four times, and put a view of the photo back."""

    @wraps(parse)
    def parse_around_photo(content_type: str, body: bytes) -> list[Part]:
        found = _BOUNDARY.search(content_type)
        named = body.find(b"filename=")
        start = body.find(b"\r\n\r\n", named) + 4
        if not found or named < 0 or start < 4:
            return parse(content_type, body)
        boundary = b"--" + found[2].encode()
        end = body.find(boundary, start) - 2
        before = body.count(boundary, 0, start)  # as many parts begin before the photo's value does
        if end < start or body[end : end + 2] != b"\r\n":
            return parse(content_type, body)
        rest = body[:start] + body[end:]
        parts = parse(content_type, rest)
        if not before or len(parts) != rest.count(boundary) - 1:  # a part without headers is left out
            return parse(content_type, body)
        name, filename, headers, value = parts[before - 1]
        photo = memoryview(body)[start:end]
        # Only of the field "file" does MiniStack take the value as it is, to hash and to write it.
        whole = photo if name == "file" and not value else value + photo
        parts[before - 1] = (name, filename, headers, whole)
        return parts

    return parse_around_photo
