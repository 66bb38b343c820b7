"""Who asks, and what Cognito says of them; its answers are botocore's own stubs, for faults that can't be had here."""

from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2
from botocore import UNSIGNED
from botocore.config import Config
from botocore.stub import Stubber

from photobak.cloud.http.caller import Callers
from photobak.cloud.http.problem import Problem

POOL = "eu-central-1:00000000-0000-0000-0000-000000000000"
PROVIDER = "cognito-idp.eu-central-1.amazonaws.com/eu-central-1_pool"


def event(authorization: str = "Bearer token", **claims: str) -> APIGatewayProxyEventV2:
    said = {"sub": "ann", "token_use": "id", **claims}
    authorizer = {"jwt": {"claims": said, "scopes": None}}
    return APIGatewayProxyEventV2(
        {"headers": {"authorization": authorization}, "requestContext": {"authorizer": authorizer}}
    )


@pytest.fixture
def cognito() -> Any:
    return boto3.client("cognito-identity", region_name="eu-central-1", config=Config(signature_version=UNSIGNED))


def test_each_person_is_asked_for_once(cognito: Any) -> None:
    callers = Callers(cognito, POOL, PROVIDER)
    with Stubber(cognito) as stub:
        for name in ("ann", "bob"):
            asked = {"IdentityPoolId": POOL, "Logins": {PROVIDER: f"token-of-{name}"}}
            stub.add_response("get_id", {"IdentityId": f"eu-central-1:{name}"}, asked)
            for _ in range(3):
                found = callers.identity_id(event(f"Bearer token-of-{name}", sub=name))
                assert found == f"eu-central-1:{name}"
        stub.assert_no_pending_responses()


@pytest.mark.parametrize("scheme", ["Bearer ", "bearer ", ""])
def test_the_token_is_what_follows_the_scheme(cognito: Any, scheme: str) -> None:
    with Stubber(cognito) as stub:
        asked = {"IdentityPoolId": POOL, "Logins": {PROVIDER: "token"}}
        stub.add_response("get_id", {"IdentityId": "eu-central-1:ann"}, asked)
        assert Callers(cognito, POOL, PROVIDER).identity_id(event(f"{scheme}token"))


def test_who_has_been_signed_out_since_is_told_so(cognito: Any) -> None:
    with Stubber(cognito) as stub:
        stub.add_client_error("get_id", "NotAuthorizedException", "Token is not from a supported provider", 400)
        with pytest.raises(Problem, match="photobak login") as caught:
            Callers(cognito, POOL, PROVIDER).identity_id(event())
    assert caught.value.status == 401


@pytest.mark.parametrize("claims", [{"token_use": "access"}, {"token_use": ""}])
def test_what_is_no_id_token_is_refused_without_asking(cognito: Any, claims: dict[str, str]) -> None:
    with Stubber(cognito), pytest.raises(Problem, match="not an ID token"):
        Callers(cognito, POOL, PROVIDER).identity_id(event(**claims))


def test_without_an_authorizer_nobody_asks(cognito: Any) -> None:
    with Stubber(cognito), pytest.raises(Problem, match="not an ID token"):
        Callers(cognito, POOL, PROVIDER).identity_id(APIGatewayProxyEventV2({"headers": {}, "requestContext": {}}))
