"""What functions behind the HTTP API share: JSON in and out, errors as problems, and who asks."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from photobak.cloud.environment import CallerEnvironment
from photobak.cloud.http.caller import Callers
from photobak.cloud.http.problem import Problem, problem_response
from photobak.cloud.store.connect import connect_cognito_identity

logger = Logger()


class Application(APIGatewayHttpResolver):
    """Routes of the HTTP API, all of them for signed-in people."""

    def __init__(self) -> None:
        super().__init__()
        self.exception_handler(Problem)(_tell)
        self.exception_handler(Exception)(_tell_failure)
        self.not_found(_tell_not_found)

    def body(self) -> bytes:
        """The body's bytes: what is no text comes in Base64 (API Gateway developer guide, payload format 2.0)."""
        body = self.current_event.body or ""
        return base64.b64decode(body) if self.current_event.is_base64_encoded else body.encode()

    def caller(self) -> str:
        """The identity id of who asks; Problem where there is none."""
        return _callers().identity_id(self.current_event)


def answer(body: Mapping[str, object]) -> Response[str]:
    """A good answer."""
    return Response(status_code=HTTPStatus.OK.value, content_type="application/json", body=json.dumps(body))


@cache
def _callers() -> Callers:
    environment = CallerEnvironment.read()
    return Callers(connect_cognito_identity(), environment.identity_pool_id, environment.login_provider)


def _tell(problem: Problem) -> Response[str]:
    return problem_response(problem.status, problem.detail)


def _tell_not_found(_error: NotFoundError) -> Response[str]:
    return problem_response(HTTPStatus.NOT_FOUND, "There is nothing at this address.")


def _tell_failure(_error: Exception) -> Response[str]:
    # The edge: whatever failed is in the log with its traceback, and none of it in the answer.
    logger.exception("A request failed")
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "Something failed in the cloud. Try again in a moment.")
