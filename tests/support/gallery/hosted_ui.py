"""A sign-in page like Cognito's: authorization code with PKCE, refresh, logout, RevokeToken."""

import base64
import hashlib
import html
import json
import secrets
import time
from typing import Any
from urllib.parse import urlencode

from support.gallery.servers import Reply, Request, json_reply

CLIENT_ID = "gallery-client"
ISSUER = "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Fake"
CORS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Headers": "content-type,x-amz-target",
    "Access-Control-Allow-Methods": "POST",
}


def _base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class HostedUi:
    """One user pool with one person in it."""

    username, password = "ann", "Correct-horse-1"

    def __init__(self) -> None:
        self.home = ""
        """The gallery's address: the one redirect URI and logout URI."""
        self.token_seconds = 3600
        self.claims: dict[str, Any] = {}
        """What tokens say otherwise than they should."""
        self.subject = "sub-of-ann"
        self._codes: dict[str, dict[str, str]] = {}
        self._refresh: set[str] = set()
        self.revoked: set[str] = set()
        self._id_tokens: dict[str, float] = {}
        self._sessions: set[str] = set()
        self._stale: set[str] = set()

    def accepts(self, authorization: str) -> bool:
        """Whether the API takes this header."""
        return self._id_tokens.get(authorization.removeprefix("Bearer "), 0) > time.monotonic()

    def end_id_tokens(self) -> None:
        """As if an hour had passed."""
        self._id_tokens.clear()

    def ask_for_fresh(self) -> None:
        """As if the API wanted a sign-in of the last minutes for deletions: those with tokens of now have none."""
        self._stale |= set(self._id_tokens)

    def is_stale(self, authorization: str) -> bool:
        """Whether the sign-in is too old to delete with."""
        return authorization.removeprefix("Bearer ") in self._stale

    def end_sessions(self) -> None:
        """As if the person's refresh tokens had been revoked, and the page's cookie were gone."""
        self._id_tokens.clear()
        self._refresh.clear()
        self._sessions.clear()

    def reply(self, request: Request) -> Reply:
        match request.method, request.path:
            case "OPTIONS", _:
                return Reply(204, headers=CORS)
            case "GET", "/oauth2/authorize":
                return self._authorize(request)
            case "POST", "/login":
                return self._login(request)
            case "POST", "/oauth2/token":
                return self._token(request.form())
            case "GET", "/logout":
                return self._logout(request)
            case "POST", "/":
                self._refresh.discard(request.json()["Token"])
                self.revoked.add(request.json()["Token"])
                return json_reply({}, headers=CORS)
        return Reply(404)

    def _authorize(self, request: Request) -> Reply:
        query = dict(request.query)
        good = query.get("redirect_uri") == self.home and query.get("client_id") == CLIENT_ID
        if not good or query.get("code_challenge_method") != "S256":
            return Reply(400, b"invalid request")
        fresh = query.get("prompt") == "login"
        if not fresh and any(f"session={session}" in request.headers.get("cookie", "") for session in self._sessions):
            return self._back_with_code(query)
        hidden = "".join(
            f'<input type="hidden" name="{html.escape(name)}" value="{html.escape(value)}">'
            for name, value in query.items()
        )
        form = f"""<!doctype html><title>Sign in</title><form method="post" action="/login">{hidden}
            <input name="username"><input name="password" type="password">
            <button type="submit">Sign in</button></form>"""
        return Reply(200, form.encode(), {"Content-Type": "text/html; charset=utf-8"})

    def _login(self, request: Request) -> Reply:
        form = request.form()
        if (form.pop("username", ""), form.pop("password", "")) != (self.username, self.password):
            return Reply(400, b"<p class=error>Incorrect username or password.</p>", {"Content-Type": "text/html"})
        session = secrets.token_hex(16)
        self._sessions.add(session)
        return self._back_with_code(form, {"Set-Cookie": f"session={session}; HttpOnly; SameSite=Lax; Path=/"})

    def _back_with_code(self, query: dict[str, str], headers: dict[str, str] | None = None) -> Reply:
        code = secrets.token_hex(16)
        self._codes[code] = query
        location = f"{self.home}?{urlencode({'code': code, 'state': query['state']})}"
        return Reply(302, headers={"Location": location, **(headers or {})})

    def _token(self, form: dict[str, str]) -> Reply:
        if form.get("grant_type") == "refresh_token":
            known = form.get("refresh_token") in self._refresh
            return self._tokens("") if known else json_reply({"error": "invalid_grant"}, 400, CORS)
        query = self._codes.pop(form.get("code", ""), None)
        challenge = _base64url(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if query is None or query["code_challenge"] != challenge or form.get("redirect_uri") != self.home:
            return json_reply({"error": "invalid_grant"}, 400, CORS)
        refresh_token = secrets.token_hex(32)
        self._refresh.add(refresh_token)
        return self._tokens(query["nonce"], refresh_token=refresh_token)

    def _tokens(self, nonce: str, **more: str) -> Reply:
        claims = {"iss": ISSUER, "aud": CLIENT_ID, "token_use": "id", "sub": self.subject, "email": "ann@example.org"}
        claims |= {"nonce": nonce, "jti": secrets.token_hex(8)} | self.claims
        parts = ({"alg": "RS256"}, claims)
        id_token = ".".join([*(_base64url(json.dumps(part).encode()) for part in parts), "signature"])
        self._id_tokens[id_token] = time.monotonic() + self.token_seconds
        return json_reply(
            {"id_token": id_token, "expires_in": self.token_seconds, "token_type": "Bearer", **more}, headers=CORS
        )

    def _logout(self, request: Request) -> Reply:
        if request.query.get("logout_uri") != self.home or request.query.get("client_id") != CLIENT_ID:
            return Reply(400, b"invalid logout_uri")
        self._sessions.clear()
        return Reply(302, headers={"Location": self.home, "Set-Cookie": "session=; Max-Age=0; Path=/"})
