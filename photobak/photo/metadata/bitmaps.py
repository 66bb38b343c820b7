"""PNG, GIF and BMP files (PNG Third Edition; XMP Specification part 3; GIF89a)."""

from collections.abc import Iterator
from typing import Final

from photobak.photo.metadata.exif import read_exif
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window
from photobak.photo.metadata.xmp import read_xmp

_SIGNATURE_BYTES: Final = 8
_XMP_KEYWORD: Final = b"XML:com.adobe.xmp\0"
_UNCOMPRESSED: Final = b"\0"


def read_png(window: Window) -> Metadata:
    """Dimensions, EXIF, and the dates of XMP where EXIF has none."""
    found = Metadata()
    xmp: Window | None = None
    for kind, data in _chunks(window):
        if kind == b"IHDR":
            head = data.up_to(0, 8)
            found = found.completed_by(
                Metadata.of_size(int.from_bytes(head[:4], "big"), int.from_bytes(head[4:], "big"))
            )
        elif kind == b"eXIf":
            found = found.completed_by(read_exif(data))
        elif kind == b"iTXt":
            xmp = xmp or _xmp_text(data)
    if found.original is None and xmp:
        found = found.completed_by(read_xmp(xmp))
    return found


def read_gif(window: Window) -> Metadata:
    """The logical screen's size (GIF89a, section 18)."""
    return Metadata.of_size(window.uint(6, 2, "little"), window.uint(8, 2, "little"))


def read_bmp(window: Window) -> Metadata:
    """The size in the bitmap header: 16 bits a number in OS/2's first form, since then 32 (negative: top-down)."""
    if window.uint(14, 4, "little") == 12:
        return Metadata.of_size(window.uint(18, 2, "little"), window.uint(20, 2, "little"))
    width, height = (int.from_bytes(window.read(at, 4), "little", signed=True) for at in (18, 22))
    return Metadata.of_size(width, abs(height))


def _chunks(window: Window) -> Iterator[tuple[bytes, Window]]:
    """Type and data of each chunk; ends at IEND and at damage."""
    offset = _SIGNATURE_BYTES
    try:
        while True:
            head = window.read(offset, 8)
            length, kind = int.from_bytes(head[:4], "big"), head[4:]
            if kind == b"IEND":
                return
            yield kind, window.part(offset + 8, length)
            offset += 12 + length
    except Damaged:
        return


def _xmp_text(data: Window) -> Window | None:
    """The packet of an uncompressed ``XML:com.adobe.xmp`` text; XMP is never written compressed (part 3, 1.1.5)."""
    head = data.up_to(0, len(_XMP_KEYWORD) + 64)
    if not head.startswith(_XMP_KEYWORD + _UNCOMPRESSED):
        return None
    # The compression method, then language tag and translated keyword, each ended by NUL.
    language_end = head.find(b"\0", len(_XMP_KEYWORD) + 2)
    keyword_end = head.find(b"\0", language_end + 1)
    return data.part(keyword_end + 1) if 0 <= language_end < keyword_end else None
