"""Deploy the template by a CloudFormation change set: the same path on AWS and on the local stack."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photobak.errors import StackError
from photobak.stack.bundle import Bundle, build_bundle
from photobak.stack.change_set import (
    Adopted,
    Change,
    ChangeSet,
    create_change_set,
    discard_change_set,
    execute_change_set,
    refuse_losses,
)
from photobak.stack.code_bucket import hand_over_template, put_bundle
from photobak.stack.outputs import StackOutputs
from photobak.stack.progress import OnEvent, follow, newest_event
from photobak.stack.retained import find_retained
from photobak.stack.state import kind_of_change, stack_of
from photobak.stack.target import Target
from photobak.stack.template import adopting_template, read_template, template_text

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import ParameterTypeDef, StackTypeDef


@dataclass(frozen=True, slots=True)
class Plan:
    """What a deployment is about to do."""

    changes: tuple[Change, ...]
    adopted: tuple[Adopted, ...]
    """What an earlier stack left, and this one takes over first; the changes follow once that is done."""
    parameters: Mapping[str, str]
    """The template's parameters as they will be; those that are secret are not told."""


Approve = Callable[[Plan], None]
"""Shown each plan before it is carried out; raises what it likes to stop it."""


def deploy(
    target: Target,
    *,
    stack_name: str,
    parameters: Mapping[str, str],
    bundle: Bundle | None = None,
    template: str | None = None,
    approve: Approve = lambda _: None,
    on_event: OnEvent = lambda _: None,
) -> StackOutputs:
    """Make the stack what the template says, or leave it as it is where nothing changes.

    Args:
        target: the account and region.
        stack_name: also the prefix of every name inside.
        parameters: the template's parameters but the bundle's; those left out stay as the stack has them.
        bundle: the Lambdas' code; None: our own code alone, which is what the local stack takes.
        template: None: the one of this version.
        approve: shown what will be done.
        on_event: told what happens to each resource.

    Raises:
        StackError: something would be lost, or CloudFormation refused or failed; says which resource and why.
    """
    template = template or template_text()
    stack = stack_of(target, stack_name)
    kind = kind_of_change(stack_name, stack["StackStatus"] if stack else None)
    bundle = bundle or build_bundle()
    given = {**parameters, "CodeBucket": put_bundle(target, stack_name, bundle), "CodeKey": bundle.key}
    settled = _settled(template, given, stack)
    if kind == "CREATE" and (adopted := find_retained(target, stack_name)):
        approve(Plan((), adopted, settled))
        _adopt(target, stack_name, template, given, adopted, on_event)
        stack, kind = stack_of(target, stack_name), "UPDATE"
    handed = hand_over_template(target, stack_name, template)
    change_set = create_change_set(target, stack_name, kind, handed, _parameters(template, given, stack))
    if change_set is not None:
        _carry_out(target, change_set, lambda changes: approve(Plan(changes, (), settled)), on_event)
    return read_outputs(target, stack_name)


def read_outputs(target: Target, stack_name: str) -> StackOutputs:
    """Read the outputs of a deployed stack.

    Raises:
        StackError: there is no such stack, or it is not one of ours.
    """
    stack = stack_of(target, stack_name)
    if stack is None:
        raise StackError(f"there is no stack {stack_name}", next_step="Make it with: photobak deploy")
    outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}
    try:
        return StackOutputs.of(outputs, target.endpoint_url)
    except KeyError as error:
        raise StackError(f"the stack {stack_name} is not a photobak stack", why=f"it has no output {error}") from error


def _adopt(
    target: Target,
    stack_name: str,
    template: str,
    given: Mapping[str, str],
    adopted: tuple[Adopted, ...],
    on_event: OnEvent,
) -> None:
    """Make a stack of what is there, which changes none of it; the update that follows adds the rest."""
    part = adopting_template(template, [one.logical_id for one in adopted])
    handed = hand_over_template(target, stack_name, part)
    change_set = create_change_set(
        target, stack_name, "IMPORT", handed, _parameters(template, given, stack=None), adopted
    )
    if change_set is not None:
        _execute(target, change_set, on_event)


def _carry_out(
    target: Target, change_set: ChangeSet, approve: Callable[[tuple[Change, ...]], None], on_event: OnEvent
) -> None:
    try:
        refuse_losses(change_set.stack_name, change_set.changes)
        approve(change_set.changes)
    except BaseException:  # Ctrl-C and a "no" included: what nobody approved of must not lie there to be executed
        discard_change_set(target, change_set)
        raise
    _execute(target, change_set, on_event)


def _execute(target: Target, change_set: ChangeSet, on_event: OnEvent) -> None:
    stack = stack_of(target, change_set.stack_name)
    stack_id = stack["StackId"] if stack else change_set.stack_name
    since = newest_event(target, stack_id)
    execute_change_set(target, change_set)
    follow(target, stack_id, since, on_event)


def _settled(template: str, given: Mapping[str, str], stack: "StackTypeDef | None") -> dict[str, str]:
    """The parameters as they will be: what is given, else what the stack has, else the template's defaults."""
    defaults = {key: str(each.get("Default", "")) for key, each in read_template(template)["Parameters"].items()}
    before = {entry["ParameterKey"]: entry["ParameterValue"] for entry in stack.get("Parameters", [])} if stack else {}
    return {**defaults, **{key: value for key, value in before.items() if key in defaults}, **given}


def _parameters(template: str, given: Mapping[str, str], stack: "StackTypeDef | None") -> "list[ParameterTypeDef]":
    """What is given; what is not stays as it is, so that a second deployment needs no option of the first."""
    known = read_template(template)["Parameters"]
    before = {entry["ParameterKey"] for entry in stack.get("Parameters", [])} if stack else set()
    kept = [key for key in known if key in before and key not in given]
    parameters: list[ParameterTypeDef] = [{"ParameterKey": key, "UsePreviousValue": True} for key in kept]
    parameters.extend({"ParameterKey": key, "ParameterValue": value} for key, value in given.items())
    return parameters
