"""The photo bucket alone, read with whatever AWS credentials this machine has: no profile, no sign-in, no tables.

Credentials, region and endpoint are found as every AWS tool finds them (AWS_PROFILE, AWS_ACCESS_KEY_ID, ~/.aws, …):
https://docs.aws.amazon.com/boto3/latest/guide/credentials.html
"""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from photobak.client.transport.curl import Credentials
from photobak.client.transport.errors import aws_errors
from photobak.client.transport.s3 import Bucket, bucket_url
from photobak.errors import CloudError, WrongUsage
from photobak.photo.keys import is_identity_id

if TYPE_CHECKING:
    from botocore.credentials import Credentials as BotocoreCredentials
    from mypy_boto3_s3 import S3Client

_AWS: Final = (".amazonaws.com", ".amazonaws.com.cn")
_RENEW: Final = "Renew them, or set AWS_PROFILE"


@dataclass(frozen=True, slots=True)
class BucketAlone:
    """A photo bucket of which nothing is known but its name; see ``PhotoBucket``."""

    name: str
    identity_id: str
    objects: Bucket


def open_bucket(name: str, identity_id: str | None) -> BucketAlone:
    """Find a bucket, and whose photos are in it.

    Args:
        name: of the bucket.
        identity_id: whose photos are meant; None where there is but one person's.

    Raises:
        CloudError: there are no credentials, or they don't open the bucket.
        WrongUsage: several people's photos are in it, or none.
    """
    import boto3.session
    from botocore.config import Config

    with aws_errors(f"the bucket {name} can't be opened", next_step=_RENEW):
        session = boto3.session.Session()
        credentials = session.get_credentials()
        if credentials is None:
            next_step = "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or type: aws configure"
            raise CloudError(
                f"the bucket {name} can't be opened", why="there are no AWS credentials", next_step=next_step
            )
        config = Config(connect_timeout=5, retries={"mode": "standard", "total_max_attempts": 4})
        region = session.region_name or "us-east-1"
        s3 = session.client("s3", region_name=region, config=config)
        at_home = str(s3.meta.endpoint_url).rstrip("/").endswith(_AWS)
        found = s3.head_bucket(Bucket=name)  # boto3 follows a bucket to its region
        region = found.get("BucketRegion", region) if at_home else region
        if at_home:
            s3 = session.client("s3", region_name=region, config=config)
        url = bucket_url(name, region, None if at_home else str(s3.meta.endpoint_url))
        identity_id = identity_id or _only_person(s3, name)
    return BucketAlone(name, identity_id, Bucket(url, region, partial(_current, credentials), _refused))


def _current(credentials: "BotocoreCredentials") -> Credentials:
    """What AWS tools would use; those that come from a process or a role renew themselves."""
    found = credentials.get_frozen_credentials()
    return Credentials(found.access_key or "", found.secret_key or "", found.token)


def _refused() -> None:
    """There are no others.

    Raises:
        CloudError: always.
    """
    raise CloudError("AWS doesn't take these credentials any more", next_step=_RENEW)


def _only_person(s3: "S3Client", name: str) -> str:
    """Whose photos are in a bucket, where they are one person's."""
    query: Any = {"Bucket": name, "Prefix": "original/", "Delimiter": "/"}
    pages = s3.get_paginator("list_objects_v2").paginate(**query)
    prefixes = [each["Prefix"].split("/")[1] for page in pages for each in page.get("CommonPrefixes", [])]
    people = [identity for identity in prefixes if is_identity_id(identity)]
    if len(people) == 1:
        return people[0]
    if not people:
        raise WrongUsage(f"there are no photos in the bucket {name}", next_step="photobak's photo bucket is needed")
    next_step = "Say whose are meant with --identity"
    raise WrongUsage(f"{len(people)} people have photos in {name}", why=", ".join(people), next_step=next_step)
