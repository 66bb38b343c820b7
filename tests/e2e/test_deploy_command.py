"""``photobak deploy`` and ``destroy`` as a person types them, with the local stack as their AWS_ENDPOINT_URL."""

import json
import signal
import threading
from pathlib import Path
from typing import Any

import pytest
from support.command_line import photobak, started
from support.fault_proxy import Fault, FaultProxy, Kind
from support.local_stack import root_client
from support.stacks import aws_variables, made, target_of

from photobak.local.values import LocalStack


@pytest.fixture
def aws(local_stack: LocalStack) -> dict[str, str]:
    """The variables that every AWS tool reads."""
    return aws_variables(local_stack)


def test_deploy_makes_a_cloud_a_profile_and_its_first_user_and_then_nothing(tmp_path, aws, local_stack):
    first = photobak(tmp_path, "deploy", "--stack-name", "e2e", "--email", "me@example.com", "--yes", "--json", **aws)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["profile"] == "e2e"
    assert "create" in first.stderr
    assert "Estimated cost per month: $" in first.stderr
    profile = (tmp_path / "photobak" / "config" / "config.toml").read_text()
    assert "[profiles.e2e]" in profile
    pool = json.loads(photobak(tmp_path, "deploy", "--stack-name", "e2e", "--yes", "--json", **aws).stdout)
    assert pool["api_url"] == json.loads(first.stdout)["api_url"]
    users = _users(local_stack, "e2e")
    assert len(users) == 1
    assert {"Name": "email", "Value": "me@example.com"} in users[0]["Attributes"]
    again = photobak(tmp_path, "deploy", "--stack-name", "e2e", "--email", "me@example.com", "--yes", **aws)
    assert "is up to date" in again.stderr
    assert "already has an account" in again.stderr


def test_destroy_and_deploy_again_is_the_same_library(tmp_path, aws):
    arguments = ("deploy", "--stack-name", "again", "--email", "me@example.com", "--yes")
    assert photobak(tmp_path, *arguments, **aws).returncode == 0
    config = tmp_path / "photobak" / "config" / "config.toml"
    before = _profile(config, "again")
    destroyed = photobak(tmp_path, "destroy", "--stack-name", "again", "--confirm", "again", **aws)
    assert destroyed.returncode == 0, destroyed.stderr
    assert "again-photos-" in destroyed.stderr
    deployed = photobak(tmp_path, *arguments, **aws)
    assert "A previous stack again left these" in deployed.stderr
    after = _profile(config, "again")
    kept = ("bucket", "table", "user_pool_id", "identity_pool_id", "client_id")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}


def test_a_mistyped_name_or_number_removes_nothing(tmp_path, aws, local_stack):
    photobak(tmp_path, "deploy", "--stack-name", "typed", "--email", "me@example.com", "--yes", **aws)
    wrong = photobak(tmp_path, "destroy", "--stack-name", "typed", "--confirm", "typo", **aws)
    assert wrong.returncode == 2
    assert "Nothing was removed" in wrong.stderr
    assert root_client(local_stack, "cloudformation").describe_stacks(StackName="typed")["Stacks"]
    numbers = ("--confirm", "typed", "--delete-photos", "--confirm-photos", "7")
    wrong = photobak(tmp_path, "destroy", "--stack-name", "typed", *numbers, **aws)
    assert wrong.returncode == 2
    assert root_client(local_stack, "s3").head_bucket(Bucket=f"typed-photos-000000000000-{local_stack.region}")


def test_delete_photos_leaves_nothing_and_forgets_the_profile(tmp_path, aws, local_stack):
    photobak(tmp_path, "deploy", "--stack-name", "wiped", "--email", "me@example.com", "--yes", **aws)
    numbers = ("--confirm", "wiped", "--delete-photos", "--confirm-photos", "0")
    wiped = photobak(tmp_path, "destroy", "--stack-name", "wiped", *numbers, **aws)
    assert wiped.returncode == 0, wiped.stderr
    buckets = [bucket["Name"] for bucket in root_client(local_stack, "s3").list_buckets()["Buckets"]]
    assert [name for name in buckets if name.startswith("wiped-")] == []
    assert "profiles.wiped" not in (tmp_path / "photobak" / "config" / "config.toml").read_text()


@pytest.mark.parametrize(
    ("arguments", "variables", "code", "said"),
    [
        (
            ("--email", "me@example.com"),
            {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""},
            1,
            "no AWS credentials",
        ),
        (("--email", "me@example.com"), {"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"}, 1, "does not know these credentials"),
        (("--email", "me@example.com"), {"AWS_REGION": "", "AWS_DEFAULT_REGION": ""}, 2, "no AWS region"),
        (("--region", "mars-1"), {"AWS_ENDPOINT_URL": ""}, 2, "the region mars-1 can't run photobak"),
        (("--email", "me@example.com"), {"AWS_PROFILE": "nobody"}, 1, "AWS profile can't be used"),
        (("--stack-name", "fresh", "--yes"), {}, 2, "no e-mail address of the owner"),
        (("--parameter", "Colour=red"), {}, 2, "unknown: Colour"),
        (("--parameter", "TrashDays"), {}, 2, "the format is NAME=VALUE"),
        (
            ("--email", "x@example.com"),
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"},
            1,
            "can't be reached. Check the network",
        ),
    ],
)
def test_what_is_missing_is_said_in_one_line_before_anything_is_done(tmp_path, aws, arguments, variables, code, said):
    refused = photobak(tmp_path, "-q", "deploy", *arguments, **{**aws, **variables})
    assert said in refused.stderr
    assert refused.returncode == code
    assert len(refused.stderr.splitlines()) == 1
    assert not (tmp_path / "photobak" / "config" / "config.toml").exists()


def test_without_a_terminal_a_deployment_that_may_not_ask_stops(tmp_path, aws, local_stack):
    asked = photobak(tmp_path, "deploy", "--stack-name", "unasked", "--email", "me@example.com", **aws)
    assert asked.returncode != 0
    assert photobak(tmp_path, "destroy", "--stack-name", "unasked", **aws).returncode != 0
    stacks = root_client(local_stack, "cloudformation").describe_stacks()["Stacks"]
    states = {stack["StackName"]: stack["StackStatus"] for stack in stacks}
    assert states.get("unasked", "REVIEW_IN_PROGRESS") == "REVIEW_IN_PROGRESS"


PREFLIGHT = 4
"""AWS calls of a deployment before it begins."""


def test_ctrl_c_ends_the_command_and_the_same_command_goes_on(tmp_path, local_stack):
    """The process is interrupted before it has changed anything, and when CloudFormation is at work."""
    cloudformation, reached = root_client(local_stack, "cloudformation"), threading.Event()
    moments = {"Nothing was changed": "", "CloudFormation goes on": "CREATE_COMPLETE"}
    waiting = list(moments.values())

    def hold(kind: Kind, number: int) -> Fault:
        if (
            kind is not Kind.OTHER
            or number < PREFLIGHT
            or reached.is_set()
            or waiting[0] != _state(cloudformation, "cut-short")
        ):
            return Fault.NONE
        reached.set()
        return Fault.STALL

    proxy = FaultProxy(int(local_stack.endpoint_url.rpartition(":")[2]), hold, pause=5)
    arguments = ("deploy", "--stack-name", "cut-short", "--email", "me@example.com", "--yes")
    with proxy.running():
        aws = aws_variables(local_stack) | proxy.environment
        for words in moments:
            with started(tmp_path, *arguments, **aws) as process:
                assert reached.wait(60)
                process.send_signal(signal.SIGINT)
                _, errors = process.communicate(timeout=60)
            assert process.returncode == 130
            assert words in errors
            assert "Traceback" not in errors
            waiting.pop(0)
            reached.clear()
    done = photobak(tmp_path, *arguments, **aws_variables(local_stack))
    assert done.returncode == 0, done.stderr
    assert "Sent an invitation to me@example.com" in done.stderr
    assert len(_users(local_stack, "cut-short")) == 1


def test_an_owner_who_was_not_invited_is_not_forgotten(tmp_path, aws, local_stack):
    """The run that was to invite them may have been cut off after the stack was made."""
    made(target_of(local_stack), local_stack, "ownerless")
    deployed = photobak(tmp_path, "deploy", "--stack-name", "ownerless", "--yes", **aws)
    assert "There are no accounts yet. Invite the owner with: photobak deploy --email" in deployed.stderr


def _state(cloudformation: Any, name: str) -> str:
    """The state of a stack; "" where there is none."""
    found = [each["StackStatus"] for each in cloudformation.describe_stacks()["Stacks"] if each["StackName"] == name]
    return found[0] if found else ""


def test_the_parameters_are_listed_without_an_account(tmp_path):
    listed = photobak(tmp_path, "deploy", "--parameters")
    assert listed.returncode == 0
    assert "TrashDays" in listed.stdout
    assert "CodeKey" not in listed.stdout


def _profile(config: Path, name: str) -> dict[str, object]:
    import tomllib

    return tomllib.loads(config.read_text())["profiles"][name]


def _users(local_stack: LocalStack, name: str) -> list[dict[str, object]]:
    cognito = root_client(local_stack, "cognito-idp")
    pools = cognito.list_user_pools(MaxResults=60)["UserPools"]
    pool = next(pool["Id"] for pool in pools if pool["Name"] == name)
    return cognito.list_users(UserPoolId=pool)["Users"]
