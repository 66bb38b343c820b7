"""Canon CR3: TIFF blocks in a box of Canon's own inside of a movie header."""

from typing import Final

from photobak.photo.metadata.boxes import boxes, child
from photobak.photo.metadata.exif import describe, image_size
from photobak.photo.metadata.tiff import Directory, open_tiff
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window

_CANON: Final = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_MAIN: Final = b"CMT1"
_EXIF: Final = b"CMT2"
_GPS: Final = b"CMT4"


def read_cr3(window: Window) -> Metadata:
    """Canon keeps each EXIF directory as the first one of a TIFF structure of its own."""
    movie = child(window, b"moov")
    if movie is None:
        return Metadata()
    blocks: dict[bytes, Window] = {}
    for kind, content in boxes(movie):
        if kind == b"uuid" and content.up_to(0, len(_CANON)) == _CANON:
            blocks = dict(boxes(content, len(_CANON)))
    main = _directory(blocks.get(_MAIN))
    if main is None:
        return Metadata()
    found = describe(main, _directory(blocks.get(_EXIF)), _directory(blocks.get(_GPS)))
    return found.completed_by(image_size(main))


def _directory(block: Window | None) -> Directory | None:
    if block is None:
        return None
    try:
        tiff = open_tiff(block)
    except Damaged:
        return None
    return tiff.below(tiff.first)
