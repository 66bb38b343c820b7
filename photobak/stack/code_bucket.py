"""The bootstrap bucket: holds the Lambda bundle, and a template that is too large to be sent along."""

import hashlib
import json
from typing import TYPE_CHECKING, Final, cast

from botocore.exceptions import ClientError

from photobak.stack.aws_errors import aws_errors, code_of, foreign_bucket
from photobak.stack.bundle import Bundle
from photobak.stack.target import Target

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_s3.type_defs import CreateBucketConfigurationTypeDef

_MISSING: Final = ("404", "NoSuchBucket", "NotFound")
_FOREIGN: Final = ("403", "AccessDenied")
_MAX_INLINE: Final = 51_200
"""Bytes of a TemplateBody (CloudFormation quotas)."""


def code_bucket(target: Target, stack_name: str) -> str:
    """The bucket's name."""
    return f"{stack_name}-code-{target.account()}-{target.region}"


def put_bundle(target: Target, stack_name: str, bundle: Bundle) -> str:
    """Put the bundle into the bucket, which is made where it is missing, unless it lies there already.

    Returns:
        The bucket's name.

    Raises:
        StackError: the bucket belongs to somebody else, or takes nothing.
    """
    bucket = code_bucket(target, stack_name)
    _put(target, bucket, bundle.key, bundle.content)
    return bucket


def hand_over_template(target: Target, stack_name: str, text: str) -> dict[str, str]:
    """The template as an argument of CloudFormation's: itself, or its URL in the bucket where it is too large.

    Raises:
        StackError: as ``put_bundle``.
    """
    content = text.encode()
    if len(content) <= _MAX_INLINE:
        return {"TemplateBody": text}
    bucket, key = code_bucket(target, stack_name), f"template/{hashlib.sha256(content).hexdigest()}.yaml"
    _put(target, bucket, key, content)
    host = target.endpoint_url or f"https://s3.{target.region}.amazonaws.com"
    return {"TemplateURL": f"{host}/{bucket}/{key}"}


def _put(target: Target, bucket: str, key: str, content: bytes) -> None:
    """Store what isn't there yet, in a bucket of this very account.

    The bucket's name can be guessed: somebody else's bucket of that name must get nothing and serve no code.
    """
    with aws_errors(f"the bucket {bucket} can't be filled"):
        s3, owner = target.client("s3"), target.account()
        try:
            s3.head_object(Bucket=bucket, Key=key, ExpectedBucketOwner=owner)
        except ClientError as error:
            code = code_of(error)
            if code in _FOREIGN:
                raise foreign_bucket(bucket, owner) from error
            if code not in _MISSING:
                raise
            _make(s3, target, bucket)
            s3.put_object(Bucket=bucket, Key=key, Body=content, ExpectedBucketOwner=owner)


def _make(s3: "S3Client", target: Target, bucket: str) -> None:
    """Make the bucket, or finish one whose making was cut off."""
    _create(s3, target, bucket)
    s3.put_public_access_block(
        Bucket=bucket,
        PublicAccessBlockConfiguration={
            "BlockPublicAcls": True,
            "IgnorePublicAcls": True,
            "BlockPublicPolicy": True,
            "RestrictPublicBuckets": True,
        },
    )
    if target.endpoint_url is None:
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(_tls_only(bucket)))


def _create(s3: "S3Client", target: Target, bucket: str) -> None:
    try:
        if target.region == "us-east-1":  # the one region that may not be named
            s3.create_bucket(Bucket=bucket)
        else:
            configuration: CreateBucketConfigurationTypeDef = {
                "LocationConstraint": cast("BucketLocationConstraintType", target.region)
            }
            s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=configuration)
    except s3.exceptions.BucketAlreadyOwnedByYou:
        return
    except s3.exceptions.BucketAlreadyExists as error:
        raise foreign_bucket(bucket, target.account()) from error


def _tls_only(bucket: str) -> dict[str, object]:
    """The template's policy for its own buckets."""
    arn = f"arn:aws:s3:::{bucket}"
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": [arn, f"{arn}/*"],
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}
