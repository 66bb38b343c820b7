"""Errors as RFC 9457 problem documents: what is wrong, in words a person can act on."""

import json
from collections.abc import Mapping
from http import HTTPStatus

from aws_lambda_powertools.event_handler import Response

from photobak.errors import PhotobakError


class Problem(PhotobakError):
    """A request that can't be answered as asked.

    Attributes:
        status: the HTTP status.
        detail: what is wrong with the request and what to do about it, for a person.
        headers: further headers of the answer.
        extension: further members of the document, for programs (RFC 9457, 3.2).
    """

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        headers: Mapping[str, str] | None = None,
        extension: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.headers = dict(headers or {})
        self.extension = dict(extension or {})

    @classmethod
    def contended(cls, sha256: str) -> "Problem":
        """A photo that other requests change faster than this one can (409)."""
        return cls(HTTPStatus.CONFLICT, f"Other requests keep changing the photo {sha256}. Try again in a moment.")


def problem_response(
    status: HTTPStatus,
    detail: str,
    headers: Mapping[str, str] | None = None,
    extension: Mapping[str, object] | None = None,
) -> Response[str]:
    """Make the answer (RFC 9457, 3.1); without a type, which means that the title says it all."""
    body = {"title": status.phrase, "status": status.value, "detail": detail, **(extension or {})}
    return Response(status.value, "application/problem+json", json.dumps(body), headers=dict(headers or {}))
