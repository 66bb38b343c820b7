"""What the machine that wants to sign in asks: for codes, and then, again and again, for its tokens (RFC 8628, 3)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from photobak.cloud.device.codes import (
    grant_id,
    new_device_code,
    new_user_code,
    pkce_challenge,
    pkce_verifier,
    user_code_id,
)
from photobak.cloud.device.grant import INTERVAL, LIFETIME, Grant, OAuthError, Status, refusal
from photobak.cloud.device.hosted_ui import HostedUi
from photobak.cloud.device.store import DeviceGrants
from photobak.errors import CloudError

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"
SCOPES: Final = ("openid", "email")

_LONGEST_NAME: Final = 64


@dataclass(frozen=True, slots=True)
class MachineSide:
    """The two endpoints that machines ask."""

    grants: DeviceGrants
    hosted_ui: HostedUi
    verification_uri: str
    clock: Callable[[], datetime]

    def begin(self, form: Mapping[str, str], address: str) -> dict[str, Any]:
        """Answer a device authorization request (RFC 8628, 3.1 and 3.2).

        Args:
            form: ``client_id``, ``scope`` where not all, and, beyond the RFC, ``device_name`` for the person to read.
            address: the IP address that asks.

        Raises:
            OAuthError: another client's, or a scope that there isn't.
        """
        self._check_client(form)
        device_code, user_code, now = new_device_code(), new_user_code(), self.clock()
        grant = Grant(
            id=grant_id(device_code),
            status=Status.WAITING,
            scope=_scope(form),
            challenge=pkce_challenge(pkce_verifier(device_code)),
            device_name=_device_name(form),
            address=address,
            requested_at=now,
            expires_at=now + LIFETIME,
            interval=INTERVAL,
            polled_at=None,
        )
        self.grants.add(grant, user_code_id(user_code))
        return {
            "device_code": device_code,
            "user_code": user_code,
            "verification_uri": self.verification_uri,
            "verification_uri_complete": f"{self.verification_uri}?{urlencode({'user_code': user_code})}",
            "expires_in": LIFETIME.seconds,
            "interval": INTERVAL.seconds,
        }

    def token(self, form: Mapping[str, str]) -> dict[str, Any]:
        """Answer a device access token request with Cognito's own tokens (RFC 8628, 3.4 and 3.5).

        Raises:
            OAuthError: not yet, or never.
        """
        if form.get("grant_type", GRANT_TYPE) != GRANT_TYPE:
            raise OAuthError("unsupported_grant_type", f"This endpoint takes {GRANT_TYPE}.")
        if not form.get("grant_type") or not form.get("device_code"):
            raise OAuthError("invalid_request", "It needs a grant_type and a device_code.")
        self._check_client(form)
        grant, now = self.grants.get(grant_id(form["device_code"])), self.clock()
        if grant is None:
            raise OAuthError("invalid_grant", "This device code is not known.")
        problem = refusal(grant, now)
        if problem is None:
            return self._redeem(grant, form["device_code"])
        if grant.is_open(now):
            self.grants.poll(grant.id, now, grant.interval_after(now))
        raise problem

    def _redeem(self, grant: Grant, device_code: str) -> dict[str, Any]:
        code = self.grants.claim(grant.id)
        if code is None:
            raise OAuthError("invalid_grant", "This device code has been used.")
        try:
            return self.hosted_ui.redeem(code, pkce_verifier(device_code))
        except CloudError as error:
            # Cognito's codes live for 5 minutes and work once, so there is nothing to go back to.
            raise OAuthError("invalid_grant", f"The approval could not be turned into tokens: {error}.") from error

    def _check_client(self, form: Mapping[str, str]) -> None:
        if not form.get("client_id"):
            raise OAuthError("invalid_request", "It needs a client_id.")
        if form["client_id"] != self.hosted_ui.client_id:
            raise OAuthError("invalid_client", "This client is not known.")


def _scope(form: Mapping[str, str]) -> str:
    asked = form.get("scope", "").split() or SCOPES
    if not set(asked) <= set(SCOPES):
        raise OAuthError("invalid_scope", f"There are these scopes: {' '.join(SCOPES)}.")
    return " ".join(asked)


def _device_name(form: Mapping[str, str]) -> str:
    """What can be shown of the name: no control characters, none that turn the reading direction."""
    shown = "".join(letter if letter.isprintable() else " " for letter in form.get("device_name", ""))
    return " ".join(shown.split())[:_LONGEST_NAME] or "a device without a name"
