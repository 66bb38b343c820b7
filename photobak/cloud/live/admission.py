"""Who may connect: the holder of a valid ID token, or of a ticket issued to one."""

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from photobak.cloud.store.tickets import TicketsTable
from photobak.errors import PhotobakError

if TYPE_CHECKING:
    from mypy_boto3_cognito_identity import CognitoIdentityClient


class NotAdmitted(PhotobakError):
    """A connection is refused."""


@dataclass(frozen=True, slots=True)
class Admission:
    """Admits connections of one stack."""

    cognito: "CognitoIdentityClient"
    identity_pool_id: str
    login_provider: str
    tickets: TicketsTable
    clock: Callable[[], datetime]

    def identity_id(self, authorization: str | None, ticket: str | None) -> str:
        """The identity id of the person who connects.

        Args:
            authorization: the header.
            ticket: the query parameter.

        Raises:
            NotAdmitted: neither is valid.
        """
        if ticket:
            return self._of_ticket(ticket)
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() == "bearer" and token.strip():
            return self._of_token(token.strip())
        raise NotAdmitted("there is neither a bearer token nor a ticket")

    def _of_ticket(self, ticket: str) -> str:
        identity_id = self.tickets.redeem(ticket, self.clock())
        if identity_id is None:
            raise NotAdmitted("the ticket is unknown, used or expired")
        return identity_id

    def _of_token(self, token: str) -> str:
        """Ask the identity pool, which verifies signature, issuer, audience and expiry before it answers (GetId)."""
        refusals = (self.cognito.exceptions.NotAuthorizedException, self.cognito.exceptions.InvalidParameterException)
        try:
            answer = self.cognito.get_id(IdentityPoolId=self.identity_pool_id, Logins={self.login_provider: token})
        except refusals as error:
            raise NotAdmitted("the token is not valid", why=error.response["Error"]["Message"]) from error
        claims = _claims(token)
        if claims.get("token_use") != "id":
            raise NotAdmitted("it is not an ID token")
        expiry = claims.get("exp")
        # Identity pools allow for clocks that differ by minutes.
        if not isinstance(expiry, int | float) or expiry <= self.clock().timestamp():
            raise NotAdmitted("the token has expired")
        return answer["IdentityId"]


def _claims(token: str) -> dict[str, Any]:
    """The claims of a token that has been verified; NotAdmitted for a malformed one."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, binascii.Error, ValueError) as error:
        raise NotAdmitted("the token is malformed") from error
    if not isinstance(claims, dict):
        raise NotAdmitted("the token is malformed")
    return claims
