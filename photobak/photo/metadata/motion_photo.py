"""Motion Photos: a picture and a short video in one file, and where in the file the video is.

Phones tell it in three ways, and some in more than one:

- XMP: Motion Photo format 1.0 lists the parts of the file (https://developer.android.com/media/platform/motion-photo-format),
  its predecessor MicroVideo counts from the end of the file.
- Samsung's trailer behind a JPEG, as exiftool reads it (``Image::ExifTool::Samsung``, "Trailer").
- The box ``mpvd`` of a HEIF file (Motion Photo format 1.0, "ISOBMFF image-specific behavior").

None of them is believed: the video counts only where a movie begins at the place that they name.
"""

import re
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from photobak.photo.metadata import heif, jpeg
from photobak.photo.metadata.boxes import boxes, child
from photobak.photo.metadata.window import Damaged, Window
from photobak.photo.metadata.xmp import read_packet
from photobak.photo.xmp_packet import XmpPacket

_PROPERTIES: Final = frozenset({
    "GCamera:MotionPhoto", "GCamera:MicroVideo", "GCamera:MicroVideoOffset",
    "Container:Directory", "Container:Item", "Item:Semantic", "Item:Length", "Item:Padding",
})  # fmt: skip
_COUNT = re.compile(r"[0-9]{1,12}")
_TRAILER_END: Final = b"SEFT"
_TRAILER_DIRECTORY: Final = b"SEFH"
_MAX_DIRECTORY_BYTES: Final = 65536
_MOTION_BLOCK: Final = 0x0A30
"""The type of Samsung's block ``MotionPhoto_Data``."""
_BOX_TYPE = re.compile(rb"[\x20-\x7e\xa9][\x20-\x7e]{3}")

_Finder = Callable[[Window], Iterator[Window]]


@dataclass(frozen=True, slots=True)
class InnerVideo:
    """A video inside a picture's file."""

    offset: int
    """Bytes before it."""
    size: int
    """Its own bytes."""


def find_in_jpeg(window: Window) -> InnerVideo | None:
    """The video behind a JPEG."""
    return _first_movie(window, lambda file: _named_by_xmp(file, jpeg.find_xmp(file)), _in_samsung_trailer)


def find_in_heif(window: Window) -> InnerVideo | None:
    """The video in or behind a HEIF or AVIF file."""
    return _first_movie(window, lambda file: _named_by_xmp(file, heif.find_xmp(file)), _in_box)


def _first_movie(window: Window, *finders: _Finder) -> InnerVideo | None:
    for find in finders:
        with suppress(Damaged):  # what one way says wrongly, another may say rightly
            for place in find(window):
                if size := _movie_size(place):
                    return InnerVideo(place.start, size)
    return None


def _movie_size(place: Window) -> int:
    """Bytes of the movie at the beginning of a place, without what follows it; 0 where there is none.

    It is a run of boxes that begins with ``ftyp`` and has a ``moov`` (ISO/IEC 14496-12, sections 4.3 and 8.2.1).
    """
    kinds: list[bytes] = []
    size = 0
    for kind, content in boxes(place):
        if not _BOX_TYPE.fullmatch(kind) or (not kinds and kind != b"ftyp"):
            break
        kinds.append(kind)
        size = content.start + content.size - place.start
    return size if b"moov" in kinds else 0


def _named_by_xmp(window: Window, xmp: Window | None) -> Iterator[Window]:
    packet = read_packet(xmp, _PROPERTIES) if xmp else None
    if packet is None:
        return
    for from_end, size in (*_listed(packet), *_micro_video(packet)):
        if 0 < size <= from_end < window.size:
            yield window.part(window.size - from_end, size)


def _listed(packet: XmpPacket) -> Iterator[tuple[int, int]]:
    """Distance from the end of the file, and size, of the video in the list of parts.

    Parts lie one behind the other in the list's order, and the picture comes first without its length; so they are
    counted from the end.
    """
    if packet.text("GCamera:MotionPhoto") != "1":
        return
    from_end = 0
    for item in reversed(list(packet.structures("Container:Directory", inner="Container:Item"))):
        size = _count(item.get("Item:Length", ""))
        from_end += size + _count(item.get("Item:Padding", ""))
        if item.get("Item:Semantic") == "MotionPhoto":
            yield from_end, size


def _micro_video(packet: XmpPacket) -> Iterator[tuple[int, int]]:
    if packet.text("GCamera:MicroVideo") == "1":
        size = _count(packet.text("GCamera:MicroVideoOffset"))
        yield size, size


def _count(text: str) -> int:
    """A number of bytes; 0 where it is none that a file can have."""
    return int(text) if _COUNT.fullmatch(text) else 0


def _in_samsung_trailer(window: Window) -> Iterator[Window]:
    """The contents of its blocks with a video.

    From the end backwards: ``SEFT``, the directory's length, the directory, the blocks that it lists by type, distance
    from the directory's beginning, and size. A block has a head of 8 bytes with the length of its name, and its name.
    """
    length = window.uint(window.size - 8, 4, "little")
    if window.up_to(window.size - 4, 4) != _TRAILER_END or length > _MAX_DIRECTORY_BYTES:
        return
    start = window.size - 8 - length
    directory = window.part(start, length)
    if directory.read(0, 4) != _TRAILER_DIRECTORY:
        return
    entries = directory.read(12, 12 * directory.uint(8, 4, "little"))
    for _, kind, before, size in struct.iter_unpack("<HHII", entries):
        if kind == _MOTION_BLOCK:
            block = window.part(start - before, size)
            yield block.part(8 + block.uint(4, 4, "little"))


def _in_box(window: Window) -> Iterator[Window]:
    content = child(window, b"mpvd")
    if content:
        yield content
