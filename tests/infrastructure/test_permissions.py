"""Least privilege: every action that any role may take, word for word. What isn't in this list has to be argued for."""

from typing import Any

import pytest
from support.template import resources_of, template, walk

LOG_ROLE = "ApiGatewayLogRole"
"""API Gateway's own, for the access logs of all WebSocket APIs of the account: the one policy that AWS made for it."""
ROLES = {name: role for name, role in resources_of("AWS::IAM::Role").items() if name != LOG_ROLE}
LOG = ("logs:CreateLogStream", "logs:PutLogEvents")

ALLOWED: dict[str, dict[str, tuple[str, ...]]] = {
    "OwnerRole": {
        "OwnObjects": ("s3:GetObject",),
        "OwnArchivedOriginals": ("s3:RestoreObject",),
        "OwnListing": ("s3:ListBucket",),
        "OwnRows": ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:Query"),
        "KmsForOwners": ("kms:Decrypt",),
    },
    "ProcessRole": {
        "TakeUploads": ("s3:GetObject", "s3:DeleteObject"),
        "TellMissingUploads": ("s3:ListBucket",),
        "KeepPhotos": ("s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"),
        "KeepRecords": ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
        "IndexAlbums": ("dynamodb:PutItem",),
        "ReceiveUploads": (
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
            "sqs:ChangeMessageVisibility",
        ),
        "LockOriginals": ("s3:PutObjectRetention",),
        "RequeueThrottledUploads": ("sqs:SendMessage",),
        "MakePosters": ("lambda:InvokeFunction",),
        "Log": LOG,
        "KmsForPhotos": ("kms:Decrypt", "kms:GenerateDataKey"),
    },
    "ApiRole": {
        "SignUploads": ("s3:PutObject",),
        "SignViews": ("s3:GetObject",),
        "WriteRecordJson": ("s3:GetObject", "s3:PutObject", "s3:PutObjectTagging"),
        "HidePhotos": ("s3:DeleteObject",),
        "WriteAlbums": ("s3:GetObject", "s3:PutObject", "s3:DeleteObject"),
        "TellMissingRecords": ("s3:ListBucket",),
        "Rows": (
            "dynamodb:GetItem",
            "dynamodb:BatchGetItem",
            "dynamodb:Query",
            "dynamodb:PutItem",
            "dynamodb:UpdateItem",
        ),
        "MoveRecords": ("dynamodb:DeleteItem",),
        "IndexAlbums": ("dynamodb:GetItem", "dynamodb:Query", "dynamodb:PutItem", "dynamodb:DeleteItem"),
        "CompareRecords": ("dynamodb:ConditionCheckItem",),
        "CountChanges": ("dynamodb:UpdateItem",),
        "ReadTimelines": ("dynamodb:Query", "dynamodb:BatchGetItem"),
        "IssueTickets": ("dynamodb:PutItem",),
        "ListChanges": ("dynamodb:Query", "dynamodb:GetItem"),
        "Log": LOG,
        "KmsForUploads": ("kms:Decrypt", "kms:GenerateDataKey"),
    },
    "UndeleteRole": {
        "UnhidePhotos": ("s3:DeleteObjectVersion",),
        "HidePhotos": ("s3:GetObject", "s3:DeleteObject"),
        "FindDeleteMarkers": ("s3:ListBucket", "s3:ListBucketVersions"),
        "WriteRecordJson": ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectTagging"),
        "Rows": ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem"),
        "IndexAlbums": ("dynamodb:PutItem", "dynamodb:DeleteItem"),
        "CompareRecords": ("dynamodb:ConditionCheckItem",),
        "RemoveStrayRecords": ("dynamodb:DeleteItem",),
        "Log": LOG,
        "KmsForUndelete": ("kms:Decrypt", "kms:GenerateDataKey"),
    },
    "RepairRole": {
        "SignUploads": ("s3:PutObject",),
        "RepairObjects": ("s3:GetObject", "s3:GetObjectVersion", "s3:PutObject", "s3:PutObjectTagging"),
        "FindVersions": ("s3:ListBucket", "s3:ListBucketVersions"),
        "KeepRecords": ("dynamodb:GetItem", "dynamodb:PutItem"),
        "ReadRecords": ("dynamodb:Query",),
        "IndexAlbums": ("dynamodb:PutItem", "dynamodb:DeleteItem"),
        "CompareRecords": ("dynamodb:ConditionCheckItem",),
        "RemakeTimelines": ("dynamodb:Query", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"),
        "MakePosters": ("lambda:InvokeFunction",),
        "Log": LOG,
        "KmsForRepairs": ("kms:Decrypt", "kms:GenerateDataKey"),
    },
    "DeviceRole": {
        "Grants": ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem"),
        "Log": LOG,
    },
    "LiveRole": {
        "RedeemTickets": ("dynamodb:DeleteItem",),
        "KeepSubscriptions": (
            "dynamodb:PutItem",
            "dynamodb:DeleteItem",
            "dynamodb:BatchWriteItem",
            "dynamodb:Query",
        ),
        "ReplayChanges": ("dynamodb:Query", "dynamodb:GetItem"),
        "PostToConnections": ("execute-api:ManageConnections",),
        "Log": LOG,
    },
    "PublishRole": {
        "ReadChanges": ("dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator"),
        "FindStreams": ("dynamodb:ListStreams",),
        "KeepChanges": ("dynamodb:BatchWriteItem", "dynamodb:UpdateItem"),
        "ForgetExpiredPhotos": ("dynamodb:UpdateItem",),
        "KeepTimelines": ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"),
        "FindMotionVideos": ("dynamodb:GetItem",),
        "FindListeners": ("dynamodb:Query", "dynamodb:DeleteItem"),
        "PostToConnections": ("execute-api:ManageConnections",),
        "ReportFailures": ("sqs:SendMessage",),
        "Log": LOG,
    },
    "PageRole": {"Log": LOG},
    "PosterRole": {"Log": LOG},
    "PreSignUpRole": {"Log": LOG},
}

WITHOUT_RESOURCE = {("PublishRole", "FindStreams")}
"""Actions that IAM can't bind to a resource (service authorization reference)."""


def statements(role: str) -> list[dict[str, Any]]:
    """Those of the role's own policies, and of policies that are added to it where an option is chosen."""
    own = [policy["PolicyDocument"] for policy in ROLES[role]["Properties"]["Policies"]]
    found = [statement for document in own for statement in document["Statement"]]
    for name, policy in resources_of("AWS::IAM::RolePolicy").items():
        if policy["Properties"]["RoleName"] == {"Ref": role}:
            found += [{"Sid": name, **each} for each in policy["Properties"]["PolicyDocument"]["Statement"]]
    return found


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def test_these_are_all_roles() -> None:
    assert ROLES.keys() == ALLOWED.keys()
    kinds = {each["Type"] for each in template()["Resources"].values() if each["Type"].startswith("AWS::IAM::")}
    assert kinds == {"AWS::IAM::Role", "AWS::IAM::RolePolicy"}
    added = {policy["Properties"]["RoleName"]["Ref"] for policy in resources_of("AWS::IAM::RolePolicy").values()}
    assert added <= ROLES.keys()
    for role in ROLES.values():
        assert role["Properties"].keys() == {"AssumeRolePolicyDocument", "Policies"}  # no policies that AWS manages


def test_api_gateway_may_write_its_logs_and_nothing_else() -> None:
    role = resources_of("AWS::IAM::Role")[LOG_ROLE]["Properties"]
    assert role.keys() == {"AssumeRolePolicyDocument", "ManagedPolicyArns"}
    (statement,) = role["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "apigateway.amazonaws.com"}
    (policy,) = role["ManagedPolicyArns"]
    assert policy["Fn::Sub"].endswith(":policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs")


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_may_do_this_and_nothing_else(role: str) -> None:
    found = {each["Sid"]: tuple(listed(each["Action"])) for each in statements(role)}
    assert found == ALLOWED[role]
    for each in statements(role):
        assert each["Effect"] == "Allow"
        assert each.keys() <= {"Sid", "Effect", "Action", "Resource", "Condition"}


@pytest.mark.parametrize("role", ALLOWED)
def test_a_role_reaches_this_stack_alone(role: str) -> None:
    """A resource is named by the template's own names, or is the key that the owner has named."""
    names = template()["Resources"].keys() | {"KmsKeyArn"}
    for each in statements(role):
        if (role, each["Sid"]) in WITHOUT_RESOURCE:
            assert each["Resource"] == "*"
            continue
        texts = [value for _, value in walk(each["Resource"]) if isinstance(value, str)]
        assert "*" not in texts
        for resource in listed(each["Resource"]):
            (value,) = resource.values()
            first = value[0] if isinstance(value, list) else value
            assert first == "OnAws" or first in names or any(f"${{{name}" in first for name in names), first


@pytest.mark.parametrize("role", sorted(ALLOWED.keys() - {"OwnerRole"}))
def test_a_functions_role_is_lambdas_alone(role: str) -> None:
    (trust,) = ROLES[role]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust == {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}


def test_the_owners_role_is_for_those_who_signed_in_to_this_pool() -> None:
    (trust,) = ROLES["OwnerRole"]["Properties"]["AssumeRolePolicyDocument"]["Statement"]
    assert trust == {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            "StringEquals": {"cognito-identity.amazonaws.com:aud": {"Ref": "IdentityPool"}},
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
        },
    }


def test_whoever_may_call_a_function_is_of_this_account() -> None:
    permissions = resources_of("AWS::Lambda::Permission")
    assert permissions
    for name, permission in permissions.items():
        properties = permission["Properties"]
        assert properties["Principal"] in ("apigateway.amazonaws.com", "cognito-idp.amazonaws.com"), name
        assert properties["SourceAccount"] == {"Ref": "AWS::AccountId"}, name
        assert "SourceArn" in properties, name


def test_no_policy_opens_anything_to_the_world() -> None:
    for path, value in walk(template()["Resources"]):
        if isinstance(value, dict) and value.get("Principal") in ("*", {"AWS": "*"}):
            assert value["Effect"] == "Deny", path


def test_one_small_function_alone_may_delete_versions_and_it_reaches_no_record() -> None:
    """Who may delete a version may delete the photo; a delete marker can't be told from one in a policy."""
    found = [
        (role, each)
        for role in ROLES
        for each in statements(role)
        if any(action.startswith("s3:DeleteObjectVersion") for action in listed(each["Action"]))
    ]
    ((role, statement),) = found
    assert role == "UndeleteRole"
    assert not [value for _, value in walk(statement["Resource"]) if "record" in str(value)]
    functions = resources_of("AWS::Lambda::Function")
    of_the_role = [
        each for each in functions.values() if each["Properties"]["Role"] == {"Fn::GetAtt": ["UndeleteRole", "Arn"]}
    ]
    assert [each["Properties"]["Handler"] for each in of_the_role] == ["photobak.cloud.undelete.handler.handle"]
