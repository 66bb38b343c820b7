"""What the template's parameters add, and what nobody can switch off."""

from typing import Any

import pytest
from support.template import resources_of, template

from photobak.stack.cost.prices import StorageClass

PARAMETERS = template()["Parameters"]
KEY_POLICIES = ("KmsForUploads", "KmsForPhotos", "KmsForOwners")
ALARMS = ("AlarmTopic", "AlarmTopicPolicy", "UploadsAreStuck", "UploadsAreGivenUp", "Budget")


def properties(name: str) -> dict[str, Any]:
    return template()["Resources"][name]["Properties"]


@pytest.mark.parametrize("name", resources_of("AWS::Lambda::Permission"))
def test_whoever_calls_a_function_is_named(name):
    permission = properties(name)
    assert "SourceArn" in permission
    assert permission["Principal"] == "cognito-idp.amazonaws.com" or "SourceAccount" in permission


@pytest.mark.parametrize("name", resources_of("AWS::ApiGatewayV2::Stage"))
def test_apis_are_throttled(name):
    settings = properties(name)["DefaultRouteSettings"]
    assert 0 < settings["ThrottlingRateLimit"] <= settings["ThrottlingBurstLimit"] <= 1000


def test_access_logs_hold_no_header_and_no_query():
    log = properties("HttpApiStage")["AccessLogSettings"]["Format"].lower()
    for secret in ("header", "query", "authorizer", "path", "protocol"):
        assert secret not in log


def test_originals_move_to_a_class_that_is_chosen_and_priced():
    assert set(PARAMETERS["StorageClass"]["AllowedValues"]) == set(StorageClass)
    rules = properties("PhotoBucket")["LifecycleConfiguration"]["Rules"]
    chosen = {rule["Fn::If"][0]: rule["Fn::If"][1] for rule in rules if "Fn::If" in rule}
    assert chosen["OriginalsMove"]["Prefix"] == "original/"
    assert chosen["OriginalsAreCold"]["Prefix"] == "web/"
    assert chosen["OriginalsAreCold"]["Transitions"][0]["StorageClass"] == "GLACIER_IR"
    assert not [rule for rule in chosen.values() if rule["Prefix"].startswith(("thumb", "record"))]


def test_nothing_optional_is_on_by_default():
    for name in ("KmsKeyArn", "AlarmEmail", "GoogleClientId", "OidcIssuer"):
        assert PARAMETERS[name]["Default"] == ""
    assert PARAMETERS["StorageClass"]["Default"] == "STANDARD"
    assert {template()["Resources"][name]["Condition"] for name in KEY_POLICIES} == {"WithKmsKey"}
    assert {template()["Resources"][name]["Condition"] for name in ALARMS} == {"WithAlarms"}


@pytest.mark.parametrize("name", KEY_POLICIES)
def test_a_key_of_ones_own_serves_s3_only(name):
    (statement,) = properties(name)["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {"Ref": "KmsKeyArn"}
    assert "kms:ViaService" in statement["Condition"]["StringEquals"]


def test_every_parameter_but_those_of_deploy_itself_says_what_it_is_for():
    silent = {name for name, one in PARAMETERS.items() if not one.get("Description")}
    assert silent <= {"LogRetentionDays", "GoogleClientSecret", "OidcClientId", "OidcClientSecret"}


def test_secrets_are_not_echoed():
    secrets = {name for name in PARAMETERS if "Secret" in name}
    assert secrets
    assert all(PARAMETERS[name]["NoEcho"] for name in secrets)
