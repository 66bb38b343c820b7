"""Libcurl signs as AWS's own client does: what arrives is signed once more by botocore, and compared."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from unittest.mock import patch

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import ReadOnlyCredentials
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photobak.client.transport.curl import Credentials, Request, Signature
from photobak.client.transport.http import read
from photobak.client.transport.s3 import Bucket

REGION = "eu-central-1"
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=40)
TOKENS = st.sampled_from([None, "a/token+=", "a" * 1200])


class Recorder:
    """Remembers the last request."""

    def __init__(self) -> None:
        self.method = self.path = ""
        self.headers: dict[str, str] = {}
        self.body = b""
        owner = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                owner.method, owner.path, owner.headers = self.command, self.path, dict(self.headers)
                owner.body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            do_POST = do_GET  # noqa: N815 - a name of http.server

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> Iterator["Recorder"]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def signed_by_botocore(self, auth: type[SigV4Auth], credentials: Credentials, service: str) -> str:
        """The signature that botocore gives the request that arrived."""
        covered = self.headers["Authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
        own = {name: value for name, value in self.headers.items() if name.lower() in covered}
        now = datetime.strptime(own.pop("X-Amz-Date"), "%Y%m%dT%H%M%SZ")  # noqa: DTZ007 - as botocore has it
        own.pop("X-Amz-Security-Token", None)
        request = AWSRequest(self.method, f"{self.url}{self.path}", own, self.body)
        request.context["payload_signing_enabled"] = True  # over TLS, botocore leaves the body out where it may
        keys = ReadOnlyCredentials(credentials.access_key_id, credentials.secret_access_key, credentials.session_token)
        with patch("botocore.auth.get_current_datetime", return_value=now):
            auth(keys, service, REGION).add_auth(request)
        return str(request.headers["Authorization"])


@pytest.fixture(scope="module")
def recorder() -> Iterator[Recorder]:
    with Recorder().running() as running:
        yield running


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(key=TEXT, query=st.dictionaries(TEXT, TEXT, max_size=4), token=TOKENS)
def test_a_request_of_s3_is_signed_as_botocore_does(
    recorder: Recorder, key: str, query: dict[str, str], token: str | None
) -> None:
    credentials = Credentials("AKIAEXAMPLE", "a secret/+", token)
    bucket = Bucket(f"{recorder.url}/photos", REGION, lambda: credentials, lambda: None)
    read(bucket.request("GET", key, {"Range": "bytes=5-9"}, query=query), 100)
    assert signature(recorder) == signature_of(recorder.signed_by_botocore(S3SigV4Auth, credentials, "s3"))
    assert recorder.headers.get("X-Amz-Security-Token") == token


@pytest.mark.parametrize(
    ("key", "query"),
    [
        ("original/eu-central-1:0f-1/a b.jpg", {}),
        ("a//b/.c/d..", {}),
        ("", {"list-type": "2", "continuation-token": "1+/=&?%", "prefix": "original/eu-central-1:0f/"}),
        ("original/x", {"restore": ""}),
        ("~caf\u00e9", {"encoding-type": "url", "Encoding": "B", "encoding": "a"}),
    ],
)
def test_keys_and_queries_that_are_easily_encoded_twice(recorder: Recorder, key: str, query: dict[str, str]) -> None:
    credentials = Credentials("AKIAEXAMPLE", "a secret", "token")
    bucket = Bucket(f"{recorder.url}/photos", REGION, lambda: credentials, lambda: None)
    read(bucket.request("POST", key, query=query, body=b"<RestoreRequest/>"), 100)
    assert signature(recorder) == signature_of(recorder.signed_by_botocore(S3SigV4Auth, credentials, "s3"))


@pytest.mark.parametrize("body", [b"{}", b'{"TableName": "photos"}', b"\xff\x00" * 1000])
def test_a_request_of_dynamodb_is_signed_as_botocore_does(recorder: Recorder, body: bytes) -> None:
    credentials = Credentials("AKIAEXAMPLE", "a secret", "token")
    headers = {"Content-Type": "application/x-amz-json-1.0", "X-Amz-Target": "DynamoDB_20120810.Query"}
    signed = Signature(credentials, "dynamodb", REGION)
    read(Request("POST", f"{recorder.url}/", headers, body, signed), 100)
    assert signature(recorder) == signature_of(recorder.signed_by_botocore(SigV4Auth, credentials, "dynamodb"))
    assert "x-amz-target" in recorder.headers["Authorization"]


def test_no_secret_is_shown() -> None:
    credentials = Credentials("AKIAEXAMPLE", "a secret", "a token")
    request = Request("GET", "https://photos.example/?x=a+secret", {"Authorization": "a secret"}, b"a secret")
    shown = repr(credentials) + repr(Signature(credentials, "s3", REGION)) + repr(request)
    assert "secret" not in shown
    assert "token" not in shown.replace("session_token", "")


def signature(recorder: Recorder) -> str:
    return signature_of(recorder.headers["Authorization"])


def signature_of(header: str) -> str:
    """The signature alone, and what it covers."""
    return header.partition("Credential=")[2].replace(" ", "")
