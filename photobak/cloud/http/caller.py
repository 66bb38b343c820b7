"""Who asks: the claims of the verified ID token, and the identity id behind it; a body never says it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final, Self

from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

from photobak.cloud.http.problem import Problem

if TYPE_CHECKING:
    from mypy_boto3_cognito_identity import CognitoIdentityClient

_MAX_CACHED: Final = 10_000


@dataclass(frozen=True, slots=True)
class Claims:
    """What the gateway has verified of the caller's ID token (OpenID Connect Core 1.0, 2)."""

    subject: str
    issued_at: datetime | None
    auth_time: datetime | None
    """When the person signed in, as the token says."""
    origin_jti: str | None
    """Identifies the sign-in that the token was issued or refreshed from (Cognito)."""

    @classmethod
    def of(cls, event: APIGatewayProxyEventV2) -> Self:
        """Read the claims of a request.

        The gateway has verified signature, issuer, audience and expiry. Its authorizer can't tell an ID token from an
        access token, so that is checked here.

        Raises:
            Problem: not an ID token (401).
        """
        authorizer = event.request_context.authorizer
        claims: Mapping[str, Any] = authorizer.jwt_claim if authorizer else {}
        subject, origin_jti = claims.get("sub"), claims.get("origin_jti")
        if claims.get("token_use") != "id" or not isinstance(subject, str) or not subject:
            detail = "This is not an ID token. Send the one that `photobak token` prints."
            raise Problem(HTTPStatus.UNAUTHORIZED, detail)
        issued_at, auth_time = _time(claims.get("iat")), _time(claims.get("auth_time"))
        return cls(subject, issued_at, auth_time, origin_jti if isinstance(origin_jti, str) and origin_jti else None)


@dataclass(slots=True)
class Callers:
    """Finds identity ids. They are cached by ``sub``, since GetId is limited to 25 calls a second an account."""

    cognito: "CognitoIdentityClient"
    identity_pool_id: str
    login_provider: str
    _cached: dict[str, str] = field(default_factory=dict)

    def identity_id(self, event: APIGatewayProxyEventV2) -> str:
        """The identity id of the signed-in caller.

        Raises:
            Problem: not an ID token, or the sign-in has ended (401).
        """
        subject = Claims.of(event).subject
        if subject not in self._cached:
            if len(self._cached) >= _MAX_CACHED:
                self._cached.clear()
            self._cached[subject] = self._get_id(event.headers.get("authorization", ""))
        return self._cached[subject]

    def _get_id(self, authorization: str) -> str:
        _scheme, _, token = authorization.rpartition(" ")
        try:
            answer = self.cognito.get_id(IdentityPoolId=self.identity_pool_id, Logins={self.login_provider: token})
        except self.cognito.exceptions.NotAuthorizedException:
            # Cognito knows more than the gateway: the person may have been signed out or removed since.
            raise Problem(HTTPStatus.UNAUTHORIZED, "This sign-in has ended. Sign in again: photobak login") from None
        return answer["IdentityId"]


def _time(value: object) -> datetime | None:
    """Seconds since 1970; the gateway hands numbers over as text."""
    try:
        return datetime.fromtimestamp(int(str(value)), UTC)
    except (ValueError, OverflowError, OSError):
        return None
