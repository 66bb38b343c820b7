"""Lambda entry point of Cognito's PreSignUp trigger: raising keeps a person out, and what is raised is shown to them.

It loads nothing but what it needs: Cognito waits for 5 seconds, and then refuses.
"""

from typing import Any, Final

from photobak.cloud.environment import PreSignUpEnvironment
from photobak.cloud.pre_sign_up.allow_list import AllowList
from photobak.errors import PhotobakError

_BY_OWNER: Final = "PreSignUp_AdminCreateUser"
_BY_PROVIDER: Final = "PreSignUp_ExternalProvider"


class NotInvited(PhotobakError):
    """This person may not join."""


def handle(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Let in whom the owner made an account for, and whose verified e-mail address is on the list.

    Raises:
        NotInvited: anybody else.
    """
    source = event["triggerSource"]
    if source != _BY_OWNER:
        _require_invitation(source, event["request"]["userAttributes"])
    return event


def _require_invitation(source: str, attributes: dict[str, Any]) -> None:
    ask = "Ask the owner of this photobak to add your address"
    if source != _BY_PROVIDER:
        raise NotInvited(f"Nobody can register here by themselves. {ask}")
    if str(attributes.get("email_verified")).lower() != "true":
        raise NotInvited("Your identity provider has not verified your e-mail address")
    if not AllowList.parse(PreSignUpEnvironment.read().allowed_emails).allows(str(attributes.get("email", ""))):
        raise NotInvited(f"Your e-mail address is not on this photobak's list. {ask}")
