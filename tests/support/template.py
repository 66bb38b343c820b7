"""The template as plain values, and ways to look through it."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from photobak.stack.template import read_template, template_text

Path = tuple[str | int, ...]


@cache
def template() -> dict[str, Any]:
    """The template of this version."""
    return read_template(template_text())


def resources_of(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, ``AWS::S3::Bucket``, by their logical names."""
    return {name: each for name, each in template()["Resources"].items() if each["Type"] == kind}


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value in a value, with the way to it."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from walk(inner, (*path, key))
