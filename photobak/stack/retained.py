"""Finds what an earlier stack of the same name left behind: photos, records, and the accounts that they belong to."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from photobak.errors import StackError
from photobak.stack.aws_errors import aws_errors, foreign_bucket
from photobak.stack.change_set import Adopted
from photobak.stack.target import Target

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp.type_defs import PaginatorConfigTypeDef

_BUCKETS: Final = {"TempBucket": "temp", "PhotoBucket": "photos"}
_TABLES: Final = {"PhotosTable": "photos", "ContentsTable": "contents"}
_FOREIGN: Final = ("403", "AccessDenied")
_MISSING: Final = ("404", "NoSuchBucket", "NotFound", "ResourceNotFoundException")
_PAGES: "Final[PaginatorConfigTypeDef]" = {"PageSize": 60}


def find_retained(target: Target, stack_name: str) -> tuple[Adopted, ...]:
    """Everything of the template's KEPT that is there already, under the names that the template gives it.

    Raises:
        StackError: a pool's name is there twice, a bucket's name is taken, or something can't be looked for.
    """
    with aws_errors(f"what an earlier stack {stack_name} kept can't be looked for"):
        return (*_buckets(target, stack_name), *_tables(target, stack_name), *_pools(target, stack_name))


def _buckets(target: Target, stack_name: str) -> Iterator[Adopted]:
    s3 = target.client("s3")
    account = target.account()
    for logical_id, word in _BUCKETS.items():
        name = f"{stack_name}-{word}-{account}-{target.region}"
        try:
            s3.head_bucket(Bucket=name, ExpectedBucketOwner=account)
        except ClientError as error:
            code = error.response["Error"]["Code"]
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
            if error.response["Error"]["Code"] not in _MISSING:
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
