"""IPTC-IIM: the captions of press photographs and scans, with the day and time of creation (IIM 4.2, record 2)."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from photobak.photo.metadata import dates
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Damaged, Window

PHOTOSHOP: Final = b"Photoshop 3.0\0"
"""Signature of the JPEG segment that holds Photoshop's resources, of which IPTC is one."""
_MAX_BYTES: Final = 65536
_RESOURCE: Final = b"8BIM"
_IPTC_RESOURCE: Final = 0x0404

_TAG_MARKER: Final = 0x1C
_APPLICATION_RECORD: Final = 2
_DATE_CREATED: Final = 55
_TIME_CREATED: Final = 60
_DIGITAL_DATE: Final = 62
_DIGITAL_TIME: Final = 63


def read_photoshop(window: Window) -> Metadata:
    """The IPTC dates among the resources of Photoshop (Adobe Photoshop File Formats, "Image Resource Blocks")."""
    for number, resource in _resources(window):
        if number == _IPTC_RESOURCE:
            return read_iptc(resource)
    return Metadata()


def read_iptc(window: Window) -> Metadata:
    """The day, with its time and offset where they are given."""
    facts = dict(_datasets(window.up_to(0, _MAX_BYTES)))
    return Metadata(
        original=_date(facts.get(_DATE_CREATED, ""), facts.get(_TIME_CREATED, "")),
        digitized=_date(facts.get(_DIGITAL_DATE, ""), facts.get(_DIGITAL_TIME, "")),
    )


def _resources(window: Window) -> Iterator[tuple[int, Window]]:
    """Number and content of each resource; a name of odd length and odd contents are padded."""
    offset = 0
    try:
        while window.read(offset, 4) == _RESOURCE:
            number, name_length = window.uint(offset + 4, 2), window.uint(offset + 6, 1)
            size_at = offset + 6 + (name_length + 2) // 2 * 2
            size = window.uint(size_at, 4)
            yield number, window.part(size_at + 4, size)
            offset = size_at + 4 + (size + 1) // 2 * 2
    except Damaged:
        return


def _datasets(data: bytes) -> Iterator[tuple[int, str]]:
    """Number and text of each data set of the application record."""
    at = 0
    while len(data) - at >= 5 and data[at] == _TAG_MARKER:
        record, number, length = data[at + 1], data[at + 2], int.from_bytes(data[at + 3 : at + 5], "big")
        if record == _APPLICATION_RECORD:
            yield number, data[at + 5 : at + 5 + length].decode("latin-1")
        at += 5 + length


def _date(day: str, time: str) -> datetime | None:
    """``CCYYMMDD`` and ``HHMMSS±HHMM``."""
    text = f"{day[:4]}-{day[4:6]}-{day[6:8]}"
    clock = f" {time[:2]}:{time[2:4]}:{time[4:6]}{time[6:]}" if len(time) >= 6 else ""
    return dates.parse(text + clock)
