"""Errors as RFC 9457 problem details: what went wrong, in words a person can act on."""

import json
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from photobak.errors import PhotobakError


class Problem(PhotobakError):
    """A request that can't be answered as asked.

    Attributes:
        status: the HTTP status.
        detail: what is wrong with it and what to do, for a person.
    """

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail


def problem_response(status: HTTPStatus, detail: str) -> Response[str]:
    """Make the answer (RFC 9457, 3.1); the type is left out, which means that the title says it all."""
    body = {"title": status.phrase, "status": status.value, "detail": detail}
    return Response(status_code=status.value, content_type="application/problem+json", body=json.dumps(body))
