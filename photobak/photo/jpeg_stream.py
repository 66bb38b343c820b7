"""What the markers of a JPEG stream tell without decoding it (ITU-T T.81, annex B)."""

import re
import struct
from mmap import mmap
from typing import Final

MAX_SEGMENTS: Final = 200
"""Segments before the frame header; real files have a handful, those with large colour profiles some dozens."""

_EOI: Final = 0xD9
_SOS: Final = 0xDA
# Frames that decoders of pictures know. SOF3 is lossless: in a camera's raw file, that is the sensor's data.
_VISIBLE_FRAMES: Final = (0xC0, 0xC1, 0xC2)
_OTHER_FRAMES: Final = (0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))
# Markers that a length follows: not stuffing, TEM, fill bytes, RST0 to RST7 or SOI.
_SEGMENT = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")


def frame_size(data: bytes | mmap, start: int) -> tuple[int, int] | None:
    """Width and height of the JPEG at ``start``; None where what is there is none, or none that can be seen."""
    at = start + 2
    try:
        for _ in range(MAX_SEGMENTS):
            prefix, marker, length = struct.unpack_from(">BBH", data, at)
            if prefix != 0xFF or marker in (_SOS, _EOI, *_OTHER_FRAMES):
                return None
            if marker in _VISIBLE_FRAMES:
                bits, height, width = struct.unpack_from(">BHH", data, at + 4)
                return (width, height) if bits == 8 and width and height else None
            at += 2 + length
    except struct.error:  # the data end before the frame header
        pass
    return None


def count_scans(data: bytes) -> int:
    """How often the decoder will go over the whole picture: 1 for baseline JPEG, about 10 for progressive."""
    scans, at = 0, 2
    while (segment := _SEGMENT.search(data, at)) and segment[1][0] != _EOI:
        scans += segment[1][0] == _SOS
        at = segment.end() + max(2, int.from_bytes(data[segment.end() : segment.end() + 2], "big"))
    return scans
