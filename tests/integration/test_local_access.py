"""Who gets into the local stack: nobody without a signature; no web page, and no other user of this machine."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import urllib3
from botocore.config import Config
from botocore.exceptions import ClientError
from support.api import Member, new_member
from support.local_stack import root_client, server_of

from photobak.local.credentials import RootKeys, root_keys, root_session
from photobak.local.home import Home
from photobak.local.running import running
from photobak.local.values import LocalStack

REFUSED = r"InvalidAccessKeyId|SignatureDoesNotMatch|InvalidSignature|UnrecognizedClient|InvalidClientTokenId"

CALLS: list[Callable[[RootKeys, LocalStack], Any]] = [
    lambda keys, stack: client(keys, stack, "s3").list_buckets(),
    lambda keys, stack: client(keys, stack, "s3").list_objects_v2(Bucket=stack.outputs.bucket),
    lambda keys, stack: client(keys, stack, "s3").put_object(Bucket=stack.outputs.bucket, Key="evil", Body=b"evil"),
    lambda keys, stack: client(keys, stack, "dynamodb").scan(TableName=stack.outputs.table),
    lambda keys, stack: client(keys, stack, "cognito-idp").list_user_pools(MaxResults=1),
    lambda keys, stack: client(keys, stack, "iam").create_user(UserName="evil"),
    lambda keys, stack: client(keys, stack, "sts").get_caller_identity(),
    lambda keys, stack: client(keys, stack, "lambda").invoke(FunctionName="photobak-process"),
]


def client(keys: RootKeys, stack: LocalStack, service: str) -> Any:
    return root_session(keys).client(service, endpoint_url=stack.endpoint_url)


def keys_of(stack: LocalStack) -> RootKeys:
    return root_keys(Home.at(stack.home))


@pytest.mark.parametrize("call", range(len(CALLS)))
@pytest.mark.parametrize("key", ["test", "000000000000", "123456789012", "AKIAIOSFODNN7EXAMPLE", "root's own"])
def test_who_does_not_know_the_secret_is_nobody(local_stack: LocalStack, key: str, call: int) -> None:
    right = keys_of(local_stack)
    for secret in ("test", "wrong") if key == "root's own" else ("test", right.secret_access_key):
        keys = RootKeys(right.access_key_id if key == "root's own" else key, secret)
        with pytest.raises(ClientError, match=REFUSED):
            CALLS[call](keys, local_stack)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/"),
        ("GET", "/{bucket}"),
        ("GET", "/{bucket}/original/secret"),
        ("HEAD", "/{bucket}/original/secret"),
        ("PUT", "/{bucket}/original/secret"),
        ("DELETE", "/{bucket}/original/secret"),
        ("POST", "/{bucket}?delete"),
        ("POST", "/2015-03-31/functions/photobak-process/invocations"),
        ("GET", "/{api}/list/photos"),
    ],
)
def test_without_a_signature_nothing_opens(local_stack: LocalStack, method: str, path: str) -> None:
    s3, bucket = root_client(local_stack, "s3"), local_stack.outputs.bucket
    s3.put_object(Bucket=bucket, Key="original/secret", Body=b"secret")
    api = local_stack.outputs.api_url.removeprefix(f"{local_stack.endpoint_url}/")
    url = f"{local_stack.endpoint_url}{path.format(bucket=bucket, api=api)}"
    body = b"<Delete><Object><Key>original/secret</Key></Object></Delete>" if method == "POST" else None
    answer = urllib3.request(method, url, body=body, retries=False)
    assert answer.status in (401, 403)
    assert s3.get_object(Bucket=bucket, Key="original/secret")["Body"].read() == b"secret"


@pytest.mark.parametrize(
    "target", ["DynamoDB_20120810.Scan", "AWSCognitoIdentityProviderService.ListUsers", "AWSEvents.ListRules"]
)
def test_without_a_signature_no_call_is_served(local_stack: LocalStack, target: str) -> None:
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.0"}
    answer = urllib3.request("POST", local_stack.endpoint_url, body=b"{}", headers=headers, retries=False)
    assert answer.status in (400, 403)
    assert b"MissingAuthenticationToken" in answer.data


def test_what_aws_serves_unsigned_is_served(local_stack: LocalStack) -> None:
    outputs = local_stack.outputs
    keys = urllib3.request("GET", f"{local_stack.endpoint_url}/{outputs.user_pool_id}/.well-known/jwks.json")
    assert keys.json()["keys"]
    assert urllib3.request("GET", f"{outputs.api_url}/no-such-route", retries=False).status == 404


def test_a_new_person_who_is_asked_for_at_many_places_at_once_is_one_person(local_stack: LocalStack) -> None:
    ask = Member.identity_id.func
    for _ in range(3):
        member = new_member(local_stack)
        with ThreadPoolExecutor(16) as pool:
            assert len(set(pool.map(ask, [member] * 16))) == 1


def form(keys: RootKeys, stack: LocalStack, key: str) -> dict[str, str]:
    s3 = root_session(keys).client("s3", endpoint_url=stack.endpoint_url, config=Config(signature_version="s3v4"))
    fields: dict[str, str] = s3.generate_presigned_post(stack.outputs.bucket, key)["fields"]
    return fields


def post(stack: LocalStack, fields: dict[str, str]) -> int:
    everything = {**fields, "file": ("photo.jpg", b"photo")}
    url = f"{stack.endpoint_url}/{stack.outputs.bucket}"
    return urllib3.request("POST", url, fields=everything, retries=False).status


def test_a_form_upload_needs_its_signature(local_stack: LocalStack) -> None:
    right = keys_of(local_stack)
    good = form(right, local_stack, "posted")
    assert post(local_stack, good) == 204
    assert post(local_stack, {"key": "unsigned"}) == 403
    assert post(local_stack, {"key": "unsigned", "policy": good["policy"]}) == 403
    assert post(local_stack, {**good, "key": "elsewhere"}) == 403
    assert post(local_stack, form(RootKeys(right.access_key_id, "wrong"), local_stack, "forged")) == 403
    assert post(local_stack, form(RootKeys("test", right.secret_access_key), local_stack, "forged")) == 403
    listing = root_client(local_stack, "s3").list_objects_v2(Bucket=local_stack.outputs.bucket)["Contents"]
    assert not {"unsigned", "elsewhere", "forged"} & {found["Key"] for found in listing}


@pytest.mark.parametrize("path", ["/_ministack/reset", "/_ministack/config", "/_localstack/state/reset"])
def test_a_web_page_cannot_administer_it(local_stack: LocalStack, path: str) -> None:
    assert urllib3.request("POST", local_stack.endpoint_url + path, body=b"{}", retries=False).status == 403
    assert server_of(running(local_stack.home)) == server_of(local_stack)
    names = root_client(local_stack, "dynamodb").list_tables()["TableNames"]
    assert local_stack.outputs.table in names
