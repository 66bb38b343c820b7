"""Where a photo lies: ``device:relative/path``, which a restore can put it back to."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import PurePath
from typing import Final

MAX_SOURCE_BYTES: Final = 256 * 1024
"""All sources of one record together, in UTF-8: a DynamoDB item ends at 400 KB. Some sidecars have thousands of
identical copies."""

_ESCAPE = re.compile(r"\\(\\|x[0-9a-f]{2})")


@dataclass(frozen=True, slots=True, order=True)
class Source:
    r"""One path of a content on one device.

    On the wire and in the record it is valid UTF-8 text: a byte of a file name that is not UTF-8 is written as
    ``\xNN`` and a backslash as ``\\``, so that every name comes back as it was.
    """

    device: str
    """The machine's name, without a colon."""
    path: str
    """Relative path with ``/`` between its parts; undecodable bytes as Python's surrogate escapes."""

    def __str__(self) -> str:
        return f"{self.device}:{escape(self.path)}"

    @classmethod
    def parse(cls, text: str) -> "Source":
        """Read the text form back.

        Raises:
            ValueError: there is no colon, or one side of it is empty.
        """
        device, colon, path = text.partition(":")
        if not (device and colon and path):
            raise ValueError(f"{text!r} is not device:relative/path")
        return cls(device, unescape(path))


def escape(path: str) -> str:
    """Write a file name or path as valid UTF-8 text, in the form of ``Source``."""
    return utf8_path(path.replace("\\", "\\\\"))


def utf8_path(path: PurePath | str) -> str:
    r"""Write a path as valid UTF-8 text for people and JSON: a byte that is not UTF-8 becomes ``\xNN``."""
    return str(path).encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def unescape(text: str) -> str:
    """Give back the file name or path that ``escape`` was given."""

    def byte(match: re.Match[str]) -> bytes:
        escape = match[1]
        return b"\\" if escape == "\\" else bytes.fromhex(escape[1:])

    parts: list[bytes] = []
    end = 0
    for match in _ESCAPE.finditer(text):
        parts += [text[end : match.start()].encode("utf-8", "surrogatepass"), byte(match)]
        end = match.end()
    parts.append(text[end:].encode("utf-8", "surrogatepass"))
    return b"".join(parts).decode("utf-8", "surrogateescape")


def sources_after(known: frozenset[str], added: Collection[str], gone: Collection[str]) -> frozenset[str]:
    """The sources of a record after its photo was moved, copied or deleted on one device.

    Args:
        known: the record's sources.
        added: where the device has the photo now; sources beyond ``MAX_SOURCE_BYTES`` are left out.
        gone: where the device had it. The last source stays, so that a restore has somewhere to put the photo.
    """
    after = known - set(gone)
    room = MAX_SOURCE_BYTES - sum(len(source.encode()) for source in after)
    for source in sorted(set(added) - after):
        if room >= len(source.encode()):
            room -= len(source.encode())
            after |= {source}
    return after or frozenset(sorted(known)[:1])
