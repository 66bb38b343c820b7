"""Signs requests for AWS (Signature Version 4), in the few forms that photobak sends to S3 and DynamoDB.

botocore's own signer brings 150 modules along, which is a fifth of what ``ls`` takes; a test compares the two.
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit

_ALGORITHM: Final = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True)
class Keys:
    """AWS credentials that are good now."""

    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Service:
    """What a signature is good for: one service in one region."""

    name: str
    """As signatures have it: ``s3``, ``dynamodb``."""
    region: str


def bucket_path(key: str) -> str:
    """A key as a URL's path has it, and as S3 wants it signed: encoded once, with its slashes."""
    return quote(key, safe="/~")


def query_string(parameters: Mapping[str, str]) -> str:
    """A URL's parameters in the encoding that signatures want, and in the order that they then have."""
    encoded = sorted((quote(name, safe="~"), quote(value, safe="~")) for name, value in parameters.items())
    return "&".join(f"{name}={value}" for name, value in encoded)


def signed_headers(
    keys: Keys,
    service: Service,
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes = b"",
    now: datetime | None = None,
) -> dict[str, str]:
    """The headers to send: those given, and those of the signature, which stands for all of the request.

    Args:
        keys: who asks.
        service: who is asked.
        method: ``GET`` and so on.
        url: encoded as ``bucket_path`` and ``query_string`` do it.
        headers: what else is sent, but ``Host``, which HTTP adds.
        body: what is sent.
        now: when it is signed; S3 and DynamoDB take it for a quarter of an hour.
    """
    place = urlsplit(url)
    time = (now or datetime.now(UTC)).strftime("%Y%m%dT%H%M%SZ")
    body_hash = hashlib.sha256(body).hexdigest()
    sent = {**headers, "X-Amz-Date": time, "X-Amz-Content-SHA256": body_hash}
    if keys.session_token:
        sent["X-Amz-Security-Token"] = keys.session_token
    lines = {name.lower(): " ".join(value.split()) for name, value in {**sent, "Host": place.netloc}.items()}
    names = ";".join(sorted(lines))
    canonical = "\n".join((
        method,
        place.path or "/",
        place.query,
        *(f"{name}:{lines[name]}" for name in sorted(lines)),
        "",
        names,
        body_hash,
    ))  # fmt: skip
    scope = f"{time[:8]}/{service.region}/{service.name}/aws4_request"
    to_sign = f"{_ALGORITHM}\n{time}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    signature = hmac.new(_signing_key(keys, scope), to_sign.encode(), hashlib.sha256).hexdigest()
    credential = f"{keys.access_key_id}/{scope}"
    sent["Authorization"] = f"{_ALGORITHM} Credential={credential}, SignedHeaders={names}, Signature={signature}"
    return sent


def _signing_key(keys: Keys, scope: str) -> bytes:
    """The key of one day, region and service."""
    key = f"AWS4{keys.secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key
