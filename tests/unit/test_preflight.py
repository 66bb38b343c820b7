"""What is looked at before a deployment, and what a person reads of it."""

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from photobak.errors import ConfigError, StackError, WrongUsage
from photobak.stack.preflight import (
    ACTIONS,
    device_concurrency,
    principal_arn,
    require_account,
    require_permissions,
    require_region,
    require_stack_name,
    upload_concurrency,
)
from photobak.stack.preflight import Account as Caller
from photobak.stack.target import Target

ROLE = Caller("123456789012", "arn:aws:sts::123456789012:assumed-role/Deployer/me")


class Session:
    """A session whose clients are botocore's own, answered by its Stubber instead of by AWS."""

    region_name = "eu-central-1"

    def __init__(self, service: str) -> None:
        self._made = boto3.client(service, "eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
        self.stub = Stubber(self._made)

    def client(self, _service: str, endpoint_url: str | None = None) -> object:
        return self._made


@pytest.mark.parametrize(
    ("caller", "principal"),
    [
        ("arn:aws:iam::123456789012:root", None),
        ("arn:aws:iam::123456789012:user/me", "arn:aws:iam::123456789012:user/me"),
        ("arn:aws:sts::123456789012:assumed-role/Admin/session", "arn:aws:iam::123456789012:role/Admin"),
        ("arn:aws-cn:sts::123456789012:assumed-role/Admin/s", "arn:aws-cn:iam::123456789012:role/Admin"),
    ],
)
def test_the_principal_behind_a_session(caller, principal):
    assert principal_arn(caller) == principal


@pytest.mark.parametrize(
    ("code", "kind", "said"),
    [
        ("ExpiredToken", ConfigError, "have expired"),
        ("InvalidClientTokenId", ConfigError, "does not know these credentials"),
        ("AccessDenied", StackError, "can't be asked whose account this is"),
    ],
)
def test_credentials_that_fail_say_what_to_do(code, kind, said):
    session = Session("sts")
    session.stub.add_client_error("get_caller_identity", code, "AWS's words")
    with session.stub, pytest.raises(kind, match=said) as refused:
        require_account(Target(session))
    assert isinstance(refused.value.__cause__, ClientError)


def test_a_read_only_account_is_told_before_anything_is_changed():
    session = Session("iam")
    denied = [{"EvalActionName": action, "EvalDecision": "implicitDeny"} for action in ACTIONS[:2]]
    allowed = [{"EvalActionName": action, "EvalDecision": "allowed"} for action in ACTIONS[2:]]
    session.stub.add_response("simulate_principal_policy", {"EvaluationResults": denied + allowed})
    with session.stub, pytest.raises(StackError, match="may not deploy") as refused:
        require_permissions(Target(session), ROLE)
    assert refused.value.why == f"denied: {ACTIONS[0]}, {ACTIONS[1]}"


def test_who_may_not_ask_may_still_try():
    session = Session("iam")
    session.stub.add_client_error("simulate_principal_policy", "AccessDenied")
    with session.stub:
        assert not require_permissions(Target(session), ROLE)


def test_a_region_without_a_service_names_the_service():
    with pytest.raises(WrongUsage, match="mars-1") as refused:
        require_region(boto3.Session(), "mars-1")
    assert "cognito-idp" in refused.value.why
    assert "eu-central-1" in refused.value.next_step


@pytest.mark.parametrize("name", ["photobak", "home-2", "a1", "x" * 27])
def test_names_that_buckets_can_bear(name):
    require_stack_name(name)
    assert len(f"{name}-photos-123456789012-ap-southeast-1") <= 63


@pytest.mark.parametrize("name", ["", "a", "2home", "Home", "home-", "ho--me", "ho_me", "x" * 28, "my-aws", "cognitos"])
def test_names_that_they_cannot(name):
    with pytest.raises(WrongUsage, match="can't be a stack's name"):
        require_stack_name(name)


@pytest.mark.parametrize(("unreserved", "runs"), [(10, 0), (100, 0), (104, 0), (105, 5), (1000, 5)])
def test_runs_are_reserved_for_strangers_only_where_there_is_room(unreserved, runs):
    session = Session("lambda")
    limit = {"ConcurrentExecutions": 1000, "UnreservedConcurrentExecutions": unreserved}
    session.stub.add_response("get_account_settings", {"AccountLimit": limit})
    with session.stub:
        assert device_concurrency(Target(session)) == runs


@pytest.mark.parametrize(("quota", "uploads"), [(10, 5), (1, 2), (1000, 50), (100, 50), (60, 30)])
def test_uploads_leave_room_for_the_api(quota, uploads):
    session = Session("lambda")
    session.stub.add_response("get_account_settings", {"AccountLimit": {"ConcurrentExecutions": quota}})
    with session.stub:
        assert upload_concurrency(Target(session)) == uploads
