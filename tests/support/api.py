"""The HTTP API as a signed-in person's program sees it: real tokens, real requests."""

import base64
import json
import time
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import boto3
import urllib3
from botocore import UNSIGNED
from botocore.config import Config
from cryptography.hazmat.primitives import serialization
from joserfc import jwt
from joserfc.jwk import RSAKey

from photobak.client.account.sign_in.hosted_ui import sign_in_local
from photobak.client.profile import Profile
from photobak.local.lifecycle import add_user
from photobak.local.values import LocalStack

_http = urllib3.PoolManager(retries=False, timeout=30)


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    content_type: str
    body: Any
    """JSON, read."""
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Member:
    """Somebody with an account."""

    stack: LocalStack
    id_token: str
    claims: dict[str, Any]
    refresh_token: str

    @cached_property
    def identity_id(self) -> str:
        """Who they are to S3 and DynamoDB."""
        unsigned = Config(signature_version=UNSIGNED)
        cognito = boto3.client(
            "cognito-identity",
            endpoint_url=self.stack.endpoint_url,
            region_name=self.stack.region,
            config=unsigned,
        )
        provider = self.stack.outputs.issuer.removeprefix("https://")
        found = cognito.get_id(IdentityPoolId=self.stack.outputs.identity_pool_id, Logins={provider: self.id_token})
        return str(found["IdentityId"])

    def prep(self, *photos: object, token: str | None = None) -> Answer:
        """Announce photos."""
        return self.request("POST", "/prep/photoupload", json.dumps({"photos": photos}).encode(), token=token)

    def page(self, **query: object) -> Answer:
        """List photos."""
        return self.request("GET", f"/list/photos?{urlencode(query)}")

    def pages(self, **query: object) -> Iterator[list[dict[str, Any]]]:
        """Page to the end, as a gallery does."""
        before: dict[str, object] = {}
        while True:
            answer = self.page(**query, **before)
            assert answer.status == 200, answer.body
            yield answer.body["photos"]
            if "before" not in answer.body:
                return
            before = {"before": answer.body["before"]}

    def request(
        self, method: str, path: str, body: bytes | None = None, *, token: str | None = None, **headers: str
    ) -> Answer:
        """Send any request; an empty ``token`` sends none."""
        given = {
            "Content-Type": "application/json",
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        token = self.id_token if token is None else token
        if token:
            given["Authorization"] = f"Bearer {token}"
        answer = _http.request(method, self.stack.outputs.api_url + path, body=body, headers=given)
        return Answer(
            answer.status, answer.headers.get("Content-Type", ""), json.loads(answer.data or b"null"), answer.headers
        )

    @cached_property
    def access_token(self) -> str:
        """The other token of the same sign-in, which is for Cognito itself."""
        fields = {
            "grant_type": "refresh_token",
            "client_id": self.stack.outputs.client_id,
            "refresh_token": self.refresh_token,
        }
        url = f"{self.stack.outputs.hosted_ui_url}/oauth2/token"
        answer = _http.request("POST", url, fields=fields, encode_multipart=False)
        return str(answer.json()["access_token"])

    def forged(self, *, by_the_pool: bool, **claims: object) -> str:
        """Their ID token with other claims, signed by the pool's own key or by another one."""
        header = json.loads(base64.urlsafe_b64decode(self.id_token.split(".")[0] + "=="))
        key = self._pool_key() if by_the_pool else RSAKey.generate_key(2048)
        return jwt.encode({"alg": "RS256", "kid": header["kid"]}, {**self.claims, **claims}, key)

    def _pool_key(self) -> RSAKey:
        (file,) = self.stack.home.rglob(f"{self.stack.outputs.user_pool_id}-id.pem")
        key = serialization.load_pem_private_key(file.read_bytes(), password=None)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return RSAKey.import_key(pem)


def photo(**changes: object) -> dict[str, object]:
    """One entry of an announcement; a change of None leaves a field out."""
    entry: dict[str, object] = {
        "sha256": uuid.uuid4().hex * 2,
        "kind": "photo",
        "size": 3,
        "content_type": "image/jpeg",
        "taken_at": "2024-06-30T12:00:00+02:00",
        "taken_source": "exif",
        "modified_at": "2024-07-01T00:00:00.123456+00:00",
        "filename": "IMG_1.JPG",
        "sources": ["laptop:Pictures/IMG_1.JPG"],
        "sources_gone": [],
        **changes,
    }
    return {name: value for name, value in entry.items() if value is not None}


def new_member(stack: LocalStack) -> Member:
    """Give somebody an account, and sign them in through the hosted UI."""
    account = add_user(stack.home, f"m{uuid.uuid4().hex[:12]}")
    known = {field.name for field in fields(Profile)} & {field.name for field in fields(stack.outputs)}
    profile = Profile(name="local", **{name: getattr(stack.outputs, name) for name in known})
    tokens = sign_in_local(profile, account.username, account.password)
    claims = json.loads(base64.urlsafe_b64decode(tokens.id_token.split(".")[1] + "=="))
    assert claims["exp"] > time.time()
    return Member(stack, tokens.id_token, claims, tokens.refresh_token)
