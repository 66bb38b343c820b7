"""The template, held to the contracts: what is kept and how, what is open to whom, and where local differs from AWS."""

import subprocess
import sys
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
import yaml
from support.template import resources_of, template, walk

from photobak.cloud.environment import (
    ApiEnvironment,
    PageEnvironment,
    ProcessEnvironment,
    PublishEnvironment,
    UndeleteEnvironment,
)
from photobak.stack.template import KEPT, template_text

STORES = {"TempBucket", "PhotoBucket", "PhotosTable", "ContentsTable", "MonthsTable"}
POOLS = {"UserPool", "UserPoolClient", "IdentityPool"}
PASSING = {"TopicsTable", "ChangesTable", "TicketsTable", "DeviceGrantsTable", "LimitsTable"}
"""Tables of what ends by itself: connections, news, tickets, sign-ins that have begun."""
DERIVED = {"AlbumsTable"}
"""Tables that follow from the records, which are read instead until `repair` has made the table anew."""

FUNCTIONS = resources_of("AWS::Lambda::Function")
BUCKETS = resources_of("AWS::S3::Bucket")
TABLES = resources_of("AWS::DynamoDB::Table")
QUEUES = resources_of("AWS::SQS::Queue")


def properties(name: str) -> dict[str, Any]:
    found: dict[str, Any] = template()["Resources"][name]["Properties"]
    return found


def referred(value: Any) -> str:
    """The logical name in ``{"Ref": …}`` or ``{"Fn::GetAtt": […]}``."""
    return str(value["Ref"] if "Ref" in value else value["Fn::GetAtt"][0])


# ---------------------------------------------------------------------- CloudFormation takes it


def test_cfn_lint_has_nothing_to_say() -> None:
    linter = Path(sys.executable).with_name("cfn-lint")
    file = Path(__file__).parents[2] / "photobak" / "stack" / "template.yaml"
    done = subprocess.run([linter, file], capture_output=True, text=True, check=False)
    assert (done.stdout, done.returncode) == ("", 0)


def test_it_has_no_yaml_aliases() -> None:
    """CloudFormation refuses them ("Template format error: YAML aliases are not allowed")."""
    events = list(yaml.parse(template_text()))
    assert [event for event in events if isinstance(event, yaml.AliasEvent)] == []


def test_it_is_small_enough_for_cloudformation() -> None:
    """1 MB by URL; up to 51,200 bytes it goes along with the call (CloudFormation quotas)."""
    assert len(template_text().encode()) < 1_000_000
    assert len(template()["Resources"]) < 500
    assert len(template()["Parameters"]) < 200


# ---------------------------------------------------------------------- what is kept


def test_stores_and_pools_outlive_the_stack() -> None:
    assert KEPT == STORES | POOLS
    for name in sorted(KEPT):
        resource = template()["Resources"][name]
        assert resource["DeletionPolicy"] == "RetainExceptOnCreate", name
        assert resource["UpdateReplacePolicy"] == "Retain", name
        assert "Condition" not in resource, name


def test_every_bucket_and_table_is_a_store_or_derived_or_passing() -> None:
    assert BUCKETS.keys() | TABLES.keys() == STORES | DERIVED | PASSING


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_encrypted_and_nobodys_but_the_owners(name: str) -> None:
    bucket = properties(name)
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    algorithm = rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"]
    assert algorithm == {"Fn::If": ["WithKmsKey", "aws:kms", "AES256"]}
    block = bucket["PublicAccessBlockConfiguration"]
    assert block == dict.fromkeys(
        ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
    )
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_speaks_tls_only(name: str) -> None:
    (policy,) = (
        each
        for each in resources_of("AWS::S3::BucketPolicy").values()
        if referred(each["Properties"]["Bucket"]) == name
    )
    (statement,) = policy["Properties"]["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert statement["Resource"] == [{"Fn::GetAtt": [name, "Arn"]}, {"Fn::Sub": f"${{{name}.Arn}}/*"}]
    assert policy["Condition"] == "OnAws"  # the local stack speaks HTTP, to this machine alone


def test_uploads_expire_and_tell_the_queue() -> None:
    temp = properties("TempBucket")
    (rule,) = temp["LifecycleConfiguration"]["Rules"]
    assert (rule["Status"], rule["ExpirationInDays"]) == ("Enabled", 1)
    assert "VersioningConfiguration" not in temp
    (told,) = temp["NotificationConfiguration"]["QueueConfigurations"]
    assert (told["Event"], referred(told["Queue"])) == ("s3:ObjectCreated:*", "UploadQueue")
    (statement,) = properties("UploadQueuePolicy")["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "s3.amazonaws.com"}
    assert statement["Condition"]["ArnEquals"]["aws:SourceArn"]["Fn::Sub"].endswith(temp["BucketName"]["Fn::Sub"])
    assert statement["Condition"]["StringEquals"] == {"aws:SourceAccount": {"Ref": "AWS::AccountId"}}


def test_photos_are_versioned_and_what_was_deleted_stays_for_the_days_of_the_trash() -> None:
    photos = properties("PhotoBucket")
    assert photos["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = photos["LifecycleConfiguration"]["Rules"]
    expiring = [rule for rule in rules if "NoncurrentVersionExpiration" in rule]
    assert [rule["NoncurrentVersionExpiration"] for rule in expiring] == [{"NoncurrentDays": {"Ref": "TrashDays"}}]
    for rule in rules:  # nothing that is current expires by its age, unless it is marked as trash
        assert "TagFilters" in rule or not {"ExpirationInDays", "ExpirationDate"} & rule.keys(), rule["Id"]


def frozen_prefixes(bucket: dict[str, Any]) -> set[str]:
    """The prefixes that lifecycle rules may move to a class which does not answer a GET at once; "" is everything."""
    at_once = {"STANDARD", "STANDARD_IA", "ONEZONE_IA", "GLACIER_IR"}  # INTELLIGENT_TIERING can archive
    found = set()
    for _path, value in walk(bucket.get("LifecycleConfiguration", {})):
        if isinstance(value, dict) and {"Transition", "Transitions", "NoncurrentVersionTransitions"} & value.keys():
            classes = {str(each) for where, each in walk(value) if where and where[-1] == "StorageClass"}
            if classes - at_once:
                found.add(value.get("Prefix", ""))
    return found


@pytest.mark.parametrize("prefix", ["record/", "thumb/", "web/", "album/"])
def test_what_is_shown_and_what_repairs_rely_on_never_has_to_be_thawed(prefix: str) -> None:
    frozen = frozen_prefixes(properties("PhotoBucket"))
    assert not [each for each in frozen if prefix.startswith(each) or each.startswith(prefix)]


def test_a_rule_that_freezes_records_would_be_found() -> None:
    bucket = deepcopy(properties("PhotoBucket"))
    assert frozen_prefixes(bucket) == {"original/"}
    rule = {"Id": "x", "Status": "Enabled", "Transitions": [{"StorageClass": "GLACIER", "TransitionInDays": 1}]}
    for more in ({}, {"Prefix": "record/"}, {"Prefix": "thumb/2"}):
        bucket["LifecycleConfiguration"]["Rules"][-1] = {"Fn::If": ["OriginalsAreCold", rule | more, "none"]}
        assert frozen_prefixes(bucket) == {"original/", more.get("Prefix", "")}


@pytest.mark.parametrize(
    ("name", "keys", "ttl"),
    [
        ("PhotosTable", [("username", "HASH", "S"), ("timestamp", "RANGE", "N")], "ttl"),
        ("ContentsTable", [("username", "HASH", "S"), ("sha256", "RANGE", "S")], "ttl"),
    ],
)
def test_a_table_has_its_keys_and_its_protection(name: str, keys: list[tuple[str, str, str]], ttl: str) -> None:
    table = properties(name)
    types = {each["AttributeName"]: each["AttributeType"] for each in table["AttributeDefinitions"]}
    assert [
        (each["AttributeName"], each["KeyType"], types[each["AttributeName"]]) for each in table["KeySchema"]
    ] == keys
    assert table["DeletionProtectionEnabled"] is True
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": ttl, "Enabled": True}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_costs_by_use(name: str) -> None:
    assert properties(name)["BillingMode"] == "PAY_PER_REQUEST"


@pytest.mark.parametrize("name", sorted(PASSING))
def test_what_passes_ends_by_itself(name: str) -> None:
    assert properties(name)["TimeToLiveSpecification"]["Enabled"] is True


def test_changes_of_records_are_streamed() -> None:
    assert properties("PhotosTable")["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}


# ---------------------------------------------------------------------- sign-in


def test_nobody_signs_up_by_themselves_and_accounts_are_protected() -> None:
    pool = properties("UserPool")
    assert pool["DeletionProtection"] == "ACTIVE"
    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["UsernameConfiguration"] == {"CaseSensitive": False}
    assert referred(pool["LambdaConfig"]["PreSignUp"]) == "PreSignUpFunction"


def test_the_client_is_a_public_one_with_codes_only() -> None:
    client = properties("UserPoolClient")
    assert client["GenerateSecret"] is False
    assert client["AllowedOAuthFlows"] == ["code"]
    assert client["ExplicitAuthFlows"] == ["ALLOW_REFRESH_TOKEN_AUTH"]  # no password is taken but by the hosted UI
    assert client["EnableTokenRevocation"] is True
    loopback = [url for url in client["CallbackURLs"] if isinstance(url, str)]
    assert len(loopback) == 5
    assert all(url.startswith("http://127.0.0.1:") and url.endswith("/callback") for url in loopback)


def test_guests_get_nothing() -> None:
    pool = properties("IdentityPool")
    assert (pool["AllowUnauthenticatedIdentities"], pool["AllowClassicFlow"]) == (False, False)
    assert [each["ServerSideTokenCheck"] for each in pool["CognitoIdentityProviders"]] == [True]
    assert properties("IdentityPoolRoles")["Roles"] == {"authenticated": {"Fn::GetAtt": ["OwnerRole", "Arn"]}}


OPEN_ROUTES = {
    "POST /device/code",
    "POST /device/token",
    "GET /device",
    "POST /device",
    "GET /device/callback",
    "GET /",
    "GET /static/{name+}",
    "$disconnect",
    "$default",
}
"""Without an authorizer: signing in itself, the gallery's files, and what goes over a connection that was admitted."""


def test_every_other_route_needs_a_sign_in() -> None:
    routes = [each["Properties"] for each in resources_of("AWS::ApiGatewayV2::Route").values()]
    assert {route["RouteKey"] for route in routes if "AuthorizationType" not in route} == OPEN_ROUTES
    for route in routes:
        if route["RouteKey"] not in OPEN_ROUTES:
            expected = ("CUSTOM", "LiveAuthorizer") if route["RouteKey"] == "$connect" else ("JWT", "SignedIn")
            assert (route["AuthorizationType"], referred(route["AuthorizerId"])) == expected
    authorizer = properties("SignedIn")
    assert authorizer["AuthorizerType"] == "JWT"
    assert authorizer["JwtConfiguration"]["Audience"] == [{"Ref": "UserPoolClient"}]


# ---------------------------------------------------------------------- functions and queues


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_function_has_a_log_that_ends_and_a_time_limit(name: str) -> None:
    function = properties(name)
    assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
    logs = properties(referred(function["LoggingConfig"]["LogGroup"]))
    assert logs["RetentionInDays"] == {"Ref": "LogRetentionDays"}
    assert function["Timeout"] <= 180
    assert (referred(function["Code"]["S3Bucket"]), referred(function["Code"]["S3Key"])) == ("CodeBucket", "CodeKey")


def test_a_function_behind_the_gateway_answers_before_it_gives_up() -> None:
    for integration in resources_of("AWS::ApiGatewayV2::Integration").values():
        uri = integration["Properties"]["IntegrationUri"]
        name = uri["Fn::GetAtt"][0] if "Fn::GetAtt" in uri else uri["Fn::Sub"].split("${")[-1].split(".")[0]
        assert properties(name)["Timeout"] < 30, name


@pytest.mark.parametrize("name", [name for name, each in resources_of("AWS::Lambda::EventSourceMapping").items()
                                  if "FunctionResponseTypes" in each["Properties"]])  # fmt: skip
def test_a_queue_waits_six_times_as_long_as_its_function(name: str) -> None:
    """Lambda developer guide, "Configuring an Amazon SQS queue for use with Lambda"."""
    mapping = properties(name)
    queue, function = properties(referred(mapping["EventSourceArn"])), properties(referred(mapping["FunctionName"]))
    assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BatchSize"] == 1  # what ends the function takes nothing along
    assert function["Environment"]["Variables"]["UPLOAD_QUEUE_URL"] == {"Ref": referred(mapping["EventSourceArn"])}


def test_what_fails_three_times_is_salvaged() -> None:
    redrive = properties("UploadQueue")["RedrivePolicy"]
    assert (referred(redrive["deadLetterTargetArn"]), redrive["maxReceiveCount"]) == ("UploadDeadLetterQueue", 3)
    salvage = properties("SalvageEvents")
    assert referred(salvage["EventSourceArn"]) == "UploadDeadLetterQueue"
    assert properties(referred(salvage["FunctionName"]))["Handler"] == "photobak.cloud.process.handler.salvage"


@pytest.mark.parametrize("name", QUEUES)
def test_a_queue_is_encrypted_and_keeps_for_a_fortnight(name: str) -> None:
    queue = properties(name)
    assert queue["SqsManagedSseEnabled"] is True
    assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600


@pytest.mark.parametrize(
    ("name", "environment"),
    [
        ("ProcessFunction", ProcessEnvironment),
        ("SalvageFunction", ProcessEnvironment),
        ("ApiFunction", ApiEnvironment),
        ("UndeleteFunction", UndeleteEnvironment),
        ("PublishFunction", PublishEnvironment),
        ("PageFunction", PageEnvironment),
    ],
)
def test_a_function_has_all_the_variables_that_it_reads(name: str, environment: type[Any]) -> None:
    variables = properties(name)["Environment"]["Variables"]
    assert {field.upper() for field in environment.__dataclass_fields__} <= variables.keys()


# ---------------------------------------------------------------------- local and AWS

DIFFERENCES = {
    # It speaks HTTP, at one address below which its APIs and its hosted UI lie.
    "TempBucketPolicy.Condition",
    "PhotoBucketPolicy.Condition",
    "UserPoolDomain.Condition",
    "UserPoolClient.Properties.CallbackURLs.5",
    "UserPoolClient.Properties.CallbackURLs.6",
    "UserPoolClient.Properties.CallbackURLs.7",
    "UserPoolClient.Properties.LogoutURLs.0",
    "UserPoolClient.Properties.LogoutURLs.1",
    "TempBucket.Properties.CorsConfiguration.CorsRules.0.AllowedOrigins",
    "PhotoBucket.Properties.CorsConfiguration.CorsRules.0.AllowedOrigins",
    "PageFunction.Properties.Environment.Variables.HOSTED_UI_URL",
    "PageFunction.Properties.Environment.Variables.COGNITO_URL",
    "PageFunction.Properties.Environment.Variables.LIVE_URL",
    "PageFunction.Properties.Environment.Variables.BUCKET_ORIGINS",
    "DeviceFunction.Properties.Environment.Variables.API_URL",
    "DeviceFunction.Properties.Environment.Variables.HOSTED_UI_URL",
    "LiveFunction.Properties.Environment.Variables.CONNECTIONS_URL",
    "PublishFunction.Properties.Environment.Variables.CONNECTIONS_URL",
    "Outputs.ApiUrl.Value",
    "Outputs.HostedUiUrl.Value",
    "Outputs.LiveUrl.Value",
    # It answers over WebSocket as if this were there, and doesn't know it.
    "LiveMessageResponse.Condition",
    # It expands no policy variables; there is one machine with one person's photos, and tests prove the fence.
    "OwnerRole.Properties.Policies.0.PolicyDocument.Statement.0.Resource",
    "OwnerRole.Properties.Policies.0.PolicyDocument.Statement.1.Resource",
    "OwnerRole.Properties.Policies.0.PolicyDocument.Statement.2.Condition.StringLike.s3:prefix",
    "OwnerRole.Properties.Policies.0.PolicyDocument.Statement.3.Condition",
    # It has two processors.
    "ProcessEvents.Properties.ScalingConfig.MaximumConcurrency",
}


def test_local_differs_from_aws_in_these_points_alone() -> None:
    document = template()
    everything = {**document["Resources"], "Outputs": document["Outputs"]}
    found = {
        ".".join(map(str, path))
        for path, value in walk(everything)
        if (isinstance(value, dict) and value.get("Fn::If", [""])[0] == "OnAws")
        or (path[-1:] == ("Condition",) and value == "OnAws")
    }
    assert found == DIFFERENCES
    assert document["Conditions"]["OnAws"] == {"Fn::Equals": [{"Ref": "Environment"}, "aws"]}
    others = {name: each for name, each in document["Conditions"].items() if name != "OnAws"}
    for value in (others, everything):
        assert not [path for path, each in walk(value) if each == {"Ref": "Environment"}]
