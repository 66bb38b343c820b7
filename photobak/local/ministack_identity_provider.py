"""``AWS::Cognito::UserPoolIdentityProvider``, which MiniStack's Cognito has and its CloudFormation doesn't.

So that the template's own providers are what is deployed and tried here, too.
"""
# ruff: noqa: SLF001 - private names are what this module is for

import json
from typing import Any, Final

from ministack.services import cognito
from ministack.services.cloudformation import provisioners

_TYPE: Final = "AWS::Cognito::UserPoolIdentityProvider"


def install() -> None:
    """Teach MiniStack's CloudFormation the resource type."""
    provisioners._RESOURCE_HANDLERS[_TYPE] = {"create": _create, "update": _update, "delete": _delete}


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


def _require(answer: tuple[int, dict[str, str], bytes]) -> None:
    status, _, body = answer
    if status != 200:
        raise ValueError(json.loads(body)["message"])  # CloudFormation shows it as the resource's reason
