"""S3 keys and the DynamoDB sort key (docs/architecture.md, "Contracts")."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Context, Decimal
from typing import Final

from photobak.photo.identity import is_sha256

TIE_BREAKER_DIGITS: Final = 20

# A Cognito identity id: region, colon, UUID (GetId, Cognito Federated Identities API reference).
_IDENTITY_ID = re.compile(r"[a-z]{2}(-[a-z]+)+-\d:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# DynamoDB numbers carry 38 digits; Python's default context would round to 28.
_EXACT = Context(prec=38)

FIRST_KEY: Final = Decimal(-62_135_596_800)
LAST_KEY: Final = Decimal(253_402_300_800)
"""Sort keys lie between these: the years 1 to 9999, which are those of Python's calendar."""


@dataclass(frozen=True, slots=True)
class TempKey:
    """An object in the temp bucket: its owner, and the hash that its bytes must have."""

    identity_id: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.identity_id}/{self.sha256}"

    @classmethod
    def parse(cls, key: str) -> "TempKey":
        """Read a key back.

        Raises:
            ValueError: the key is not ``{identity_id}/{sha256}``.
        """
        identity_id, _, sha256 = key.partition("/")
        if not is_identity_id(identity_id) or not is_sha256(sha256):
            raise ValueError(f"{key!r} is not a temp key (identity id, slash, SHA-256)")
        return cls(identity_id, sha256)


def is_identity_id(text: str) -> bool:
    """Whether ``text`` has the form of a Cognito identity id."""
    return _IDENTITY_ID.fullmatch(text) is not None


def original_key(identity_id: str, sha256: str, extension: str) -> str:
    """Key of the untouched original; ``extension`` without dot."""
    return f"original/{identity_id}/{sha256}.{extension}"


def thumb_key(identity_id: str, sha256: str) -> str:
    """Key of the 400 px wide thumbnail."""
    return f"thumb/{identity_id}/{sha256}.webp"


def web_key(identity_id: str, sha256: str) -> str:
    """Key of the web view."""
    return f"web/{identity_id}/{sha256}.webp"


def record_key(identity_id: str, sha256: str) -> str:
    """Key of the record's JSON, which the tables can be rebuilt from."""
    return f"record/{identity_id}/{sha256}.json"


def album_prefix(identity_id: str) -> str:
    """What the keys of a person's albums begin with."""
    return f"album/{identity_id}/"


def album_key(identity_id: str, album_id: str) -> str:
    """Key of an album's JSON."""
    return f"{album_prefix(identity_id)}{album_id}.json"


def timestamp_key(taken_at: datetime, sha256: str) -> Decimal:
    """The sort key of a record: Unix seconds with milliseconds, followed by 20 digits made from the SHA-256.

    The same photo always gets the same key, photos of one millisecond never collide, and since the tie-breaker is
    added (not appended) the order also holds before 1970.
    """
    tie_breaker = int(sha256[:16], 16)  # 64 bits: at most 20 decimal digits
    return _EXACT.normalize(_EXACT.add(instant_key(taken_at), Decimal(tie_breaker).scaleb(-3 - TIE_BREAKER_DIGITS)))


def instant_key(instant: datetime) -> Decimal:
    """The smallest sort key of this millisecond: the lower bound of a date range."""
    milliseconds = (instant - _EPOCH) // timedelta(milliseconds=1)
    return Decimal(milliseconds).scaleb(-3)


def plain(number: Decimal) -> str:
    """A key as text: no exponent, no trailing zeros (the local stack compares keys as text)."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
