"""The photo bucket, and the right to read it: what signs requests for it, wherever the credentials come from."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from photobak.client.account.session import Session
from photobak.client.transport.aws_errors import aws_errors
from photobak.client.transport.sigv4 import Keys, Service, bucket_path, query_string, signed_headers

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class PhotoBucket(Protocol):
    """A photo bucket that may be read. Threads may share it."""

    @property
    def name(self) -> str:
        """The bucket's name."""

    @property
    def identity_id(self) -> str:
        """Whose photos are meant."""

    @property
    def region(self) -> str:
        """Where it is, as signatures need it."""

    @property
    def url(self) -> str:
        """Where its objects are, without a final slash."""

    def keys(self) -> Keys:
        """Credentials that are good for some minutes more.

        Raises:
            SignInNeeded, CloudError: there are none.
        """

    def renew(self) -> None:
        """Use other credentials from now on: S3 doesn't take these any more."""

    def client(self) -> "S3Client":
        """A boto3 client for what is no plain download."""

    def errors(self, what: str) -> AbstractContextManager[None]:
        """Turn botocore's exceptions into ours; ``what`` can't be done then, for a person."""


@dataclass(frozen=True, slots=True)
class SessionBucket:
    """The photo bucket of a profile, read by who is signed in."""

    session: Session

    @property
    def name(self) -> str:
        """As the profile has it."""
        return self.session.profile.bucket

    @property
    def identity_id(self) -> str:
        """Who is signed in."""
        return self.session.identity_id

    @property
    def region(self) -> str:
        """As the profile has it."""
        return self.session.profile.region

    @property
    def url(self) -> str:
        """Below the local stack's endpoint, or the bucket's own host."""
        return bucket_url(self.name, self.region, self.session.profile.endpoint_url)

    def keys(self) -> Keys:
        """The signed-in person's."""
        found = self.session.aws_credentials()
        return Keys(found.access_key_id, found.secret_access_key, found.session_token)

    def renew(self) -> None:
        """Ask the identity pool for new ones."""
        self.session.forget_credentials()

    def client(self) -> "S3Client":
        """A boto3 client whose credentials renew themselves."""
        return self.session.client("s3")

    @contextmanager
    def errors(self, what: str) -> Iterator[None]:
        """As ``aws_errors``."""
        with aws_errors(what, self.session.profile):
            yield


def bucket_url(name: str, region: str, endpoint_url: str | None) -> str:
    """Where a bucket's objects are: below an endpoint of one's own, or on AWS.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    if endpoint_url:
        return f"{endpoint_url.rstrip('/')}/{name}"
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{name}.s3.{region}.{suffix}"


def signed(
    bucket: PhotoBucket, method: str, key: str, headers: Mapping[str, str], query: Mapping[str, str] | None = None
) -> tuple[str, dict[str, str]]:
    """Sign a request by SigV4; returns its URL and its headers.

    Args:
        bucket: which is asked.
        method: ``GET`` and so on.
        key: of the object; empty for the bucket itself.
        headers: what is sent besides the signature.
        query: the URL's parameters.

    Raises:
        SignInNeeded, CloudError: there are no credentials.
    """
    url = f"{bucket.url}/{bucket_path(key)}"
    if query:
        url += f"?{query_string(query)}"
    return url, signed_headers(bucket.keys(), Service("s3", bucket.region), method, url, headers)
