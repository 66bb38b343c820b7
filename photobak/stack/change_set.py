"""Change sets: what a deployment would do, said before it is done."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from botocore.exceptions import BotoCoreError, ClientError, WaiterError

from photobak.errors import StackError
from photobak.stack.aws_errors import aws_errors, remedy
from photobak.stack.target import Target
from photobak.stack.template import KEPT

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import ChangeTypeDef, ParameterTypeDef, ResourceChangeTypeDef

CREATE_ONLY: Final = frozenset({
    "BucketName",
    "BucketNamePrefix",
    "BucketNamespace",
    "TableName",
    "ImportSourceSpecification",
    "KeySchema",
    "GenerateSecret",
    "UserPoolId",
})  # fmt: skip
"""Properties of what is kept that make another resource of it (createOnlyProperties of CloudFormation's schemas)."""

_NO_CHANGE: Final = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class Change:
    """What would happen to one resource."""

    action: str
    """``Add``, ``Modify``, ``Remove`` or ``Import``."""
    logical_id: str
    type: str
    """``AWS::S3::Bucket``."""
    replaced: bool = False
    """Whether another one would take its place."""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """A change set that waits to be executed."""

    stack_name: str
    name: str
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Adopted:
    """A resource that an earlier stack left, by the identifier that an import wants."""

    logical_id: str
    type: str
    identifier: Mapping[str, str]

    @property
    def name(self) -> str:
        """Its name or id, without what it belongs to."""
        return list(self.identifier.values())[-1]


def losses(changes: Iterable[Change]) -> list[Change]:
    """Those of the changes that would lose photos, records or accounts."""
    return [
        change for change in changes if change.logical_id in KEPT and (change.action == "Remove" or change.replaced)
    ]


def refuse_losses(stack_name: str, changes: Iterable[Change]) -> None:
    """Let no change through that would lose anything.

    Raises:
        StackError: names what would be lost.
    """
    lost = losses(changes)
    if lost:
        names = ", ".join(f"{change.logical_id} ({change.type})" for change in lost)
        next_step = "Nothing has been changed. Use the version or the options that the stack was made with."
        raise StackError(f"this would delete or replace {names} of the stack {stack_name}", next_step=next_step)


def create_change_set(
    target: Target,
    stack_name: str,
    kind: Literal["CREATE", "UPDATE", "IMPORT"],
    template: "Mapping[str, str]",
    parameters: "Sequence[ParameterTypeDef]",
    adopted: Sequence[Adopted] = (),
    *,
    revert_drift: bool = False,
) -> ChangeSet | None:
    """Let CloudFormation work out what would change; None where nothing would.

    Args:
        target: the account and region.
        stack_name: the stack.
        kind: whether it is made, changed, or takes over what is there.
        template: ``{"TemplateBody": …}`` or ``{"TemplateURL": …}``.
        parameters: of the template.
        adopted: what an import takes over.
        revert_drift: compare with what is really there, and undo what was changed by hand
            (CloudFormation User Guide, "Using drift-aware change sets"); not for an import.

    Raises:
        StackError: CloudFormation refuses.
    """
    name = f"photobak-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    options: dict[str, Any] = {"ResourcesToImport": [_to_import(one) for one in adopted]} if adopted else {}
    if revert_drift:
        options["DeploymentMode"] = "REVERT_DRIFT"
    what = f"the stack {stack_name} can't be changed"
    with aws_errors(what), kept_only_if_wanted(target, ChangeSet(stack_name, name, ())):
        cloudformation = target.client("cloudformation")
        cloudformation.create_change_set(
            StackName=stack_name,
            ChangeSetName=name,
            ChangeSetType=kind,
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM"],
            **template,  # type: ignore[arg-type]
            **options,
        )
        failure = _wait(target, cloudformation, stack_name, name)
        if any(phrase in failure for phrase in _NO_CHANGE):
            cloudformation.delete_change_set(StackName=stack_name, ChangeSetName=name)
            return None  # a change set without changes ends as FAILED
        if failure:
            raise StackError(what, why=failure, next_step=remedy(failure))
        return ChangeSet(stack_name, name, tuple(_changes(cloudformation, stack_name, name)))


@contextmanager
def kept_only_if_wanted(target: Target, change_set: ChangeSet) -> Iterator[None]:
    """Forget the change set where anything goes wrong, Ctrl-C included: it must not lie there to be executed."""
    try:
        yield
    except BaseException:  # Ctrl-C too
        with suppress(BotoCoreError, ClientError):  # what is wrong is told already; the next change makes it void
            discard_change_set(target, change_set)
        raise


def execute_change_set(target: Target, change_set: ChangeSet) -> None:
    """Begin to do what the change set says; ``progress.follow`` tells how it goes."""
    cloudformation = target.client("cloudformation")
    cloudformation.execute_change_set(StackName=change_set.stack_name, ChangeSetName=change_set.name)


def discard_change_set(target: Target, change_set: ChangeSet) -> None:
    """Forget a change set that nobody wants executed."""
    cloudformation = target.client("cloudformation")
    cloudformation.delete_change_set(StackName=change_set.stack_name, ChangeSetName=change_set.name)


def _wait(target: Target, cloudformation: "CloudFormationClient", stack_name: str, name: str) -> str:
    """Wait until CloudFormation has worked it out; "", or AWS's reason why it can't."""
    delay: Any = target.poll_seconds  # time.sleep takes any number
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName=stack_name, ChangeSetName=name, WaiterConfig={"Delay": delay, "MaxAttempts": 720}
        )
    except WaiterError as error:
        if "Error" in error.last_response:
            raise ClientError(error.last_response, "DescribeChangeSet") from error
        described = cloudformation.describe_change_set(StackName=stack_name, ChangeSetName=name)
        return described.get("StatusReason") or str(error)
    return ""


def _to_import(one: Adopted) -> dict[str, Any]:
    return {
        "ResourceType": one.type,
        "LogicalResourceId": one.logical_id,
        "ResourceIdentifier": dict(one.identifier),
    }


def _changes(cloudformation: "CloudFormationClient", stack_name: str, name: str) -> Iterable[Change]:
    # Large change sets come in pages, and this call has no paginator in older versions of boto3.
    token: dict[str, str] = {}
    while True:
        page = cloudformation.describe_change_set(StackName=stack_name, ChangeSetName=name, **token)  # type: ignore[arg-type]
        yield from (_change(entry) for entry in page["Changes"])
        if not page.get("NextToken"):
            return
        token = {"NextToken": page["NextToken"]}


def _change(entry: "ChangeTypeDef") -> Change:
    resource = entry["ResourceChange"]
    return Change(
        action=resource["Action"],
        logical_id=resource["LogicalResourceId"],
        type=resource["ResourceType"],
        replaced=_is_replaced(resource),
    )


def _is_replaced(resource: "ResourceChangeTypeDef") -> bool:
    """A ``Conditional`` replacement is one where a property that can't be changed might be another."""
    replacement = resource.get("Replacement", "False")
    targets = (detail.get("Target", {}) for detail in resource.get("Details", []))
    named = {target.get("Name", "") for target in targets if target.get("RequiresRecreation", "Never") != "Never"}
    return replacement == "True" or (replacement == "Conditional" and bool(named & CREATE_ONLY))
