"""The fence between people: what a signed-in person may do on AWS, decided by an IAM simulator.

The local stack expands no policy variables and knows no ``dynamodb:LeadingKeys``, so that it can't tell.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest
from support.node import SIMULATOR, installed_programs
from support.template import resources_of

ME = "eu-central-1:11111111-1111-1111-1111-111111111111"
YOU = "eu-central-1:22222222-2222-2222-2222-222222222222"
MY_START = ME[:-1]
ACCOUNT = "123456789012"
VARIABLE = "${cognito-identity.amazonaws.com:sub}"

BUCKETS = {"PhotoBucket": "arn:aws:s3:::photobak-photos", "TempBucket": "arn:aws:s3:::photobak-temp"}
TABLES = {name: f"arn:aws:dynamodb:eu-central-1:123456789012:table/{name}" for name in ("PhotosTable", "ContentsTable")}
ARNS = {**BUCKETS, **TABLES}
PHOTOS = BUCKETS["PhotoBucket"]
KINDS = ("original", "thumb", "web", "record")

Request = tuple[str, str, dict[str, Any]]
"""Action, resource, context."""


def on_aws(value: Any) -> Any:
    """A part of the template as CloudFormation makes it on AWS, for these resources and in the name of ME."""
    match value:
        case {"Fn::If": ["OnAws", there, _]}:
            return on_aws(there)
        case {"Fn::GetAtt": [name, "Arn"]}:
            return ARNS[name]
        case {"Fn::Sub": str() as text}:
            for name, arn in ARNS.items():
                text = text.replace(f"${{{name}.Arn}}", arn)
            return on_aws(text.replace("${!", "${"))
        case dict():
            return {key: on_aws(inner) for key, inner in value.items()}
        case list():
            return [on_aws(inner) for inner in value]
        case str():
            return value.replace(VARIABLE, ME)  # IAM expands it when it decides
        case _:
            return value


def policy() -> dict[str, Any]:
    (found,) = resources_of("AWS::IAM::Role")["OwnerRole"]["Properties"]["Policies"]
    document: dict[str, Any] = on_aws(found["PolicyDocument"])
    return document


def rows(action: str, *owners: str, table: str = "PhotosTable") -> Request:
    """A call for rows; ``owners`` are the partition keys that it names, none for a call that names none."""
    return f"dynamodb:{action}", TABLES[table], {"dynamodb:LeadingKeys": list(owners)} if owners else {}


def listing(prefix: str | None, bucket: str = "PhotoBucket") -> Request:
    return "s3:ListBucket", BUCKETS[bucket], {} if prefix is None else {"s3:prefix": prefix}


def get(key: str, action: str = "GetObject", bucket: str = "PhotoBucket") -> Request:
    return f"s3:{action}", f"{BUCKETS[bucket]}/{key}", {}


def of_each(kind: str, service: str, resource: str, *actions: str) -> list[Request]:
    """Some actions on each resource of one type in the template, those that are yet to come included."""
    place = "" if service == "iam" else "eu-central-1"
    return [
        (f"{service}:{action}", f"arn:aws:{service}:{place}:{ACCOUNT}:{resource.format(name)}", {})
        for name in resources_of(kind)
        for action in actions
    ]


ALLOWED: list[Request] = [
    *(get(f"{kind}/{ME}/abc.jpg") for kind in KINDS),
    *(listing(f"{kind}/{ME}/") for kind in KINDS),
    listing(f"original/{ME}/abc"),
    get(f"original/{ME}/abc.jpg", "RestoreObject"),
    *(rows(action, ME, table=table) for action in ("GetItem", "BatchGetItem", "Query") for table in TABLES),
]

DENIED: list[Request] = [
    # another's photos, and those of somebody whose id begins as mine
    *(get(f"{kind}/{YOU}/abc.jpg") for kind in KINDS),
    get(f"original/{ME}2/abc.jpg"),
    get(f"original/{MY_START}/abc.jpg"),
    get(f"original/{ME}"),
    get(f"trash/{ME}/abc.jpg"),
    get(f"{ME}/abc.jpg"),
    get(f"other/original/{ME}/abc.jpg"),
    get(f"{ME}/{'0' * 64}", bucket="TempBucket"),
    # listing what is not mine
    listing(None),
    listing(""),
    listing("original/"),
    listing(f"original/{MY_START}"),
    listing(f"original/{ME}"),
    listing(f"original/{YOU}/"),
    listing(f"original/{ME}/", bucket="TempBucket"),
    ("s3:ListBucketVersions", PHOTOS, {"s3:prefix": f"original/{ME}/"}),
    ("s3:ListAllMyBuckets", "*", {}),
    # thawing what is not mine, or is never frozen
    get(f"original/{YOU}/abc.jpg", "RestoreObject"),
    get(f"original/{ME}2/abc.jpg", "RestoreObject"),
    *(get(f"{kind}/{ME}/abc.jpg", "RestoreObject") for kind in KINDS if kind != "original"),
    # changing anything, mine too
    *(
        get(f"original/{ME}/abc.jpg", action)
        for action in (
            "PutObject",
            "DeleteObject",
            "DeleteObjectVersion",
            "GetObjectVersion",
            "PutObjectAcl",
            "PutObjectTagging",
            "PutObjectRetention",
            "AbortMultipartUpload",
        )
    ),
    get(f"{ME}/{'0' * 64}", "PutObject", bucket="TempBucket"),
    *((f"s3:{action}", PHOTOS, {}) for action in ("DeleteBucket", "PutBucketVersioning", "PutLifecycleConfiguration")),
    ("s3:PutBucketPolicy", PHOTOS, {}),
    # another's rows, alone or among mine, or nobody's in particular
    *(rows(action, YOU, table=table) for action in ("GetItem", "BatchGetItem", "Query") for table in TABLES),
    rows("BatchGetItem", ME, YOU),
    rows("Query", f"{ME}2"),
    rows("Query", MY_START),
    *(rows(action) for action in ("GetItem", "BatchGetItem", "Query")),
    *(rows("Scan", *owners) for owners in ((), (ME,))),
    *(
        rows(action, ME)
        for action in ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "ConditionCheckItem", "PartiQLSelect")
    ),
    *(
        (f"dynamodb:{action}", TABLES["PhotosTable"], {})
        for action in ("DeleteTable", "UpdateTable", "UpdateTimeToLive")
    ),
    ("dynamodb:Query", TABLES["PhotosTable"] + "/index/any", {"dynamodb:LeadingKeys": [ME]}),
    # access lists, versions and settings, of mine too
    *(
        get(f"original/{ME}/abc.jpg", action)
        for action in ("GetObjectAcl", "GetObjectVersionAcl", "PutObjectVersionAcl")
    ),
    *(get(f"original/{ME}/abc.jpg", action) for action in ("GetObjectTagging", "GetObjectTorrent", "ReplicateObject")),
    *(
        (f"s3:{action}", PHOTOS, {})
        for action in ("GetBucketAcl", "PutBucketAcl", "GetBucketPolicy", "DeleteBucketPolicy")
    ),
    *((f"s3:{action}", PHOTOS, {}) for action in ("PutBucketPublicAccessBlock", "PutEncryptionConfiguration")),
    ("s3:ListBucketMultipartUploads", PHOTOS, {}),
    # statements in SQL
    *(rows(f"PartiQL{verb}", *owners) for verb in ("Select", "Insert", "Update", "Delete") for owners in ((), (ME,))),
    ("dynamodb:ExportTableToPointInTime", TABLES["PhotosTable"], {}),
    ("dynamodb:GetRecords", TABLES["PhotosTable"] + "/stream/2026-01-01T00:00:00.000", {}),
    # every other thing of the stack
    *of_each("AWS::Lambda::Function", "lambda", "function:{}", "InvokeFunction", "GetFunction", "UpdateFunctionCode"),
    *of_each("AWS::SQS::Queue", "sqs", "{}", "SendMessage", "ReceiveMessage", "DeleteMessage", "PurgeQueue"),
    *of_each("AWS::SNS::Topic", "sns", "{}", "Publish", "Subscribe"),
    *of_each("AWS::Logs::LogGroup", "logs", "log-group:{}:log-stream:x", "GetLogEvents", "PutLogEvents"),
    *of_each("AWS::IAM::Role", "iam", "role/{}", "PassRole", "PutRolePolicy"),
    *(("sts:AssumeRole", f"arn:aws:iam::{ACCOUNT}:role/{name}", {}) for name in resources_of("AWS::IAM::Role")),
    *(
        (f"dynamodb:{action}", f"arn:aws:dynamodb:eu-central-1:{ACCOUNT}:table/{name}", {"dynamodb:LeadingKeys": [ME]})
        for name in sorted(resources_of("AWS::DynamoDB::Table").keys() - TABLES.keys())
        for action in ("GetItem", "Query", "PutItem", "DeleteItem")
    ),
    *(
        (f"cognito-idp:{action}", f"arn:aws:cognito-idp:eu-central-1:{ACCOUNT}:userpool/eu-central-1_pool", {})
        for action in ("ListUsers", "AdminCreateUser", "AdminSetUserPassword", "UpdateUserPool")
    ),
    ("cognito-identity:DeleteIdentities", "*", {}),
    ("execute-api:ManageConnections", f"arn:aws:execute-api:eu-central-1:{ACCOUNT}:live/live/POST/@connections/x", {}),
    ("cloudformation:UpdateStack", f"arn:aws:cloudformation:eu-central-1:{ACCOUNT}:stack/photobak/1", {}),
]


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return installed_programs(tmp_path_factory.mktemp("simulator"), SIMULATOR) / "simulate.mjs"


def decide(simulator: Path, policy: dict[str, Any], requests: list[Request]) -> list[str]:
    """What the simulator says of each request."""
    asked = [{"action": action, "resource": resource, "context": context} for action, resource, context in requests]
    command = ["node", str(simulator), json.dumps({"policy": policy, "requests": asked})]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found: list[str] = json.loads(done.stdout)
    return found


@pytest.fixture(scope="module")
def decisions(simulator: Path) -> dict[str, str]:
    """All in one go."""
    every = [*ALLOWED, *DENIED]
    return dict(zip(map(repr, every), decide(simulator, policy(), every), strict=True))


@pytest.mark.parametrize("request_", ALLOWED, ids=repr)
def test_what_is_mine_i_may_read(decisions: dict[str, str], request_: Request) -> None:
    assert decisions[repr(request_)] == "Allowed"


@pytest.mark.parametrize("request_", DENIED, ids=repr)
def test_nothing_else_is_mine_to_read_or_change(decisions: dict[str, str], request_: Request) -> None:
    assert decisions[repr(request_)] == "ImplicitlyDenied"


def test_the_matrix_is_large_and_knows_every_thing_of_the_stack() -> None:
    assert len(ALLOWED) + len(DENIED) > 200
    asked = " ".join(resource for _, resource, _ in DENIED)
    for kind in ("AWS::Lambda::Function", "AWS::SQS::Queue", "AWS::SNS::Topic", "AWS::IAM::Role"):
        assert all(name in asked for name in resources_of(kind)), kind


def test_the_policy_that_was_asked_is_whole() -> None:
    text = json.dumps(policy())
    assert ME in text
    assert "${" not in text
    assert "Fn::" not in text
    assert policy()["Version"] == "2012-10-17"  # with the older one variables are plain text


def test_without_the_conditions_the_fence_would_be_open(simulator: Path) -> None:
    """The simulator sees them, and each is needed: ForAllValues holds where no key is named."""
    anybodys = rows("Query")
    for operator, opened in (("Null", anybodys), ("ForAllValues:StringEquals", rows("Query", YOU))):
        weaker = policy()
        (own_rows,) = (each for each in weaker["Statement"] if each["Sid"] == "OwnRows")
        del own_rows["Condition"][operator]
        assert decide(simulator, weaker, [opened]) == ["Allowed"]
