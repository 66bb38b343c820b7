"""Previews of camera raw files: the JPEG that the camera itself has embedded.

Each maker embeds it elsewhere (a TIFF strip, a sub-directory, a maker note, a track of CR3, RAF's header), but
always as a plain JPEG stream, so it is found by its markers, without knowledge of the maker's format.
"""

import re
import struct
from io import BytesIO
from itertools import islice
from math import prod
from mmap import ACCESS_READ, mmap
from typing import BinaryIO, Final

from photobak.photo.decode import Picture, decode, upright_size
from photobak.photo.decoder_guard import UndecodableImage
from photobak.photo.media_type import MediaType
from photobak.photo.metadata import read_metadata

MAX_CANDIDATES: Final = 1000
"""JPEG starts that are examined; real files have two to five, and 50 MB of sensor data three by chance."""

MAX_SEGMENTS: Final = 200
"""Segments before the frame header; real files have a handful, or dozens with a large colour profile."""

# JPEG markers (ITU-T T.81, annex B).
_EOI: Final = 0xD9
_SOS: Final = 0xDA
# Frames that picture decoders support. SOF3 is lossless: in a camera's raw file, that is the sensor's data.
_VISIBLE_FRAMES: Final = (0xC0, 0xC1, 0xC2)
_OTHER_FRAMES: Final = (0xC3, *range(0xC5, 0xC8), *range(0xC9, 0xCC), *range(0xCD, 0xD0))

_START = re.compile(rb"\xff\xd8\xff")


def decode_raw(file: BinaryIO, media_type: MediaType, long_edge: int) -> Picture:
    """Decode the largest JPEG inside a file; no edge of it will be longer than ``long_edge`` pixels.

    Args:
        file: a camera's raw file: not empty, on a disk.
        media_type: of the file.
        long_edge: pixels.

    Raises:
        UndecodableImage: there is no JPEG inside, or it is damaged.
        OSError: the file can't be read from the disk.
    """
    jpeg = _largest_jpeg(file)
    if jpeg is None:
        raise UndecodableImage(f"no picture that can be decoded was found in this {media_type.content_type}")
    metadata = read_metadata(file, media_type)
    orientation = metadata.orientation or 1
    picture = decode(BytesIO(jpeg), long_edge, orientation=orientation)
    sensor = upright_size((metadata.width or 0, metadata.height or 0), orientation)
    return Picture(picture.image, *max(sensor, (picture.width, picture.height), key=prod))


def _largest_jpeg(file: BinaryIO) -> bytes | None:
    """The data from the start of the largest JPEG on; its decoder finds the end."""
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        starts = [match.start() for match in islice(_START.finditer(data), MAX_CANDIDATES)]
        sizes = {start: size for start in starts if (size := frame_size(data, start))}
        if not sizes:
            return None
        return data[max(sizes, key=lambda start: prod(sizes[start])) :]


def frame_size(data: bytes | mmap, start: int) -> tuple[int, int] | None:
    """Width and height of the JPEG at ``start``, by its markers; None if it is not one that can be shown."""
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
