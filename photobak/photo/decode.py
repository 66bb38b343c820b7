"""Decodes a photo into a small upright sRGB picture, whatever kind of file it is."""

from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO, Final, cast

from PIL import ExifTags, Image, ImageCms
from PIL.ImageFile import ImageFile
from PIL.JpegImagePlugin import JpegImageFile

from photobak.photo.decoder_guard import (
    decoder_errors_as_undecodable,
    refuse_if_too_large,
    refuse_if_too_many_scans,
)

# Every other format of Pillow's is no photo, and one more decoder to attack.
_FORMATS: Final = ("PNG", "TIFF", "GIF", "WEBP", "BMP", "PSD", "JPEG2000")
_ISO_MEDIA_FORMATS: Final = ("AVIF", "HEIF")

# EXIF Orientation (0x0112; Exif 3.0, 4.6.5.1.9) and what makes such a picture upright.
_TO_UPRIGHT: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_LIES_ON_ITS_SIDE: Final = (5, 6, 7, 8)
_PALETTES: Final = ("P", "PA")

Size = tuple[int, int]
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo as people see it."""

    image: Image.Image
    """Upright, RGB or RGBA in sRGB, without metadata."""
    width: int
    """Pixels of the upright original."""
    height: int


@dataclass(frozen=True, slots=True)
class _Decoded:
    """What the decoder gave: JPEG may come at a half, a quarter or an eighth of its size."""

    image: Image.Image
    full_size: Size
    box: Box
    """The part of ``image`` that is the whole photo: a fraction of a pixel is lost in each division."""


def decode(file: BinaryIO, long_edge: int, *, orientation: int = 1) -> Picture:
    """Decode the first picture of a file; no edge of it will be longer than ``long_edge`` pixels.

    Args:
        file: JPEG, PNG, TIFF, GIF, WebP, BMP, PSD, JPEG 2000, HEIF or AVIF; seekable.
        long_edge: pixels.
        orientation: EXIF's (1 to 8), used if the file itself has none.

    Raises:
        UndecodableImage: the file is damaged, too large, or none of these.
        OSError: the file can't be read from the disk.
    """
    decoded = _decode_first_frame(file, long_edge)
    small = _in_resizable_mode(decoded.image).resize(
        fit(decoded.full_size, long_edge, long_edge), Image.Resampling.BICUBIC, box=decoded.box, reducing_gap=2.0
    )
    picture = _in_srgb(small, decoded.image.info.get("icc_profile"))
    orientation = _orientation(decoded.image) or orientation
    if orientation in _TO_UPRIGHT:
        picture = picture.transpose(_TO_UPRIGHT[orientation])
    picture.info = {}
    return Picture(picture, *upright_size(decoded.full_size, orientation))


def upright_size(size: Size, orientation: int) -> Size:
    """Width and height after the orientation (1 to 8) is applied."""
    width, height = size
    return (height, width) if orientation in _LIES_ON_ITS_SIDE else size


def fit(size: Size, max_width: int, max_height: int) -> Size:
    """The largest size of the same proportions within both bounds; never enlarged, never empty."""
    width, height = size
    scale = min(1.0, max_width / width, max_height / height)
    return max(1, round(width * scale)), max(1, round(height * scale))


def _decode_first_frame(file: BinaryIO, long_edge: int) -> _Decoded:
    with decoder_errors_as_undecodable():
        image = _open(file)
        refuse_if_too_large(image)
        if isinstance(image, JpegImageFile):
            refuse_if_too_many_scans(image, file)
            return _decode_jpeg(image, long_edge)
        image.load()
        return _Decoded(image, image.size, (0, 0, *image.size))


def _decode_jpeg(image: JpegImageFile, long_edge: int) -> _Decoded:
    """Decode at a fraction of the size, which skips most of the work and looks the same after resizing."""
    full_size = image.size
    drafted = image.draft(None, fit(full_size, long_edge, long_edge))
    image.load()
    return _Decoded(image, full_size, drafted[1] if drafted else (0, 0, *image.size))


def _open(file: BinaryIO) -> ImageFile:
    head = file.read(12)
    file.seek(0)
    if head.startswith(b"\xff\xd8\xff"):
        # Not through Image.open: it refuses 200 megapixels, although only a fraction is decoded, and reads the index
        # of an MPO's further pictures.
        return JpegImageFile(file)
    if head[4:8] == b"ftyp":
        from pillow_heif import register_heif_opener  # takes longer to import than everything else

        register_heif_opener()
        return Image.open(file, formats=_ISO_MEDIA_FORMATS)
    return Image.open(file, formats=_FORMATS)


def _orientation(image: Image.Image) -> int | None:
    """EXIF Orientation where the decoder has not applied it yet (Pillow does so for TIFF, libheif for HEIF)."""
    try:
        orientation = image.getexif().get(ExifTags.Base.Orientation)
    except Exception:  # noqa: BLE001 - broken EXIF raises nearly anything; a picture on its side is better than none
        return None
    return orientation if isinstance(orientation, int) else None


def _in_resizable_mode(image: Image.Image) -> Image.Image:
    """The picture in a mode whose values can be averaged: no palette, no single bits, at most eight bits a channel."""
    if image.mode == "1":
        return image.convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode in _PALETTES:
        return image.convert("RGB")
    return _in_eight_bits(image)


def _in_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """The picture as RGB in sRGB, or as RGBA where it has transparency.

    Args:
        image: in a mode that ``_in_resizable_mode`` returns.
        icc_profile: what its colours mean; sRGB where there is none, or where it is broken.
    """
    if image.mode != "RGBA":
        return _colours_in_srgb(image, icc_profile)
    picture = _colours_in_srgb(image.convert("RGB"), icc_profile)
    picture.putalpha(image.getchannel("A"))
    return picture


def _in_eight_bits(image: Image.Image) -> Image.Image:
    """Grey of 16 or 32 bits or floating point as L; Pillow's own conversion would cut off all above 255."""
    if image.mode.startswith("I;16"):
        image, black, white = image.convert("I"), 0, 65535
    elif image.mode in ("I", "F"):
        black, white = cast("tuple[int, int]", image.getextrema())  # nothing says where they lie, so all is shown
    else:
        return image
    scale = 255 / ((white - black) or 1)
    return image.point(lambda value: value * scale - black * scale).convert("L")


def _colours_in_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    if icc_profile:
        try:
            source, target = ImageCms.ImageCmsProfile(BytesIO(icc_profile)), ImageCms.createProfile("sRGB")
            return cast("Image.Image", ImageCms.profileToProfile(image, source, target, outputMode="RGB"))
        except (ImageCms.PyCMSError, OSError):
            pass  # broken, or meant for another mode: colours slightly off are better than no preview
    return image.convert("RGB")
