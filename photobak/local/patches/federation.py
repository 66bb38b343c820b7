"""Signing in by an identity provider, where MiniStack has less than AWS.

Its CloudFormation lacks ``AWS::Cognito::UserPoolIdentityProvider``; with it, the template's own providers are deployed
here too. A provider's answer comes from a browser, which signs nothing; and a PreSignUp trigger's no goes on to the
client's redirect URI, which can say it (Cognito Developer Guide, "Managed login and federation error responses").
"""
# ruff: noqa: SLF001 - private names are what this module is for

import ast
import functools
import json
from http import HTTPStatus
from typing import Any, Final, TypeAlias
from urllib.parse import urlencode

from ministack import app
from ministack.services import cognito
from ministack.services.cloudformation import provisioners

_Answer: TypeAlias = tuple[int, dict[str, str], bytes]

_TYPE: Final = "AWS::Cognito::UserPoolIdentityProvider"
_ANSWERS_PATH: Final = "/oauth2/idpresponse"


def install() -> None:
    """Add what is missing."""
    provisioners._RESOURCE_HANDLERS[_TYPE] = {"create": _create, "update": _update, "delete": _delete}
    app._handle_cognito_get_request = _with_providers_answers(app._handle_cognito_get_request)


def _with_providers_answers(handle: Any) -> Any:
    @functools.wraps(handle)
    async def handle_or_take(method: str, path: str, headers: dict[str, str], query: dict[str, Any]) -> Any:
        if (method, path) != ("GET", _ANSWERS_PATH):
            return await handle(method, path, headers, query)
        attempt = cognito._auth_codes.get(cognito._qp(query, "state"))  # it is gone after the next line
        answer = await cognito.handle_request(method, path, headers, b"", query)
        return _told_to_client(answer, attempt)

    return handle_or_take


def _told_to_client(answer: _Answer, attempt: dict[str, Any] | None) -> _Answer:
    status, _, body = answer
    if status != HTTPStatus.BAD_REQUEST or attempt is None:
        return answer
    error = json.loads(body)
    if error["__type"] != "UserLambdaValidationException":
        return answer
    description = f"PreSignUp failed with error {_reason(error['message'])}."
    query = {"error_description": description, "state": attempt["state"], "error": "invalid_request"}
    return HTTPStatus.FOUND, {"Location": f"{attempt['redirect_uri']}?{urlencode(query)}"}, b""


def _reason(message: str) -> str:
    """What the trigger raised: MiniStack quotes the Lambda's whole answer, as Python writes it."""
    try:
        return str(ast.literal_eval(message)["errorMessage"])
    except (ValueError, SyntaxError, KeyError, TypeError):
        return message


def _create(_logical_id: str, properties: dict[str, Any], _stack_name: str) -> tuple[str, dict[str, Any]]:
    _require(cognito._create_identity_provider(properties))
    return properties["ProviderName"], {}


def _update(
    physical_id: str, _old: dict[str, Any], properties: dict[str, Any], _stack_name: str
) -> tuple[str, dict[str, Any]]:
    _require(cognito._update_identity_provider(properties))
    return physical_id, {}


def _delete(physical_id: str, properties: dict[str, Any]) -> None:
    # The answer says whether it was there, and either way it is gone.
    cognito._delete_identity_provider({"UserPoolId": properties["UserPoolId"], "ProviderName": physical_id})


def _require(answer: _Answer) -> None:
    status, _, body = answer
    if status != HTTPStatus.OK:
        raise ValueError(json.loads(body)["message"])  # CloudFormation shows it as the resource's reason
