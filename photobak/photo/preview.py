"""Makes the two previews of a photo, a thumbnail for lists and a web view for the screen, and what is read off them.

Both are WebP, upright, in sRGB, and carry nothing of the photo's metadata (no EXIF, no GPS, no colour profile).
"""

import base64
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Final, Self

from PIL import Image

from photobak.photo.decode import Picture, decode, fit
from photobak.photo.decoder_guard import UndecodableImage
from photobak.photo.media_type import AVIF, BMP, GIF, HEIC, HEIF, JP2, JPEG, PNG, PSD, TIFF, WEBP, MediaType
from photobak.photo.similarity import perceptual_hash
from photobak.photo.thumbhash import thumbhash

__all__ = [
    "THUMB_MAX_HEIGHT",
    "THUMB_WIDTH",
    "WEB_LONG_EDGE",
    "Previews",
    "UndecodableImage",
    "make_previews",
    "previews_of_picture",
]

THUMB_WIDTH: Final = 400
"""Pixels; the width of every thumbnail, unless the photo is narrower or very tall."""
THUMB_MAX_HEIGHT: Final = 1600
"""Pixels; a photo taller than 4:1 is made narrower, since a list can't use a strip 20 screens long."""
WEB_LONG_EDGE: Final = 2000
"""Pixels; fills a laptop's screen. At 2,000, unlike at 2,048, the usual 12-megapixel photo (4,000 to 4,080 px wide) can
be decoded at half its size."""

THUMB_QUALITY: Final = 80
WEB_QUALITY: Final = 80
"""0 to 100 (libwebp, cwebp(1) ``-q``). 80 is what sharp and squoosh start from."""
WEBP_METHOD: Final = 2
"""0 (fast) to 6 (small). 2 takes half the time of 4 for 4 % more bytes; 0 takes a fifth less time for 16 % more."""

# Any other photo is a camera's raw file, or of a format that is looked through as if it were one.
_DECODABLE: Final = frozenset({JPEG, HEIC, HEIF, AVIF, PNG, WEBP, GIF, TIFF, BMP, JP2, PSD})


_BINARY: Final = ("thumb", "web", "thumbhash")


@dataclass(frozen=True, slots=True)
class Previews:
    """What people see of a photo before they download the original."""

    thumb: bytes
    """WebP, 400 px wide (never enlarged)."""
    web: bytes
    """WebP, its long edge 2,000 px (never enlarged)."""
    width: int
    """Pixels of the upright photo."""
    height: int
    thumbhash: bytes
    """A placeholder that shows until the thumbnail has loaded."""
    perceptual_hash: int | None
    """Nearly the same for pictures that look alike; None for one without features."""
    duration: float | None = None
    """Seconds, of a video."""

    def to_json(self) -> dict[str, Any]:
        """The previews as one function gives them to another."""
        fields = asdict(self)
        return fields | {name: base64.b64encode(fields[name]).decode() for name in _BINARY}

    @classmethod
    def from_json(cls, fields: Mapping[str, Any]) -> Self:
        """Read what ``to_json`` wrote."""
        return cls(**{**fields, **{name: base64.b64decode(fields[name]) for name in _BINARY}})


def make_previews(path: Path, media_type: MediaType) -> Previews:
    """Make both previews of a photo, decoding it once and no larger than the web view needs.

    Args:
        path: the photo's file.
        media_type: of its content: a camera's raw file is not decoded but searched for its embedded JPEG.

    Raises:
        UndecodableImage: no preview can be made; ``why`` is the reason for a person.
        OSError: the file can't be read from the disk.
    """
    if path.stat().st_size == 0:
        raise UndecodableImage("the file is empty")
    with path.open("rb") as file:
        picture = decode(file, WEB_LONG_EDGE) if media_type in _DECODABLE else _decode_raw(file, media_type)
    return previews_of_picture(picture)


def previews_of_picture(picture: Picture) -> Previews:
    """Make both previews of a decoded picture that is no larger than the web view."""
    thumbnail = _thumbnail(picture.image)
    return Previews(
        thumb=_webp(thumbnail, THUMB_QUALITY),
        web=_webp(picture.image, WEB_QUALITY),
        width=picture.width,
        height=picture.height,
        thumbhash=thumbhash(thumbnail),
        perceptual_hash=perceptual_hash(thumbnail),
    )


def _decode_raw(file: BinaryIO, media_type: MediaType) -> Picture:
    from photobak.photo.raw_preview import decode_raw  # imports all readers of metadata, which other photos don't need

    return decode_raw(file, media_type, WEB_LONG_EDGE)


def _thumbnail(web: Image.Image) -> Image.Image:
    # The web view is larger than any thumbnail and still in memory, so shrinking it costs next to nothing.
    return web.resize(fit(web.size, THUMB_WIDTH, THUMB_MAX_HEIGHT), Image.Resampling.LANCZOS, reducing_gap=2.0)


def _webp(image: Image.Image, quality: int) -> bytes:
    file = BytesIO()
    image.save(file, "WEBP", quality=quality, method=WEBP_METHOD)
    return file.getvalue()
