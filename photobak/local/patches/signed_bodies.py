"""Whether the sender of a large body is known before the body is read: by the request's signature, or by its form's.

MiniStack reads a body whole before it looks at the signature, so anybody could fill the memory. A SigV4 signature
covers the body only by the hash that a header names (S3 API reference, "Signature Calculations for the Authorization
Header"), so it can be verified first; a form's covers its policy (S3 API reference, "POST Policy"), which is in the
form before the photo. MiniStack verifies everything once more when the body is there.
"""
# ruff: noqa: SLF001 - private names are what this package is for

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final
from urllib.parse import parse_qs, quote

from ministack.core import iam_evaluator, responses, sigv4
from ministack.services import s3

FORM_HEAD_BYTES: Final = 64 * 1024
"""A form's fields before its photo, at most: a policy has some kilobytes."""
LARGEST_BYTES: Final = 256 * 1024 * 1024
"""The largest object; the server holds a body in memory."""

_PHOTO_STARTS: Final = b"\r\n\r\n"


def is_signed(scope: Mapping[str, Any]) -> bool:
    """Whether a request has a valid SigV4 signature, in its headers or its query, of somebody who is known.

    Args:
        scope: ASGI's.
    """
    headers = _joined(scope["headers"])
    query = parse_qs(scope["query_string"].decode("utf-8", "replace"), keep_blank_values=True)
    presigned = "authorization" not in headers
    signature = sigv4.parse_query_signature(query) if presigned else sigv4.parse_header_signature(headers)
    if isinstance(signature, tuple) or signature.region_set is not None:
        return False
    if _is_late(signature, query, presigned=presigned):
        return False
    token = query.get("X-Amz-Security-Token", [""])[0] if presigned else headers.get("x-amz-security-token", "")
    secret = _secret(signature.access_key_id, token)
    if secret is None or signature.date_stamp != signature.amz_date[:8]:
        return False
    raw_path = (scope.get("raw_path") or quote(scope["path"]).encode()).decode("latin-1")
    _, to_sign = sigv4.header_signing_documents(
        signature, scope["method"], raw_path, query, headers, b"", presigned=presigned
    )
    return _matches(secret, signature.date_stamp, signature.region, signature.service, to_sign, signature.signature)


def form_allows(content_type: str, head: bytes) -> int:
    """How many bytes of a photo a form's signed policy allows; 0 where it allows none, or is not valid.

    Args:
        content_type: the request's, with the boundary.
        head: the form as far as it has come.
    """
    try:
        parts = s3._parse_multipart_form(content_type, head)
        fields = {name.lower(): bytes(value).decode() for name, _, _, value in parts if name != "file"}
        key, day, region, service, last = fields["x-amz-credential"].split("/")
        policy = json.loads(base64.b64decode(fields["policy"], validate=True))
        ends = datetime.fromisoformat(policy["expiration"])
        secret = _secret(key, fields.get("x-amz-security-token", ""))
        if secret is None or ends <= datetime.now(UTC) or (service, last) != ("s3", "aws4_request"):
            return 0
        if not _matches(secret, day, region, service, fields["policy"], fields["x-amz-signature"]):
            return 0
        return _largest(policy["conditions"])
    except (KeyError, TypeError, ValueError, RecursionError, binascii.Error):  # a form may be anything
        return 0


def head_is_complete(head: bytes) -> bool:
    """Whether a form has come as far as the first bytes of its photo."""
    return head.find(_PHOTO_STARTS, head.find(b"filename=")) >= 0 and b"filename=" in head


def _largest(conditions: list[Any]) -> int:
    ranges = [each[2] for each in conditions if isinstance(each, list) and each[0] == "content-length-range"]
    return min([LARGEST_BYTES, *(int(most) for most in ranges)])


def _joined(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), sigv4.decode_header_value(value)
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


def _is_late(signature: Any, query: Mapping[str, list[str]], *, presigned: bool) -> bool:
    if not presigned:
        return sigv4.request_time_failure(signature) is not None
    try:
        return bool(sigv4.presigned_request_is_expired(signature.amz_date, query["X-Amz-Expires"][0]))
    except (KeyError, ValueError):
        return True


def _secret(access_key_id: str, token: str) -> str | None:
    account = responses._account_from_sts_session(access_key_id)
    found = iam_evaluator.resolve_credential(access_key_id, account, token)
    return None if isinstance(found, iam_evaluator.CredentialResolutionError) else str(found.secret_access_key)


def _matches(secret: str, day: str, region: str, service: str, to_sign: str, signature: str) -> bool:
    return bool(sigv4.signatures_match(sigv4.calculate_signature(secret, day, region, service, to_sign), signature))
