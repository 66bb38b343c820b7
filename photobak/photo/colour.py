"""Brings a decoded picture of any colour mode to RGB in sRGB, the only colours that every screen agrees on."""

from io import BytesIO
from typing import Final, cast

from PIL import Image, ImageCms

_PALETTES: Final = ("P", "PA")


def in_resizable_mode(image: Image.Image) -> Image.Image:
    """The picture in a mode whose values can be averaged: no palette, no single bits, at most eight bits a channel."""
    if image.mode == "1":
        return image.convert("L")
    if image.has_transparency_data:
        return image if image.mode == "RGBA" else image.convert("RGBA")
    if image.mode in _PALETTES:
        return image.convert("RGB")
    return _in_eight_bits(image)


def in_srgb(image: Image.Image, icc_profile: bytes | None) -> Image.Image:
    """The picture as RGB in sRGB, or as RGBA where it has transparency.

    Args:
        image: in a mode that ``in_resizable_mode`` returns.
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
