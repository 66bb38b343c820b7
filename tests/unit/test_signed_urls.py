"""Presigned URLs are those that botocore would sign at the last full hour, and stay the same until the next one."""

from datetime import UTC, datetime
from unittest.mock import patch
from urllib.parse import parse_qsl, urlsplit

import botocore.session
import pytest
from botocore.config import Config
from botocore.credentials import Credentials

from photobak.cloud.store.signed_urls import UrlSigner

HOUR = datetime(2026, 11, 28, 17, tzinfo=UTC)
KEY = "thumb/us-east-1:0f5b/3f2a ü+(1).webp"
ATTACHMENT = {"response-content-disposition": "attachment; filename=\"a b.jpg\"; filename*=UTF-8''a%20b.jpg"}


def client(credentials: Credentials) -> object:
    config = Config(signature_version="s3v4", s3={"addressing_style": "virtual"})
    session = botocore.session.Session()
    return session.create_client(
        "s3",
        region_name="eu-central-1",
        config=config,
        aws_access_key_id=credentials.access_key,
        aws_secret_access_key=credentials.secret_key,
        aws_session_token=credentials.token,
    )


def parts(url: str) -> tuple[str, dict[str, str]]:
    split = urlsplit(url)
    return f"{split.scheme}://{split.netloc}{split.path}", dict(parse_qsl(split.query))


@pytest.mark.parametrize("token", [None, "a/session+token=="])
@pytest.mark.parametrize("headers", [{}, ATTACHMENT])
def test_it_is_the_url_that_botocore_signs(token: str | None, headers: dict[str, str]) -> None:
    credentials = Credentials("AKIAEXAMPLE", "secret/key", token)
    s3 = client(credentials)
    signer = UrlSigner.of(s3, "a-bucket", lambda: credentials, lambda: HOUR.replace(minute=59, second=13))
    parameters = {"Bucket": "a-bucket", "Key": KEY}
    if headers:
        parameters["ResponseContentDisposition"] = headers["response-content-disposition"]
    with patch("botocore.auth.get_current_datetime", lambda: HOUR.replace(tzinfo=None)):
        expected = s3.generate_presigned_url("get_object", Params=parameters, ExpiresIn=7200)
    assert parts(signer.sign(KEY, headers)) == parts(expected)


def test_it_stays_the_same_for_an_hour_and_no_longer() -> None:
    credentials = Credentials("AKIAEXAMPLE", "secret/key")
    times = iter([HOUR, HOUR.replace(minute=59), HOUR.replace(hour=18)])
    signer = UrlSigner.of(client(credentials), "a-bucket", lambda: credentials, lambda: next(times))
    first, second, third = (signer.sign(KEY) for _ in range(3))
    assert first == second != third
