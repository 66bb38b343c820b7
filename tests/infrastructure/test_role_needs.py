"""Each function's role against what its code calls: no right is missing, and none is there for nothing.

The calls are found in the code itself (``support/aws_calls.py``), so a new one needs its right, and a right whose last
call has gone has to go too. Which resources a right covers is in ``test_permissions.py`` and tried on the local stack.
"""

from typing import Any

import pytest
from support.aws_calls import Body, CallGraph
from support.template import resources_of

FUNCTIONS = resources_of("AWS::Lambda::Function")
ROLES = sorted({each["Properties"]["Role"]["Fn::GetAtt"][0] for each in FUNCTIONS.values()})

NAMED_OTHERWISE = {
    ("execute-api", "PostToConnection"): {"execute-api:ManageConnections"},
    ("execute-api", "DeleteConnection"): {"execute-api:ManageConnections"},
    ("cognito-identity", "GetId"): set(),  # a public call, made without a signature
    ("lambda", "Invoke"): {"lambda:InvokeFunction"},
    ("s3", "HeadObject"): {"s3:GetObject"},
    ("s3", "CopyObject"): {"s3:GetObject", "s3:PutObject"},
    ("s3", "ListObjectsV2"): {"s3:ListBucket"},
    ("s3", "ListObjectVersions"): {"s3:ListBucketVersions"},
}
"""Operations that IAM knows by another name (service authorization reference)."""

SEES_WHAT_IS_GONE = {"s3:GetObject": "s3:ListBucket"}
"""Who may not list a bucket hears 403 of a missing object instead of 404."""

TRANSACTIONS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}
LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
QUEUE = {"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}
STREAM = {"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}
"""What Lambda does in the function's name to read its events (Lambda developer guide, execution role permissions)."""


@pytest.fixture(scope="module")
def graph() -> CallGraph:
    return CallGraph("cloud")


def needed(graph: CallGraph, role: str) -> set[str]:
    """The actions of all functions that have this role."""
    found = set(LOGS)
    for name, function in FUNCTIONS.items():
        if function["Properties"]["Role"] == {"Fn::GetAtt": [role, "Arn"]}:
            reached = graph.reachable(function["Properties"]["Handler"])
            found |= {action for body in reached.values() for action in actions_of(body)}
            found |= transactions_of(reached) | events_of(name)
    return found


def actions_of(body: Body) -> set[str]:
    found: set[str] = set()
    for service, operation in body.calls:
        if operation == "TransactWriteItems":
            continue
        found |= NAMED_OTHERWISE.get((service, operation), {f"{service}:{operation}"})
        if operation == "PutObject" and "Tagging" in body.words:
            found.add("s3:PutObjectTagging")
        if operation == "CopyObject" and "ObjectLockMode" in body.words:
            found.add("s3:PutObjectRetention")
        if operation in ("GetObject", "HeadObject", "CopyObject") and "VersionId" in body.words:
            found.add("s3:GetObjectVersion")
        if operation == "DeleteObject" and "VersionId" in body.words:
            found = found - {"s3:DeleteObject"} | {"s3:DeleteObjectVersion"}
    return found


def transactions_of(reached: dict[str, Body]) -> set[str]:
    """What transactions write is put together in functions of their own."""
    if not any(("dynamodb", "TransactWriteItems") in body.calls for body in reached.values()):
        return set()
    words = {word for body in reached.values() for word in body.words}
    return {f"dynamodb:{action}" for word, action in TRANSACTIONS.items() if word in words}


def events_of(function: str) -> set[str]:
    found: set[str] = set()
    for mapping in resources_of("AWS::Lambda::EventSourceMapping").values():
        properties = mapping["Properties"]
        if properties["FunctionName"] == {"Ref": function}:
            found |= STREAM if properties["EventSourceArn"]["Fn::GetAtt"][1] == "StreamArn" else QUEUE
            found |= {"sqs:SendMessage"} if "DestinationConfig" in properties else set()
    return found


def granted(role: str) -> set[str]:
    policies = resources_of("AWS::IAM::Role")[role]["Properties"]["Policies"]
    return {
        action
        for policy in policies
        for statement in policy["PolicyDocument"]["Statement"]
        for action in listed(statement["Action"])
    }


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("role", ROLES)
def test_a_role_may_do_what_its_functions_call_and_no_more(graph: CallGraph, role: str) -> None:
    must = needed(graph, role)
    may = must | {extra for action, extra in SEES_WHAT_IS_GONE.items() if action in must}
    assert granted(role) - may == set(), "nothing calls these"
    assert must - granted(role) == set(), "these are called, and not allowed"


def test_every_call_is_checked_by_its_type(graph: CallGraph) -> None:
    """An operation of a client that mypy knows nothing of would be one that nobody compares with AWS's model."""
    assert [place for body in graph.bodies.values() for place in body.untyped] == []


def test_the_graph_sees_what_it_should(graph: CallGraph) -> None:
    """Through injected stores, routes, thread pools, partial views and public names of modules."""
    api = graph.reachable("photobak.cloud.api.handler.handle")
    assert {
        "photobak.cloud.store.uploads.PostSigner.sign",
        "photobak.cloud.store.objects.PhotoBucket.hide",
    } <= api.keys()
    assert "photobak.cloud.store.uploads.UploadStore.fetch" not in api
    assert "photobak.cloud.photo" not in api
