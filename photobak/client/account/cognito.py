"""Cognito's public calls: its OAuth token endpoint, and the operations that need no AWS signature.

They are plain HTTP, so that a command which only needs a token never loads boto3.
"""

from collections.abc import Callable

from photobak.client.account.id_token import Claims, UntrustedToken, check_claims, unverified_claims, verify_id_token
from photobak.client.account.tokens.interface import AwsCredentials, Tokens
from photobak.client.profile import Profile
from photobak.client.transport.answer import Answer, Fields
from photobak.client.transport.errors import printable
from photobak.client.transport.http import post_aws_json, post_form
from photobak.errors import CloudError, PhotobakError

Clock = Callable[[], float]
"""Gives the time in epoch seconds."""


class GrantRefused(PhotobakError):
    """The token endpoint refuses a code or a refresh token: used, expired, revoked, or not ours (RFC 6749, 5.2)."""


class LoginRefused(CloudError):
    """The identity pool doesn't accept the ID token: it has expired, or its sign-in was revoked."""


def redeem_code(profile: Profile, *, code: str, verifier: str, redirect_uri: str, nonce: str, now: Clock) -> Tokens:
    """Turn an authorization code into tokens, and believe them only when they are this attempt's (RFC 7636, 4.5).

    Raises:
        GrantRefused: the code is used, expired, or was given to another attempt.
        UntrustedToken: the ID token isn't ours.
        CloudError: Cognito can't be reached, or answers with nonsense.
    """
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    form = prepare_token_request(
        "authorization_code",
        code=code,
        redirect_uri=redirect_uri,
        client_id=profile.client_id,
        code_verifier=verifier,
    )
    answer = _granted(post_form(token_endpoint(profile), form))
    return tokens_of_sign_in(profile, answer, nonce=nonce, now=now)


def tokens_of_sign_in(profile: Profile, answer: Fields, *, nonce: str | None, now: Clock) -> Tokens:
    """The tokens of a token endpoint's answer, verified.

    Raises:
        UntrustedToken: the ID token isn't ours.
        CloudError: a token is missing, or the pool's keys can't be fetched.
    """
    id_token, refresh_token = answer.text("id_token"), answer.text("refresh_token")
    claims = verify_id_token(id_token, profile, nonce=nonce, now=now)
    return _tokens(id_token, refresh_token, claims, signed_in_at=claims.issued_at)


def refresh(profile: Profile, tokens: Tokens, *, now: Clock) -> Tokens:
    """New tokens for old ones. Where the pool rotates refresh tokens, the old one is worth nothing from now on.

    Raises:
        GrantRefused: the refresh token is expired, revoked or used already.
        UntrustedToken: the new ID token is another person's.
        CloudError: Cognito can't be reached, or answers with nonsense.
    """
    from authlib.oauth2.rfc6749.parameters import prepare_token_request

    form = prepare_token_request("refresh_token", refresh_token=tokens.refresh_token, client_id=profile.client_id)
    answer = _granted(post_form(token_endpoint(profile), form, repeatable=True))
    id_token = answer.text("id_token")
    claims = check_claims(unverified_claims(id_token), profile, nonce=None, now=now)
    if claims.subject != tokens.subject:  # OpenID Connect Core 12.2
        raise UntrustedToken("the new ID token can't be trusted", why="it is another person's")
    rotated = answer.text_or_none("refresh_token") or tokens.refresh_token
    return _tokens(id_token, rotated, claims, signed_in_at=tokens.signed_in_at)


def revoke(profile: Profile, refresh_token: str) -> None:
    """Make the refresh token, and what came of it, worthless.

    By ``RevokeToken``, which AWS and the local stack both have; the local stack has no RFC 7009 path.

    Raises:
        CloudError: it couldn't be revoked.
    """
    _call(_user_pools(profile), "AWSCognitoIdentityProviderService.RevokeToken", "the sign-in can't be revoked", {
        "Token": refresh_token,
        "ClientId": profile.client_id,
    })  # fmt: skip


def identity_id(profile: Profile, id_token: str) -> str:
    """The identity pool's id of the signed-in person: the same one for ever, unless a pool is made anew.

    Raises:
        LoginRefused: the identity pool refuses the token.
        CloudError: the identity pool can't be reached.
    """
    found = _call(
        _identity_pools(profile),
        "AWSCognitoIdentityService.GetId",
        "the identity pool doesn't know this sign-in",
        {"IdentityPoolId": profile.identity_pool_id, "Logins": _logins(profile, id_token)},
    )
    return found.text("IdentityId")


def aws_credentials(profile: Profile, identity: str, id_token: str) -> AwsCredentials:
    """Temporary AWS credentials of the signed-in person's role; an hour.

    Raises:
        LoginRefused: the identity pool refuses the token.
        CloudError: the identity pool can't be reached.
    """
    found = _call(
        _identity_pools(profile),
        "AWSCognitoIdentityService.GetCredentialsForIdentity",
        "the identity pool gives no credentials",
        {"IdentityId": identity, "Logins": _logins(profile, id_token)},
    ).object("Credentials")
    return AwsCredentials(
        access_key_id=found.text("AccessKeyId"),
        secret_access_key=found.text("SecretKey"),
        session_token=found.text("SessionToken"),
        expires_at=found.integer("Expiration"),
    )


def token_endpoint(profile: Profile) -> str:
    """The pool's OAuth token endpoint."""
    return f"{profile.hosted_ui_url}/oauth2/token"


def authorization_endpoint(profile: Profile) -> str:
    """The pool's OAuth authorization endpoint: where the browser goes."""
    return f"{profile.hosted_ui_url}/oauth2/authorize"


def _granted(answer: Answer) -> Fields:
    """A token endpoint's good answer (RFC 6749, 5.1), or its error as one of ours (5.2)."""
    found = answer.json()
    if answer.status == 200:
        return found
    error = printable(found.raw.get("error", ""))
    if error == "invalid_grant":
        raise GrantRefused("Cognito refuses the sign-in", why=printable(found.raw.get("error_description", error)))
    raise CloudError("Cognito gives no tokens", why=f"HTTP {answer.status} {error}".rstrip())


def _call(url: str, target: str, what: str, content: dict[str, object]) -> Fields:
    answer = post_aws_json(url, target, content)
    if answer.status == 200:
        return answer.json() if answer.body.strip() else Fields({}, answer.url)
    found = answer.json().raw
    kind = printable(found.get("__type", "")).rpartition("#")[2]
    message = found.get("message") or found.get("Message") or ""
    why = f"{kind}: {printable(message)}" if kind else f"HTTP {answer.status}"
    raise (LoginRefused if kind == "NotAuthorizedException" else CloudError)(what, why=why)


def _tokens(id_token: str, refresh_token: str, claims: Claims, *, signed_in_at: int) -> Tokens:
    return Tokens(
        id_token=id_token,
        refresh_token=refresh_token,
        expires_at=claims.expires_at,
        signed_in_at=signed_in_at,
        subject=claims.subject,
        email=claims.email,
    )


def _logins(profile: Profile, id_token: str) -> dict[str, str]:
    return {profile.issuer.removeprefix("https://"): id_token}


def _user_pools(profile: Profile) -> str:
    return profile.endpoint_url or f"https://cognito-idp.{profile.region}.amazonaws.com"


def _identity_pools(profile: Profile) -> str:
    return profile.endpoint_url or f"https://cognito-identity.{profile.region}.amazonaws.com"
