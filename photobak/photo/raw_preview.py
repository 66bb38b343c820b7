"""Camera raw files: what is shown of them is the picture that the camera itself has put inside, as JPEG.

Each maker puts it elsewhere (a TIFF strip, a sub-directory, a maker note, a track of CR3, a field of RAF's header), but
everywhere it is a plain JPEG stream, so it is found by its markers, and no maker's format has to be known.
"""

import re
from io import BytesIO
from itertools import islice
from math import prod
from mmap import ACCESS_READ, mmap
from typing import BinaryIO, Final

from photobak.photo.decode import Picture, decode, upright_size
from photobak.photo.decoder_guard import UndecodableImage
from photobak.photo.jpeg_stream import frame_size
from photobak.photo.media_type import MediaType
from photobak.photo.metadata import read_metadata

MAX_CANDIDATES: Final = 1000
"""Beginnings of a JPEG that are looked at; real files have two to five, and three by chance in 50 MB of sensor data."""

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
    """What begins with the largest JPEG; where that ends, its decoder knows."""
    with mmap(file.fileno(), 0, access=ACCESS_READ) as data:
        starts = [match.start() for match in islice(_START.finditer(data), MAX_CANDIDATES)]
        sizes = {start: size for start in starts if (size := frame_size(data, start))}
        if not sizes:
            return None
        return data[max(sizes, key=lambda start: prod(sizes[start])) :]
