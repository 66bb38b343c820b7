"""What AWS refuses, or the way to it, while a stack is made, changed or removed: in words a person can act on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionClosedError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    PartialCredentialsError,
    ReadTimeoutError,
    SSOError,
    TokenRetrievalError,
)

from photobak.errors import ConfigError, PhotobakError, StackError

_AGAIN: Final = "Type the same command again: what is done is done, and the rest follows."
_SIGN_IN: Final = "Sign in with: aws login, or aws sso login; or set AWS_PROFILE"
_SIGN_IN_AGAIN: Final = "Sign in again with: aws login, or aws sso login; and type the same command again"
_LOOK_AT_THE_NETWORK: Final = "Look at the network, and type the same command again."
_MEND: Final = "Mend that."
_ASK_SOMEBODY: Final = "Do it as somebody who may, such as an administrator."
_ASK_FOR_MORE: Final = "Make room, or ask AWS for more (Service Quotas in its console)."

_NO_CREDENTIALS: Final = (NoCredentialsError, PartialCredentialsError)
_SIGN_IN_ENDED: Final = (SSOError, TokenRetrievalError, CredentialRetrievalError)
_NO_NETWORK: Final = (
    *(EndpointConnectionError, ConnectTimeoutError, ReadTimeoutError),
    *(ConnectionClosedError, HTTPClientError),
)
_EXPIRED: Final = ("ExpiredToken", "ExpiredTokenException", "RequestExpired")
_UNKNOWN: Final = ("InvalidClientTokenId", "SignatureDoesNotMatch", "UnrecognizedClientException", "AuthFailure")

_DENIED_WORDS: Final = re.compile(r"AccessDenied|Unauthorized|not authorized|Forbidden|\b403\b", re.IGNORECASE)
_QUOTA_WORDS: Final = re.compile(
    r"quota|LimitExceeded|limit exceeded|TooMany(?!Requests)|maximum number", re.IGNORECASE
)


@contextmanager
def aws_errors(what: str, next_step: str = "") -> Iterator[None]:
    """Turn botocore's exceptions into ours.

    Args:
        what: what can't be done then, for a person.
        next_step: what to do where AWS's own words say it best; otherwise what fits the kind of refusal.

    Raises:
        ConfigError: the credentials are missing, expired or unknown.
        StackError: AWS can't be reached, or refuses.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise explained(error, what, next_step) from error


def explained(error: ClientError | BotoCoreError, what: str, next_step: str = "") -> PhotobakError:
    """The error that a person reads; arguments as of ``aws_errors``."""
    if isinstance(error, ClientError):
        return _refusal(error, what, next_step)
    if isinstance(error, _NO_CREDENTIALS):
        return ConfigError("there are no AWS credentials to deploy with", why=str(error), next_step=_SIGN_IN)
    if isinstance(error, _SIGN_IN_ENDED):
        return ConfigError("the AWS credentials can't be renewed", why=str(error), next_step=_SIGN_IN_AGAIN)
    if isinstance(error, _NO_NETWORK):
        return StackError(what, why="AWS can't be reached", next_step=next_step or _LOOK_AT_THE_NETWORK)
    return StackError(what, why=str(error), next_step=next_step or mend(str(error)))


def mend(reason: str, then: str = _AGAIN) -> str:
    """What to do about a refusal, by AWS's words for it, and what to do after that."""
    if _QUOTA_WORDS.search(reason):
        return f"{_ASK_FOR_MORE} {then}"
    return f"{_ASK_SOMEBODY if _DENIED_WORDS.search(reason) else _MEND} {then}"


def foreign_bucket(bucket: str, account: str) -> StackError:
    """A bucket's name that can't be had: names of buckets are the whole world's."""
    why = f"it belongs to another account, or {account} may not use it"
    return StackError(f"the bucket {bucket} can't be used", why=why, next_step="Use another --stack-name.")


def _refusal(error: ClientError, what: str, next_step: str) -> PhotobakError:
    code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
    if code in _EXPIRED:
        return ConfigError("the AWS credentials have expired", next_step=_SIGN_IN_AGAIN)
    if code in _UNKNOWN:
        look = "Look at AWS_PROFILE, AWS_ACCESS_KEY_ID and ~/.aws/credentials"
        return ConfigError("AWS does not know these credentials", why=code, next_step=look)
    reason = f"{code}: {message}" if message else code
    return StackError(what, why=reason, next_step=next_step or mend(reason))
