"""S3, asked small questions; originals come another way (``download``).

To make a client of botocore's takes longer than the listings of a small library (``python -m tests.bench.verify``).
https://docs.aws.amazon.com/AmazonS3/latest/API/
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final
from urllib.parse import quote

from photobak.client.transport.answer import Answer
from photobak.client.transport.curl import Credentials, Headers, Limits, Request, Signature
from photobak.client.transport.errors import ServiceError, refusal
from photobak.client.transport.http import ask
from photobak.client.transport.listing import ListedObject, ListingPage
from photobak.errors import CloudError, PhotobakError

_MAX_ANSWER: Final = 16 << 20
"""Bytes: a listing has up to a thousand keys, whose 1,024 bytes may be three times as many once they are encoded."""
_NOTHING: Final[Mapping[str, str]] = {}
_THAW: Final = (
    '<RestoreRequest xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Days>{days}</Days>'
    "<GlacierJobParameters><Tier>{tier}</Tier></GlacierJobParameters></RestoreRequest>"
)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket, and what signs requests for it."""

    url: str
    """Where its objects are, without a final slash."""
    region: str
    credentials: Callable[[], Credentials]
    """Gives credentials that are good for some minutes more."""
    renew: Callable[[], None]
    """Has others given from now on: S3 doesn't take these any more."""

    def request(
        self,
        method: str,
        key: str,
        headers: Mapping[str, str] = _NOTHING,
        *,
        query: Mapping[str, str] = _NOTHING,
        body: bytes | None = None,
        limits: Limits = Limits(to_connect=5, silent=20),  # noqa: B008 - it is frozen
    ) -> Request:
        """A signed request for an object, or with an empty key for the bucket itself.

        Raises:
            SignInNeeded, CloudError: there are no credentials.
        """
        url = f"{self.url}/{object_path(key)}"
        if query:
            url += f"?{query_string(query)}"
        return Request(method, url, headers, body, Signature(self.credentials(), "s3", self.region), limits)


def bucket_url(name: str, region: str, endpoint_url: str | None) -> str:
    """Where a bucket's objects are: below an endpoint of one's own, or on AWS.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html
    """
    if endpoint_url:
        return f"{endpoint_url.rstrip('/')}/{name}"
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    return f"https://{name}.s3.{region}.{suffix}"


def object_path(key: str) -> str:
    """A key as a URL's path has it, and as S3 wants it signed: encoded once, with its slashes."""
    return quote(key, safe="/~")


def query_string(parameters: Mapping[str, str]) -> str:
    """A URL's parameters in the encoding that signatures want, and in the order that they then have."""
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in parameters.items())
    return "&".join(f"{name}={value}" for name, value in encoded)


class S3:
    """One bucket. Threads may share it."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    def pages(self, prefix: str, *, what: str) -> Iterator[list[ListedObject]]:
        """All objects below a prefix, in the order of their keys' bytes, a page at a time (ListObjectsV2).

        Args:
            prefix: with which their keys begin.
            what: what can't be done where it is refused, for a person.

        Raises:
            CloudError: S3 can't be reached, refuses, or gives a listing that can't be read.
            SignInNeeded: the credentials are not accepted any more.
        """
        query = {"list-type": "2", "encoding-type": "url", "prefix": prefix}
        while True:
            answer = self._ask(self._bucket.request("GET", "", query=query))
            if answer.status != HTTPStatus.OK:
                raise _refused(what, answer)
            try:
                page = ListingPage(answer.body)
            except ValueError as error:
                raise CloudError(what, why="S3 gave a listing that can't be read") from error
            yield page.objects
            if page.next_page is None:
                return
            query["continuation-token"] = page.next_page

    def head(self, key: str, *, what: str, checksum: bool = False) -> Headers | None:
        """What is said of an object, as headers; None where there is none. Raises as ``pages``.

        Args:
            key: of the object.
            what: as of ``pages``.
            checksum: whether the checksum that S3 keeps is wanted too.
        """
        wanted = {"X-Amz-Checksum-Mode": "ENABLED"} if checksum else {}
        answer = self._found(self._bucket.request("HEAD", key, wanted), what)
        return answer.headers if answer else None

    def get(self, key: str, *, what: str) -> bytes | None:
        """A small object; None where there is none. Raises as ``pages``."""
        answer = self._found(self._bucket.request("GET", key), what)
        return answer.body if answer else None

    def thaw(self, key: str, days: int, tier: str) -> ServiceError | None:
        """Have an archived object made readable for some days (RestoreObject).

        Returns:
            What S3 says against it; None where it is done.

        Raises:
            CloudError: S3 can't be reached.
        """
        body = _THAW.format(days=days, tier=tier).encode()
        headers = {"Content-Type": "application/xml"}
        answer = self._ask(self._bucket.request("POST", key, headers, query={"restore": ""}, body=body))
        if answer.status in (HTTPStatus.OK, HTTPStatus.ACCEPTED):
            return None
        return ServiceError(answer.status, answer.body)

    def _found(self, request: Request, what: str) -> Answer | None:
        answer = self._ask(request)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        if answer.status != HTTPStatus.OK:
            raise _refused(what, answer)
        return answer

    def _ask(self, request: Request) -> Answer:
        return ask(request, most=_MAX_ANSWER)


def _refused(what: str, answer: Answer) -> PhotobakError:
    """The error to raise; an answer to a HEAD request has no words for it."""
    said = ServiceError(answer.status, answer.body)
    return refusal(what, said.code, said.message, answer.headers.text("Date"))
