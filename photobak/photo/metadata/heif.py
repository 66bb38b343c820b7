"""HEIF and AVIF files (ISO/IEC 23008-12): items of a ``meta`` box; JPEG XL's container keeps EXIF in a box."""

from collections.abc import Iterator
from typing import Final

from photobak.photo.metadata.boxes import boxes, child, meta_content
from photobak.photo.metadata.exif import read_exif
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window
from photobak.photo.metadata.xmp import read_xmp

_MAX_TABLE_BYTES: Final = 64 * 1024
_XMP: Final = b"mime"
"""The item type of XMP; what else has it is no XML, or has none of the properties."""
_IN_FILE: Final = 0
_IN_IDAT: Final = 1


def read_heif(window: Window) -> Metadata:
    """EXIF, the dates of XMP where EXIF has none, the size of the largest item; tiles and thumbnails are smaller."""
    meta = child(window, b"meta")
    if meta is None:
        return Metadata()
    meta = meta_content(meta)
    items = _first_items(meta, window)
    found = read_exif(items[b"Exif"]) if b"Exif" in items else Metadata()
    if found.original is None and _XMP in items:
        found = found.completed_by(read_xmp(items[_XMP]))
    return found.completed_by(_size(meta))


def find_xmp(window: Window) -> Window | None:
    """The XMP packet, which is an item (23008-12, annex A.3)."""
    meta = child(window, b"meta")
    return _first_items(meta_content(meta), window).get(_XMP) if meta else None


def read_jxl(window: Window) -> Metadata:
    """EXIF of JPEG XL's container (ISO/IEC 18181-2); a bare codestream has none."""
    exif = child(window, b"Exif")
    return read_exif(exif) if exif else Metadata()


def _size(meta: Window) -> Metadata:
    properties = child(meta, b"iprp", b"ipco")
    if properties is None:
        return Metadata()
    sizes = [_spatial_extent(content) for kind, content in boxes(properties) if kind == b"ispe"]
    return max(sizes, key=lambda size: (size.width or 0) * (size.height or 0), default=Metadata())


def _spatial_extent(content: Window) -> Metadata:
    head = content.up_to(0, 12)
    return Metadata.of_size(int.from_bytes(head[4:8], "big"), int.from_bytes(head[8:12], "big"))


def _first_items(meta: Window, file: Window) -> dict[bytes, Window]:
    """The first item of each type that has a place."""
    places = _item_places(meta, file)
    found: dict[bytes, Window] = {}
    for item, kind in _item_kinds(meta).items():
        if item in places:
            found.setdefault(kind, places[item])
    return found


def _item_kinds(meta: Window) -> dict[int, bytes]:
    """Item id → type, from ``iinf`` (14496-12, 8.11.6)."""
    table = child(meta, b"iinf")
    if table is None:
        return {}
    kinds: dict[int, bytes] = {}
    for kind, entry in boxes(table, 6 if table.up_to(0, 1) == b"\0" else 8):
        head = entry.up_to(0, 12)
        if kind == b"infe" and len(head) == 12 and head[0] >= 2:
            wide = head[0] >= 3
            kinds[int.from_bytes(head[4 : 8 if wide else 6], "big")] = entry.up_to(10 if wide else 8, 4)
    return kinds


def _item_places(meta: Window, file: Window) -> dict[int, Window]:
    """Item id → its bytes, from ``iloc`` (14496-12, 8.11.3); an item in pieces counts with its first one."""
    table = child(meta, b"iloc")
    if table is None:
        return {}
    containers = {_IN_FILE: file, _IN_IDAT: child(meta, b"idat")}
    places: dict[int, Window] = {}
    try:
        for item, method, offset, length in _extents(_Cursor(table.up_to(0, _MAX_TABLE_BYTES))):
            if (container := containers.get(method)) is not None and offset <= container.size:
                places.setdefault(item, container.part(offset, length or None))
    except Damaged:  # the table is cut off: the items before that are good
        return places
    return places


def _extents(table: "_Cursor") -> Iterator[tuple[int, int, int, int]]:
    """Item id, construction method, offset and length of each item's first extent.

    Raises:
        Damaged: the table is cut off.
    """
    version = table.uint(4) >> 24
    sizes = table.uint(2)
    offset_size, length_size, base_size, index_size = (sizes >> shift & 0xF for shift in (12, 8, 4, 0))
    if version == 0:
        index_size = 0
    for _ in range(table.uint(4 if version >= 2 else 2)):
        item = table.uint(4 if version >= 2 else 2)
        method = table.uint(2) & 0xF if version >= 1 else _IN_FILE
        table.skip(2)  # data reference index
        base = table.uint(base_size)
        if extents := table.uint(2):
            table.skip(index_size)
            yield item, method, base + table.uint(offset_size), table.uint(length_size)
            table.skip((extents - 1) * (index_size + offset_size + length_size))


class _Cursor:
    """Big-endian integers one after the other."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0

    def uint(self, size: int) -> int:
        """The next ``size`` bytes.

        Raises:
            Damaged: there are fewer.
        """
        self.skip(size)
        if self._at > len(self._data):
            raise Damaged("ends too early")
        return int.from_bytes(self._data[self._at - size : self._at], "big")

    def skip(self, size: int) -> None:
        self._at += size
