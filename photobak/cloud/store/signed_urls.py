"""Presigned URLs of objects in the photo bucket, the same ones for an hour, so that browsers can cache what they show.

Signed by hand (AWS Signature Version 4 for query strings; S3 API reference, "Authenticating Requests: Using Query
Parameters"): botocore takes a third of a millisecond for each, and always signs with the present second.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from botocore.credentials import Credentials
    from mypy_boto3_s3 import S3Client

_LIFETIME: Final = timedelta(hours=2)
"""Counted from the last full hour, so an hour is always left."""
_ALGORITHM: Final = "AWS4-HMAC-SHA256"
_UNRESERVED: Final = "-_.~"


@dataclass(frozen=True, slots=True)
class UrlSigner:
    """Signs GET requests for objects of one bucket."""

    bucket_url: str
    """The bucket's address, without a slash at its end."""
    region: str
    credentials: Callable[[], "Credentials"]
    clock: Callable[[], datetime]

    @classmethod
    def of(cls, s3: "S3Client", bucket: str, credentials: Callable[[], "Credentials"], clock: Any) -> Self:
        """A signer for a bucket, whose address botocore knows."""
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "x"})
        return cls(url.partition("?")[0].removesuffix("/x"), s3.meta.region_name, credentials, clock)

    def sign(self, key: str, response_headers: Mapping[str, str] | None = None) -> str:
        """Presign a URL.

        Args:
            key: the object's.
            response_headers: what S3 is to answer with, such as ``response-content-disposition``.
        """
        signer = self.credentials().get_frozen_credentials()
        hour = self.clock().replace(minute=0, second=0, microsecond=0)
        scope = f"{hour:%Y%m%d}/{self.region}/s3/aws4_request"
        query = {
            **(response_headers or {}),
            "X-Amz-Algorithm": _ALGORITHM,
            "X-Amz-Credential": f"{signer.access_key}/{scope}",
            "X-Amz-Date": f"{hour:%Y%m%dT%H%M%SZ}",
            "X-Amz-Expires": str(int(_LIFETIME.total_seconds())),
            "X-Amz-SignedHeaders": "host",
            **({"X-Amz-Security-Token": signer.token} if signer.token else {}),
        }
        canonical_query = "&".join(f"{_quoted(name)}={_quoted(query[name])}" for name in sorted(query))
        parts = urlsplit(self.bucket_url)
        path = f"{parts.path}/{quote(key, safe='/' + _UNRESERVED)}"
        request = f"GET\n{path}\n{canonical_query}\nhost:{parts.netloc}\n\nhost\nUNSIGNED-PAYLOAD"
        digest = hashlib.sha256(request.encode()).hexdigest()
        text = f"{_ALGORITHM}\n{query['X-Amz-Date']}\n{scope}\n{digest}"
        signature = _hmac(_signing_key(signer.secret_key, scope), text).hex()
        return f"{parts.scheme}://{parts.netloc}{path}?{canonical_query}&X-Amz-Signature={signature}"


def _signing_key(secret_key: str | None, scope: str) -> bytes:
    key = f"AWS4{secret_key}".encode()
    for part in scope.split("/"):
        key = _hmac(key, part)
    return key


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")


def _quoted(text: str) -> str:
    return quote(text, safe=_UNRESERVED)
