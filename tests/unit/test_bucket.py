"""Where the photo bucket is, and that a request for it is signed."""

from dataclasses import dataclass

import pytest

from photobak.client.transport.bucket import bucket_url, signed
from photobak.client.transport.sigv4 import Keys


@pytest.mark.parametrize(
    ("region", "endpoint", "url"),
    [
        ("eu-central-1", None, "https://photos.s3.eu-central-1.amazonaws.com"),
        ("us-east-1", None, "https://photos.s3.us-east-1.amazonaws.com"),
        ("cn-north-1", None, "https://photos.s3.cn-north-1.amazonaws.com.cn"),
        ("us-east-1", "http://127.0.0.1:4566/", "http://127.0.0.1:4566/photos"),
    ],
)
def test_it_is_where_aws_has_it_or_below_an_endpoint(region: str, endpoint: str | None, url: str) -> None:
    assert bucket_url("photos", region, endpoint) == url


@dataclass
class Somebodys:
    region: str = "eu-central-1"
    url: str = bucket_url("photos", "eu-central-1", None)

    def keys(self) -> Keys:
        return Keys("AKIAEXAMPLE", "a secret", "a token")


def test_a_request_is_signed_and_tells_no_secret() -> None:
    url, headers = signed(Somebodys(), "GET", "original/eu-central-1:0/a b.jpg", {"Range": "bytes=0-0"})
    assert url == "https://photos.s3.eu-central-1.amazonaws.com/original/eu-central-1%3A0/a%20b.jpg"
    assert headers["Authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE/")
    assert "/eu-central-1/s3/aws4_request" in headers["Authorization"]
    assert headers["X-Amz-Security-Token"] == "a token"
    assert "a secret" not in repr(headers) + repr(Somebodys().keys())
