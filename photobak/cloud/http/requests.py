"""Parses JSON bodies and query strings into typed models; the error for a malformed one names the field."""

import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import MAXYEAR, MINYEAR, datetime
from http import HTTPStatus
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from photobak.cloud.http.problem import Problem
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST

_ISO_8601 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _instant(value: object) -> datetime:
    """Read ISO 8601 with an offset and nothing else: pydantic would take ``2024`` for Unix seconds."""
    if isinstance(value, str) and _ISO_8601.fullmatch(value):
        with suppress(ValueError):  # no date of the calendar
            instant = datetime.fromisoformat(value)
            if MINYEAR < instant.year < MAXYEAR:  # room for every other time zone
                return instant
    raise ValueError("should be a date with time and offset, like 2024-06-30T12:00:00+02:00")


Instant = Annotated[datetime, BeforeValidator(_instant)]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
AlbumId = Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]
MonthName = Annotated[str, Field(pattern=r"^[0-9]{4}-(0[1-9]|1[0-2])$")]
SortKey = Annotated[str, Field(pattern=r"^-?[0-9]{1,12}(\.[0-9]{1,23})?$")]


class RequestModel(BaseModel):
    """A request body or query string; unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=False, hide_input_in_errors=True)


class PhotosRequest(RequestModel):
    """The body of requests that do the same to each of some photos."""

    photos: Annotated[list[Sha256], Field(min_length=1, max_length=MAX_PHOTOS_A_REQUEST)]


Parsed = TypeVar("Parsed", bound=BaseModel)


def parse_body(model: type[Parsed], body: bytes) -> Parsed:
    """Parse a JSON body.

    Raises:
        Problem: it is not JSON (400), or not of this shape (422, naming the field).
    """
    try:
        return model.model_validate_json(body)
    except ValidationError as error:
        raise _problem(error, HTTPStatus.UNPROCESSABLE_ENTITY) from None


def parse_query(model: type[Parsed], query: Mapping[str, str]) -> Parsed:
    """Parse a query string.

    Raises:
        Problem: it is not of this shape (400, naming the parameter).
    """
    try:
        return model.model_validate(dict(query))
    except ValidationError as error:
        raise _problem(error, HTTPStatus.BAD_REQUEST) from None


def _problem(error: ValidationError, status: HTTPStatus) -> Problem:
    """The first error and its field; the input itself is not repeated."""
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    if first["type"] == "json_invalid":
        return Problem(HTTPStatus.BAD_REQUEST, f"The body is not JSON: {first['msg']}.")
    field = ".".join(str(part) for part in first["loc"])
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    message = first["msg"].removeprefix("Value error, ")
    return Problem(status, f"{field or 'The request'}: {message}{more}.")
