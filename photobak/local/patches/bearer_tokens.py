"""Whether the sender of a large body is known by an ID token, before the body is read.

MiniStack reads a body whole before its authorizer looks at the token, so anybody could fill the memory. The authorizer
verifies everything once more, the token's audience too, when the body is there.
"""
# ruff: noqa: SLF001 - private names are what this package is for

import binascii
import json
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from ministack.services import apigateway, cognito

LARGEST_BYTES: Final = 10 * 1024 * 1024
"""API Gateway's quota for the payload of a request (API Gateway Developer Guide, "Quotas for HTTP APIs")."""

_POOL: Final = re.compile(r"[\w-]{1,55}")
_LONGEST_TOKEN: Final = 16 * 1024


def has_valid_token(scope: Mapping[str, Any]) -> bool:
    """Whether a request has an ID token that a pool of this stack has signed, and that has not expired.

    Args:
        scope: ASGI's.
    """
    values = [value for name, value in scope["headers"] if name == b"authorization"]
    scheme, _, token = values[0].decode("latin-1").partition(" ") if len(values) == 1 else ("", "", "")
    if scheme.lower() != "bearer" or token.count(".") != 2 or len(token) > _LONGEST_TOKEN:
        return False
    try:
        claims = json.loads(apigateway._b64url_decode(token.split(".")[1]))
        pool = str(claims["iss"]).rpartition("/")[2]
        is_current = int(claims["exp"]) > time.time()
    except (binascii.Error, KeyError, RecursionError, TypeError, ValueError):  # a token may be anything
        return False
    return is_current and _has_keys(pool) and _is_signed(token, pool)


def _has_keys(pool: str) -> bool:
    """Whether there is such a pool: for another, MiniStack would make keys, which takes a while."""
    return _POOL.fullmatch(pool) is not None and Path(cognito._POOL_KEYS_DIR, f"{pool}-id.pem").exists()


def _is_signed(token: str, pool: str) -> bool:
    _, key = cognito._pool_signing_key(pool, "id")
    return key is not None and bool(apigateway._verify_rs256_signature(token, key))
