"""Signatures are the ones that AWS's own client makes, and AWS's documents show."""

from datetime import UTC, datetime
from unittest.mock import patch

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import given
from hypothesis import strategies as st

from photobak.client.transport.sigv4 import Keys, Service, bucket_path, query_string, signed_headers

NOW = datetime(2024, 6, 30, 12, 34, 56, tzinfo=UTC)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
HOSTS = st.sampled_from(["https://photos.s3.eu-central-1.amazonaws.com", "http://127.0.0.1:4566/photos"])


def test_it_is_the_one_in_the_documents() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html, "Example: GET Object"."""
    keys = Keys("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None)
    url, headers = "https://examplebucket.s3.amazonaws.com/test.txt", {"Range": "bytes=0-9"}
    now = datetime(2013, 5, 24, tzinfo=UTC)
    sent = signed_headers(keys, Service("s3", "us-east-1"), "GET", url, headers, now=now)
    assert sent["Authorization"] == (
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, "
        "SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, "
        "Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )


@given(HOSTS, TEXT, st.dictionaries(TEXT, TEXT, max_size=4), st.none() | st.just("a/token+="))
def test_a_request_of_s3_is_signed_as_botocore_does(
    host: str, key: str, query: dict[str, str], token: str | None
) -> None:
    url = f"{host}/{bucket_path(key)}" + (f"?{query_string(query)}" if query else "")
    keys, headers = Keys("AKIAEXAMPLE", "a secret", token), {"Range": "bytes=5-  9"}
    ours = signed_headers(keys, Service("s3", "eu-central-1"), "GET", url, headers, now=NOW)
    assert ours["Authorization"] == of_botocore(S3SigV4Auth, keys, "s3", "GET", url, ours, b"")


@pytest.mark.parametrize("body", [b"{}", b'{"TableName": "photos"}', b"\xff\x00" * 1000])
def test_a_request_of_dynamodb_is_signed_as_botocore_does(body: bytes) -> None:
    keys, url = Keys("AKIAEXAMPLE", "a secret", "token"), "https://dynamodb.eu-central-1.amazonaws.com/"
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.Query"}
    ours = signed_headers(keys, Service("dynamodb", "eu-central-1"), "POST", url, headers, body, NOW)
    assert ours["Authorization"] == of_botocore(SigV4Auth, keys, "dynamodb", "POST", url, ours, body)


def of_botocore(
    auth: type[SigV4Auth], keys: Keys, service: str, method: str, url: str, sent: dict[str, str], body: bytes
) -> str:
    own = {name: value for name, value in sent.items() if name not in ("Authorization", "X-Amz-Security-Token")}
    request = AWSRequest(method, url, own, body)
    request.context["payload_signing_enabled"] = True  # over TLS, botocore leaves the body out where it may
    credentials = ReadOnlyCredentials(keys.access_key_id, keys.secret_access_key, keys.session_token)
    with patch("botocore.auth.get_current_datetime", return_value=NOW.replace(tzinfo=None)):
        auth(credentials, service, "eu-central-1").add_auth(request)
    return str(request.headers["Authorization"])


def test_no_secret_is_shown() -> None:
    keys = Keys("AKIAEXAMPLE", "a secret", "a token")
    sent = signed_headers(keys, Service("s3", "eu-central-1"), "GET", "https://photos.example/", {})
    assert "a secret" not in repr(sent) + repr(keys)
    assert "a token" not in repr(keys)
