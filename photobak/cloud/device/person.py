"""The person's side: enters the code, sees which device asks, decides, signs in, returns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from photobak.cloud.device.browser import Browser
from photobak.cloud.device.codes import read_user_code, user_code_id
from photobak.cloud.device.hosted_ui import HostedUi
from photobak.cloud.device.machine import LIFETIME, network_of
from photobak.cloud.store.device_grants import DeviceGrants, Grant
from photobak.errors import PhotobakError

MAX_WRONG_CODES: Final = 5
"""User codes that one address may get wrong within a grant's lifetime (RFC 8628, 5.1)."""

_NOT_WAITING: Final = "This code is wrong, used or expired. Check it, or request a new one on your device"


class CodeRefused(PhotobakError):
    """The code that was typed leads to no open grant; another one can be tried."""


class TooManyTries(PhotobakError):
    """This address has made too many failed attempts."""


class NotConfirmed(PhotobakError):
    """A return from the hosted UI that did not begin in this browser, or comes a second time."""


class SignInFailed(PhotobakError):
    """The hosted UI returned with an error; the grant stays open."""


@dataclass(frozen=True, slots=True)
class PersonSide:
    """What the pages do."""

    grants: DeviceGrants
    hosted_ui: HostedUi
    clock: Callable[[], datetime]

    def find(self, typed: str, address: str) -> tuple[str, Grant]:
        """Find the open grant for a code: the code in its normal form, and the grant.

        Raises:
            CodeRefused: it can't be a code, or it is unknown, used or expired; which of them is not revealed.
            TooManyTries: the address has used up its attempts, whatever the code.
        """
        user_code = read_user_code(typed)
        if user_code is None:
            raise CodeRefused("A code has eight letters, such as WDJB-MJHT. Check what you typed")
        network, now = network_of(address), self.clock()
        if not self.grants.take_try(network, MAX_WRONG_CODES, now, LIFETIME):
            minutes = LIFETIME.seconds // 60
            raise TooManyTries(f"Too many wrong codes came from your network. Try again in {minutes} minutes")
        grant = self.grants.by_user_code(user_code_id(user_code))
        if grant is None or not grant.is_open(now):
            raise CodeRefused(_NOT_WAITING)
        self.grants.give_try_back(network)
        return user_code, grant

    def confirm(self, grant: Grant, browser: Browser) -> str:
        """The URL that signs in a person who has approved."""
        state = browser.state_for(grant.id)
        return self.hosted_ui.authorization_url(scope=grant.scope, challenge=grant.challenge, state=state)

    def deny(self, grant: Grant) -> None:
        """Deny a grant.

        Raises:
            CodeRefused: it has been decided meanwhile, or has expired.
        """
        if not self.grants.deny(grant.id, self.clock()):
            raise CodeRefused(_NOT_WAITING)

    def come_back(self, query: Mapping[str, str], browser: Browser | None) -> None:
        """Take the hosted UI's answer (RFC 6749, 4.1.2) and keep its code for the machine.

        Raises:
            NotConfirmed: the grant was approved in another browser or in none, or has been decided.
            SignInFailed: Cognito's own error, such as a PreSignUp trigger's reason.
        """
        grant_id = browser.grant_of(query.get("state", "")) if browser else None
        if grant_id is None:
            raise NotConfirmed("This sign-in did not begin in this browser, so it is ignored")
        if "error" in query or not query.get("code"):
            raise SignInFailed(query.get("error_description") or query.get("error") or "The answer has no code")
        if not self.grants.approve(grant_id, query["code"], self.clock()):
            raise NotConfirmed("This sign-in has been used or has expired")
