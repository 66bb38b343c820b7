"""What outlives a stack: photos, records and accounts. Removing the stack keeps them; deleting them is apart."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from photobak.errors import StackError
from photobak.stack.aws_errors import aws_errors, code_of, foreign_bucket, remedy
from photobak.stack.change_set import Adopted
from photobak.stack.code_bucket import code_bucket
from photobak.stack.progress import OnEvent, follow, newest_event, stack_of
from photobak.stack.target import Target

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.type_defs import PaginatorConfigTypeDef
    from mypy_boto3_dynamodb.type_defs import WaiterConfigTypeDef
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import ObjectIdentifierTypeDef

_BUCKETS: Final = {"TempBucket": "temp", "PhotoBucket": "photos"}
_TABLES: Final = {"PhotosTable": "photos", "ContentsTable": "contents", "MonthsTable": "months"}
_FOREIGN: Final = ("403", "AccessDenied")
_MISSING: Final = ("404", "NoSuchBucket", "NotFound", "ResourceNotFoundException")
_PAGES: "Final[PaginatorConfigTypeDef]" = {"PageSize": 60}
_ORIGINALS: Final = "original/"
_WAITS: Final = 120

_DELETION_ORDER: Final = (
    "AWS::S3::Bucket",
    "AWS::DynamoDB::Table",
    "AWS::Cognito::IdentityPool",
    "AWS::Cognito::UserPoolClient",
    "AWS::Cognito::UserPool",
)
"""The photos first, so that no accounts are gone while photos are left that nobody could read."""


def find_retained(target: Target, stack_name: str) -> tuple[Adopted, ...]:
    """Everything of the template's KEPT that is there already, under the names that the template gives it.

    Raises:
        StackError: a pool's name is there twice, a bucket's name is taken, or something can't be looked for.
    """
    with aws_errors(f"what an earlier stack {stack_name} kept can't be looked for"):
        return (*_buckets(target, stack_name), *_tables(target, stack_name), *_pools(target, stack_name))


def destroy(target: Target, stack_name: str, on_event: OnEvent = lambda _: None) -> None:
    """Remove the stack: its functions, APIs, queues and logs. Photos, records and accounts stay.

    Raises:
        StackError: CloudFormation failed; says which resource and why. Type it again.
    """
    stack = stack_of(target, stack_name)
    if stack is None:
        return
    with aws_errors(f"the stack {stack_name} can't be removed"):
        since = newest_event(target, stack["StackId"])
        target.client("cloudformation").delete_stack(StackName=stack_name)
    follow(target, stack["StackId"], since, on_event)


def contents(target: Target, kept: Iterable[Adopted]) -> tuple[int, int]:
    """How many originals there are, and their bytes.

    Raises:
        StackError: the bucket can't be listed.
    """
    s3 = target.client("s3")
    bucket = next((one.identifier["BucketName"] for one in kept if one.logical_id == "PhotoBucket"), None)
    if bucket is None:
        return 0, 0
    with aws_errors(f"the photos in the bucket {bucket} can't be counted"):
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=_ORIGINALS)
        sizes = [entry["Size"] for page in pages for entry in page.get("Contents", [])]
    return len(sizes), sum(sizes)


def delete_kept(target: Target, stack_name: str, kept: Iterable[Adopted]) -> None:
    """Delete what the stack kept, for good: every version of every photo, all records, all accounts.

    Raises:
        StackError: something could not be deleted; type it again, what is gone is gone.
    """
    with aws_errors("not everything could be deleted"):
        for one in sorted(kept, key=lambda one: _DELETION_ORDER.index(one.type)):
            _delete(target, one)
        _delete_bucket(target.client("s3"), code_bucket(target, stack_name))


def _buckets(target: Target, stack_name: str) -> Iterator[Adopted]:
    s3 = target.client("s3")
    account = target.account()
    for logical_id, word in _BUCKETS.items():
        name = f"{stack_name}-{word}-{account}-{target.region}"
        try:
            s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)
        except ClientError as error:
            code = code_of(error)
            if code in _FOREIGN:
                raise foreign_bucket(name, account) from error
            if code not in _MISSING:
                raise
        else:
            yield Adopted(logical_id, "AWS::S3::Bucket", {"BucketName": name})


def _tables(target: Target, stack_name: str) -> Iterator[Adopted]:
    dynamodb = target.client("dynamodb")
    for logical_id, word in _TABLES.items():
        name = f"{stack_name}-{word}"
        try:
            dynamodb.describe_table(TableName=name)
        except ClientError as error:
            if code_of(error) not in _MISSING:
                raise
        else:
            yield Adopted(logical_id, "AWS::DynamoDB::Table", {"TableName": name})


def _pools(target: Target, stack_name: str) -> Iterator[Adopted]:
    cognito = target.client("cognito-idp")
    user_pools = [
        pool["Id"]
        for page in cognito.get_paginator("list_user_pools").paginate(PaginationConfig=_PAGES)
        for pool in page["UserPools"]
        if pool["Name"] == stack_name
    ]
    user_pool = _only("user pool", stack_name, user_pools)
    if user_pool is None:
        return
    yield Adopted("UserPool", "AWS::Cognito::UserPool", {"UserPoolId": user_pool})
    clients = [
        client["ClientId"]
        for page in cognito.get_paginator("list_user_pool_clients").paginate(UserPoolId=user_pool)
        for client in page["UserPoolClients"]
        if client["ClientName"] == "photobak"
    ]
    client = _only("client of the user pool", stack_name, clients)
    if client is not None:
        identifier = {"UserPoolId": user_pool, "ClientId": client}
        yield Adopted("UserPoolClient", "AWS::Cognito::UserPoolClient", identifier)
        yield from _identity_pool(target, stack_name)


def _identity_pool(target: Target, stack_name: str) -> Iterator[Adopted]:
    cognito = target.client("cognito-identity")
    pools = [
        pool["IdentityPoolId"]
        for page in cognito.get_paginator("list_identity_pools").paginate(PaginationConfig=_PAGES)
        for pool in page["IdentityPools"]
        if pool["IdentityPoolName"] == stack_name
    ]
    pool = _only("identity pool", stack_name, pools)
    if pool is not None:
        yield Adopted("IdentityPool", "AWS::Cognito::IdentityPool", {"Id": pool})


def _only(what: str, stack_name: str, found: list[str]) -> str | None:
    if len(found) > 1:
        next_step = "Rename or delete those that don't belong to your photos, or use another --stack-name."
        raise StackError(
            f"there is more than one {what} called {stack_name}", why=", ".join(found), next_step=next_step
        )
    return found[0] if found else None


def _delete(target: Target, one: Adopted) -> None:
    match one.type:
        case "AWS::S3::Bucket":
            s3 = target.client("s3")
            _delete_bucket(s3, one.identifier["BucketName"])
        case "AWS::DynamoDB::Table":
            _delete_table(target, one.identifier["TableName"])
        case "AWS::Cognito::IdentityPool":
            identities = target.client("cognito-identity")
            identities.delete_identity_pool(IdentityPoolId=one.identifier["Id"])
        case "AWS::Cognito::UserPool":
            users = target.client("cognito-idp")
            pool = one.identifier["UserPoolId"]
            users.update_user_pool(UserPoolId=pool, DeletionProtection="INACTIVE")
            users.delete_user_pool(UserPoolId=pool)  # its client goes with it


def _delete_table(target: Target, name: str) -> None:
    """Delete a table, and wait until its name is free: a deployment would take over one that is about to go."""
    dynamodb = target.client("dynamodb")
    patience: WaiterConfigTypeDef = {"Delay": max(1, round(target.poll_seconds)), "MaxAttempts": _WAITS}
    dynamodb.update_table(TableName=name, DeletionProtectionEnabled=False)
    dynamodb.get_waiter("table_exists").wait(TableName=name, WaiterConfig=patience)  # until it is no longer updating
    dynamodb.delete_table(TableName=name)
    dynamodb.get_waiter("table_not_exists").wait(TableName=name, WaiterConfig=patience)


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
        if code_of(error) not in _MISSING:
            raise


def _require_all_deleted(name: str, answer: object) -> None:
    errors = answer.get("Errors", []) if isinstance(answer, dict) else []
    if errors:
        why = f"{errors[0].get('Key')}: {errors[0].get('Message')}"
        raise StackError(f"the bucket {name} can't be emptied", why=why, next_step=remedy(why))
