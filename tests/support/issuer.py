"""A user pool in this process, for what the local stack lacks: rotated refresh tokens, forgeries, faults.

It signs with a key of its own, rotates refresh tokens without any grace (a second use is refused, as after Cognito's
grace period), and counts what it is asked.
"""

import json
import secrets
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl

from joserfc import jwk, jwt

from photobak.client.account.tokens.interface import Tokens
from photobak.client.profile import Profile

POOL = "eu-central-1_Pool00000"
CLIENT = "client0000000000000000000"


class Issuer:
    """Serves one pool on 127.0.0.1 while ``running`` does; ``asked`` counts requests by path or target."""

    def __init__(self) -> None:
        self.key = jwk.RSAKey.generate_key(2048, {"kid": "pool-key", "alg": "RS256", "use": "sig"})
        self.asked: Counter[str] = Counter()
        self.live_refresh_tokens: set[str] = set()
        self.lifetime = 3600
        self.subject = "11111111-2222-3333-4444-555555555555"
        self.delay = 0.0
        self.failing_with: int | None = None
        self.revoked_id_tokens: set[str] = set()
        """Those that the identity pool refuses although they haven't expired (its server-side token check)."""
        self.device_code: dict[str, Any] = {}
        self.device_answers: list[str] = []
        """What the device's questions are answered, in turn: an error, or "tokens"."""
        self._guard = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    @contextmanager
    def running(self) -> "Iterator[Issuer]":
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            thread.join()
            self._server.server_close()

    def profile(self, name: str = "test", **changes: Any) -> Profile:
        values = {
            "name": name,
            "region": "eu-central-1",
            "api_url": self.url,
            "bucket": "photos",
            "table": "Photos",
            "contents_table": "Contents",
            "user_pool_id": POOL,
            "client_id": CLIENT,
            "identity_pool_id": "eu-central-1:00000000-0000-0000-0000-000000000000",
            "hosted_ui_url": self.url,
            "issuer": f"https://cognito-idp.eu-central-1.amazonaws.com/{POOL}",
            "endpoint_url": self.url,
            **changes,
        }
        return Profile(**values)

    def claims(self, **changes: Any) -> dict[str, Any]:
        """Those of a good ID token; a change to None leaves that claim out."""
        now = int(time.time())
        good = {
            "iss": f"https://cognito-idp.eu-central-1.amazonaws.com/{POOL}",
            "aud": CLIENT,
            "token_use": "id",
            "sub": self.subject,
            "email": "ann@example.org",
            "iat": now,
            "exp": now + self.lifetime,
            "jti": secrets.token_hex(8),
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not None}

    def sign(self, claims: dict[str, Any]) -> str:
        return jwt.encode({"alg": "RS256", "kid": "pool-key"}, claims, self.key)

    def keys(self) -> dict[str, Any]:
        return {"keys": [self.key.as_dict(private=False)]}

    def refresh_token(self) -> str:
        token = "refresh-" + secrets.token_hex(24)
        self.live_refresh_tokens.add(token)
        return token

    def tokens(self, *, good_for: int = 3600, signed_in_at: int | None = None) -> Tokens:
        """A sign-in as it is kept, whose ID token is good for so many seconds."""
        claims = self.claims(exp=int(time.time()) + good_for)
        return Tokens(
            id_token=self.sign(claims),
            refresh_token=self.refresh_token(),
            expires_at=claims["exp"],
            signed_in_at=int(time.time()) if signed_in_at is None else signed_in_at,
            subject=self.subject,
            email=claims["email"],
        )

    def answer(self, path: str, target: str, body: bytes) -> tuple[int, dict[str, Any]]:
        with self._guard:
            self.asked[target or path] += 1
        time.sleep(self.delay)  # how long a distant server takes; 0 unless a test asks for it
        if self.failing_with:
            return self.failing_with, {}
        if path.endswith("/.well-known/jwks.json"):
            return 200, self.keys()
        if path == "/oauth2/token":
            return self._refresh(dict(parse_qsl(body.decode())))
        if path == "/device/code":
            return 200, self.device_code
        if path == "/device/token":
            return self._device_token(dict(parse_qsl(body.decode())))
        if "AWSCognitoIdentityService" in target and self.revoked_id_tokens & set(json.loads(body)["Logins"].values()):
            return 400, {"__type": "NotAuthorizedException", "message": "Token has been revoked"}
        if target.endswith(".GetId"):
            return 200, {"IdentityId": "eu-central-1:99999999-0000-0000-0000-000000000000"}
        if target.endswith(".GetCredentialsForIdentity"):
            return 200, {"Credentials": self._credentials()}
        if target.endswith(".RevokeToken"):
            self.live_refresh_tokens.discard(json.loads(body)["Token"])
            return 200, {}
        return 404, {}

    def _refresh(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        with self._guard:
            if form["refresh_token"] not in self.live_refresh_tokens:
                return 400, {"error": "invalid_grant", "error_description": "Refresh Token has been revoked"}
            self.live_refresh_tokens.remove(form["refresh_token"])
            rotated = self.refresh_token()
        return 200, {"id_token": self.sign(self.claims()), "refresh_token": rotated, "token_type": "Bearer"}

    def _device_token(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        assert form["grant_type"] == "urn:ietf:params:oauth:grant-type:device_code"
        assert (form["client_id"], form["device_code"]) == (CLIENT, self.device_code["device_code"])
        answer = self.device_answers.pop(0)
        if answer == "tokens":
            return 200, {"id_token": self.sign(self.claims()), "refresh_token": self.refresh_token()}
        return 400, {"error": answer}

    def _credentials(self) -> dict[str, Any]:
        return {
            "AccessKeyId": "ASIA" + secrets.token_hex(8).upper(),
            "SecretKey": "secret-" + secrets.token_hex(16),
            "SessionToken": "session-" + secrets.token_hex(16),
            "Expiration": time.time() + self.lifetime,
        }


def _handler(issuer: Issuer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self.do_POST()

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            status, found = issuer.answer(self.path, self.headers.get("X-Amz-Target", ""), body)
            content = json.dumps(found).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            pass

    return Handler
