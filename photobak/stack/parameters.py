"""The template's parameters: what is given, what stays as it is, and what they are in the end."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from photobak.stack.template import read_template

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef


def to_send(template: str, given: Mapping[str, str], stack: "StackTypeDef | None") -> "list[ParameterTypeDef]":
    """As CloudFormation takes them; what is not given stays, so that a second deployment needs no option of the first.

    Args:
        template: its text.
        given: for this deployment.
        stack: as it is; None where there is none.
    """
    kept = [key for key in read_template(template)["Parameters"] if key in _before(stack) and key not in given]
    parameters: list[ParameterTypeDef] = [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]
    parameters.extend({"ParameterKey": key, "ParameterValue": value} for key, value in given.items())
    return parameters


def settled(template: str, given: Mapping[str, str], stack: "StackTypeDef | None") -> dict[str, str]:
    """What they will be: given, else as the stack has them, else the template's defaults; secret ones as asterisks."""
    defaults = {key: str(each.get("Default", "")) for key, each in read_template(template)["Parameters"].items()}
    return {**defaults, **{key: value for key, value in _before(stack).items() if key in defaults}, **given}


def _before(stack: "StackTypeDef | None") -> dict[str, str]:
    return (
        {each["ParameterKey"]: each.get("ParameterValue", "") for each in stack.get("Parameters", [])} if stack else {}
    )
