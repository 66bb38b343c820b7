"""A MiniStack of the tests' own with one user pool, its client, an identity pool and two people: for sign-in alone."""

import json
import os
import secrets
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from typing import Any

from photobak.client.account.sign_in.authorization import callback_uri
from photobak.client.profile import Profile

REGION = "eu-central-1"
BUCKET = "photos"


@dataclass(frozen=True)
class UserPool:
    """What a test needs of it."""

    url: str
    profile: Profile
    passwords: dict[str, str]
    """By user name."""
    root: dict[str, str]
    """Keys of the whole account."""

    def boto(self, service: str) -> Any:
        import boto3

        client: Any = boto3.client  # its stubs know services by their literal names only
        return client(service, region_name=REGION, endpoint_url=self.url, **self.root)


def free_ports(count: int) -> tuple[int, ...]:
    """Ports that nobody listens on."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket()) for _ in range(count)]
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return tuple(probe.getsockname()[1] for probe in probes)


@contextmanager
def user_pool(folder: Path, callback_ports: tuple[int, ...]) -> Iterator[UserPool]:
    """Start it, with redirect URIs of these ports registered, and stop it."""
    (port,) = free_ports(1)
    root = {"aws_access_key_id": "AKIA" + secrets.token_hex(8).upper(), "aws_secret_access_key": secrets.token_hex(20)}
    environ = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        **{name.upper(): value for name, value in root.items()},
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "AUTH": "true",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "TMPDIR": str(folder),
    }
    with (folder / "ministack.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "ministack"], env=environ, stdout=log, stderr=log)
    try:
        url = f"http://127.0.0.1:{port}"
        _wait(url, server)
        yield _make(url, root, callback_ports)
    finally:
        server.terminate()
        server.wait(20)


def _wait(url: str, server: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 30
    while time.monotonic() < end and server.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_ministack/health", timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("MiniStack didn't start")


def _make(url: str, root: dict[str, str], ports: tuple[int, ...]) -> UserPool:
    made = UserPool(url, None, {}, root)  # type: ignore[arg-type] # for its clients
    users, identities, iam = made.boto("cognito-idp"), made.boto("cognito-identity"), made.boto("iam")
    pool = users.create_user_pool(PoolName="people", UsernameConfiguration={"CaseSensitive": False})["UserPool"]["Id"]
    client = users.create_user_pool_client(
        UserPoolId=pool,
        ClientName="photobak",
        AllowedOAuthFlowsUserPoolClient=True,
        AllowedOAuthFlows=["code"],
        AllowedOAuthScopes=["openid", "email"],
        SupportedIdentityProviders=["COGNITO"],
        CallbackURLs=[callback_uri(port) for port in ports],
        ExplicitAuthFlows=["ALLOW_REFRESH_TOKEN_AUTH"],
        EnableTokenRevocation=True,
    )["UserPoolClient"]["ClientId"]
    passwords = {name: f"Aa1-{secrets.token_hex(8)}" for name in ("ann", "bob")}
    for name, password in passwords.items():
        attributes = [{"Name": "email", "Value": f"{name}@example.org"}, {"Name": "email_verified", "Value": "true"}]
        users.admin_create_user(UserPoolId=pool, Username=name, MessageAction="SUPPRESS", UserAttributes=attributes)
        users.admin_set_user_password(UserPoolId=pool, Username=name, Password=password, Permanent=True)
    provider = f"cognito-idp.{REGION}.amazonaws.com/{pool}"
    identity_pool = identities.create_identity_pool(
        IdentityPoolName="people",
        AllowUnauthenticatedIdentities=False,
        CognitoIdentityProviders=[{"ClientId": client, "ProviderName": provider, "ServerSideTokenCheck": True}],
    )["IdentityPoolId"]
    identities.set_identity_pool_roles(IdentityPoolId=identity_pool, Roles={"authenticated": _role(iam, identity_pool)})
    made.boto("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
    made.boto("s3").put_object(Bucket=BUCKET, Key="hello.txt", Body=b"hello")
    profile = Profile(
        name="local",
        region=REGION,
        api_url=url,
        bucket=BUCKET,
        table="Photos",
        contents_table="Contents",
        user_pool_id=pool,
        client_id=client,
        identity_pool_id=identity_pool,
        hosted_ui_url=url,
        issuer=f"https://{provider}",
        endpoint_url=url,
    )
    return UserPool(url, profile, passwords, root)


def _role(iam: Any, identity_pool: str) -> str:
    """A role that reads the bucket."""
    trust = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"cognito-identity.amazonaws.com:aud": identity_pool}},
    }
    reads = {"Effect": "Allow", "Action": ["s3:GetObject", "s3:ListBucket", "s3:ListAllMyBuckets"], "Resource": "*"}

    def document(statement: dict[str, Any]) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})

    arn = iam.create_role(RoleName="owner", AssumeRolePolicyDocument=document(trust))["Role"]["Arn"]
    iam.put_role_policy(RoleName="owner", PolicyName="reads", PolicyDocument=document(reads))
    return str(arn)
