"""Who asks: the Cognito identity behind a verified ID token, never what a body says."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from photobak.cloud.http.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_cognito_identity import CognitoIdentityClient

_MOST_KNOWN: Final = 10_000


@dataclass(slots=True)
class Callers:
    """Finds identity ids; remembers them by ``sub``, since GetId is limited to 25 calls a second an account."""

    cognito: "CognitoIdentityClient"
    identity_pool_id: str
    login_provider: str
    _known: dict[str, str] = field(default_factory=dict)

    def identity_id(self, event: APIGatewayProxyEventV2) -> str:
        """The identity id of the signed-in caller.

        The gateway has verified the token's signature, issuer, audience and expiry; that it is an ID token and not an
        access token is checked here, because the gateway's authorizer can't tell them apart.

        Raises:
            Problem: it is not an ID token, or not good any more (401).
        """
        authorizer = event.request_context.authorizer
        claims = authorizer.jwt_claim if authorizer else {}
        if claims.get("token_use") != "id":
            raise Problem(
                HTTPStatus.UNAUTHORIZED, "This is not an ID token. Send the one that `photobak token` prints."
            )
        subject = claims["sub"]
        if subject not in self._known:
            if len(self._known) >= _MOST_KNOWN:
                self._known.clear()
            self._known[subject] = self._ask(event.headers.get("authorization", ""))
        return self._known[subject]

    def _ask(self, authorization: str) -> str:
        _scheme, _, token = authorization.rpartition(" ")
        try:
            answer = self.cognito.get_id(IdentityPoolId=self.identity_pool_id, Logins={self.login_provider: token})
        except self.cognito.exceptions.NotAuthorizedException:
            # Cognito knows more than the gateway: the person may have been signed out, or removed, since.
            raise Problem(HTTPStatus.UNAUTHORIZED, "This sign-in has ended. Sign in again: photobak login") from None
        return answer["IdentityId"]
