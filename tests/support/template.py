"""The CloudFormation template as plain values: ``!Sub x`` is ``{"Fn::Sub": x}``, as its JSON form has it."""

from collections.abc import Iterator
from importlib import resources
from typing import Any

import yaml

Path = tuple[str | int, ...]


class _Loader(yaml.SafeLoader):
    """Knows CloudFormation's short forms."""


def _long_form(loader: yaml.SafeLoader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    value: Any
    if isinstance(node, yaml.ScalarNode):
        value = loader.construct_scalar(node)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}": value}


_Loader.add_multi_constructor("!", _long_form)


def template_text() -> str:
    """The template as it is deployed."""
    return resources.files("photobak.stack").joinpath("template.yaml").read_text(encoding="utf-8")


def template() -> dict[str, Any]:
    """The template as plain values."""
    found: dict[str, Any] = yaml.load(template_text(), _Loader)
    return found


def resources_of(kind: str) -> dict[str, dict[str, Any]]:
    """The resources of one type, ``AWS::S3::Bucket``, by their logical names."""
    return {name: each for name, each in template()["Resources"].items() if each["Type"] == kind}


def walk(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Every value in a value, with the way to it."""
    yield path, value
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        yield from walk(inner, (*path, key))
