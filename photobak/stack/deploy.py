"""Deploy the template by a CloudFormation change set: the same path on AWS and on the local stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import resources
from typing import TYPE_CHECKING, Final, Literal, cast

from botocore.exceptions import ClientError, WaiterError

from photobak.errors import StackError
from photobak.stack.bundle import Bundle, build_bundle
from photobak.stack.outputs import StackOutputs

if TYPE_CHECKING:
    import boto3
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import WaiterConfigTypeDef
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_s3.type_defs import CreateBucketConfigurationTypeDef

_NO_CHANGE: Final = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, slots=True)
class Target:
    """Where to deploy: an account and region, on AWS or on the local stack."""

    session: "boto3.Session"
    endpoint_url: str | None = None
    """The local stack's URL; None on AWS."""
    poll_seconds: float = 5.0
    """How often CloudFormation is asked whether it is done."""


def deploy(target: Target, *, stack_name: str, parameters: Mapping[str, str]) -> StackOutputs:
    """Make the stack what the template says, or leave it as it is where nothing changes.

    Args:
        target: the account and region.
        stack_name: also the prefix of every name inside.
        parameters: the template's parameters but the bundle's.

    Raises:
        StackError: CloudFormation refused or failed; says which resource and why.
    """
    bundle = build_bundle()
    code_bucket = _upload(target, stack_name, bundle)
    cloudformation = target.session.client("cloudformation", endpoint_url=target.endpoint_url)
    every = {**parameters, "CodeBucket": code_bucket, "CodeKey": bundle.key}
    change_set = _create_change_set(target, cloudformation, stack_name, every)
    if change_set is not None:
        _execute(target, cloudformation, stack_name, change_set)
    return read_outputs(target, stack_name)


def read_outputs(target: Target, stack_name: str) -> StackOutputs:
    """Read the outputs of a deployed stack.

    Raises:
        StackError: there is no such stack, or it is not one of ours.
    """
    cloudformation = target.session.client("cloudformation", endpoint_url=target.endpoint_url)
    try:
        stack = cloudformation.describe_stacks(StackName=stack_name)["Stacks"][0]
    except ClientError as error:
        raise StackError(f"the stack {stack_name} can't be read", why=str(error)) from error
    outputs = {entry["OutputKey"]: entry["OutputValue"] for entry in stack.get("Outputs", [])}
    try:
        return StackOutputs.of(outputs, target.endpoint_url)
    except KeyError as error:
        raise StackError(f"the stack {stack_name} is not a photobak stack", why=f"it has no output {error}") from error


def _upload(target: Target, stack_name: str, bundle: Bundle) -> str:
    """Put the bundle into the bootstrap bucket, which is made where it is missing."""
    s3 = target.session.client("s3", endpoint_url=target.endpoint_url)
    account = target.session.client("sts", endpoint_url=target.endpoint_url).get_caller_identity()["Account"]
    bucket = f"{stack_name}-code-{account}-{target.session.region_name}"
    try:
        s3.head_object(Bucket=bucket, Key=bundle.key)
    except ClientError as error:
        if error.response["Error"]["Code"] not in ("404", "NoSuchBucket", "NotFound"):
            raise StackError(f"the Lambda code can't be put into the bucket {bucket}", why=str(error)) from error
        _create_bucket(target, bucket)
        s3.put_object(Bucket=bucket, Key=bundle.key, Body=bundle.content)
    return bucket


def _create_bucket(target: Target, bucket: str) -> None:
    s3 = target.session.client("s3", endpoint_url=target.endpoint_url)
    region = target.session.region_name
    try:
        if region == "us-east-1":  # the one region that may not be named
            s3.create_bucket(Bucket=bucket)
        else:
            configuration: CreateBucketConfigurationTypeDef = {
                "LocationConstraint": cast("BucketLocationConstraintType", region)
            }
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=configuration)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        return
    except s3.exceptions.BucketAlreadyExists as error:
        next_step = "Use another --stack-name."
        raise StackError(f"the bucket {bucket} belongs to another account", next_step=next_step) from error
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )


@dataclass(frozen=True, slots=True)
class _ChangeSet:
    name: str
    kind: Literal["CREATE", "UPDATE"]


def _create_change_set(
    target: Target, cloudformation: "CloudFormationClient", stack_name: str, parameters: Mapping[str, str]
) -> _ChangeSet | None:
    """Create a change set and wait for it; None where nothing changes."""
    name = f"photobak-{datetime.now(UTC):%Y%m%dT%H%M%S%f}"
    kind: Literal["CREATE", "UPDATE"] = "UPDATE" if _exists(cloudformation, stack_name) else "CREATE"
    cloudformation.create_change_set(
        StackName=stack_name,
        ChangeSetName=name,
        ChangeSetType=kind,
        TemplateBody=resources.files("photobak.stack").joinpath("template.yaml").read_text(encoding="utf-8"),
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    try:
        cloudformation.get_waiter("change_set_create_complete").wait(
            StackName=stack_name, ChangeSetName=name, WaiterConfig=_patience(target)
        )
    except WaiterError as error:
        reason = cloudformation.describe_change_set(StackName=stack_name, ChangeSetName=name).get("StatusReason", "")
        cloudformation.delete_change_set(StackName=stack_name, ChangeSetName=name)
        if any(phrase in reason for phrase in _NO_CHANGE):
            return None  # a change set without changes ends as FAILED
        raise StackError(f"the stack {stack_name} can't be changed", why=reason or str(error)) from error
    return _ChangeSet(name, kind)


def _exists(cloudformation: "CloudFormationClient", stack_name: str) -> bool:
    try:
        stacks = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return False
        raise StackError(f"the stack {stack_name} can't be read", why=str(error)) from error
    return stacks[0]["StackStatus"] != "REVIEW_IN_PROGRESS"


def _execute(target: Target, cloudformation: "CloudFormationClient", stack_name: str, change_set: _ChangeSet) -> None:
    cloudformation.execute_change_set(StackName=stack_name, ChangeSetName=change_set.name)
    try:
        if change_set.kind == "CREATE":
            cloudformation.get_waiter("stack_create_complete").wait(
                StackName=stack_name, WaiterConfig=_patience(target)
            )
        else:
            cloudformation.get_waiter("stack_update_complete").wait(
                StackName=stack_name, WaiterConfig=_patience(target)
            )
    except WaiterError as error:
        raise StackError(f"the stack {stack_name} failed", why=_failure(cloudformation, stack_name)) from error


def _patience(target: Target) -> "WaiterConfigTypeDef":
    # The stubs want whole seconds; the waiter hands them to time.sleep, which takes any.
    delay: int = target.poll_seconds  # type: ignore[assignment]
    return {"Delay": delay, "MaxAttempts": 720}


def _failure(cloudformation: "CloudFormationClient", stack_name: str) -> str:
    """The first resource that failed, and AWS's reason; what failed after it was only cancelled."""
    events = cloudformation.describe_stack_events(StackName=stack_name)["StackEvents"]
    failed = [event for event in events if event.get("ResourceStatus", "").endswith("_FAILED")]
    if not failed:
        return "CloudFormation gives no reason"
    first = failed[-1]
    return f"{first.get('LogicalResourceId')}: {first.get('ResourceStatusReason', 'no reason given')}"
