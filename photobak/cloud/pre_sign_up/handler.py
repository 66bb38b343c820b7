"""Lambda entry point of Cognito's PreSignUp trigger: an exception refuses the sign-up, and the person sees its text.

It imports only what it needs: Cognito waits for 5 seconds, and then refuses.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from photobak.cloud.environment import PreSignUpEnvironment
from photobak.errors import PhotobakError

_BY_OWNER: Final = "PreSignUp_AdminCreateUser"
_BY_PROVIDER: Final = "PreSignUp_ExternalProvider"


class NotInvited(PhotobakError):
    """This person may not join."""


@dataclass(frozen=True, slots=True)
class AllowList:
    """The e-mail addresses and whole domains that may join; an empty list allows nobody."""

    addresses: frozenset[str]
    domains: frozenset[str]

    @classmethod
    def parse(cls, text: str) -> "AllowList":
        """Read ``ann@example.org, example.com``; case does not matter."""
        entries = {entry.strip().lower().removeprefix("@") for entry in text.split(",")} - {""}
        addresses = frozenset(entry for entry in entries if "@" in entry)
        return cls(addresses, frozenset(entries - addresses))

    def allows(self, email: str) -> bool:
        """Whether this address or its exact domain is listed; a subdomain is another domain."""
        address = email.strip().lower()
        name, _, domain = address.rpartition("@")
        if not name or "@" in name or not address.isprintable() or " " in address:
            return False
        return address in self.addresses or domain in self.domains


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Admit accounts that the owner creates, and people whose verified e-mail address is on the list.

    Raises:
        NotInvited: anybody else.
    """
    source = event.get("triggerSource")
    if source != _BY_OWNER:
        _require_invitation(source, event.get("request"))
    return event


def _require_invitation(source: object, request: object) -> None:
    ask = "Ask the owner of this photobak to add your address"
    if source != _BY_PROVIDER:
        raise NotInvited(f"Sign-up is by invitation only. {ask}")
    attributes = request.get("userAttributes") if isinstance(request, Mapping) else None
    if not isinstance(attributes, Mapping) or str(attributes.get("email_verified")).lower() != "true":
        raise NotInvited("Your identity provider has not verified your e-mail address")
    if not AllowList.parse(PreSignUpEnvironment.read().allowed_emails).allows(str(attributes.get("email", ""))):
        raise NotInvited(f"Your e-mail address is not on this photobak's list. {ask}")
