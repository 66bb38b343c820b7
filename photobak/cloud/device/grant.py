"""One device grant from its beginning to its end, and what the machine that waits is told (RFC 8628, 3.5). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from photobak.errors import PhotobakError

LIFETIME: Final = timedelta(minutes=10)
"""How long a code can be entered and redeemed."""
INTERVAL: Final = timedelta(seconds=5)
"""How long a machine waits between two questions, until it is told to slow down."""
SLOWER_BY: Final = timedelta(seconds=5)
"""Added each time that a machine asks too soon (RFC 8628, 3.5)."""

_TOLERANCE: Final = timedelta(milliseconds=500)
"""A machine that asks on the dot isn't early because two Lambdas' clocks differ."""


class Status(StrEnum):
    """What has become of a grant."""

    WAITING = "waiting"
    APPROVED = "approved"
    DENIED = "denied"
    REDEEMED = "redeemed"


@dataclass(frozen=True, slots=True)
class Grant:
    """What the table knows of one grant; none of it signs anybody in."""

    id: str
    """The hash of the device code."""
    status: Status
    scope: str
    """As the machine asked for it."""
    challenge: str
    """The PKCE challenge, whose verifier only the device code leads to."""
    device_name: str
    """What the machine calls itself: any text, for a page to escape."""
    address: str
    """The IP address that the machine asked from."""
    requested_at: datetime
    expires_at: datetime
    interval: timedelta
    polled_at: datetime | None
    """When the machine asked last."""

    def is_open(self, now: datetime) -> bool:
        """Tell whether a person can still decide about it."""
        return self.status is Status.WAITING and now < self.expires_at

    def asks_too_soon(self, now: datetime) -> bool:
        """Tell whether the machine hasn't waited for the interval."""
        return self.polled_at is not None and now - self.polled_at < self.interval - _TOLERANCE

    def interval_after(self, now: datetime) -> timedelta:
        """The interval that holds once the machine has asked now."""
        return self.interval + SLOWER_BY if self.asks_too_soon(now) else self.interval


class OAuthError(PhotobakError):
    """A request that the machine's endpoints refuse (RFC 6749, 5.2; RFC 8628, 3.5).

    Attributes:
        error: the RFC's word for it.
        description: for the developer or the person who reads it.
    """

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error, why=description)
        self.error = error
        self.description = description


def refusal(grant: Grant, now: datetime) -> OAuthError | None:
    """Why the machine gets no tokens now; None where the grant is approved, and is to be redeemed."""
    if grant.status is Status.REDEEMED:
        return OAuthError("invalid_grant", "This device code has been used.")
    if now >= grant.expires_at:
        return OAuthError("expired_token", "The code has expired. Ask for a new one.")
    if grant.status is Status.DENIED:
        return OAuthError("access_denied", "The person said no.")
    if grant.status is Status.APPROVED:
        return None
    if grant.asks_too_soon(now):
        return OAuthError("slow_down", f"Ask every {grant.interval_after(now).seconds} seconds at most.")
    return OAuthError("authorization_pending", "Nobody has entered the code yet.")
