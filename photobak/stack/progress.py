"""Follows CloudFormation at work, resource by resource."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from photobak.errors import StackError
from photobak.stack.aws_errors import aws_errors, mend
from photobak.stack.state import stack_of, way_out_of
from photobak.stack.target import Target

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

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
        raise StackError(f"the stack {name} failed", why=why, next_step=mend(failure, then))


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
