"""GIF and BMP files: they tell their dimensions and no dates."""

from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Window


def read_gif(window: Window) -> Metadata:
    """The logical screen's size (GIF89a, section 18)."""
    return Metadata.of_size(window.uint(6, 2, "little"), window.uint(8, 2, "little"))


def read_bmp(window: Window) -> Metadata:
    """The size in the bitmap header: 16 bits a number in OS/2's first form, since then 32 (negative: top-down)."""
    if window.uint(14, 4, "little") == 12:
        return Metadata.of_size(window.uint(18, 2, "little"), window.uint(20, 2, "little"))
    width, height = (int.from_bytes(window.read(at, 4), "little", signed=True) for at in (18, 22))
    return Metadata.of_size(width, abs(height))
