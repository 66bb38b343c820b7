"""QuickTime, MP4 and 3GP files (QuickTime File Format; ISO/IEC 14496-12)."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from photobak.photo.metadata import dates
from photobak.photo.metadata.boxes import boxes, child, meta_content
from photobak.photo.metadata.exif import content_id, name, position
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Window

_MAX_TEXT_BYTES: Final = 1024
_MAX_SONY_BYTES: Final = 65536
MAX_DURATION: Final = 366 * 86_400.0
"""Seconds; a longer video is a damaged header."""

_CREATION_DATE: Final = "com.apple.quicktime.creationdate"
_MAKE: Final = "com.apple.quicktime.make"
_MODEL: Final = "com.apple.quicktime.model"
_CONTENT_ID: Final = "com.apple.quicktime.content.identifier"
_LOCATION: Final = "com.apple.quicktime.location.ISO6709"

_USER_DATA: Final = {b"\xa9day": _CREATION_DATE, b"\xa9mak": _MAKE, b"\xa9mod": _MODEL, b"\xa9xyz": _LOCATION}
"""Older names of the same facts, in ``udta``."""

_SONY_DATE = re.compile(rb"<CreationDate\s+value=\"([^\"]{1,40})\"")
_ISO_6709 = re.compile(r"(?P<latitude>[+-]\d{1,2}(?:\.\d+)?)(?P<longitude>[+-]\d{1,3}(?:\.\d+)?)(?:[+-/]|$)", re.ASCII)


def read_quicktime(window: Window) -> Metadata:
    """The local time where a phone or camera wrote it, the movie header's UTC, the place, the picture's size."""
    found = Metadata()
    for kind, content in boxes(window):
        if kind == b"moov":
            found = found.completed_by(_movie(content))
        elif kind == b"meta":
            found = found.completed_by(_sony(content))
    return found


def _movie(movie: Window) -> Metadata:
    facts: dict[str, str] = {}
    found = Metadata()
    for kind, content in boxes(movie):
        if kind == b"mvhd":
            found = found.completed_by(Metadata(recorded_utc=_header_date(content), duration=_header_duration(content)))
        elif kind == b"trak" and found.width is None:
            found = found.completed_by(_track_size(content))
        elif kind == b"meta":
            facts = dict(_keyed_facts(content)) | facts
        elif kind == b"udta":
            facts |= dict(_user_facts(content))
    return _described(facts).completed_by(found)


def _described(facts: dict[str, str]) -> Metadata:
    latitude, longitude = _place(facts.get(_LOCATION, ""))
    return Metadata(
        camera_make=name(facts.get(_MAKE, "")),
        camera_model=name(facts.get(_MODEL, "")),
        latitude=latitude,
        longitude=longitude,
        recorded_local=_local_date(facts.get(_CREATION_DATE, "")),
        content_id=content_id(facts.get(_CONTENT_ID, "")),
    )


def _header_date(header: Window) -> datetime | None:
    head = header.up_to(0, 12)
    return dates.quicktime(int.from_bytes(head[4:12] if head[:1] == b"\1" else head[4:8], "big"))


def _header_duration(header: Window) -> float | None:
    """Seconds: the duration in units of the time scale (14496-12, 8.2.2); None where it is unknown."""
    head = header.up_to(0, 32)
    scale, duration = (head[20:24], head[24:32]) if head[:1] == b"\1" else (head[12:16], head[16:20])
    if not int.from_bytes(scale, "big") or not duration.strip(b"\xff"):
        return None
    seconds = int.from_bytes(duration, "big") / int.from_bytes(scale, "big")
    return round(seconds, 3) or None if seconds <= MAX_DURATION else None


def _local_date(text: str) -> datetime | None:
    """A day alone is a release date, not a time of capture."""
    return dates.parse(text) if ":" in text else None


def _track_size(track: Window) -> Metadata:
    """Width and height at the end of ``tkhd``, as 16.16 fixed-point numbers; sound has 0."""
    header = child(track, b"tkhd")
    if header is None or header.size < 8:
        return Metadata()
    size = header.read(header.size - 8, 8)
    return Metadata.of_size(int.from_bytes(size[:2], "big"), int.from_bytes(size[4:6], "big"))


def _keyed_facts(meta: Window) -> Iterator[tuple[str, str]]:
    """``keys`` names what ``ilst`` holds: item n has the nth key (QuickTime File Format, "Metadata")."""
    content = meta_content(meta)
    names, items = child(content, b"keys"), child(content, b"ilst")
    if names is None or items is None:
        return
    keys = [key.up_to(0, 256).decode("latin-1") for _, key in boxes(names, 8)]
    for number, item in boxes(items):
        index, data = int.from_bytes(number, "big"), child(item, b"data")
        if data is not None and 1 <= index <= len(keys):
            # Type and locale come first.
            yield keys[index - 1], data.part(min(8, data.size)).up_to(0, _MAX_TEXT_BYTES).decode(errors="replace")


def _user_facts(user_data: Window) -> Iterator[tuple[str, str]]:
    for kind, content in boxes(user_data):
        if kind in _USER_DATA:
            # Length and language come first.
            text = content.part(min(4, content.size)).up_to(0, _MAX_TEXT_BYTES)
            yield _USER_DATA[kind], text.partition(b"\0")[0].decode(errors="replace")


def _place(text: str) -> tuple[float, float] | tuple[None, None]:
    found = _ISO_6709.match(text)
    return position(float(found["latitude"]), float(found["longitude"])) if found else (None, None)


def _sony(meta: Window) -> Metadata:
    """Sony cameras put an XML document with the local time and its offset beside the movie."""
    document = child(meta_content(meta), b"xml ")
    found = _SONY_DATE.search(document.up_to(0, _MAX_SONY_BYTES)) if document else None
    return Metadata(recorded_local=dates.parse(found[1].decode("latin-1"))) if found else Metadata()
