"""JPEG files: marker segments up to the image data (ITU-T T.81 annex B; EXIF 2.32 section 4.7)."""

import re
from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from photobak.photo.metadata import dates
from photobak.photo.metadata.ciff import read_ciff
from photobak.photo.metadata.exif import read_exif
from photobak.photo.metadata.iptc import PHOTOSHOP, read_photoshop
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window
from photobak.photo.metadata.xmp import read_xmp

_EOI: Final = 0xD9
_SOS: Final = 0xDA
_APP0: Final = 0xE0
_APP1: Final = 0xE1
_APP12: Final = 0xEC
_APP13: Final = 0xED
_WITHOUT_LENGTH: Final = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15 without DHT, JPG and DAC, which lie between them."""

_RESYNC_BYTES: Final = 65536
_PICTURE_INFO_TIME = re.compile(rb"\bTimeDate=(\d{1,10})\b")
_MAX_PICTURE_INFO: Final = 65536


def read_picture_info(window: Window) -> Metadata:
    """APP12 "picture info", text by which Olympus, Agfa, Epson and Sanyo cameras described a JPEG before EXIF.

    ``TimeDate=`` counts seconds since 1970 by the camera's own clock.
    """
    found = _PICTURE_INFO_TIME.search(window.up_to(0, _MAX_PICTURE_INFO))
    return Metadata(original=dates.unix_local(int(found[1]))) if found else Metadata()


class _Block(NamedTuple):
    """A kind of segment that tells of the picture."""

    marker: int
    signature: bytes
    at: int
    """Where in the segment the signature is."""
    content: int
    """Where in the segment the content begins."""
    read: Callable[[Window], Metadata]


_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_BLOCKS: Final = (
    _Block(_APP1, b"Exif\0", 0, 6, read_exif),
    _Block(_APP13, PHOTOSHOP, 0, len(PHOTOSHOP), read_photoshop),
    _Block(_APP1, _XMP, 0, len(_XMP), read_xmp),
    _Block(_APP0, b"HEAP", 6, 0, read_ciff),
    _Block(_APP12, b"", 0, 0, read_picture_info),
)
"""The most trusted first; Metadata Working Group guidelines 2.0, section 5, and last what cameras wrote before EXIF."""
_MARKERS: Final = frozenset(block.marker for block in _BLOCKS)
_SIGNATURE_BYTES: Final = 32


def read_jpeg(window: Window) -> Metadata:
    """EXIF; where it has no date, what other blocks say; the dimensions of the frame."""
    found = Metadata()
    segments: dict[_Block, Window] = {}
    for marker, segment in _segments(window):
        if marker in _FRAMES:
            found = found.completed_by(_frame_size(segment))
        elif block := _block(marker, segment):
            segments.setdefault(block, segment)
    for block in _BLOCKS:
        if found.original is None and block in segments:
            found = found.completed_by(block.read(segments[block].part(min(block.content, segments[block].size))))
    return found


def find_xmp(window: Window) -> Window | None:
    """The first XMP packet; extensions of it (XMP Specification part 3, section 1.1.3.1) have another signature."""
    for marker, segment in _segments(window):
        if marker == _APP1 and segment.up_to(0, len(_XMP)) == _XMP:
            return segment.part(len(_XMP))
    return None


def _block(marker: int, segment: Window) -> _Block | None:
    if marker not in _MARKERS:
        return None
    head = segment.up_to(0, _SIGNATURE_BYTES)
    return next((b for b in _BLOCKS if b.marker == marker and head.startswith(b.signature, b.at)), None)


def _segments(window: Window) -> Iterator[tuple[int, Window]]:
    """Marker and content of each segment before the image data; ends at the first damage."""
    offset = 2
    try:
        while True:
            head = window.up_to(offset, 4)
            if len(head) < 4:  # no room for a segment
                return
            mark, marker = head[:2]
            if mark != 0xFF:
                offset = _next_mark(window, offset)
            elif marker == 0xFF:
                offset += 1
            elif marker in _WITHOUT_LENGTH:
                offset += 2
            elif marker in (_EOI, _SOS):
                return
            else:
                length = int.from_bytes(head[2:], "big")
                yield marker, window.part(offset + 4, max(length - 2, 0))
                offset += 2 + max(length, 2)
    except Damaged:
        return


def _next_mark(window: Window, offset: int) -> int:
    """The next 0xFF: some editors leave rubbish between segments."""
    found = window.up_to(offset, _RESYNC_BYTES).find(b"\xff")
    if found < 0:
        raise Damaged("no further marker")
    return offset + found


def _frame_size(segment: Window) -> Metadata:
    head = segment.up_to(0, 5)
    return Metadata.of_size(int.from_bytes(head[3:5], "big"), int.from_bytes(head[1:3], "big"))
