"""Cognito's hosted UI: where the person's browser is sent, and where the code that it comes back with is redeemed."""

import json
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

import urllib3
from urllib3.exceptions import HTTPError

from photobak.errors import CloudError

_LONGEST_ANSWER: Final = 64 * 1024
_TIMEOUT: Final = urllib3.Timeout(connect=3, read=10)


class CodeRefused(CloudError):
    """Cognito gives no tokens for this authorization code: too late, used, or another verifier's."""


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
        """Where a browser signs in (RFC 6749, 4.1.1; RFC 7636, 4.3)."""
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
        """Turn an authorization code into tokens (RFC 6749, 4.1.3); sent once, since a code works once.

        Raises:
            CodeRefused: Cognito answered no.
            CloudError: Cognito can't be reached, or answers with nonsense.
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
            raise CodeRefused("Cognito gives no tokens", why=f"HTTP {status} {answer.get('error', '')}".rstrip())
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
                found = json.loads(answer.read(_LONGEST_ANSWER))
        except (HTTPError, ValueError) as error:
            raise CloudError("Cognito's token endpoint can't be used", why=type(error).__name__) from error
        if not isinstance(found, dict):
            raise CloudError("Cognito's token endpoint can't be used", why="its answer is no object")
        return answer.status, found
