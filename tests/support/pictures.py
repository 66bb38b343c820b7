"""Small pictures in every format that previews are made of, and what to look for in the previews."""

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from PIL import Image
from pillow_heif import register_heif_opener

from photobak.photo.media_type import AVIF, BMP, GIF, HEIC, JP2, JPEG, PNG, TIFF, WEBP, MediaType
from photobak.photo.preview import Previews, make_previews

register_heif_opener()

RED, GREEN, BLUE, YELLOW = (220, 30, 30), (30, 180, 40), (40, 40, 210), (230, 220, 40)
FORMATS = {
    "JPEG": JPEG,
    "PNG": PNG,
    "GIF": GIF,
    "WEBP": WEBP,
    "TIFF": TIFF,
    "BMP": BMP,
    "AVIF": AVIF,
    "HEIF": HEIC,
    "JPEG2000": JP2,
}
"""Pillow's name of each format that it writes, and its media type."""
ORIENTATION = 0x0112


def quadrants(width: int = 64, height: int = 48) -> Image.Image:
    """Red and green above, blue and yellow below: no orientation looks like another."""
    picture = Image.new("RGB", (width, height), RED)
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    picture.paste(YELLOW, (width // 2, height // 2, width, height))
    return picture


def encoded(picture: Image.Image, name: str, **options: Any) -> bytes:
    """The picture as a file of one of Pillow's formats."""
    file = BytesIO()
    picture.save(file, name, **options)
    return file.getvalue()


def previews_of(content: bytes, media_type: MediaType, folder: Path) -> Previews:
    """Previews of a file with this content."""
    path = folder / "photo"
    path.write_bytes(content)
    return make_previews(path, media_type)


def opened(webp: bytes) -> Image.Image:
    """A preview's picture; it has to be WebP."""
    return Image.open(BytesIO(webp), formats=["WEBP"])


def pixel(picture: Image.Image, x: int, y: int) -> tuple[int, ...]:
    """The colour there, a number a channel."""
    value = picture.getpixel((x, y))
    assert isinstance(value, tuple)
    return value


def corners(picture: Image.Image) -> list[tuple[int, ...]]:
    """The colours in the middle of the four quarters: above from left to right, then below."""
    picture = picture.convert("RGB")
    xs, ys = (picture.width // 4, picture.width * 3 // 4), (picture.height // 4, picture.height * 3 // 4)
    return [pixel(picture, x, y) for y in ys for x in xs]


def alike(colour: tuple[int, ...], other: tuple[int, ...], tolerance: int = 20) -> bool:
    """Tell whether two colours differ by no more than lossy compression does."""
    return all(abs(a - b) <= tolerance for a, b in zip(colour, other, strict=True))


def riff_chunks(webp: bytes) -> Iterator[bytes]:
    """The kinds of chunk in a WebP file (RFC 9649, section 2.3)."""
    at = 12
    while at < len(webp):
        yield webp[at : at + 4]
        (size,) = struct.unpack_from("<I", webp, at + 4)
        at += 8 + size + size % 2
