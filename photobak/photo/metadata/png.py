"""PNG files: IHDR, eXIf and the XMP text chunk (PNG Third Edition; XMP Specification part 3)."""

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
