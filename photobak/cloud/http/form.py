"""Parses form bodies and query strings strictly. Pure."""

import base64
from collections.abc import Mapping
from typing import Final
from urllib.parse import parse_qsl

FORM_TYPE: Final = "application/x-www-form-urlencoded"
_MAX_CHARACTERS: Final = 16 * 1024
_MAX_FIELDS: Final = 20


class BadForm(ValueError):
    """A request that is not a form as RFC 6749, 3.2 and appendix B, describe it."""


def read_form(content_type: str, body: str | None, *, is_base64: bool) -> Mapping[str, str]:
    """Read the fields of a form body.

    Raises:
        BadForm: another media type, not UTF-8, too long, or a repeated field.
    """
    if content_type.partition(";")[0].strip().lower() != FORM_TYPE:
        raise BadForm(f"the body must be {FORM_TYPE}")
    try:
        text = base64.b64decode(body or "").decode() if is_base64 else body or ""
    except ValueError:  # not Base64, or not UTF-8
        raise BadForm("the body is not UTF-8") from None
    return read_fields(text)


def read_fields(text: str) -> Mapping[str, str]:
    """Read the fields of a query string or a decoded body; BadForm as for ``read_form``."""
    if len(text) > _MAX_CHARACTERS:
        raise BadForm("it is too long")
    try:
        pairs = parse_qsl(text, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict")
    except ValueError:
        raise BadForm("it is not a UTF-8 form, or has too many fields") from None
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise BadForm("a field appears twice")
    return fields
