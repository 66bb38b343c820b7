"""Deployments that are cut off, refused or stuck: each says what to do, loses nothing, and goes on when done again."""

import itertools
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from support.campaign import rounds
from support.faulty_aws import Fault, FaultyAws, interrupted, refusal, unreachable
from support.local_stack import root_client
from support.stacks import broken, local_parameters, made, put_photo, read_photo, target_of

from photobak.errors import PhotobakError, StackError
from photobak.local.values import LocalStack
from photobak.stack.deploy import Plan, deploy
from photobak.stack.outputs import StackOutputs
from photobak.stack.progress import ResourceEvent, follow, stack_of
from photobak.stack.retained import destroy
from photobak.stack.target import Target
from photobak.stack.template import template_text

FAULTS: dict[str, Fault] = {
    "Sign in again": refusal("ExpiredTokenException"),
    "such as an administrator": refusal("AccessDenied", "You are not authorized to perform this"),
    "ask AWS for a higher quota (Service Quotas": refusal("LimitExceededException"),
    "Check the network": unreachable,
    "Ctrl-C": interrupted,
}
"""What happens, and what a person is told to do."""
SAID_INSTEAD = ("Use another --stack-name", "CloudFormation goes on")
"""A bucket that may not be looked at may be another's, and what has begun goes on by itself."""


@pytest.fixture
def target(local_stack: LocalStack) -> Target:
    return target_of(local_stack)


@pytest.fixture(scope="module")
def resting(local_stack: LocalStack) -> StackOutputs:
    """A stack ``resting`` with a photo in it, for all tests here that leave it as it is."""
    outputs = made(target_of(local_stack), local_stack, "resting")
    put_photo(local_stack, outputs, b"bytes")
    return outputs


def cut_off(local_stack: LocalStack, first: int) -> Iterator[str]:
    """Deploy the stack ``cut`` with a fault before the first call, the second and so on, until it gets through.

    Args:
        local_stack: where.
        first: which fault comes first; they take turns.

    Yields:
        The name of each call that failed.
    """
    target = target_of(local_stack)
    aws = FaultyAws(target)
    for number in itertools.count(1):
        said = list(FAULTS)[(number + first) % len(FAULTS)]
        aws.arm(number, FAULTS[said])
        parameters = {**local_parameters(local_stack), "TrashDays": str(30 + number)}
        told = "Ctrl-C"
        try:
            deploy(target, stack_name="cut", parameters=parameters)
        except PhotobakError as error:
            told = str(error)
        except KeyboardInterrupt:
            pass
        if aws.failed is None:
            return
        assert any(words in told for words in (said, *SAID_INSTEAD)), (aws.failed, told)
        assert "\n" not in told
        yield aws.failed


def test_it_may_be_cut_off_before_any_of_its_calls_in_any_way(local_stack, target):
    """It takes over what an earlier stack left, and then goes on; each try goes on where the last one ended."""
    outputs = made(target, local_stack, "cut")
    put_photo(local_stack, outputs, b"bytes")
    for first in range(rounds(short=1, long=len(FAULTS))):
        destroy(target, "cut")
        calls = set(cut_off(local_stack, first))
        assert {"CreateChangeSet", "DescribeChangeSet", "ExecuteChangeSet", "DescribeStackEvents"} <= calls
    after = made(target, local_stack, "cut")
    assert replace(after, api_url="", ws_url="") == replace(outputs, api_url="", ws_url="")
    assert read_photo(local_stack, after) == b"bytes"
    waiting = root_client(local_stack, "cloudformation").list_change_sets(StackName="cut")["Summaries"]
    assert [one for one in waiting if one["ExecutionStatus"] == "AVAILABLE"] == []


def test_what_an_earlier_run_has_begun_is_waited_for(local_stack, target, resting):
    deploy(target, stack_name="resting", parameters={"TrashDays": "43"})
    again, seen = target_of(local_stack), []

    def still_changing(parsed: dict[str, Any], **_: object) -> None:
        seen.append(parsed["Stacks"][0]["StackStatus"])
        if len(seen) < 4:
            parsed["Stacks"][0]["StackStatus"] = "UPDATE_IN_PROGRESS"

    again.session.events.register("after-call.cloudformation.DescribeStacks", still_changing)
    events: list[ResourceEvent] = []
    assert deploy(again, stack_name="resting", parameters={}, on_event=events.append) == resting
    assert len(seen) >= 4
    statuses = {event.status for event in events}
    assert statuses <= {"UPDATE_IN_PROGRESS", "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", "UPDATE_COMPLETE"}
    assert statuses


def test_a_stack_that_could_not_be_made_is_removed_and_then_made(local_stack, target):
    with pytest.raises(StackError, match=r"Broken \(AWS::Cognito::UserPoolGroup\)") as failed:
        deploy(target, stack_name="shell", parameters=local_parameters(local_stack), template=broken(template_text()))
    assert "photobak destroy --stack-name shell" in failed.value.next_step
    with pytest.raises(StackError, match=r"in the state ROLLBACK_(COMPLETE|FAILED)") as stuck:
        made(target, local_stack, "shell")
    assert "photobak destroy --stack-name shell" in stuck.value.next_step
    destroy(target, "shell")
    assert made(target, local_stack, "shell").bucket.startswith("shell-photos-")


def test_an_update_that_can_go_neither_forth_nor_back_says_the_way_out(local_stack, target, resting):
    """A state that the local stack can't be brought into: it takes back everything."""
    again, events = target_of(local_stack), []

    def neither(parsed: dict[str, Any], **_: object) -> None:
        parsed["Stacks"][0]["StackStatus"] = "UPDATE_ROLLBACK_FAILED"

    again.session.events.register("after-call.cloudformation.DescribeStacks", neither)
    with pytest.raises(StackError, match="in the state UPDATE_ROLLBACK_FAILED") as stuck:
        made(again, local_stack, "resting")
    with pytest.raises(StackError, match="the stack resting failed") as failed:
        follow(again, "resting", None, events.append)
    for error in (failed, stuck):
        assert "aws cloudformation continue-update-rollback --stack-name resting" in error.value.next_step
    assert made(target, local_stack, "resting") == resting
    assert read_photo(local_stack, resting) == b"bytes"


def test_what_was_changed_by_hand_stays_unless_it_is_to_be_undone(local_stack, target, resting):
    queues = root_client(local_stack, "sqs")
    stack = root_client(local_stack, "cloudformation").describe_stack_resource(
        StackName="resting", LogicalResourceId="UploadQueue"
    )
    url = stack["StackResourceDetail"]["PhysicalResourceId"]
    queues.set_queue_attributes(QueueUrl=url, Attributes={"MessageRetentionPeriod": "3600"})
    assert deploy(target, stack_name="resting", parameters={"TrashDays": "44"}) == resting
    kept = queues.get_queue_attributes(QueueUrl=url, AttributeNames=["MessageRetentionPeriod"])["Attributes"]
    assert kept["MessageRetentionPeriod"] == "3600"
    again, asked = target_of(local_stack), []
    again.session.events.register(
        "provide-client-params.cloudformation.CreateChangeSet",
        lambda params, **_: asked.append(params["DeploymentMode"]),
    )
    plans: list[Plan] = []
    deploy(again, stack_name="resting", parameters={"TrashDays": "45"}, revert_drift=True, approve=plans.append)
    assert asked == ["REVERT_DRIFT"]  # which the local stack takes and doesn't obey
    assert read_photo(local_stack, resting) == b"bytes"
    assert stack_of(again, "resting")["StackStatus"] == "UPDATE_COMPLETE"
