"""Where the photo bucket is."""

import pytest

from photobak.client.transport.s3 import bucket_url


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
