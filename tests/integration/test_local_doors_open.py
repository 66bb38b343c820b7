"""The attacks on the local stack once more, with its defences switched off: each gets what it wants.

So it is the defence that stops it in ``test_local_doors_attacks.py``, and not a mistake in the attack.
"""

import base64
import contextlib
import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import psutil
import pytest
import urllib3
from support.local_stack import root_client
from support.open_stack import open_local_stack

from photobak.local.values import LocalStack

SECONDS: Final = 60
MEGABYTE: Final = 1024 * 1024
IDP: Final = "AWSCognitoIdentityProviderService"


@pytest.fixture(scope="module")
def open_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    with open_local_stack(tmp_path_factory.mktemp("open")) as stack:
        yield stack


def ask(stack: LocalStack, method: str, path: str, body: bytes = b"", **headers: str) -> urllib3.BaseHTTPResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    url = stack.endpoint_url + path
    return urllib3.request(method, url, body=body, headers=named, retries=False, timeout=SECONDS)


def call(stack: LocalStack, target: str, **data: Any) -> urllib3.BaseHTTPResponse:
    """An AWS call without a signature."""
    body = json.dumps(data).encode()
    return ask(stack, "POST", "/", body, X_Amz_Target=target, Content_Type="application/x-amz-json-1.1")


def name_bent_to_this_machine(stack: LocalStack) -> bool:
    return ask(stack, "GET", "/_ministack/health", Host="evil.example").status == 200


def page_of_another_site(stack: LocalStack) -> bool:
    """Its script may send the form, and read the answer."""
    answer = ask(stack, "POST", "/oauth2/token", b"grant_type=refresh_token", Origin="https://evil.example")
    return answer.status == 400 and answer.headers.get("Access-Control-Allow-Origin") == "*"


def forgotten_password(stack: LocalStack) -> bool:
    owner, outputs = stack.accounts[0], stack.outputs
    who = {"ClientId": outputs.client_id, "Username": owner.username}
    password = "Taken-Over-1"
    call(stack, f"{IDP}.ForgotPassword", **who)
    call(stack, f"{IDP}.ConfirmForgotPassword", **who, ConfirmationCode="654321", Password=password)
    return signs_in(stack, owner.username, password)


def signs_in(stack: LocalStack, username: str, password: str) -> bool:
    pool = root_client(stack, "cognito-idp")
    client = pool.describe_user_pool_client(UserPoolId=stack.outputs.user_pool_id, ClientId=stack.outputs.client_id)
    form = {
        "client_id": stack.outputs.client_id,
        "redirect_uri": client["UserPoolClient"]["CallbackURLs"][0],
        "response_type": "code",
        "scope": "openid",
        "username": username,
        "password": password,
    }
    kind = "application/x-www-form-urlencoded"
    answer = urllib3.request(
        "POST",
        f"{stack.endpoint_url}/login",
        body=urlencode(form).encode(),
        headers={"Content-Type": kind},
        retries=False,
        redirect=False,
    )
    return "code=" in answer.headers.get("Location", "")


def token_without_a_signature(stack: LocalStack) -> bool:
    role = next(role for role in root_client(stack, "iam").list_roles()["Roles"] if "Owner" in role["RoleName"])
    claims = {"iss": "cognito-identity.amazonaws.com", "aud": stack.outputs.identity_pool_id, "sub": "us-east-1:victim"}
    claims |= {"amr": ["authenticated"], "exp": int(time.time()) + 3600}
    parts = (json.dumps(part).encode() for part in ({"alg": "none", "typ": "JWT"}, claims))
    token = ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + "."
    asked = {"Action": "AssumeRoleWithWebIdentity", "Version": "2011-06-15", "RoleArn": role["Arn"]}
    form = urlencode({**asked, "RoleSessionName": "mallory", "WebIdentityToken": token}).encode()
    answer = ask(stack, "POST", "/", form, Content_Type="application/x-www-form-urlencoded")
    return b"SecretAccessKey" in answer.data


def guest(stack: LocalStack) -> bool:
    pool = stack.outputs.identity_pool_id
    return call(stack, "AWSCognitoIdentityService.GetId", IdentityPoolId=pool).status == 200


def large_body(stack: LocalStack) -> bool:
    return grows(stack, lambda: ask(stack, "PUT", f"/{stack.outputs.bucket}/x", bytes(100 * MEGABYTE)))


def forged_form(stack: LocalStack) -> bool:
    s3, bucket = root_client(stack, "s3"), stack.outputs.temp_bucket
    fields = s3.generate_presigned_post(bucket, "upload/x")["fields"] | {"x-amz-signature": "0" * 64}
    url, photo = f"{stack.endpoint_url}/{bucket}", ("a.jpg", bytes(100 * MEGABYTE))
    return grows(stack, lambda: urllib3.request("POST", url, fields={**fields, "file": photo}, timeout=SECONDS))


def body_that_unfolds(stack: LocalStack) -> bool:
    bomb = gzip.compress(bytes(500 * MEGABYTE))
    named = {"X_Amz_Target": "DynamoDB_20120810.ListTables", "Content_Type": "application/x-amz-json-1.0"}
    return grows(stack, lambda: ask(stack, "POST", "/", bomb, Content_Encoding="gzip", **named))


def grows(stack: LocalStack, attack: Callable[[], object]) -> bool:
    """Whether the server's memory has ever been 60 MB larger than it is: Linux keeps the peak."""
    server = Path(f"/proc/{stack.pid}")
    (server / "clear_refs").write_text("5")  # proc(5): the peak begins anew
    before = psutil.Process(stack.pid).memory_info().rss
    with contextlib.suppress(urllib3.exceptions.HTTPError):  # the connection ends while the body is being sent
        attack()
    peak = next(line for line in (server / "status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(peak.split()[1]) * 1024 - before > 60 * MEGABYTE


ATTACKS: Final = [
    name_bent_to_this_machine,
    page_of_another_site,
    forgotten_password,
    token_without_a_signature,
    guest,
    large_body,
    forged_form,
    body_that_unfolds,
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_without_its_defence_the_attack_succeeds(open_stack: LocalStack, attack: Callable[[LocalStack], bool]) -> None:
    assert attack(open_stack)


@pytest.mark.parametrize("attack", ATTACKS)
def test_with_it_the_same_attack_fails(local_stack: LocalStack, attack: Callable[[LocalStack], bool]) -> None:
    assert not attack(local_stack)


def test_the_stack_that_is_open_is_another_one(open_stack: LocalStack, local_stack: LocalStack) -> None:
    assert urlsplit(open_stack.endpoint_url).port != urlsplit(local_stack.endpoint_url).port
