"""What programs write beside a photo: XMP of digiKam, Lightroom, darktable, Immich and osxphotos, JSON of osxphotos."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

from photobak.client.imports.facts import Facts, clean_name, clean_names, clean_text
from photobak.photo.bounded_xml import UnreadableXml
from photobak.photo.metadata import dates
from photobak.photo.metadata.exif import position
from photobak.photo.xmp_packet import XmpPacket

MAX_BYTES: Final = 4 * 1024 * 1024
_TAGS: Final = ("digiKam:TagsList", "lr:hierarchicalSubject")
_REGIONS: Final = ("mwg-rs:Regions", "mwg-rs:RegionList")
_DATES: Final = ("exif:DateTimeOriginal", "photoshop:DateCreated")
_PROPERTIES: Final = frozenset(
    {
        *("dc:description", "dc:subject", "xmp:Rating", "Iptc4xmpExt:PersonInImage", "mwg-rs:Name", "mwg-rs:Type"),
        *("exif:GPSLatitude", "exif:GPSLongitude", "exif:GPSLatitudeRef", "exif:GPSLongitudeRef"),
        *(*_TAGS, *_REGIONS, *_DATES),
    }
)
_FAVORITE: Final = "5"
_FACE: Final = frozenset({"face", ""})
_INTERNAL_TAGS: Final = ("darktable/",)
"""Tags that darktable gives by itself."""
_DEGREES = re.compile(
    r"(?P<sign>[+-]?)(?P<degrees>\d{1,3}(?:\.\d+)?)(?:,(?P<minutes>\d{1,2}(?:\.\d+)?))?(?:,(?P<seconds>\d{1,2}(?:\.\d+)?))?"
    r"\s*(?P<side>[NSEW]?)",
    re.ASCII,
)


class UnreadableSidecar(ValueError):
    """A sidecar is not what its name says, or has more than ``MAX_BYTES``."""


def read_xmp(data: bytes) -> Facts:
    """Read an XMP sidecar.

    Raises:
        UnreadableSidecar: it is no XMP.
    """
    try:
        packet = XmpPacket.read(data, _PROPERTIES)
    except UnreadableXml as error:
        raise UnreadableSidecar(f"it is no XMP that can be read ({error})") from error
    latitude, longitude = position(
        _degrees(packet.text("exif:GPSLatitude"), packet.text("exif:GPSLatitudeRef")),
        _degrees(packet.text("exif:GPSLongitude"), packet.text("exif:GPSLongitudeRef")),
    )
    faces = [each.get("mwg-rs:Name", "") for each in packet.structures(*_REGIONS) if _is_face(each)]
    return Facts(
        taken=_taken(packet.text(name) for name in _DATES),
        latitude=latitude,
        longitude=longitude,
        description=clean_text(packet.text("dc:description")),
        favorite=True if packet.text("xmp:Rating") == _FAVORITE else None,
        people=clean_names([*packet.texts("Iptc4xmpExt:PersonInImage"), *faces]),
        tags=_tags([text for name in _TAGS for text in packet.texts(name)], packet.texts("dc:subject")),
    )


def read_json(data: bytes) -> Facts | None:
    """Read a JSON sidecar in exiftool's form, as osxphotos writes it; None where the JSON is another.

    Raises:
        UnreadableSidecar: it is no JSON.
    """
    document = _document(data)
    described = document[0] if isinstance(document, list) and document else None
    if not isinstance(described, dict) or "SourceFile" not in described:
        return None
    values = {str(key).rpartition(":")[2]: value for key, value in described.items()}
    latitude, longitude = position(
        _degrees(_text(values, "GPSLatitude"), _text(values, "GPSLatitudeRef")),
        _degrees(_text(values, "GPSLongitude"), _text(values, "GPSLongitudeRef")),
    )
    offset = _text(values, "OffsetTimeOriginal", "OffsetTime")
    written = [f"{_text(values, name)}{offset}" for name in ("DateTimeOriginal", "CreateDate") if _text(values, name)]
    subjects = [*_texts(values, "Subject"), *_texts(values, "Keywords")]
    return Facts(
        taken=_taken([*written, _text(values, "CreationDate")]),
        latitude=latitude,
        longitude=longitude,
        description=clean_text(_text(values, "Description", "ImageDescription", "Caption-Abstract")),
        favorite=True if _text(values, "Rating") == _FAVORITE else None,
        people=clean_names([*_texts(values, "PersonInImage"), *_texts(values, "RegionName")]),
        tags=_tags([*_texts(values, "TagsList"), *_texts(values, "HierarchicalSubject")], subjects),
    )


def _document(data: bytes) -> object:
    if len(data) > MAX_BYTES:
        raise UnreadableSidecar(f"it has more than {MAX_BYTES:,} bytes")
    try:
        return json.loads(data.decode(json.detect_encoding(data), "replace"))
    except (ValueError, RecursionError) as error:
        raise UnreadableSidecar("it is no JSON") from error


def _text(values: Mapping[str, object], *names: str) -> str:
    """The first of these values that is a text or a number."""
    found = (values.get(name) for name in names)
    return next((str(value) for value in found if isinstance(value, str | int | float) and str(value)), "")


def _texts(values: Mapping[str, object], name: str) -> list[str]:
    value = values.get(name)
    every = value if isinstance(value, list) else [value]
    return [str(each) for each in every if isinstance(each, str | int | float)]


def _taken(texts: Iterable[str]) -> datetime | None:
    """The first date with a time; a day alone says less than any file's mtime."""
    return next((taken for text in texts if ":" in text[10:] and (taken := dates.parse(text)) is not None), None)


def _is_face(region: Mapping[str, str]) -> bool:
    return region.get("mwg-rs:Type", "").lower() in _FACE


def _tags(hierarchical: Iterable[str], simple: Iterable[str]) -> frozenset[str]:
    """Tags with their levels; of simple ones those that are no level's name of another."""
    paths = {"/".join(filter(None, map(clean_name, re.split(r"[|/]", tag)))) for tag in hierarchical}
    levels = {level for path in paths for level in path.split("/")}
    kept = [path for path in paths if not path.startswith(_INTERNAL_TAGS)]
    return clean_names([*kept, *(tag for tag in simple if clean_name(tag) not in levels)])


def _degrees(text: str, side: str = "") -> float | None:
    """A coordinate: ``46,12.5N``, ``46,12,30N`` or decimal degrees; the side may be a value of its own."""
    found = _DEGREES.fullmatch(text.strip())
    if found is None:
        return None
    parts = (found["degrees"], found["minutes"] or "0", found["seconds"] or "0")
    degrees = sum(float(part) / scale for part, scale in zip(parts, (1, 60, 3600), strict=True))
    side = found["side"] or side.strip()[:1].upper()
    return -degrees if found["sign"] == "-" or side in ("S", "W") else degrees
