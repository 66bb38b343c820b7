"""Who may do what on the local stack: MiniStack's own checks, with the gaps closed that ``AUTH=true`` leaves.

MiniStack takes ``test``, any 12 digits and no key at all for root, and verifies no signature of root's: any other user
of this machine, and any web page in a browser on it, could read and delete every photo. Here no key is root's by its
name, the root keys are those of a session, which are verified like any other, and a request without a key is nobody's.
Two kinds of request rightly come without: what AWS serves unsigned (signing in, above all), and S3's form upload, which
carries its signature inside, where S3 itself checks it.
"""
# ruff: noqa: SLF001 - private names are what this package is for

import functools
import json
import os
from collections.abc import Awaitable, Callable, Iterable
from contextvars import ContextVar
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from ministack import app
from ministack.core import iam_evaluator
from ministack.services import cognito, s3, sts

_Answer: TypeAlias = tuple[int, dict[str, str], bytes]

_ACCOUNT: Final = "000000000000"
_INVOKE: Final = "execute-api:Invoke"
_CLOSED_TO_USERS: Final = frozenset({"ConfirmForgotPassword", "ConfirmSignUp", "ForgotPassword"})
"""Their codes are the same for everybody: ``654321`` and ``123456``."""
_CLOSED_TO_FEDERATION: Final = frozenset({"AssumeRoleWithSAML", "AssumeRoleWithWebIdentity"})
"""MiniStack believes a token that nobody has signed (``alg: none``)."""
_NEEDS_LOGINS: Final = frozenset({"GetCredentialsForIdentity", "GetId", "GetOpenIdToken"})
"""Without ``Logins`` they make a guest, which the template's identity pool does not allow."""

_form_upload: ContextVar[bool] = ContextVar("form_upload", default=False)
"""The request that is being served is a form without credentials around it."""


def install() -> None:
    """Close the gaps; the root keys are taken from the environment, as MiniStack does."""
    iam_evaluator.is_root_access_key = sts.is_root_access_key = lambda _key: False
    root = {
        "Arn": f"arn:aws:iam::{_ACCOUNT}:root",
        "UserId": _ACCOUNT,
        "AccountId": _ACCOUNT,
        "SecretAccessKey": os.environ["AWS_SECRET_ACCESS_KEY"],
        "SessionToken": None,
    }
    sts.register_session(os.environ["AWS_ACCESS_KEY_ID"], root)
    iam_evaluator.enforce = _serving_unsigned(iam_evaluator.enforce)
    s3._enforce_post_policy_size = _refuse_unsigned_form
    app._enforce_execute_api = _leaving_unknown_routes(app._enforce_execute_api)
    cognito._dispatch_idp = _closed_to_users(cognito._dispatch_idp)
    cognito._dispatch_identity = _closed_to_guests(cognito._dispatch_identity)
    sts.handle_request = _closed_to_federation(sts.handle_request)
    app._decompress_request_body = lambda body, _headers: body  # before its sender is known; none of ours compresses


def announce_request(method: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Note whether the request that is about to be served is a form upload; called for each, in its own task."""
    content_type = next((value for name, value in headers if name == b"content-type"), b"")
    signed = any(name == b"authorization" for name, _ in headers)
    _form_upload.set(method == "POST" and not signed and content_type.startswith(b"multipart/form-data"))


def _serving_unsigned(enforce: Any) -> Any:
    @functools.wraps(enforce)
    def enforce_or_serve(access_key_id: str, iam_action: str, service: str, *args: Any, **kwargs: Any) -> Any:
        if not access_key_id:
            # s3 verifies the form's signature, and comes back here with its signer.
            form = _form_upload.get() and iam_action == "s3:PutObject"
            if form or iam_evaluator._served_unsigned(service, iam_action):
                return None
        return enforce(access_key_id, iam_action, service, *args, **kwargs)

    return enforce_or_serve


def _leaving_unknown_routes(enforce: Any) -> Any:
    @functools.wraps(enforce)
    def enforce_where_there_is_a_route(
        api_id: str, stage: str, method: str, path: str, headers: Any, query: Any, iam_action: str = _INVOKE
    ) -> Any:
        if iam_action == _INVOKE and app._execute_api_authorization_type(api_id, stage, method, path) is None:
            return None  # the gateway answers 404
        return enforce(api_id, stage, method, path, headers, query, iam_action)

    return enforce_where_there_is_a_route


def _refuse_unsigned_form(_policy: str, _size: int) -> Any:
    return s3._error("AccessDenied", "Access Denied", 403)


def _closed_to_users(dispatch: Callable[..., Awaitable[_Answer]]) -> Callable[..., Awaitable[_Answer]]:
    @functools.wraps(dispatch)
    async def dispatch_or_refuse(action: str, data: dict[str, Any]) -> _Answer:
        return _refusal(action) if action in _CLOSED_TO_USERS else await dispatch(action, data)

    return dispatch_or_refuse


def _closed_to_guests(dispatch: Callable[..., Awaitable[_Answer]]) -> Callable[..., Awaitable[_Answer]]:
    @functools.wraps(dispatch)
    async def dispatch_or_refuse(action: str, data: dict[str, Any]) -> _Answer:
        guest = action in _NEEDS_LOGINS and not data.get("Logins")
        return _refusal(action) if guest else await dispatch(action, data)

    return dispatch_or_refuse


def _closed_to_federation(handle: Callable[..., Awaitable[_Answer]]) -> Callable[..., Awaitable[_Answer]]:
    @functools.wraps(handle)
    async def handle_or_refuse(
        method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
    ) -> _Answer:
        # An action may be named in three places; whichever MiniStack believes, a closed one is in none of them.
        form = parse_qs(body.decode("utf-8", "replace"))
        named = {*query.get("Action", []), *form.get("Action", []), headers.get("x-amz-target", "").split(".")[-1]}
        if closed := named & _CLOSED_TO_FEDERATION:
            return _refusal(min(closed))
        return await handle(method, path, headers, body, query)

    return handle_or_refuse


def _refusal(action: str) -> _Answer:
    body = {"__type": "NotAuthorizedException", "message": f"{action} is closed on the local stack."}
    return 400, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(body).encode()
