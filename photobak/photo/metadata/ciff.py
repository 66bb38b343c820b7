"""CIFF: Canon's camera RAW of before 2004 (CRW), also in APP0 of JPEGs by PowerShots without EXIF.

CIFF Specification 1.0 (Canon, 1997): a heap of values with its directory, which may hold heaps again.
"""

import struct
from collections.abc import Iterator
from typing import Final

from photobak.photo.metadata import dates
from photobak.photo.metadata.exif import name
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window

_MAKE_AND_MODEL: Final = 0x080A
_TIME_STAMP: Final = 0x180E
_IMAGE_INFO: Final = 0x1810

_WHERE: Final = 0xC000
_IN_HEAP: Final = 0x0000
_TYPE: Final = 0x3800
_HEAPS: Final = frozenset({0x2800, 0x3000})
_MAX_DEPTH: Final = 4
_MAX_ENTRIES: Final = 64
_ENTRY_BYTES: Final = 10


def read_ciff(window: Window) -> Metadata:
    """Date (seconds since 1970 by the camera's own clock), dimensions, make and model; empty where illegible."""
    try:
        order = "little" if window.read(0, 2) == b"II" else "big"
        values = dict(_values(window.part(window.uint(2, 4, order)), order, _MAX_DEPTH))
    except Damaged:
        return Metadata()
    make, _, model = values.get(_MAKE_AND_MODEL, b"").partition(b"\0")
    found = Metadata(
        camera_make=name(make.decode("latin-1")),
        camera_model=name(model.partition(b"\0")[0].decode("latin-1")),
        original=dates.unix_local(_number(values.get(_TIME_STAMP, b""), order)),
    )
    info = values.get(_IMAGE_INFO, b"")
    return found.completed_by(Metadata.of_size(_number(info[:4], order), _number(info[4:8], order)))


def _values(heap: Window, order: str, depth: int) -> Iterator[tuple[int, bytes]]:
    """Tag and leading bytes of each wanted value in this heap and in those inside of it."""
    table = heap.uint(heap.size - 4, 4, order)
    count = min(heap.uint(table, 2, order), _MAX_ENTRIES)
    entries = heap.up_to(table + 2, count * _ENTRY_BYTES)
    form = "<HII" if order == "little" else ">HII"
    for tag, size, offset in struct.iter_unpack(form, entries[: len(entries) // _ENTRY_BYTES * _ENTRY_BYTES]):
        if tag & _WHERE != _IN_HEAP or offset > heap.size:
            continue
        if tag & _TYPE in _HEAPS and depth:
            yield from _values(heap.part(offset, size), order, depth - 1)
        elif tag in (_MAKE_AND_MODEL, _TIME_STAMP, _IMAGE_INFO):
            yield tag, heap.up_to(offset, min(size, 64))


def _number(value: bytes, order: str) -> int:
    return int.from_bytes(value[:4], "little" if order == "little" else "big")
