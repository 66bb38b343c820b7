"""What the template's parameters add, and what nobody can switch off."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from support.local_stack import root_client
from support.stacks import local_parameters, target_of
from support.template import resources_of, template

from photobak.cloud.api import handler
from photobak.errors import StackError
from photobak.stack.cost.prices import StorageClass
from photobak.stack.deploy import deploy

PARAMETERS = template()["Parameters"]
OPTIONS = {
    "WithVideoLayer": {"VideoLayer"},
    "WithKmsKey": {"KmsForUploads", "KmsForPhotos", "KmsForUndelete", "KmsForRepairs", "KmsForOwners"},
    "WithAlarms": {
        "AlarmTopic",
        "AlarmTopicPolicy",
        "UploadsAreStuck",
        "UploadsAreGivenUp",
        "ChangesAreGivenUp",
        "PhotosTrashed",
        "ManyPhotosTrashed",
        "Budget",
    },
    "WithLiveLog": {"ApiGatewayLogRole", "ApiGatewayAccount"},
    "WithGoogle": {"GoogleProvider"},
    "WithOidc": {"OidcProvider"},
    "DomainAtTheApi": {"ApiDomain", "ApiDomainMapping"},
    "WithCloudFront": {"Distribution"},
    "WithFirewall": {"SignInFirewall", "SignInFirewallAssociation"},
}
"""What is made where a parameter asks for it, and not otherwise."""

OFF = {
    **dict.fromkeys(("KmsKeyArn", "AlarmEmail", "GoogleClientId", "OidcIssuer", "AllowedEmails"), ""),
    **dict.fromkeys(("DomainName", "CertificateArn", "CloudFrontWebAclArn", "VideoLayerKey"), ""),
    **dict.fromkeys(("CloudFront", "Firewall", "Mfa"), "off"),
    "StorageClass": "STANDARD",
    **dict.fromkeys(("ReservedConcurrency", "DeviceConcurrency", "ObjectLockDays"), 0),
}

KMS_FOR = {
    "s3:GetObject": ("kms:Decrypt",),
    "s3:PutObject": ("kms:GenerateDataKey",),
}
CACHING_DISABLED = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


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
    """Of the token they hold who it belongs to; and the route, so that it is known who did what."""
    http = properties("HttpApiStage")["AccessLogSettings"]["Format"]
    live = properties("WebSocketStage")["AccessLogSettings"]["Fn::If"][1]["Format"]
    assert "$context.authorizer.claims.sub" in http
    assert "$context.authorizer.principalId" in live
    for log in (http, live):
        assert "$context.routeKey" in log
        rest = re.sub(r"authorizer\.(claims\.sub|principalId)", "", log).lower()
        for secret in ("header", "query", "authorizer", "path", "protocol", "body"):
            assert secret not in rest


def test_every_route_that_strangers_may_call_is_throttled_by_itself():
    open_routes = {
        route["Properties"]["RouteKey"]
        for route in resources_of("AWS::ApiGatewayV2::Route").values()
        if "AuthorizationType" not in route["Properties"] and route["Properties"]["ApiId"] == {"Ref": "HttpApi"}
    }
    assert properties("HttpApiStage")["RouteSettings"].keys() == open_routes
    for route, settings in properties("HttpApiStage")["RouteSettings"].items():
        assert settings["ThrottlingRateLimit"] <= (2 if "/device" in route else 20)
    names = {
        name
        for name, route in resources_of("AWS::ApiGatewayV2::Route").items()
        if route["Properties"]["RouteKey"] in properties("HttpApiStage")["RouteSettings"]
    }
    assert set(template()["Resources"]["HttpApiStage"]["DependsOn"]) == names, "a route's settings come after it"


def test_the_owner_is_told_at_once_of_many_photos_in_the_trash():
    counted, alarm = properties("PhotosTrashed"), properties("ManyPhotosTrashed")
    (metric,) = counted["MetricTransformations"]
    assert (alarm["Namespace"], alarm["MetricName"]) == (metric["MetricNamespace"], metric["MetricName"])
    assert counted["LogGroupName"] == {"Ref": "ApiLogs"}
    assert (alarm["Statistic"], alarm["Period"], alarm["Threshold"]) == ("Sum", 3600, 100)
    assert "$.trashed" in counted["FilterPattern"]
    assert metric["MetricValue"] == "$.trashed"
    source = Path(handler.__file__).read_text(encoding="utf-8")
    assert '"trashed": trashed' in source  # what the filter looks for


def test_mfa_and_object_lock_are_what_their_parameters_say():
    assert properties("UserPool")["MfaConfiguration"] == {"Fn::If": ["WithMfa", "ON", "OFF"]}
    assert properties("UserPool")["EnabledMfas"]["Fn::If"][1] == ["SOFTWARE_TOKEN_MFA"]
    assert properties("PhotoBucket")["ObjectLockEnabled"]["Fn::If"][:2] == ["WithObjectLock", True]
    for function in ("ProcessFunction", "SalvageFunction"):
        assert properties(function)["Environment"]["Variables"]["OBJECT_LOCK_DAYS"] == {"Ref": "ObjectLockDays"}


def test_originals_move_to_a_class_that_is_chosen_and_priced():
    assert set(PARAMETERS["StorageClass"]["AllowedValues"]) == set(StorageClass)
    rules = properties("PhotoBucket")["LifecycleConfiguration"]["Rules"]
    chosen = {rule["Fn::If"][0]: rule["Fn::If"][1] for rule in rules if "Fn::If" in rule}
    assert chosen["OriginalsMove"]["Prefix"] == "original/"
    assert chosen["OriginalsAreCold"]["Prefix"] == "web/"
    assert chosen["OriginalsAreCold"]["Transitions"][0]["StorageClass"] == "GLACIER_IR"
    assert not [rule for rule in chosen.values() if rule["Prefix"].startswith(("thumb", "record"))]


def test_nothing_optional_is_on_by_default():
    assert {name: PARAMETERS[name]["Default"] for name in OFF} == OFF
    found: dict[str, set[str]] = {}
    for name, resource in template()["Resources"].items():
        if resource.get("Condition", "OnAws") != "OnAws":
            found.setdefault(resource["Condition"], set()).add(name)
    assert found == OPTIONS


@pytest.mark.parametrize("name", sorted(OPTIONS["WithKmsKey"]))
def test_a_key_of_ones_own_serves_s3_only(name):
    (statement,) = properties(name)["PolicyDocument"]["Statement"]
    assert statement["Resource"] == {"Ref": "KmsKeyArn"}
    assert "kms:ViaService" in statement["Condition"]["StringEquals"]


def test_every_role_that_reads_or_writes_objects_may_use_that_key():
    """S3 User Guide, "Using server-side encryption with AWS KMS keys", "Permissions"."""
    granted = {}
    for name in OPTIONS["WithKmsKey"]:
        (statement,) = properties(name)["PolicyDocument"]["Statement"]
        granted[properties(name)["RoleName"]["Ref"]] = set(listed(statement["Action"]))
    needed: dict[str, set[str]] = {}
    for name, role in resources_of("AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            for action in (each for one in policy["PolicyDocument"]["Statement"] for each in listed(one["Action"])):
                needed.setdefault(name, set()).update(KMS_FOR.get(action, ()))
    assert granted == {name: actions for name, actions in needed.items() if actions}


def test_a_bucket_key_keeps_the_bill_of_that_key_small():
    for bucket in resources_of("AWS::S3::Bucket").values():
        (rule,) = bucket["Properties"]["BucketEncryption"]["ServerSideEncryptionConfiguration"]
        assert rule["BucketKeyEnabled"]["Fn::If"][:2] == ["WithKmsKey", True]


@pytest.mark.parametrize(
    "statement",
    [
        statement
        for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy")
        for policy in resources_of(kind).values()
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ],
    ids=lambda statement: statement["Sid"],
)
def test_a_service_that_may_speak_speaks_for_this_account_and_thing_alone(statement):
    """Otherwise it is a confused deputy (IAM User Guide, "The confused deputy problem")."""
    assert statement["Principal"].keys() == {"Service"}
    keys = {key for each in statement["Condition"].values() for key in each}
    assert keys == {"aws:SourceArn", "aws:SourceAccount"}


def test_whoever_is_named_hears_of_stuck_uploads_and_of_money():
    dead_letters = {properties("UploadQueue")["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]}
    dead_letters |= {properties("PublishEvents")["DestinationConfig"]["OnFailure"]["Destination"]["Fn::GetAtt"][0]}
    alarms = [each["Properties"] for each in resources_of("AWS::CloudWatch::Alarm").values()]
    watched = {alarm["Dimensions"][0]["Value"]["Fn::GetAtt"][0] for alarm in alarms if "Dimensions" in alarm}
    assert watched == dead_letters | {"UploadQueue"}
    assert all(alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}] for alarm in alarms)
    assert properties("AlarmTopic")["Subscription"] == [{"Endpoint": {"Ref": "AlarmEmail"}, "Protocol": "email"}]
    kinds = set()
    for notice in properties("Budget")["NotificationsWithSubscribers"]:
        kinds.add(notice["Notification"]["NotificationType"])
        assert notice["Subscribers"] == [{"SubscriptionType": "EMAIL", "Address": {"Ref": "AlarmEmail"}}]
    assert kinds == {"ACTUAL", "FORECASTED"}


def test_what_is_uploaded_in_parts_and_never_finished_goes_after_a_day():
    for bucket in resources_of("AWS::S3::Bucket").values():
        rules = bucket["Properties"]["LifecycleConfiguration"]["Rules"]
        aborting = [rule for rule in rules if "AbortIncompleteMultipartUpload" in rule]
        assert [rule["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"] for rule in aborting] == [1]
        assert not [rule for rule in aborting if "Prefix" in rule or "TagFilters" in rule]


def test_every_log_ends():
    for log in resources_of("AWS::Logs::LogGroup").values():
        assert log["Properties"]["RetentionInDays"] == {"Ref": "LogRetentionDays"}


def test_no_function_takes_concurrency_from_the_others_unless_told():
    reserved = {
        name: function["Properties"]["ReservedConcurrentExecutions"]
        for name, function in resources_of("AWS::Lambda::Function").items()
        if "ReservedConcurrentExecutions" in function["Properties"]
    }
    chosen = ["WithReservation", {"Ref": "ReservedConcurrency"}, {"Ref": "AWS::NoValue"}]
    device = ["WithDeviceReservation", {"Ref": "DeviceConcurrency"}, {"Ref": "AWS::NoValue"}]
    assert reserved == {"ApiFunction": {"Fn::If": chosen}, "DeviceFunction": {"Fn::If": device}}


def test_a_domain_of_ones_own_speaks_tls_1_2_and_newer():
    (configuration,) = properties("ApiDomain")["DomainNameConfigurations"]
    assert configuration["SecurityPolicy"] == "TLS_1_2"
    distribution = properties("Distribution")["DistributionConfig"]
    assert distribution["ViewerCertificate"]["MinimumProtocolVersion"].startswith("TLSv1.2")
    for origin in distribution["Origins"]:
        assert origin["CustomOriginConfig"] == {"OriginProtocolPolicy": "https-only", "OriginSSLProtocols": ["TLSv1.2"]}
    behaviours = [distribution["DefaultCacheBehavior"], *distribution["CacheBehaviors"]]
    assert {each["ViewerProtocolPolicy"] for each in behaviours} == {"https-only"}


def test_cloudfront_keeps_nothing_of_anybodys_answers():
    """Only what lies under /static/ is the same for everyone."""
    distribution = properties("Distribution")["DistributionConfig"]
    assert distribution["DefaultCacheBehavior"]["CachePolicyId"] == CACHING_DISABLED
    assert [each["PathPattern"] for each in distribution["CacheBehaviors"]] == ["/static/*"]
    assert "Logging" not in distribution  # addresses with codes in them


def test_the_firewall_stops_who_asks_too_often_and_keeps_no_samples_of_addresses():
    firewall = properties("SignInFirewall")
    assert {"Block": {}} in [rule.get("Action") for rule in firewall["Rules"]]
    settings = [firewall["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in firewall["Rules"])]
    assert not any(each["SampledRequestsEnabled"] for each in settings)
    association = properties("SignInFirewallAssociation")
    assert association["ResourceArn"] == {"Fn::GetAtt": ["UserPool", "Arn"]}


def test_a_domain_its_certificate_and_cloudfront_are_used_wherever_the_api_is_named(local_stack):
    """And a half of it is refused before anything is made. (The local stack keeps its own address.)"""
    target = target_of(local_stack)
    certificate = "arn:aws:acm:us-east-1:000000000000:certificate/11111111-1111-1111-1111-111111111111"
    given = {**local_parameters(local_stack), "DomainName": "photos.example.com", "CloudFront": "on"}
    with pytest.raises(StackError, match="DomainName needs CertificateArn"):
        deploy(target, stack_name="domain", parameters=given)
    outputs = deploy(target, stack_name="domain", parameters={**given, "CertificateArn": certificate})
    assert outputs.domain_target.endswith(".cloudfront.net")
    (made,) = root_client(local_stack, "cloudfront").list_distributions()["DistributionList"]["Items"]
    assert made["Aliases"]["Items"] == ["photos.example.com"]
    for value in (properties("DeviceFunction"), properties("UserPoolClient"), template()["Outputs"]["ApiUrl"]):
        assert "https://${DomainName}" in json.dumps(value)


def test_every_parameter_but_those_of_deploy_itself_says_what_it_is_for():
    silent = {name for name, one in PARAMETERS.items() if not one.get("Description")}
    assert silent <= {"GoogleClientSecret", "OidcClientId", "OidcClientSecret"}


def test_secrets_are_not_echoed():
    secrets = {name for name in PARAMETERS if "Secret" in name}
    assert secrets
    assert all(PARAMETERS[name]["NoEcho"] for name in secrets)
