"""What functions behind the HTTP API share: JSON in and out, errors as problem documents, and the caller."""

import base64
import json
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus

from aws_lambda_powertools import Logger
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.event_handler.exceptions import NotFoundError

from photobak.cloud.environment import CallerEnvironment
from photobak.cloud.http.caller import Callers, Claims
from photobak.cloud.http.problem import Problem, problem_response
from photobak.cloud.store.connect import connect_cognito_identity
from photobak.photo.record import InvalidRecord

logger = Logger()


class Application(APIGatewayHttpResolver):
    """Routes of the HTTP API, all of them for signed-in people."""

    def __init__(self) -> None:
        super().__init__()
        self.exception_handler(Problem)(_answer_problem)
        self.exception_handler(InvalidRecord)(_answer_illegible)
        self.exception_handler(Exception)(_answer_failure)
        self.not_found(_answer_not_found)

    def body(self) -> bytes:
        """The body's bytes; a binary one arrives in Base64 (API Gateway developer guide, payload format 2.0).

        Raises:
            Problem: the Base64 is broken (400).
        """
        body = self.current_event.body or ""
        if not self.current_event.is_base64_encoded:
            return body.encode(errors="surrogatepass")
        try:
            return base64.b64decode(body, validate=True)
        except ValueError:
            raise Problem(HTTPStatus.BAD_REQUEST, "The body is not valid Base64.") from None

    def caller(self) -> str:
        """The caller's identity id.

        Raises:
            Problem: not signed in (401).
        """
        return _callers().identity_id(self.current_event)

    def claims(self) -> Claims:
        """The claims of the caller's token.

        Raises:
            Problem: not signed in (401).
        """
        return Claims.of(self.current_event)


def answer(body: Mapping[str, object]) -> Response[str]:
    """Answer with JSON and 200."""
    return Response(status_code=HTTPStatus.OK.value, content_type="application/json", body=json.dumps(body))


@cache
def _callers() -> Callers:
    environment = CallerEnvironment.read()
    return Callers(connect_cognito_identity(), environment.identity_pool_id, environment.login_provider)


def _answer_problem(problem: Problem) -> Response[str]:
    return problem_response(problem.status, problem.detail, problem.headers, problem.extension)


def _answer_illegible(error: InvalidRecord) -> Response[str]:
    logger.error("A record is illegible", extra={"reason": error.why})
    detail = "The cloud's record of one of these photos is damaged. Restore it: photobak repair"
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, detail)


def _answer_not_found(_error: NotFoundError) -> Response[str]:
    return problem_response(HTTPStatus.NOT_FOUND, "This URL does not exist.")


def _answer_failure(_error: Exception) -> Response[str]:
    # The edge: the log has the failure with its traceback, and the answer none of it.
    logger.exception("A request failed")
    return problem_response(HTTPStatus.INTERNAL_SERVER_ERROR, "The cloud failed to answer. Try again in a moment.")
