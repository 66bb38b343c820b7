"""TIFF files and camera RAW: CR2, NEF, ARW, DNG, ORF, RW2, PEF and SRW are TIFF, RAF and CR3 contain it."""

from collections.abc import Iterator
from itertools import islice
from typing import Final

from photobak.photo.metadata.boxes import boxes, child
from photobak.photo.metadata.exif import EXIF_DIRECTORY, describe, describe_from, image_size, pixel_size
from photobak.photo.metadata.iptc import read_iptc
from photobak.photo.metadata.jpeg import read_jpeg
from photobak.photo.metadata.tiff import MAX_DIRECTORIES, Directory, Tiff, open_tiff
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window
from photobak.photo.metadata.xmp import read_xmp

_SUB_DIRECTORIES: Final = 0x014A
_XMP: Final = 0x02BC
_IPTC: Final = 0x83BB
_PANASONIC_JPEG: Final = 0x002E
"""RW2's JpgFromRaw: the preview with the whole EXIF of the picture."""

_PANASONIC_BORDERS: Final = (0x0004, 0x0005, 0x0006, 0x0007)
"""Top, left, bottom and right of the picture on the sensor."""

_RAF_JPEG: Final = 84
"""Offset in a RAF file of the embedded JPEG's offset and length, 32 bits each, big-endian."""
_RAF_DIRECTORY: Final = 92
"""Offset of the offset of its directory."""
_RAF_CROPPED_SIZE: Final = 0x0111
_RAF_MAX_TAGS: Final = 256

_CR3_BOX: Final = bytes.fromhex("85c0b687820f11e08111f4ce462b6a48")
_CR3_MAIN: Final = b"CMT1"
_CR3_EXIF: Final = b"CMT2"
_CR3_GPS: Final = b"CMT4"


def read_tiff(window: Window) -> Metadata:
    """EXIF, the dates of IPTC, then XMP, where EXIF has none, and the dimensions of the largest picture inside."""
    tiff = open_tiff(window)
    directories = list(tiff.chain())
    if not directories:
        return Metadata()
    main = directories[0]
    found = describe_from(tiff, main)
    caption, packet = main.window(_IPTC), main.window(_XMP)
    if found.original is None and caption:
        found = found.completed_by(read_iptc(caption))
    if found.original is None and packet:
        found = found.completed_by(read_xmp(packet))
    return found.completed_by(_largest(tiff, directories))


def read_cr2(window: Window) -> Metadata:
    """Canon's CR2: the directory of the RAW picture lacks its dimensions, EXIF has them."""
    tiff = open_tiff(window)
    main = tiff.below(tiff.first)
    exif = tiff.below(main.integer(EXIF_DIRECTORY)) if main else None
    return (pixel_size(exif) if exif else Metadata()).completed_by(read_tiff(window))


def read_rw2(window: Window) -> Metadata:
    """Panasonic's RW2: the borders of the picture on the sensor; the embedded JPEG has whatever EXIF the rest lacks."""
    tiff = open_tiff(window)
    main = tiff.below(tiff.first)
    if main is None:
        return Metadata()
    top, left, bottom, right = (main.integer(border) or 0 for border in _PANASONIC_BORDERS)
    found = Metadata.of_size(right - left, bottom - top).completed_by(describe_from(tiff, main))
    preview = main.window(_PANASONIC_JPEG)
    return found.completed_by(read_jpeg(preview)) if preview else found


def read_raf(window: Window) -> Metadata:
    """Fujifilm's RAF: the size in its own directory, the rest in the EXIF of its embedded JPEG."""
    preview = read_jpeg(window.part(window.uint(_RAF_JPEG, 4), window.uint(_RAF_JPEG + 4, 4)))
    try:
        return _raf_size(window).completed_by(preview)
    except Damaged:
        return preview


def read_cr3(window: Window) -> Metadata:
    """Canon's CR3: a movie with a box of Canon's own, in which each EXIF directory is a TIFF structure of its own."""
    movie = child(window, b"moov")
    if movie is None:
        return Metadata()
    blocks: dict[bytes, Window] = {}
    for kind, content in boxes(movie):
        if kind == b"uuid" and content.up_to(0, len(_CR3_BOX)) == _CR3_BOX:
            blocks = dict(boxes(content, len(_CR3_BOX)))
    main = _first_directory(blocks.get(_CR3_MAIN))
    if main is None:
        return Metadata()
    found = describe(main, _first_directory(blocks.get(_CR3_EXIF)), _first_directory(blocks.get(_CR3_GPS)))
    return found.completed_by(image_size(main))


def _raf_size(window: Window) -> Metadata:
    """RawImageCroppedSize: height and width, 16 bits each, in a list of tag, length and value."""
    offset = window.uint(_RAF_DIRECTORY, 4)
    count = min(window.uint(offset, 4), _RAF_MAX_TAGS)
    offset += 4
    for _ in range(count):
        tag, length = window.uint(offset, 2), window.uint(offset + 2, 2)
        if tag == _RAF_CROPPED_SIZE:
            return Metadata.of_size(window.uint(offset + 6, 2), window.uint(offset + 4, 2))
        offset += 4 + length
    return Metadata()


def _largest(tiff: Tiff, directories: list[Directory]) -> Metadata:
    """Thumbnails and previews have directories of their own, in the chain or below the main one."""
    sizes = [image_size(directory) for directory in (*directories, *_below(tiff, directories[0]))]
    return max(sizes, key=lambda size: (size.width or 0) * (size.height or 0))


def _below(tiff: Tiff, main: Directory) -> Iterator[Directory]:
    for offset in islice(main.integers(_SUB_DIRECTORIES), MAX_DIRECTORIES):
        if directory := tiff.below(offset):
            yield directory


def _first_directory(block: Window | None) -> Directory | None:
    if block is None:
        return None
    try:
        tiff = open_tiff(block)
    except Damaged:
        return None
    return tiff.below(tiff.first)
