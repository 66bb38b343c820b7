"""``photobak deploy`` and ``destroy`` as a person types them, with the local stack as their AWS_ENDPOINT_URL."""

import json
from pathlib import Path

import pytest
from support.command_line import photobak
from support.local_stack import root_client

from photobak.local.home import Home
from photobak.local.keys import root_keys
from photobak.local.values import LocalStack


@pytest.fixture
def aws(local_stack: LocalStack) -> dict[str, str]:
    """The variables that every AWS tool reads."""
    keys = root_keys(Home.at(local_stack.home))
    return {
        "AWS_ENDPOINT_URL": local_stack.endpoint_url,
        "AWS_ACCESS_KEY_ID": keys.access_key_id,
        "AWS_SECRET_ACCESS_KEY": keys.secret_access_key,
        "AWS_REGION": local_stack.region,
        "AWS_DEFAULT_REGION": local_stack.region,
        "AWS_CONFIG_FILE": "/dev/null",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def test_deploy_makes_a_cloud_a_profile_and_its_first_user_and_then_nothing(tmp_path, aws, local_stack):
    first = photobak(tmp_path, "deploy", "--stack-name", "e2e", "--email", "me@example.com", "--yes", "--json", **aws)
    assert first.returncode == 0, first.stderr
    assert json.loads(first.stdout)["profile"] == "e2e"
    assert "make" in first.stderr
    assert "It costs about $" in first.stderr
    profile = (tmp_path / "photobak" / "config" / "config.toml").read_text()
    assert "[profiles.e2e]" in profile
    pool = json.loads(photobak(tmp_path, "deploy", "--stack-name", "e2e", "--yes", "--json", **aws).stdout)
    assert pool["api_url"] == json.loads(first.stdout)["api_url"]
    users = _users(local_stack, "e2e")
    assert len(users) == 1
    assert {"Name": "email", "Value": "me@example.com"} in users[0]["Attributes"]
    again = photobak(tmp_path, "deploy", "--stack-name", "e2e", "--email", "me@example.com", "--yes", **aws)
    assert "nothing to change" in again.stderr
    assert "has an account already" in again.stderr


def test_destroy_and_deploy_again_is_the_same_library(tmp_path, aws):
    arguments = ("deploy", "--stack-name", "again", "--email", "me@example.com", "--yes")
    assert photobak(tmp_path, *arguments, **aws).returncode == 0
    config = tmp_path / "photobak" / "config" / "config.toml"
    before = _profile(config, "again")
    destroyed = photobak(tmp_path, "destroy", "--stack-name", "again", "--confirm", "again", **aws)
    assert destroyed.returncode == 0, destroyed.stderr
    assert "again-photos-" in destroyed.stderr
    deployed = photobak(tmp_path, *arguments, **aws)
    assert "An earlier stack again left these" in deployed.stderr
    after = _profile(config, "again")
    kept = ("bucket", "table", "user_pool_id", "identity_pool_id", "client_id")
    assert {key: after[key] for key in kept} == {key: before[key] for key in kept}


def test_a_mistyped_name_or_number_removes_nothing(tmp_path, aws, local_stack):
    photobak(tmp_path, "deploy", "--stack-name", "typed", "--email", "me@example.com", "--yes", **aws)
    wrong = photobak(tmp_path, "destroy", "--stack-name", "typed", "--confirm", "typo", **aws)
    assert wrong.returncode == 2
    assert "Nothing has been removed" in wrong.stderr
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
        (("--stack-name", "fresh", "--yes"), {}, 2, "nobody is named to be the owner"),
        (("--parameter", "Colour=red"), {}, 2, "the template has no Colour"),
        (("--parameter", "TrashDays"), {}, 2, "it is NAME=VALUE"),
        (("--email", "x@example.com"), {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}, 1, "AWS can't be reached"),
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
