"""The template as a document: its parameters, what it keeps for ever, and the part that adopts what was kept."""

import json
from collections.abc import Collection, Mapping
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

import yaml

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef

KEPT: Final = frozenset({
    "TempBucket",
    "PhotoBucket",
    "PhotosTable",
    "ContentsTable",
    "MonthsTable",
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


def parameters_to_send(
    template: str, given: Mapping[str, str], stack: "StackTypeDef | None"
) -> "list[ParameterTypeDef]":
    """Parameters for CloudFormation; one that isn't given keeps its value, so a redeployment needs no options.

    Args:
        template: its text.
        given: for this deployment.
        stack: as it is; None where there is none.
    """
    kept = [key for key in read_template(template)["Parameters"] if key in _current(stack) and key not in given]
    parameters: list[ParameterTypeDef] = [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]
    parameters.extend({"ParameterKey": key, "ParameterValue": value} for key, value in given.items())
    return parameters


def resulting_parameters(template: str, given: Mapping[str, str], stack: "StackTypeDef | None") -> dict[str, str]:
    """Their values after the deployment: as given, else the stack's, else the default; secret ones as asterisks."""
    defaults = {key: str(each.get("Default", "")) for key, each in read_template(template)["Parameters"].items()}
    return {**defaults, **{key: value for key, value in _current(stack).items() if key in defaults}, **given}


def _current(stack: "StackTypeDef | None") -> dict[str, str]:
    parameters = stack.get("Parameters", []) if stack else []
    return {each["ParameterKey"]: each.get("ParameterValue", "") for each in parameters}


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
