"""The template as a document: what it keeps for ever, and the part of it that adopts what an earlier stack kept."""

import json
from collections.abc import Collection
from functools import cache
from importlib import resources
from typing import Any, Final

import yaml

KEPT: Final = frozenset({
    "TempBucket",
    "PhotoBucket",
    "PhotosTable",
    "ContentsTable",
    "UserPool",
    "UserPoolClient",
    "IdentityPool",
})  # fmt: skip
"""Logical ids of what outlives the stack, and may never be replaced: photos, their records, and who they belong to."""

_SHORT_FORMS: Final = ("Ref", "Condition")  # every other tag is short for Fn::…


@cache
def template_text() -> str:
    """The template of this version."""
    return resources.files("photobak.stack").joinpath("template.yaml").read_text(encoding="utf-8")


def adopting_template(text: str, adopted: Collection[str]) -> str:
    """The template of an import change set, which may hold what is imported and nothing else.

    Properties that speak of resources outside are left out; the update that follows brings them back.

    Args:
        text: the whole template.
        adopted: logical ids of what is imported.
    """
    document = read_template(text)
    every = document["Resources"]
    outside = set(every) - set(adopted)
    document["Resources"] = {name: _alone(every[name], outside) for name in every if name in adopted}
    del document["Outputs"]  # an import may not change them
    return json.dumps(document)


def read_template(text: str) -> dict[str, Any]:
    """Read a template, with the short forms of intrinsic functions in their long ones."""
    document: dict[str, Any] = yaml.load(text, Loader=_Loader)  # noqa: S506 - a SafeLoader that knows CloudFormation's tags
    return document


def _alone(resource: dict[str, Any], outside: set[str]) -> dict[str, Any]:
    properties = resource["Properties"]
    kept = {name: value for name, value in properties.items() if not _names(value) & outside}
    return {**{key: value for key, value in resource.items() if key != "DependsOn"}, "Properties": kept}


def _names(value: Any) -> set[str]:
    """Every text inside a value that may name a resource, from ``Ref``, ``Fn::GetAtt`` and ``Fn::Sub``."""
    if isinstance(value, dict):
        return {name for inner in value.values() for name in _names(inner)}
    if isinstance(value, list):
        return {name for inner in value for name in _names(inner)}
    text = str(value)
    placeholders = {part.split("}")[0].split(".")[0] for part in text.split("${")[1:]}
    return {text, text.split(".")[0], *placeholders}


class _Loader(yaml.CSafeLoader):
    """Reads CloudFormation's YAML, by libyaml: PyYAML's own parser takes ten times as long."""


def _long_form(loader: _Loader, tag: str, node: yaml.Node) -> dict[str, Any]:
    if isinstance(node, yaml.ScalarNode):
        value: Any = loader.construct_scalar(node)
        if tag == "GetAtt":
            value = value.split(".", 1)
    elif isinstance(node, yaml.SequenceNode):
        value = loader.construct_sequence(node, deep=True)
    else:
        value = loader.construct_mapping(node, deep=True)  # type: ignore[arg-type]
    return {tag if tag in _SHORT_FORMS else f"Fn::{tag}": value}


_Loader.add_multi_constructor("!", _long_form)
