"""Looks, before anything is changed, whether this account can take a stack: credentials, region, permissions."""

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError, ProfileNotFound

from photobak.errors import ConfigError, StackError, WrongUsage
from photobak.platform.network import ca_bundle
from photobak.stack.aws_errors import aws_errors
from photobak.stack.target import Target

if TYPE_CHECKING:
    import boto3

SERVICES: Final = ("apigatewayv2", "cognito-identity", "cognito-idp", "dynamodb", "lambda", "s3", "sqs")
"""What a region must have; the others are everywhere."""

ACTIONS: Final = (
    "apigateway:POST",
    "cloudformation:CreateChangeSet",
    "cloudformation:ExecuteChangeSet",
    "cognito-identity:CreateIdentityPool",
    "cognito-idp:AdminCreateUser",
    "cognito-idp:CreateUserPool",
    "dynamodb:CreateTable",
    "iam:CreateRole",
    "iam:PassRole",
    "lambda:CreateFunction",
    "logs:CreateLogGroup",
    "s3:CreateBucket",
    "s3:PutObject",
    "sqs:CreateQueue",
)
"""One of each kind of thing that a deployment does: a role that may do these was meant to deploy."""

MOST_UPLOADS: Final = 50
"""Processed at once, where the account's quota leaves it open (the template's default)."""
_FEWEST_UPLOADS: Final = 2
DEVICE_RUNS: Final = 5
"""Reserved for the device function."""
_UNRESERVED: Final = 100

_NAME: Final = re.compile(r"[a-z](?:[a-z0-9]|-(?!-)){1,26}(?<!-)")
"""A bucket's name takes 63 characters, and ours ends with 35 of kind, account and region at most."""
_RESERVED: Final = ("aws", "amazon", "cognito")
"""What the address of a sign-in page may not contain (Cognito Developer Guide, "Using the Amazon Cognito domain")."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose account it is, and who asks."""

    id: str
    """Twelve digits."""
    caller: str
    """The ARN of the user or role."""


def open_session(region: str | None) -> "boto3.Session":
    """The session that AWS's own variables and files describe, as for every AWS tool.

    Raises:
        ConfigError: the profile or the CA bundle that they name is not there.
        WrongUsage: no region is said anywhere, or there is none of that name.
    """
    import boto3
    import botocore.session

    core = botocore.session.get_session()
    if (bundle := ca_bundle()) is not None:  # which boto3 reads from AWS_CA_BUNDLE alone
        core.set_config_variable("ca_bundle", str(bundle))
    try:
        session = boto3.Session(region_name=region, botocore_session=core)
    except ProfileNotFound as error:
        next_step = "Look at AWS_PROFILE and ~/.aws/config"
        raise ConfigError("the AWS profile can't be used", why=str(error), next_step=next_step) from error
    if not session.region_name:
        next_step = "Say which with --region, such as --region eu-central-1, or with AWS_REGION"
        raise WrongUsage("no AWS region is chosen", next_step=next_step)
    return session


def require_stack_name(name: str) -> None:
    """Look whether buckets and the sign-in page can be called after the stack.

    Raises:
        WrongUsage: they can't.
    """
    if not _NAME.fullmatch(name):
        next_step = "Use 2 to 27 lower-case letters, digits and single dashes, a letter first."
        raise WrongUsage(f"{name!r} can't be a stack's name here", next_step=next_step)
    if taken := [word for word in _RESERVED if word in name]:
        raise WrongUsage(f"{name!r} can't be a stack's name here", why=f"Cognito keeps the word {taken[0]} to itself")


def require_account(target: Target) -> Account:
    """Ask AWS whose credentials these are.

    Raises:
        ConfigError: there are none, or they are not valid; says what to do.
        StackError: AWS can't be reached, or refuses.
    """
    sts = target.client("sts")
    with aws_errors(f"AWS in {target.region} can't be asked whose account this is"):
        answer = sts.get_caller_identity()
    return Account(answer["Account"], answer["Arn"])


def require_region(session: "boto3.Session", region: str) -> None:
    """Look whether the region has all that the template needs, by botocore's own list.

    Raises:
        WrongUsage: names what it lacks, and regions that have all of it.
    """
    missing = [service for service in SERVICES if region not in session.get_available_regions(service)]
    if missing:
        whole = sorted(set.intersection(*(set(session.get_available_regions(service)) for service in SERVICES)))
        next_step = f"Choose one of: {', '.join(whole)}"
        raise WrongUsage(f"the region {region} can't run photobak", why=f"no {', '.join(missing)}", next_step=next_step)


def require_permissions(target: Target, account: Account) -> bool:
    """Ask IAM whether the caller may do what a deployment does.

    Returns:
        Whether it could be asked: who may not ask can try all the same.

    Raises:
        StackError: names every action of ``ACTIONS`` that is denied.
    """
    principal = principal_arn(account.caller)
    if principal is None:
        return True  # the root user may do everything
    iam = target.client("iam")
    with aws_errors("IAM can't be asked what you may do"):
        try:
            pages = iam.get_paginator("simulate_principal_policy").paginate(
                PolicySourceArn=principal, ActionNames=list(ACTIONS)
            )
            results = [result for page in pages for result in page["EvaluationResults"]]
        except ClientError:
            return False  # AccessDenied, or a role whose path its session doesn't tell
    denied = [result["EvalActionName"] for result in results if result["EvalDecision"] != "allowed"]
    if denied:
        next_step = "Nothing has been changed. Deploy as somebody who may, such as an administrator."
        raise StackError(f"{account.caller} may not deploy", why=f"denied: {', '.join(denied)}", next_step=next_step)
    return True


def upload_concurrency(target: Target) -> int:
    """How many uploads this account can process at once: half of its functions, so that the API always finds one.

    New accounts run 10 functions at once. A queue that feeds more of them than may run counts each refusal as a failed
    try, and gives uploads up that nobody has looked at (Lambda Developer Guide, "Using Lambda with Amazon SQS").

    Raises:
        StackError: Lambda can't be asked.
    """
    functions = target.client("lambda")
    with aws_errors("the quota of Lambda can't be read"):
        quota = functions.get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    return max(_FEWEST_UPLOADS, min(MOST_UPLOADS, quota // 2))


def device_concurrency(target: Target) -> int:
    """How many runs to reserve for the device function, whose routes need no sign-in; 0 if the account has no room.

    Lambda keeps 100 of an account's runs unreserved (Lambda Developer Guide, "Configuring reserved concurrency").

    Raises:
        StackError: Lambda can't be asked.
    """
    functions = target.client("lambda")
    with aws_errors("the quota of Lambda can't be read"):
        limit = functions.get_account_settings()["AccountLimit"]
    return DEVICE_RUNS if limit["UnreservedConcurrentExecutions"] >= _UNRESERVED + DEVICE_RUNS else 0


def principal_arn(caller: str) -> str | None:
    """The user or role that IAM knows, for a caller as STS names it; None for the root user.

    A role's session is ``arn:aws:sts::ACCOUNT:assumed-role/NAME/SESSION``.
    """
    head, _, name = caller.partition(":assumed-role/")
    if name:
        return f"{head.replace(':sts:', ':iam:')}:role/{name.split('/')[0]}"
    return None if caller.endswith(":root") else caller
