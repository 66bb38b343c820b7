"""Errors as RFC 9457 problem documents: what is wrong, in words a person can act on."""

import json
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from photobak.errors import PhotobakError


class Problem(PhotobakError):
    """A request that can't be answered as asked.

    Attributes:
        status: the HTTP status.
        detail: what is wrong with the request and what to do about it, for a person.
    """

    def __init__(self, status: HTTPStatus, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail

    @classmethod
    def contended(cls, sha256: str) -> "Problem":
        """A photo that other requests change faster than this one can (409)."""
        return cls(HTTPStatus.CONFLICT, f"Other requests keep changing the photo {sha256}. Try again in a moment.")


def problem_response(status: HTTPStatus, detail: str) -> Response[str]:
    """Make the answer (RFC 9457, 3.1); without a type, which means that the title says it all."""
    body = {"title": status.phrase, "status": status.value, "detail": detail}
    return Response(status_code=status.value, content_type="application/problem+json", body=json.dumps(body))
