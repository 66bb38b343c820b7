"""A photo's identity: the SHA-256 of its bytes, and the short id that people type."""

import hashlib
import re
from typing import BinaryIO, Final

SHORT_ID_DIGITS: Final = 12
MIN_PREFIX_DIGITS: Final = 6
CHUNK_BYTES: Final = 1024 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PREFIX = re.compile(rf"[0-9a-f]{{{MIN_PREFIX_DIGITS},64}}")


def is_sha256(text: str) -> bool:
    """Tell whether ``text`` is a SHA-256 in lower-case hex."""
    return _SHA256.fullmatch(text) is not None


def is_id_prefix(text: str) -> bool:
    """Tell whether ``text`` may name a photo: 6 to 64 lower-case hex digits, as git does with commits."""
    return _PREFIX.fullmatch(text) is not None


def short_id(sha256: str) -> str:
    """The first 12 digits, as lists show them."""
    return sha256[:SHORT_ID_DIGITS]


def sha256_of(stream: BinaryIO) -> str:
    """Hash a stream from where it stands to its end, in constant memory; lower-case hex."""
    digest = hashlib.sha256()
    buffer = bytearray(CHUNK_BYTES)
    view = memoryview(buffer)
    while read := stream.readinto(buffer):  # type: ignore[attr-defined]  # BinaryIO lacks it, every binary file has it
        digest.update(view[:read])
    return digest.hexdigest()
