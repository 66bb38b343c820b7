"""Protects the decoders from hostile files: limits checked by headers, and one error for all of theirs."""

import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, Final

from PIL import Image, UnidentifiedImageError
from PIL.ImageFile import ImageFile

from photobak.errors import PhotobakError

MAX_DECODER_BYTES: Final = 1_350_000_000
"""Memory that decoding one photo may take; with the file and the interpreter it fits a Lambda of 1,769 MB."""
MAX_JPEG_SCANS: Final = 100
"""Encoders write about 10; each covers the whole picture, and a hostile file of 1 MB could have thousands."""
MAX_QUOTED_CHARACTERS: Final = 200
"""Of a decoder's message, which may quote the file."""

# Peak memory a pixel, rounded up from what 50-megapixel files took: WebP's animation decoder holds the canvas three
# times, JPEG 2000's has 32 bits a sample; of the others the worst case has transparency, which is premultiplied.
_BYTES_PER_PIXEL: Final = {"WEBP": 17, "JPEG2000": 20}
_OTHERWISE_BYTES_PER_PIXEL: Final = 12

# JPEG markers (ITU-T T.81, annex B).
_EOI: Final = 0xD9
_SOS: Final = 0xDA
# Markers that a length follows: not stuffing, TEM, fill bytes, RST0 to RST7 or SOI.
_SEGMENT = re.compile(rb"\xff([^\x00\x01\xff\xd0-\xd8])")


class UndecodableImage(PhotobakError):
    """No preview can be made of a photo; its original is kept all the same. ``why`` is for its owner."""

    def __init__(self, why: str) -> None:
        super().__init__("No preview could be made", why=why)


def refuse_if_too_large(image: ImageFile) -> None:
    """Check an opened, not yet decoded picture by its header.

    Raises:
        UndecodableImage: decoding it could take more than ``MAX_DECODER_BYTES``.
    """
    pixels = image.width * image.height
    if pixels * _bytes_per_pixel(image) > MAX_DECODER_BYTES:
        raise UndecodableImage(f"{pixels // 1_000_000:,} megapixels are too many to decode")


def refuse_if_too_many_scans(image: ImageFile, file: BinaryIO) -> None:
    """Check an opened, not yet decoded JPEG by its markers.

    Raises:
        UndecodableImage: it is a progressive one that would keep the decoder busy for minutes.
    """
    if not image.info.get("progressive"):
        return
    file.seek(0)
    if count_scans(file.read()) > MAX_JPEG_SCANS:
        raise UndecodableImage(f"a JPEG of more than {MAX_JPEG_SCANS} scans takes too long to decode")


def count_scans(data: bytes) -> int:
    """How often the decoder will process the whole picture: 1 for baseline JPEG, about 10 for progressive."""
    scans, at = 0, 2
    while (segment := _SEGMENT.search(data, at)) and segment[1][0] != _EOI:
        scans += segment[1][0] == _SOS
        at = segment.end() + max(2, int.from_bytes(data[segment.end() : segment.end() + 2], "big"))
    return scans


@contextmanager
def decoder_errors_as_undecodable() -> Iterator[None]:
    """Turn whatever a decoder raises into ``UndecodableImage``, with the cause chained.

    Raises:
        UndecodableImage: the bytes are not a whole, legible picture.
        OSError: the operating system could not read the file; the photo may be fine.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about odd metadata, which is not used here
            yield
    except UndecodableImage:
        raise
    except Exception as error:  # fed with hostile bytes, decoders raise nearly anything
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise UndecodableImage(_reason(error)) from error


def _bytes_per_pixel(image: ImageFile) -> int:
    if image.format == "JPEG":
        # A progressive one is kept whole as coefficients of two bytes; the pixels come at a fraction of the size.
        return 2 * len(image.getbands())
    return _BYTES_PER_PIXEL.get(image.format or "", _OTHERWISE_BYTES_PER_PIXEL)


def _reason(error: Exception) -> str:
    if isinstance(error, UnidentifiedImageError):
        return "the file is truncated, damaged or no picture"
    if isinstance(error, Image.DecompressionBombError):
        return "it has too many megapixels to decode"
    if isinstance(error, MemoryError):
        return "decoding it takes more memory than there is"
    said = " ".join(str(error).split())[:MAX_QUOTED_CHARACTERS]
    if "truncated" in said.lower():
        return "the file is truncated"
    return f"the file is damaged ({said or type(error).__name__})"
