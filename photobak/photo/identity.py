"""A photo's identity: the SHA-256 of its bytes, and the short id that people type."""

import hashlib
import mmap
import re
import threading
from typing import BinaryIO, Final

SHORT_ID_DIGITS: Final = 12
MIN_PREFIX_DIGITS: Final = 6
CHUNK_BYTES: Final = 1024 * 1024

_SHA256 = re.compile(r"[0-9a-f]{64}")
_PREFIX = re.compile(rf"[0-9a-f]{{{MIN_PREFIX_DIGITS},64}}")


def is_sha256(text: str) -> bool:
    """Whether ``text`` is a SHA-256 in lower-case hex."""
    return _SHA256.fullmatch(text) is not None


def is_id_prefix(text: str) -> bool:
    """Whether ``text`` can identify a photo: 6 to 64 lower-case hex digits, as with git's commits."""
    return _PREFIX.fullmatch(text) is not None


def short_id(sha256: str) -> str:
    """The first 12 digits, as lists show them."""
    return sha256[:SHORT_ID_DIGITS]


def sha256_of(stream: BinaryIO, head: bytes = b"") -> str:
    """Hash a head that was read before and the rest of a stream, in constant memory; lower-case hex."""
    digest = hashlib.sha256(head)
    buffer = _own.buffer
    while read := stream.readinto(buffer):  # type: ignore[attr-defined]  # BinaryIO lacks it, every binary file has it
        digest.update(buffer[:read])
    return digest.hexdigest()


class _Own(threading.local):
    """Each thread's read buffer: a new one for each file would cost a page fault for each of its pages.

    It is aligned to a page. A ``bytearray`` of this size starts 16 bytes into one, where AMD's Zen 3 copies pages four
    times as slowly with the instruction that Linux uses (``rep movsb``).
    """

    def __init__(self) -> None:
        # Private: a process that is forked off must not read into the same memory.
        self.buffer = memoryview(mmap.mmap(-1, CHUNK_BYTES, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))


_own: Final = _Own()
