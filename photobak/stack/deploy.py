"""Deploy the template by a CloudFormation change set, on AWS and on the local stack alike."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from photobak.errors import StackError
from photobak.stack.aws_errors import aws_errors
from photobak.stack.bundle import Bundle, build_bundle
from photobak.stack.change_set import (
    Adopted,
    Change,
    ChangeSet,
    create_change_set,
    execute_change_set,
    kept_only_if_wanted,
    refuse_losses,
)
from photobak.stack.code_bucket import hand_over_template, put_bundle
from photobak.stack.outputs import StackOutputs
from photobak.stack.progress import (
    Kind,
    OnEvent,
    event_before_current,
    follow,
    is_changing,
    kind_of_change,
    newest_event,
    stack_of,
)
from photobak.stack.retained import find_retained
from photobak.stack.target import Target
from photobak.stack.template import adopting_template, parameters_to_send, resulting_parameters, template_text

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackTypeDef


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
    video_layer: Bundle | None = None,
    template: str | None = None,
    revert_drift: bool = False,
    approve: Approve = lambda _: None,
    on_event: OnEvent = lambda _: None,
) -> StackOutputs:
    """Make the stack what the template says, or leave it as it is where nothing changes.

    What an earlier run has begun is waited for first, so that one that was cut off goes on where it was.

    Args:
        target: the account and region.
        stack_name: also the prefix of every name inside.
        parameters: the template's parameters but those of the code; those left out stay as the stack has them.
        bundle: the Lambdas' code; None: our own code alone, which is what the local stack takes.
        video_layer: FFmpeg for the poster function; None where the functions' interpreter has it.
        template: None: the one of this version.
        revert_drift: also undo what was changed by hand.
        approve: shown what will be done.
        on_event: told what happens to each resource.

    Raises:
        ConfigError: the credentials are no longer good.
        StackError: something would be lost, or CloudFormation refused or failed; says which resource and why.
    """
    template = template or template_text()
    deployment = _Deployment(target, stack_name, template, revert_drift, approve, on_event)
    with aws_errors(f"the stack {stack_name} can't be deployed"):
        deployment.run(parameters, bundle or build_bundle(), video_layer)
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


@dataclass(frozen=True, slots=True)
class _Deployment:
    """One run of ``deploy``; the fields are its arguments."""

    target: Target
    stack_name: str
    template: str
    revert_drift: bool
    approve: Approve
    on_event: OnEvent

    def run(self, parameters: Mapping[str, str], bundle: Bundle, video_layer: Bundle | None) -> None:
        """Wait until the stack rests, take over what an earlier one left, and bring it up to date."""
        stack = self._at_rest()
        kind = kind_of_change(self.stack_name, stack["StackStatus"] if stack else None)
        code = {"CodeBucket": put_bundle(self.target, self.stack_name, bundle), "CodeKey": bundle.key}
        if video_layer is not None:
            put_bundle(self.target, self.stack_name, video_layer)
            code["VideoLayerKey"] = video_layer.key
        given = {**parameters, **code}
        if kind == "CREATE" and (adopted := find_retained(self.target, self.stack_name)):
            self._adopt(given, adopted)
            stack, kind = stack_of(self.target, self.stack_name), "UPDATE"
        self._update(kind, given, stack)

    def _at_rest(self) -> "StackTypeDef | None":
        """The stack, once CloudFormation has finished what an earlier run has begun."""
        stack = stack_of(self.target, self.stack_name)
        if stack is not None and is_changing(stack):
            since = event_before_current(self.target, stack["StackId"])
            follow(self.target, stack["StackId"], since, self.on_event)
            stack = stack_of(self.target, self.stack_name)
        return stack

    def _adopt(self, given: Mapping[str, str], adopted: tuple[Adopted, ...]) -> None:
        """Make a stack of what is there, which changes none of it; the update that follows adds the rest."""
        self.approve(Plan((), adopted, resulting_parameters(self.template, given, None)))
        part = adopting_template(self.template, [one.logical_id for one in adopted])
        handed = hand_over_template(self.target, self.stack_name, part)
        parameters = parameters_to_send(self.template, given, None)
        change_set = create_change_set(self.target, self.stack_name, "IMPORT", handed, parameters, adopted)
        if change_set is not None:
            self._carry_out(change_set, lambda _: None)

    def _update(self, kind: Kind, given: Mapping[str, str], stack: "StackTypeDef | None") -> None:
        handed = hand_over_template(self.target, self.stack_name, self.template)
        change_set = create_change_set(
            self.target,
            self.stack_name,
            kind,
            handed,
            parameters_to_send(self.template, given, stack),
            revert_drift=self.revert_drift and kind == "UPDATE",
        )
        if change_set is not None:
            plan = Plan(change_set.changes, (), resulting_parameters(self.template, given, stack))
            self._carry_out(change_set, lambda _: self.approve(plan))

    def _carry_out(self, change_set: ChangeSet, approve: Callable[[ChangeSet], None]) -> None:
        with kept_only_if_wanted(self.target, change_set):
            refuse_losses(change_set.stack_name, change_set.changes)
            approve(change_set)
            stack = stack_of(self.target, self.stack_name)
            stack_id = stack["StackId"] if stack else self.stack_name
            since = newest_event(self.target, stack_id)
            execute_change_set(self.target, change_set)
        follow(self.target, stack_id, since, self.on_event)
