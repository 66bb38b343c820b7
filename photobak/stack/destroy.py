"""Remove a stack; and, apart from that and only when asked, what it keeps."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from photobak.errors import StackError
from photobak.stack.change_set import Adopted
from photobak.stack.code_bucket import code_bucket
from photobak.stack.progress import OnEvent, follow, newest_event
from photobak.stack.state import stack_of
from photobak.stack.target import Target

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_ORIGINALS: Final = "original/"
_MISSING: Final = ("NoSuchBucket", "ResourceNotFoundException")


def destroy(target: Target, stack_name: str, on_event: OnEvent = lambda _: None) -> None:
    """Remove the stack: its functions, APIs, queues and logs. Photos, records and accounts stay.

    Raises:
        StackError: CloudFormation failed; says which resource and why. Type it again.
    """
    stack = stack_of(target, stack_name)
    if stack is None:
        return
    since = newest_event(target, stack["StackId"])
    target.session.client("cloudformation", endpoint_url=target.endpoint_url).delete_stack(StackName=stack_name)
    follow(target, stack["StackId"], since, on_event)


def contents(target: Target, kept: Iterable[Adopted]) -> tuple[int, int]:
    """How many originals there are, and their bytes."""
    s3 = target.session.client("s3", endpoint_url=target.endpoint_url)
    bucket = next((one.identifier["BucketName"] for one in kept if one.logical_id == "PhotoBucket"), None)
    if bucket is None:
        return 0, 0
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_ORIGINALS)
    sizes = [entry["Size"] for page in pages for entry in page.get("Contents", [])]
    return len(sizes), sum(sizes)


def delete_kept(target: Target, stack_name: str, kept: Iterable[Adopted]) -> None:
    """Delete what the stack kept, for good: every version of every photo, all records, all accounts.

    Raises:
        StackError: something could not be deleted; type it again, what is gone is gone.
    """
    try:
        for one in sorted(kept, key=lambda one: _ORDER.index(one.type)):
            _delete(target, one)
        _delete_bucket(target.session.client("s3", endpoint_url=target.endpoint_url), code_bucket(target, stack_name))
    except ClientError as error:
        next_step = "Mend that, and type the same again."
        raise StackError("not everything could be deleted", why=str(error), next_step=next_step) from error


_ORDER: Final = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPool",
)
"""The photos first, so that no accounts are gone while photos are left that nobody could read."""


def _delete(target: Target, one: Adopted) -> None:
    match one.type:
        case "AWS::S3::Bucket":
            s3 = target.session.client("s3", endpoint_url=target.endpoint_url)
            _delete_bucket(s3, one.identifier["BucketName"])
        case "AWS::DynamoDB::Table":
            dynamodb = target.session.client("dynamodb", endpoint_url=target.endpoint_url)
            name = one.identifier["TableName"]
            dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
            dynamodb.delete_table(TableName=name)
        case "AWS::Cognito::IdentityPool":
            identities = target.session.client("cognito-identity", endpoint_url=target.endpoint_url)
            identities.delete_identity_pool(IdentityPoolId=one.identifier["Id"])
        case "AWS::Cognito::UserPool":
            users = target.session.client("cognito-idp", endpoint_url=target.endpoint_url)
            pool = one.identifier["UserPoolId"]
            users.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE")
            users.delete_user_pool(UserPoolId=pool)  # its client goes with it


def _delete_bucket(s3: "S3Client", name: str) -> None:
    """Delete a bucket with every version and delete marker in it."""
    try:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
            entries = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            doomed: list[ObjectIdentifierTypeDef] = [
                {"Key": entry["Key"], "VersionId": entry["VersionId"]} for entry in entries
            ]
            if doomed:
                _require_all_deleted(name, s3.delete_objects(Bucket=name, Delete={"Objects": doomed, "Quiet": True}))
        s3.delete_bucket(Bucket=name)
    except ClientError as error:
        if error.response["Error"]["Code"] not in _MISSING:
            raise


def _require_all_deleted(name: str, answer: object) -> None:
    errors = answer.get("Errors", []) if isinstance(answer, dict) else []
    if errors:
        why = f"{errors[0].get('Key')}: {errors[0].get('Message')}"
        raise StackError(
            f"the bucket {name} can't be emptied", why=why, next_step="Mend that, and type the same again."
        )
