"""Files made to hold a reader: whatever they repeat, nest or chain, reading them ends soon."""

import io
import struct
import time
import tracemalloc
from collections.abc import Callable

import pytest
from support.photo_files import box, dated, ftyp, full_box, jpeg, png, riff, segment, xmp_packet

from photobak.photo.media_type import HEAD_BYTES, recognise
from photobak.photo.metadata import read_metadata

LONGEST = 2.0  # seconds: one, and what coverage adds
"""Seconds of CPU; a usual photo takes a ten-thousandth."""
LARGEST = 64 * 1024 * 1024
"""Bytes of memory."""


def tiff_of_full_directories() -> bytes:
    """Every directory as large as one can be, chained; exifread 3.5 needs 12 s for one of 20,000 entries."""
    size = 2 + 12 * 4096 + 4
    entries = b"".join(struct.pack("<HHII", 0x0100 + index % 50, 3, 999, 8) for index in range(4096))
    tables = [struct.pack("<H", 4096) + entries + struct.pack("<I", 8 + size * (index + 1)) for index in range(100)]
    return b"II*\0\x08\0\0\0" + b"".join(tables)


def ciff_of_heaps_in_themselves() -> bytes:
    entries = b"".join(struct.pack("<HII", 0x300A, 4000, 0) for _ in range(300))
    heap = struct.pack("<H", 300) + entries
    heap = heap.ljust(3996, b"\0") + struct.pack("<I", 0)
    return b"II\x1a\0\0\0HEAPCCDR" + bytes(12) + heap


def png_of_exif() -> bytes:
    block = dated("2098:01:01 00:00:00")
    return png()[:-12] + (struct.pack(">I", len(block)) + b"eXIf" + block + bytes(4)) * 30_000


def png_of_empty_chunks() -> bytes:
    return png()[:-12] + (struct.pack(">I", 0) + b"tEXt" + bytes(4)) * 1_000_000


def heif_of_items_in_countless_pieces() -> bytes:
    item = struct.pack(">HHHH", 1, 0, 0, 0xFFFF)
    places = full_box(b"iloc", struct.pack(">BBH", 0x00, 0x00, 0xFFFF), item * 100_000)
    kinds = full_box(b"iinf", struct.pack(">H", 0xFFFF), full_box(b"infe", bytes(4), b"Exif\0", version=2) * 100_000)
    return ftyp(b"heic") + full_box(b"meta", full_box(b"hdlr", bytes(25)), kinds, places)


def movie_of_tracks() -> bytes:
    track = box(b"trak", full_box(b"tkhd", bytes(80)))
    return ftyp(b"qt  ") + box(b"moov", track * 100_000)


def jpeg_of_segments() -> bytes:
    return jpeg(before=segment(0xE1, b"Exif\0\0") * 100_000 + b"\xff" * 1_000_000)


def webp_of_lists() -> bytes:
    return riff(b"WEBP", (b"EXIF" + struct.pack("<I", 0)) * 500_000)


def avi_of_lists() -> bytes:
    return riff(b"AVI ", (b"LIST" + struct.pack("<I", 4) + b"hdrl") * 500_000)


def xmp_of_nested_elements() -> bytes:
    return b"<a>" * 500_000


def png_of_distinct_names_in_a_long_namespace() -> bytes:
    """A parser that joins names and namespaces takes 3 GB for this one."""
    names = "".join(f"<n{number}/>" for number in range(56_000))
    return png(xmp=f'<x:a xmlns:x="adobe:ns:meta/" xmlns="{"u" * 400_000}">{names}</x:a>')


def png_of_equal_names_in_a_long_namespace() -> bytes:
    """A parser that joins names and namespaces takes 35 s for this one."""
    return png(xmp=f'<x:a xmlns:x="adobe:ns:meta/" xmlns="{"u" * 400_000}">{"<n/>" * 56_000}</x:a>')


def png_of_wanted_properties() -> bytes:
    properties = "<exif:DateTimeOriginal/>" * 40_000
    return png(xmp=xmp_packet(elements=properties))


def xmp_of_a_date_in_blanks() -> bytes:
    return xmp_packet(elements=f"<exif:DateTimeOriginal>2021-06-07T{' ' * 900_000}8</exif:DateTimeOriginal>").encode()


@pytest.mark.parametrize(
    ("make", "name"),
    [
        (tiff_of_full_directories, "a.nef"),
        (ciff_of_heaps_in_themselves, "a.crw"),
        (png_of_exif, "a.png"),
        (png_of_empty_chunks, "a.png"),
        (heif_of_items_in_countless_pieces, "a.heic"),
        (movie_of_tracks, "a.mov"),
        (jpeg_of_segments, "a.jpg"),
        (webp_of_lists, "a.webp"),
        (avi_of_lists, "a.avi"),
        (xmp_of_nested_elements, "a.xmp"),
        (png_of_distinct_names_in_a_long_namespace, "a.png"),
        (png_of_equal_names_in_a_long_namespace, "a.png"),
        (png_of_wanted_properties, "a.png"),
        (xmp_of_a_date_in_blanks, "a.xmp"),
    ],
)
def test_reading_ends_soon(make: Callable[[], bytes], name: str) -> None:
    data = make()
    media_type = recognise(data[:HEAD_BYTES], name)
    assert media_type is not None
    file = io.BytesIO(data)
    started = time.thread_time()
    read_metadata(file, media_type)
    assert time.thread_time() - started < LONGEST
    tracemalloc.start()
    read_metadata(file, media_type)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < LARGEST
