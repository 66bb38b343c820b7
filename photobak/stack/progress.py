"""The state of a stack: what can be done in it, and CloudFormation's work on it, resource by resource."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from botocore.exceptions import ClientError

from photobak.errors import StackError
from photobak.stack.aws_errors import aws_errors, remedy
from photobak.stack.target import Target

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef, StackTypeDef

Kind = Literal["CREATE", "UPDATE"]

_NOT_YET: Final = ("REVIEW_IN_PROGRESS", "DELETE_COMPLETE")
"""A change set that nobody executed leaves an empty stack behind."""

_WAYS_OUT: Final = {
    "ROLLBACK_COMPLETE": (
        "it could not be made the first time, and only its empty shell is left",
        "Remove the shell with `photobak destroy --stack-name {name}`, and deploy again.",
    ),
    "ROLLBACK_FAILED": (
        "it could not be made the first time, and not be cleared away either",
        "Remove what is left with `photobak destroy --stack-name {name}`, and deploy again.",
    ),
    "DELETE_FAILED": (
        "it could not be removed whole",
        "Type `photobak destroy --stack-name {name}` again; it names what is in the way.",
    ),
    "UPDATE_ROLLBACK_FAILED": (
        "an update failed, and so did the way back",
        "Its events name what else is in the way; then type "
        "`aws cloudformation continue-update-rollback --stack-name {name}`, and deploy again. "
        "Photos, records and accounts are untouched.",
    ),
}

_GONE: Final = "DELETE_COMPLETE"
_GOOD: Final = frozenset({"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE", _GONE})
_CANCELLED: Final = "cancelled"
_BEGINNINGS: Final = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"})

GOES_ON: Final = "CloudFormation goes on with what it has begun. Type the same command again to see, or to go on."


@dataclass(frozen=True, slots=True)
class ResourceEvent:
    """What has just happened to one resource."""

    logical_id: str
    type: str
    status: str
    """``CREATE_COMPLETE``, ``UPDATE_FAILED`` and so on."""
    reason: str
    """AWS's words where it failed."""


OnEvent = Callable[[ResourceEvent], None]


def stack_of(target: Target, name: str) -> "StackTypeDef | None":
    """The stack as CloudFormation describes it; None where there is none.

    Raises:
        StackError: CloudFormation can't be asked.
    """
    with aws_errors(f"the stack {name} can't be read"):
        cloudformation = target.client("cloudformation")
        try:
            stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
    return None if stack["StackStatus"] == "DELETE_COMPLETE" else stack


def is_changing(stack: "StackTypeDef | None") -> bool:
    """Whether CloudFormation is at work on it."""
    status = stack["StackStatus"] if stack else ""
    return status.endswith("_IN_PROGRESS") and status not in _NOT_YET


def is_new(stack: "StackTypeDef | None") -> bool:
    """Whether nothing of it has been made yet."""
    return stack is None or stack["StackStatus"] in _NOT_YET


def way_out_of(name: str, status: str) -> str:
    """What to do about a stack that is stuck in this state; "" where it isn't."""
    return _WAYS_OUT[status][1].format(name=name) if status in _WAYS_OUT else ""


def kind_of_change(name: str, status: str | None) -> Kind:
    """Whether a stack that rests in this state is to be made or changed.

    Raises:
        StackError: neither can be done; says the way out.
    """
    if status is None or status in _NOT_YET:
        return "CREATE"
    if status in _WAYS_OUT:
        why, next_step = _WAYS_OUT[status][0], way_out_of(name, status)
        raise StackError(f"the stack {name} is in the state {status}", why=why, next_step=next_step)
    return "UPDATE"


def newest_event(target: Target, stack_id: str) -> str | None:
    """The id of the last event so far, after which ``follow`` begins."""
    return next((event["EventId"] for event in _newest_first(target, stack_id)), None)


def event_before_current(target: Target, stack_id: str) -> str | None:
    """The id of the last event before what CloudFormation is doing just now; None where that is the first it does."""
    begun = False
    for event in _newest_first(target, stack_id):
        if begun:
            return event["EventId"]
        begun = event.get("PhysicalResourceId") == stack_id and event.get("ResourceStatus") in _BEGINNINGS
    return None


def follow(target: Target, stack_id: str, since: str | None, on_event: OnEvent) -> None:
    """Report each event until the stack rests.

    Args:
        target: the account and region.
        stack_id: the stack's ARN, by which a stack that is gone can still be asked.
        since: the last event that is known already.
        on_event: told of each event, in order.

    Raises:
        StackError: the stack ended in a failure; names the first resource that failed, AWS's reason, and the way out.
    """
    with aws_errors("it can't be seen how far CloudFormation is", GOES_ON):
        _follow(target, stack_id, since, on_event)


def _follow(target: Target, stack_id: str, since: str | None, on_event: OnEvent) -> None:
    failure = ""
    while True:
        stack = stack_of(target, stack_id)
        status = stack["StackStatus"] if stack else _GONE
        for entry in reversed(list(_until(_newest_first(target, stack_id), since))):
            since = entry["EventId"]
            event = _event(entry)
            failure = failure or _failure(event)
            on_event(event)
        if not status.endswith("_IN_PROGRESS"):
            break
        time.sleep(target.poll_seconds)
    if status not in _GOOD:
        name = stack["StackName"] if stack else stack_id
        then = way_out_of(name, status) or "What there was before is as it was: type the same command again."
        why = failure or f"its state is {status}"
        raise StackError(f"the stack {name} failed", why=why, next_step=remedy(failure, then))


def _failure(event: ResourceEvent) -> str:
    """What failed, unless it was only cancelled because something else had."""
    if not event.status.endswith("_FAILED") or _CANCELLED in event.reason.lower():
        return ""
    return f"{event.logical_id} ({event.type}): {event.reason or 'no reason given'}"


def _newest_first(target: Target, stack_id: str) -> "Iterator[StackEventTypeDef]":
    cloudformation = target.client("cloudformation")
    for page in cloudformation.get_paginator("describe_stack_events").paginate(StackName=stack_id):
        yield from page["StackEvents"]


def _until(events: "Iterator[StackEventTypeDef]", known: str | None) -> "Iterator[StackEventTypeDef]":
    for event in events:
        if event["EventId"] == known:
            return
        yield event


def _event(entry: Any) -> ResourceEvent:
    return ResourceEvent(
        logical_id=entry.get("LogicalResourceId", ""),
        type=entry.get("ResourceType", ""),
        status=entry.get("ResourceStatus", ""),
        reason=entry.get("ResourceStatusReason", ""),
    )
