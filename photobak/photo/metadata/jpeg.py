"""JPEG files: marker segments up to the image data (ITU-T T.81 annex B; EXIF 2.32 section 4.7)."""

from collections.abc import Iterator
from typing import Final

from photobak.photo.metadata.ciff import read_ciff
from photobak.photo.metadata.exif import read_exif
from photobak.photo.metadata.picture_info import read_picture_info
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window
from photobak.photo.metadata.xmp import read_xmp

_SOI: Final = 0xD8
_EOI: Final = 0xD9
_SOS: Final = 0xDA
_APP0: Final = 0xE0
_APP1: Final = 0xE1
_APP12: Final = 0xEC
_WITHOUT_LENGTH: Final = frozenset({0x00, 0x01, *range(0xD0, 0xD9)})
_FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
"""SOF0 to SOF15 without DHT, JPG and DAC, which lie between them."""

_EXIF: Final = b"Exif\0"
_XMP: Final = b"http://ns.adobe.com/xap/1.0/\0"
_RESYNC_BYTES: Final = 65536
_SIGNATURE_BYTES: Final = 32


def read_jpeg(window: Window) -> Metadata:
    """EXIF first; XMP and what cameras wrote before EXIF only where EXIF has no date; dimensions from the frame."""
    found = Metadata()
    fallbacks: list[Metadata] = []
    xmp: Window | None = None
    for marker, segment in _segments(window):
        signature = segment.up_to(0, _SIGNATURE_BYTES)
        if marker in _FRAMES:
            found = found.completed_by(_frame_size(segment))
        elif marker == _APP1 and signature.startswith(_EXIF):
            found = found.completed_by(read_exif(segment))
        elif marker == _APP1 and signature.startswith(_XMP):
            xmp = xmp or segment.part(len(_XMP))
        elif marker == _APP0 and signature[6:10] == b"HEAP":
            fallbacks.append(read_ciff(segment))
        elif marker == _APP12:
            fallbacks.append(read_picture_info(segment))
    if found.original is None and xmp:
        found = found.completed_by(read_xmp(xmp))
    for fallback in fallbacks:
        found = found.completed_by(fallback)
    return found


def _segments(window: Window) -> Iterator[tuple[int, Window]]:
    """Marker and content of each segment before the image data; ends at the first damage."""
    offset = 2
    try:
        while True:
            mark, marker = window.read(offset, 2)
            if mark != 0xFF:
                offset = _next_mark(window, offset)
            elif marker == 0xFF:
                offset += 1
            elif marker in _WITHOUT_LENGTH:
                offset += 2
            elif marker in (_EOI, _SOS):
                return
            else:
                length = window.uint(offset + 2, 2)
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
