"""Attacks on the running local stack from this machine: web pages, other users, and bodies that nobody has signed."""

import base64
import gzip
import hashlib
import json
import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import psutil
import pytest
import urllib3
from support.api import Member, new_member
from support.local_stack import root_client
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from photobak.local.values import LocalStack

EVIL = "https://evil.example"
MEGABYTE = 1024 * 1024
IDP = "AWSCognitoIdentityProviderService"
IDENTITY = "AWSCognitoIdentityService"


def ask(stack: LocalStack, method: str, path: str, body: bytes = b"", **headers: str) -> urllib3.BaseHTTPResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return urllib3.request(method, stack.endpoint_url + path, body=body, headers=named, retries=False)


def call(stack: LocalStack, target: str, **data: Any) -> urllib3.BaseHTTPResponse:
    """An AWS call without a signature."""
    body = json.dumps(data).encode()
    return ask(stack, "POST", "/", body, X_Amz_Target=target, Content_Type="application/x-amz-json-1.1")


# Names and pages of others


@pytest.mark.parametrize("path", ["/", "/_ministack/health", "/oauth2/authorize", "/login"])
def test_a_name_that_was_bent_to_this_machine_opens_nothing(local_stack: LocalStack, path: str) -> None:
    assert ask(local_stack, "GET", path, Host=f"evil.example:{port_of(local_stack)}").status == 403
    assert ask(local_stack, "POST", path, Host=f"evil.example:{port_of(local_stack)}").status == 403


def test_a_page_of_another_site_opens_nothing(local_stack: LocalStack) -> None:
    for method in ("GET", "POST", "PUT", "DELETE", "OPTIONS"):
        answer = ask(local_stack, method, f"/{local_stack.outputs.bucket}/original/x", Origin=EVIL)
        assert (answer.status, answer.headers.get("Access-Control-Allow-Origin")) == (403, None)


def test_a_signed_url_in_another_sites_page_opens_nothing(local_stack: LocalStack) -> None:
    s3, bucket = root_client(local_stack, "s3"), local_stack.outputs.bucket
    s3.put_object(Bucket=bucket, Key="seen/by-whom", Body=b"photo")
    url = urlsplit(s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "seen/by-whom"}))
    path = f"{url.path}?{url.query}"
    assert ask(local_stack, "GET", path).data == b"photo"
    assert ask(local_stack, "GET", path, Origin=EVIL).status == 403


def test_a_websocket_from_another_sites_page_is_not_opened(local_stack: LocalStack) -> None:
    with pytest.raises(InvalidStatus) as refused, connect(local_stack.outputs.ws_url, origin=EVIL):  # type: ignore[arg-type]
        pass
    assert refused.value.response.status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/oauth2/authorize"),
        ("POST", "/oauth2/token"),
        ("OPTIONS", "/oauth2/token"),
        ("POST", "/"),
        ("GET", "/_ministack/health"),
    ],
)
def test_no_answer_lets_every_site_read_it(local_stack: LocalStack, method: str, path: str) -> None:
    assert "Access-Control-Allow-Origin" not in ask(local_stack, method, path).headers
    for own in (local_stack.endpoint_url, f"http://gallery.execute-api.localhost:{port_of(local_stack)}"):
        assert ask(local_stack, method, path, Origin=own).headers.get("Access-Control-Allow-Origin") in (own, None)


def test_its_own_pages_can_fetch_a_token(local_stack: LocalStack) -> None:
    own = f"http://gallery.execute-api.localhost:{port_of(local_stack)}"
    answer = ask(local_stack, "POST", "/oauth2/token", Origin=own)
    assert answer.headers["Access-Control-Allow-Origin"] == own
    assert answer.headers["Vary"] == "Origin"


# Calls that would let anybody in


def test_a_forgotten_password_is_nobodys_way_in(local_stack: LocalStack) -> None:
    """MiniStack sends the same code to everybody: 654321."""
    owner = local_stack.accounts[0]
    outputs = local_stack.outputs
    who = {"ClientId": outputs.client_id, "Username": owner.username}
    asked = call(local_stack, f"{IDP}.ForgotPassword", **who)
    taken = call(local_stack, f"{IDP}.ConfirmForgotPassword", **who, ConfirmationCode="654321", Password="Taken-Over-1")
    assert (asked.status, taken.status) == (400, 400)
    assert "is closed" in asked.json()["message"]
    form = {"client_id": outputs.client_id, "redirect_uri": "http://localhost:53682/callback", "response_type": "code"}
    tried = ask(
        local_stack,
        "POST",
        "/login",
        urlencode({**form, "scope": "openid", "username": owner.username, "password": "Taken-Over-1"}).encode(),
        Content_Type="application/x-www-form-urlencoded",
    )
    assert "location" not in tried.headers


def test_nobody_makes_an_account_for_himself(local_stack: LocalStack) -> None:
    """The function that Cognito asks first lets nobody in; and MiniStack's code of confirmation is 123456."""
    who = {"ClientId": local_stack.outputs.client_id, "Username": "mallory@photobak.test"}
    assert call(local_stack, f"{IDP}.SignUp", **who, Password="Let-Me-In-1").status == 400
    assert call(local_stack, f"{IDP}.ConfirmSignUp", **who, ConfirmationCode="123456").status == 400
    users = root_client(local_stack, "cognito-idp").list_users(UserPoolId=local_stack.outputs.user_pool_id)["Users"]
    assert "mallory@photobak.test" not in json.dumps(users, default=str)


def unsigned_token(claims: dict[str, Any]) -> str:
    parts = ({"alg": "none", "typ": "JWT"}, claims)
    return ".".join(base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts) + "."


@pytest.mark.parametrize("where", ["body", "query", "both", "target"])
@pytest.mark.parametrize("action", ["AssumeRoleWithWebIdentity", "AssumeRoleWithSAML"])
def test_a_token_that_nobody_has_signed_gives_no_role(local_stack: LocalStack, action: str, where: str) -> None:
    roles = root_client(local_stack, "iam").list_roles()["Roles"]
    role = next(role["Arn"] for role in roles if "Owner" in role["RoleName"])
    outputs = local_stack.outputs
    claims = {"iss": "cognito-identity.amazonaws.com", "aud": outputs.identity_pool_id, "sub": "us-east-1:victim"}
    claims |= {"amr": ["authenticated"], "exp": int(time.time()) + 3600}
    asked = {
        "Version": "2011-06-15",
        "RoleArn": role,
        "RoleSessionName": "mallory",
        "WebIdentityToken": unsigned_token(claims),
        "SAMLAssertion": "PHNhbWw+",
        "PrincipalArn": "arn:aws:iam::000000000000:saml-provider/x",
    }
    sts = {"Host": f"sts.localhost:{port_of(local_stack)}"}
    if where == "target":
        data = json.dumps(asked).encode()
        kind = {"X_Amz_Target": f"AWSSecurityTokenServiceV20110615.{action}"}
        answer = ask(local_stack, "POST", "/", data, **kind, **sts, Content_Type="application/x-amz-json-1.1")
    else:
        query = f"?{urlencode({**asked, 'Action': action})}" if where != "body" else ""
        form = urlencode({**asked, "Action": "AssumeRole" if where == "both" else action}) if where != "query" else ""
        kind = {"Content_Type": "application/x-www-form-urlencoded"}
        answer = ask(local_stack, "POST", f"/{query}", form.encode(), **kind, **sts)
    assert answer.status >= 400
    assert b"SecretAccessKey" not in answer.data


def test_a_guest_of_the_identity_pool_is_no_one(local_stack: LocalStack) -> None:
    """AWS refuses guests of a pool that takes none; MiniStack made an identity and keys for each."""
    pool = local_stack.outputs.identity_pool_id
    assert call(local_stack, f"{IDENTITY}.GetId", IdentityPoolId=pool).status == 400
    assert call(local_stack, f"{IDENTITY}.GetId", IdentityPoolId=pool, Logins={}).status == 400
    assert call(local_stack, f"{IDENTITY}.GetCredentialsForIdentity", IdentityId="us-east-1:any").status == 400


# Bodies before it is known whose they are


def port_of(stack: LocalStack) -> int:
    return urlsplit(stack.endpoint_url).port or 0


@pytest.fixture
def growth(local_stack: LocalStack) -> Iterator[None]:
    """Fails where the server's memory grows by what a stranger has sent."""
    server = psutil.Process(local_stack.pid)
    before = server.memory_info().rss
    yield
    assert server.memory_info().rss - before < 60 * MEGABYTE


def send_endlessly(stack: LocalStack, head: str, most: int) -> tuple[int, str]:
    """Send up to so many bytes after a request's head, until it is refused; how many were taken, and the answer."""
    sent, block = 0, bytes(64 * 1024)
    with socket.create_connection(("127.0.0.1", port_of(stack)), timeout=20) as connection:
        connection.sendall(head.replace("\n", "\r\n").encode())
        try:
            while sent < most:
                chunk = f"{len(block):x}\r\n".encode() + block + b"\r\n" if "chunked" in head else block
                connection.sendall(chunk)
                sent += len(block)
        except OSError:
            pass
        try:
            answer = connection.recv(4096).decode("latin-1")
        except OSError:
            answer = ""
    return sent, answer.split("\r\n", 1)[0]


@pytest.mark.parametrize(
    "head",
    [
        "POST / HTTP/1.1\nHost: {host}\nContent-Length: 300000000\n\n",
        "PUT /{bucket}/x HTTP/1.1\nHost: {host}\nContent-Length: 300000000\n\n",
        "PUT /{bucket}/x HTTP/1.1\nHost: {host}\nTransfer-Encoding: chunked\n\n",
        "PUT /{bucket}/x HTTP/1.1\nHost: {host}\nContent-Length: 300000000\nAuthorization: AWS4-HMAC-SHA256 Credential="
        "AKIAAAAAAAAAAAAAAAAA/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=00\n\n",
        "PUT /{bucket}/x?X-Amz-Signature=00&X-Amz-Algorithm=AWS4-HMAC-SHA256 HTTP/1.1\nHost: {host}\n"
        "Content-Length: 300000000\n\n",
        "POST /{bucket} HTTP/1.1\nHost: {host}\nContent-Type: multipart/form-data; boundary=b\n"
        "Content-Length: 300000000\n\n--b\n",
        "POST /login HTTP/1.1\nHost: {host}\nContent-Type: application/x-www-form-urlencoded\n"
        "Content-Length: 300000000\n\n",
    ],
)
def test_a_large_body_of_a_stranger_is_not_read(local_stack: LocalStack, growth: None, head: str) -> None:
    host, bucket = f"127.0.0.1:{port_of(local_stack)}", local_stack.outputs.bucket
    sent, answer = send_endlessly(local_stack, head.format(host=host, bucket=bucket), 100 * MEGABYTE)
    assert " 413 " in answer or not answer, answer
    assert sent < 20 * MEGABYTE  # what the system's buffers took before the connection ended


def prepare(member: Member, size: int, token: str | None = None) -> int:
    """Announce a photo in a body of so many bytes; returns the status, or 0 where the connection ended."""
    body = f'{{"photos":[]{" " * size}}}'.encode()
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token or member.id_token}"}
    try:
        url = f"{member.stack.outputs.api_url}/prep/photoupload"
        with urllib3.PoolManager() as http:  # its connection may end in the middle: no other request gets it
            return http.request("POST", url, body=body, headers=headers, retries=False).status
    except urllib3.exceptions.HTTPError:
        return 0


def test_the_api_takes_large_bodies_of_those_who_are_signed_in(local_stack: LocalStack) -> None:
    ann = new_member(local_stack)
    small, large = prepare(ann, 10), prepare(ann, 3 * MEGABYTE)
    assert (small, large) == (422, 422)  # no photo was announced, says the function
    assert prepare(ann, 11 * MEGABYTE) in (0, 413)


@pytest.mark.parametrize(
    "claims",
    [
        {"by_the_pool": False},
        {"by_the_pool": True, "exp": 1},
        {"by_the_pool": True, "iss": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_NoSuchOne"},
        {"by_the_pool": True, "iss": "https://cognito-idp.us-east-1.amazonaws.com/../x"},
        {"by_the_pool": True, "iss": 5},
        {"by_the_pool": True, "exp": "soon"},
    ],
)
def test_a_forged_token_opens_nothing(local_stack: LocalStack, growth: None, claims: dict[str, Any]) -> None:
    ann = new_member(local_stack)
    assert prepare(ann, 9 * MEGABYTE, token=ann.forged(**claims)) in (0, 413)


def form_of(stack: LocalStack, most: int, expires_in: int = 3600) -> dict[str, str]:
    client = root_client(stack, "s3")
    conditions = [["content-length-range", 0, most]]
    fields: dict[str, str] = client.generate_presigned_post(
        stack.outputs.temp_bucket, "upload/large", Conditions=conditions, ExpiresIn=expires_in
    )["fields"]
    return fields


def post(stack: LocalStack, fields: dict[str, str], photo: bytes) -> int:
    url = f"{stack.endpoint_url}/{stack.outputs.temp_bucket}"
    try:
        return urllib3.request("POST", url, fields={**fields, "file": ("a.jpg", photo)}, retries=False).status
    except urllib3.exceptions.HTTPError:
        return 0  # the connection ended while the photo was being sent


def test_an_upload_is_read_as_far_as_its_policy_goes(local_stack: LocalStack) -> None:
    photo = bytes(3 * MEGABYTE)
    assert post(local_stack, form_of(local_stack, len(photo)), photo) == 204
    assert post(local_stack, form_of(local_stack, MEGABYTE), photo) in (0, 413)


@pytest.mark.parametrize("forged", ["x-amz-signature", "policy", "x-amz-credential"])
def test_a_forged_policy_opens_nothing(local_stack: LocalStack, growth: None, forged: str) -> None:
    fields = form_of(local_stack, 200 * MEGABYTE)
    fields[forged] = fields[forged][:-4] + "0000"
    assert post(local_stack, fields, bytes(100 * MEGABYTE)) in (0, 413)


def test_a_policy_that_has_expired_opens_nothing(local_stack: LocalStack) -> None:
    fields = form_of(local_stack, 200 * MEGABYTE)
    policy = json.loads(base64.b64decode(fields["policy"]))
    policy["expiration"] = (datetime.now(UTC) - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
    assert post(
        local_stack, {**fields, "policy": base64.b64encode(json.dumps(policy).encode()).decode()}, bytes(3 * MEGABYTE)
    ) in (0, 413)
    assert post(local_stack, form_of(local_stack, 200 * MEGABYTE, expires_in=-60), bytes(3 * MEGABYTE)) in (0, 413)


def test_who_has_signed_may_send_more(local_stack: LocalStack) -> None:
    body = bytes(3 * MEGABYTE)
    s3, bucket = root_client(local_stack, "s3"), local_stack.outputs.bucket
    s3.put_object(Bucket=bucket, Key="signed/header", Body=body)
    url = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "signed/query"}, ExpiresIn=60)
    assert urllib3.request("PUT", url, body=body, retries=False).status == 200
    for key in ("header", "query"):
        found = s3.get_object(Bucket=bucket, Key=f"signed/{key}")["Body"].read()
        assert hashlib.sha256(found).digest() == hashlib.sha256(body).digest()


def test_a_small_body_that_unfolds_is_not_unfolded_for_a_stranger(local_stack: LocalStack, growth: None) -> None:
    bomb = gzip.compress(bytes(500 * MEGABYTE))
    assert len(bomb) < MEGABYTE
    started = time.monotonic()
    answer = ask(
        local_stack,
        "POST",
        "/",
        bomb,
        Content_Encoding="gzip",
        X_Amz_Target="DynamoDB_20120810.ListTables",
        Content_Type="application/x-amz-json-1.0",
    )
    assert answer.status in (400, 403)
    assert time.monotonic() - started < 2


def test_a_strangers_question_writes_nothing(local_stack: LocalStack) -> None:
    """Accounts are saved before an answer that speaks of them; a refusal speaks of none."""
    state = local_stack.home / "state" / "cognito.json"
    before = state.stat().st_ino
    who = {"ClientId": local_stack.outputs.client_id, "Username": "mallory@photobak.test"}
    for action in ("ForgotPassword", "InitiateAuth", "GetUser", "RespondToAuthChallenge"):
        assert call(local_stack, f"{IDP}.{action}", **who).status >= 400
    ask(local_stack, "GET", "/login")
    ask(local_stack, "GET", f"/oauth2/authorize?client_id={local_stack.outputs.client_id}")
    ask(local_stack, "POST", "/oauth2/token", b"grant_type=refresh_token&refresh_token=guess")
    assert state.stat().st_ino == before
