"""RIFF files: WebP (RFC 9649) and AVI (OpenDML AVI 1.02)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from photobak.photo.metadata import dates
from photobak.photo.metadata.exif import read_exif
from photobak.photo.metadata.quicktime import MAX_DURATION
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window
from photobak.photo.metadata.xmp import read_xmp

_HEADER_BYTES: Final = 12
_AVI_LISTS: Final = frozenset({b"hdrl", b"INFO", b"ncdt"})
"""Lists of an AVI that hold headers, not frames."""


def read_webp(window: Window) -> Metadata:
    """Dimensions, EXIF, and the dates of XMP where EXIF has none."""
    found = Metadata()
    xmp: Window | None = None
    for kind, data in _chunks(window, _HEADER_BYTES):
        if kind in _WEBP_SIZES:
            found = found.completed_by(_WEBP_SIZES[kind](data.up_to(0, 10).ljust(10, b"\0")))
        elif kind == b"EXIF":
            found = found.completed_by(read_exif(data))
        elif kind == b"XMP ":
            xmp = data
    if found.original is None and xmp:
        found = found.completed_by(read_xmp(xmp))
    return found


def read_avi(window: Window) -> Metadata:
    """Dimensions and the date that the camera wrote into IDIT, or an editor into ICRD; local time."""
    found = Metadata()
    for kind, data in _avi_chunks(window):
        if kind == b"avih":
            head = data.up_to(0, 40).ljust(40, b"\0")
            found = found.completed_by(Metadata.of_size(_uint(head[32:36]), _uint(head[36:40])))
            found = found.completed_by(Metadata(duration=_avi_duration(head)))
        elif kind in (b"IDIT", b"ICRD"):
            found = found.completed_by(Metadata(recorded_local=_avi_date(data)))
    return found


def _chunks(window: Window, offset: int) -> Iterator[tuple[bytes, Window]]:
    """Type and data of each chunk from ``offset`` on; ends at damage."""
    try:
        while True:
            head = window.read(offset, 8)
            length = _uint(head[4:])
            yield head[:4], window.part(offset + 8, length)
            offset += 8 + length + length % 2
    except Damaged:
        return


def _avi_chunks(window: Window) -> Iterator[tuple[bytes, Window]]:
    """The chunks of the file's header lists."""
    for kind, data in _chunks(window, _HEADER_BYTES):
        if kind == b"LIST" and data.up_to(0, 4) in _AVI_LISTS:
            yield from _chunks(data, 4)
        else:
            yield kind, data


def _avi_duration(head: bytes) -> float | None:
    """Seconds: microseconds a frame times the number of frames."""
    seconds = _uint(head[:4]) * _uint(head[16:20]) / 1_000_000
    return round(seconds, 3) if 0 < seconds <= MAX_DURATION else None


def _avi_date(data: Window) -> datetime | None:
    text = data.up_to(0, 64).decode("latin-1").replace("\0", " ")
    return dates.parse_ctime(text) or dates.parse(text)


def _uint(value: bytes) -> int:
    return int.from_bytes(value, "little")


def _extended_size(head: bytes) -> Metadata:
    return Metadata.of_size(1 + _uint(head[4:7]), 1 + _uint(head[7:10]))


def _lossy_size(head: bytes) -> Metadata:
    """The frame header of VP8 (RFC 6386, 9.1): a start code, then two 14-bit numbers."""
    if head[3:6] != b"\x9d\x01\x2a":
        return Metadata()
    return Metadata.of_size(_uint(head[6:8]) & 0x3FFF, _uint(head[8:10]) & 0x3FFF)


def _lossless_size(head: bytes) -> Metadata:
    """The header of VP8L: a signature byte, then two 14-bit numbers, each one less than the size."""
    bits = _uint(head[1:5])
    return Metadata.of_size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)) if head[0] == 0x2F else Metadata()


_WEBP_SIZES: Final = {b"VP8X": _extended_size, b"VP8 ": _lossy_size, b"VP8L": _lossless_size}
