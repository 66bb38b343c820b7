"""Cognito's hosted UI: the URL that the person's browser is sent to, and the token endpoint that redeems its code."""

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from photobak.errors import CloudError

_MAX_ANSWER: Final = 64 * 1024
_TIMEOUT: Final = urllib3.Timeout(connect=3, read=10)


class CodeRefused(CloudError):
    """Cognito refused an authorization code: expired, used, or issued for another verifier."""


@dataclass(frozen=True, slots=True)
class HostedUi:
    """The hosted UI of one stack, for its one client."""

    url: str
    """Without a trailing slash."""
    client_id: str
    redirect_uri: str
    """Our callback, as it is registered."""
    http: urllib3.PoolManager

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"

    def authorization_url(self, *, scope: str, challenge: str, state: str) -> str:
        """The URL at which a browser signs in (RFC 6749, 4.1.1; RFC 7636, 4.3)."""
        parameters = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": self.redirect_uri,
            "scope": scope,
            "state": state,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return f"{self.url}/oauth2/authorize?{urlencode(parameters)}"

    def redeem(self, code: str, verifier: str) -> dict[str, Any]:
        """Exchange an authorization code for tokens (RFC 6749, 4.1.3); without retries, since a code works once.

        Raises:
            CodeRefused: Cognito refused the code.
            CloudError: Cognito can't be reached, or its answer is malformed.
        """
        form = {
            "grant_type": "authorization_code",
            "client_id": self.client_id,
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": verifier,
        }
        status, answer = self._post(urlencode(form))
        if status != 200:
            reason = f"HTTP {status} {answer.get('error', '')}".rstrip()
            raise CodeRefused("Cognito refused the authorization code", why=reason)
        return answer

    def _post(self, form: str) -> tuple[int, dict[str, Any]]:
        try:
            with self.http.request(
                "POST",
                f"{self.url}/oauth2/token",
                body=form,
                headers={"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"},
                timeout=_TIMEOUT,
                retries=False,
                redirect=False,
                preload_content=False,
            ) as answer:
                found = json.loads(answer.read(_MAX_ANSWER))
        except (HTTPError, ValueError) as error:
            raise CloudError("Cognito's token endpoint failed", why=type(error).__name__) from error
        if not isinstance(found, dict):
            raise CloudError("Cognito's token endpoint failed", why="its answer is not a JSON object")
        return answer.status, found
