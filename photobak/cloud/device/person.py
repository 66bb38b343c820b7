"""What the person with the browser does: enters the code, sees which device asks, decides, signs in, comes back."""

import ipaddress
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from photobak.cloud.device.browser import Browser
from photobak.cloud.device.codes import read_user_code, user_code_id
from photobak.cloud.device.grant import LIFETIME, Grant
from photobak.cloud.device.hosted_ui import HostedUi
from photobak.cloud.device.store import DeviceGrants
from photobak.errors import PhotobakError

MOST_WRONG_CODES: Final = 5
"""User codes that one address may get wrong within a grant's lifetime (RFC 8628, 5.1)."""

_NOT_WAITING: Final = "This code is wrong, used or expired. Look at it once more, or ask for a new one"
_IPV6_NETWORK: Final = 64  # what one subscriber has


class CodeRefused(PhotobakError):
    """The code that was typed leads to no grant that waits: another one can be tried."""


class TooManyTries(PhotobakError):
    """This address has guessed too often."""


class NotConfirmed(PhotobakError):
    """A return from the hosted UI that this browser hasn't set out for, or that comes a second time."""


class SignInFailed(PhotobakError):
    """The hosted UI returned with an error; the grant still waits."""


@dataclass(frozen=True, slots=True)
class PersonSide:
    """What the pages do."""

    grants: DeviceGrants
    hosted_ui: HostedUi
    clock: Callable[[], datetime]

    def find(self, typed: str, address: str) -> tuple[str, Grant]:
        """The code that was typed, as it is written, and the grant that waits for it.

        Raises:
            CodeRefused: it can't be a code, or it is unknown, used or expired; which of them is not said.
            TooManyTries: whatever the code.
        """
        user_code = read_user_code(typed)
        if user_code is None:
            raise CodeRefused("A code has eight letters, such as WDJB-MJHT. Look at it once more")
        network, now = _network(address), self.clock()
        if not self.grants.take_try(network, MOST_WRONG_CODES, now, LIFETIME):
            minutes = LIFETIME.seconds // 60
            raise TooManyTries(f"Too many wrong codes came from your network. Try again in {minutes} minutes")
        grant = self.grants.by_user_code(user_code_id(user_code))
        if grant is None or not grant.is_open(now):
            raise CodeRefused(_NOT_WAITING)
        self.grants.give_try_back(network)
        return user_code, grant

    def confirm(self, grant: Grant, browser: Browser) -> str:
        """Where to send a browser whose person has said yes."""
        state = browser.state_for(grant.id)
        return self.hosted_ui.authorization_url(scope=grant.scope, challenge=grant.challenge, state=state)

    def deny(self, grant: Grant) -> None:
        """Take the person's no.

        Raises:
            CodeRefused: somebody has decided in the meantime, or it is too late.
        """
        if not self.grants.deny(grant.id, self.clock()):
            raise CodeRefused(_NOT_WAITING)

    def come_back(self, query: Mapping[str, str], browser: Browser | None) -> None:
        """Take the hosted UI's answer (RFC 6749, 4.1.2), and keep its code for the machine.

        Raises:
            NotConfirmed: another browser confirmed, or none; or the grant has been decided.
            SignInFailed: Cognito says why, such as a PreSignUp trigger's reason.
        """
        grant_id = browser.grant_of(query.get("state", "")) if browser else None
        if grant_id is None:
            raise NotConfirmed("This sign-in wasn't begun in this browser, so it is not used")
        if "error" in query or not query.get("code"):
            raise SignInFailed(query.get("error_description") or query.get("error") or "The answer has no code")
        if not self.grants.approve(grant_id, query["code"], self.clock()):
            raise NotConfirmed("This sign-in has been used, or has expired")


def _network(address: str) -> str:
    """What counts as one guesser: an IPv4 address, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(ipaddress.ip_network((parsed, _IPV6_NETWORK), strict=False)) if parsed.version == 6 else str(parsed)
