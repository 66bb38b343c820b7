"""The machine's side: it requests codes, and then polls for its tokens (RFC 8628, 3)."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from photobak.cloud.device.hosted_ui import HostedUi
from photobak.cloud.store.device_grants import DeviceGrants, Grant, GrantStatus
from photobak.errors import CloudError, PhotobakError

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:device_code"
SCOPES: Final = ("openid", "email")
LIFETIME: Final = timedelta(minutes=10)
"""How long a code can be entered and redeemed."""
INTERVAL: Final = timedelta(seconds=5)
"""How long a machine waits between two polls, unless it is told to slow down."""
MAX_CODES: Final = 20
"""Codes that one address may request within a code's lifetime; each costs an scrypt hash and a transaction."""

_MAX_NAME: Final = 64
_LATER: Final = f"Try again in {LIFETIME.seconds // 60} minutes."
_IPV6_NETWORK: Final = 64  # the prefix of one subscriber


class OAuthError(PhotobakError):
    """A request that the machine's endpoints refuse (RFC 6749, 5.2; RFC 8628, 3.5).

    Attributes:
        error: the RFC's code for it.
        description: for the developer or the person who reads it.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error, why=description)
        self.error = error
        self.description = description


@dataclass(frozen=True, slots=True)
class MachineSide:
    """The two endpoints that machines call."""

    grants: DeviceGrants
    hosted_ui: HostedUi
    verification_uri: str
    clock: Callable[[], datetime]

    def begin(self, form: Mapping[str, str], address: str) -> dict[str, Any]:
        """Answer a device authorization request (RFC 8628, 3.1 and 3.2).

        Args:
            form: ``client_id``, an optional ``scope``, and, beyond the RFC, ``device_name`` for the person to read.
            address: the IP address that the request comes from.

        Raises:
            OAuthError: another client's, an unknown scope, or too many requests from this address.
        """
        self._check_client(form)
        scope = _scope(form)
        if not self.grants.take_try(f"codes:{network_of(address)}", MAX_CODES, self.clock(), LIFETIME):
            raise OAuthError("slow_down", f"Too many codes were requested from your network. {_LATER}")
        device_code, user_code, now = new_device_code(), new_user_code(), self.clock()
        grant = Grant(
            id=grant_id(device_code),
            status=GrantStatus.WAITING,
            scope=scope,
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
            raise OAuthError("unsupported_grant_type", f"This endpoint supports only {GRANT_TYPE}.")
        if not form.get("grant_type") or not form.get("device_code"):
            raise OAuthError("invalid_request", "grant_type and device_code are required.")
        self._check_client(form)
        grant, now = self.grants.get(grant_id(form["device_code"])), self.clock()
        if grant is None:
            raise OAuthError("invalid_grant", "This device code is unknown.")
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
            # Cognito's codes live for 5 minutes and work once, so a retry would be pointless.
            raise OAuthError("invalid_grant", f"The approval could not be exchanged for tokens: {error}.") from error

    def _check_client(self, form: Mapping[str, str]) -> None:
        if not form.get("client_id"):
            raise OAuthError("invalid_request", "client_id is required.")
        if form["client_id"] != self.hosted_ui.client_id:
            raise OAuthError("invalid_client", "This client is unknown.")


def refusal(grant: Grant, now: datetime) -> OAuthError | None:
    """Why the machine gets no tokens now; None if the grant is approved and can be redeemed."""
    if grant.status is GrantStatus.REDEEMED:
        return OAuthError("invalid_grant", "This device code has been used.")
    if now >= grant.expires_at:
        return OAuthError("expired_token", "The code has expired. Request a new one.")
    if grant.status is GrantStatus.DENIED:
        return OAuthError("access_denied", "The person denied the request.")
    if grant.status is GrantStatus.APPROVED:
        return None
    if grant.polls_too_soon(now):
        return OAuthError("slow_down", f"Poll at most every {grant.interval_after(now).seconds} seconds.")
    return OAuthError("authorization_pending", "Nobody has entered the code yet.")


def network_of(address: str) -> str:
    """What counts as one requester: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False)) if parsed.version == 6 else str(parsed)


def _scope(form: Mapping[str, str]) -> str:
    requested = form.get("scope", "").split() or SCOPES
    if not set(requested) <= set(SCOPES):
        raise OAuthError("invalid_scope", f"The supported scopes are: {' '.join(SCOPES)}.")
    return " ".join(requested)


def _device_name(form: Mapping[str, str]) -> str:
    """The name fit to be shown: no control characters, none that change the reading direction."""
    printable = "".join(letter if letter.isprintable() else " " for letter in form.get("device_name", ""))
    return " ".join(printable.split())[:_MAX_NAME] or "a device without a name"
