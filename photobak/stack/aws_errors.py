"""What AWS refuses, or why it can't be reached: botocore's exceptions in words that a person can act on."""

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

from photobak.errors import ConfigError, LocalStackError, StackError

_AGAIN: Final = "Run the same command again: it continues where this run stopped."
_SIGN_IN: Final = "Sign in with: aws login, or aws sso login; or set AWS_PROFILE"
_SIGN_IN_AGAIN: Final = "Sign in again with: aws login, or aws sso login; then run the same command again"
_CHECK_THE_NETWORK: Final = "Check the network, and run the same command again."
_FIX: Final = "Fix the cause above."
_ASK_SOMEBODY: Final = "Use an account that has this permission, such as an administrator."
_NOT_AWS: Final = "Check HTTPS_PROXY and AWS_ENDPOINT_URL, and run the same command again."
_ASK_FOR_MORE: Final = "Delete what you no longer need, or ask AWS for a higher quota (Service Quotas in its console)."

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
        what: what failed, for a person.
        next_step: what to do; "" chooses by the kind of refusal.

    Raises:
        ConfigError: the credentials are missing, expired or unknown.
        StackError: AWS refuses, or can't be reached.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise _credentials(error) or StackError(
            what, why=_reason(error), next_step=next_step or _remedy_of(error)
        ) from error


@contextmanager
def local_errors(what: str, next_step: str) -> Iterator[None]:
    """Turn botocore's exceptions into ours where the local stack is called, with keys that are not the user's.

    Raises:
        LocalStackError: it refuses, or can't be reached.
    """
    try:
        yield
    except (ClientError, BotoCoreError) as error:
        raise LocalStackError(what, why=_reason(error), next_step=next_step) from error


def remedy(reason: str, then: str = _AGAIN) -> str:
    """What to do about a refusal, judged by AWS's words for it.

    Args:
        reason: AWS's words.
        then: what to do after that.
    """
    if _QUOTA_WORDS.search(reason):
        return f"{_ASK_FOR_MORE} {then}"
    return f"{_ASK_SOMEBODY if _DENIED_WORDS.search(reason) else _FIX} {then}"


def code_of(error: ClientError | BotoCoreError) -> str:
    """AWS's code of a refusal, such as ``AccessDenied``; "" where the answer has none, as from a proxy."""
    return error.response.get("Error", {}).get("Code", "") if isinstance(error, ClientError) else ""


def foreign_bucket(bucket: str, account: str) -> StackError:
    """The error for a bucket name that another account has taken: these names are shared by the whole world."""
    why = f"it belongs to another account, or {account} may not use it"
    return StackError(f"the bucket {bucket} can't be used", why=why, next_step="Use another --stack-name.")


def _credentials(error: ClientError | BotoCoreError) -> ConfigError | None:
    """The error to raise where the credentials are the cause."""
    code = code_of(error)
    if isinstance(error, _NO_CREDENTIALS):
        return ConfigError("there are no AWS credentials to deploy with", why=str(error), next_step=_SIGN_IN)
    if isinstance(error, _SIGN_IN_ENDED):
        return ConfigError("the AWS credentials can't be renewed", why=str(error), next_step=_SIGN_IN_AGAIN)
    if code in _EXPIRED:
        return ConfigError("the AWS credentials have expired", next_step=_SIGN_IN_AGAIN)
    if code in _UNKNOWN:
        look = "Check AWS_PROFILE, AWS_ACCESS_KEY_ID and ~/.aws/credentials"
        return ConfigError("AWS does not know these credentials", why=code, next_step=look)
    return None


def _reason(error: ClientError | BotoCoreError) -> str:
    if isinstance(error, ClientError):
        code, message = code_of(error), error.response.get("Error", {}).get("Message", "")
        if not code:
            status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
            return f"the answer, HTTP {status}, is not from AWS"
        return f"{code}: {message}" if message else code
    if isinstance(error, _NO_NETWORK):
        return f"{error.kwargs.get('endpoint_url') or 'AWS'} can't be reached"
    return str(error)


def _remedy_of(error: ClientError | BotoCoreError) -> str:
    if isinstance(error, ClientError) and not code_of(error):
        return _NOT_AWS
    return _CHECK_THE_NETWORK if isinstance(error, _NO_NETWORK) else remedy(_reason(error))
