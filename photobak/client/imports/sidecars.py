"""Sidecars: XMP of digiKam, Lightroom, darktable, Immich, osxphotos and photobak itself, and JSON of osxphotos."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, TypeVar

from photobak.client.imports.facts import Facts, Recorded, clean_filename, clean_name, clean_names, clean_text
from photobak.photo.album import MAX_NAME as MAX_ALBUM_NAME
from photobak.photo.bounded_xml import UnreadableXml
from photobak.photo.described import parse_alternative
from photobak.photo.identity import is_sha256
from photobak.photo.metadata import dates
from photobak.photo.metadata.exif import position
from photobak.photo.source import Source
from photobak.photo.xmp_packet import XmpPacket, unquoted

_T = TypeVar("_T")

MAX_BYTES: Final = 4 * 1024 * 1024
_TAGS: Final = (("digiKam:TagsList", "/"), ("lr:hierarchicalSubject", "|"))
"""Properties, and what separates the levels of a tag in each."""
_REGIONS: Final = ("mwg-rs:Regions", "mwg-rs:RegionList")
_DATES: Final = ("exif:DateTimeOriginal", "photoshop:DateCreated")
_PROPERTIES: Final = frozenset(
    {
        *("dc:description", "dc:subject", "xmp:Rating", "Iptc4xmpExt:PersonInImage", "mwg-rs:Name", "mwg-rs:Type"),
        *("exif:GPSLatitude", "exif:GPSLongitude", "exif:GPSLatitudeRef", "exif:GPSLongitudeRef"),
        *(*(name for name, _ in _TAGS), *_REGIONS, *_DATES),
        *(f"photobak:{name}" for name in ("Albums", "Archived", "Favorite", "FileName", "Motion", "Position")),
        *(f"photobak:{name}" for name in ("Sources", "Taken", "TakenAlternatives")),
    }
)
_FAVORITE: Final = "5"
_SAME_DEGREES: Final = 1e-6
"""A tenth of a metre; XMP's minutes have six decimals here, and other programs' as few as four."""
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
    taken = _taken(packet.text(name) for name in _DATES)
    latitude, longitude = _exact_position(packet)
    faces = [each.get("mwg-rs:Name", "") for each in packet.structures(*_REGIONS) if _is_face(each)]
    tags = [_levels(text, separator) for name, separator in _TAGS for text in packet.texts(name)]
    return Facts(
        title=clean_filename(unquoted(packet.text("photobak:FileName"))),
        taken=taken,
        latitude=latitude,
        longitude=longitude,
        description=clean_text(packet.text("dc:description")),
        favorite=True if packet.text("xmp:Rating") == _FAVORITE else _flag(packet, "photobak:Favorite"),
        archived=_flag(packet, "photobak:Archived"),
        people=clean_names([*packet.texts("Iptc4xmpExt:PersonInImage"), *faces]),
        tags=_tags(tags, packet.texts("dc:subject")),
        albums=frozenset(filter(None, (clean_text(name, MAX_ALBUM_NAME) for name in packet.texts("photobak:Albums")))),
        recorded=_recorded(packet, taken),
    )


def _flag(packet: XmpPacket, name: str) -> bool | None:
    """A yes or no of photobak's own; a favorite that another program has unmarked since is none."""
    said = packet.text(name)
    if name == "photobak:Favorite":
        return False if said == "False" else None
    return {"True": True, "False": False}.get(said)


def _recorded(packet: XmpPacket, taken: datetime | None) -> Recorded | None:
    """What photobak's own export says besides; None in sidecars of others."""
    known = _parsed(parse_alternative, packet.text("photobak:Taken"))
    if known is None:
        return None
    motion = packet.text("photobak:Motion")
    sources = (_parsed(Source.parse, unquoted(text)) for text in packet.texts("photobak:Sources"))
    alternatives = (_parsed(parse_alternative, text) for text in packet.texts("photobak:TakenAlternatives"))
    return Recorded.bounded(
        known if taken == known.taken_at or packet.text(_DATES[0]) == known.isoformat() else None,
        filter(None, alternatives),
        (str(source) for source in sources if source),
        motion if is_sha256(motion) else None,
    )


def _parsed(parse: Callable[[str], _T], text: str) -> _T | None:
    try:
        return parse(text)
    except ValueError:
        return None


def _exact_position(packet: XmpPacket) -> tuple[float, float] | tuple[None, None]:
    """Where it was taken: to the last digit, unless another program has moved it since photobak wrote it."""
    said = position(
        _degrees(packet.text("exif:GPSLatitude"), packet.text("exif:GPSLatitudeRef")),
        _degrees(packet.text("exif:GPSLongitude"), packet.text("exif:GPSLongitudeRef")),
    )
    exact = _parsed(lambda text: tuple(map(float, text.split())), packet.text("photobak:Position"))
    if said[0] is None or not exact or len(exact) != 2:
        return said
    is_same = all(abs(ours - theirs) < _SAME_DEGREES for ours, theirs in zip(exact, said, strict=True))
    return (exact[0], exact[1]) if is_same else said


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
    hierarchical = _texts(values, "HierarchicalSubject")
    subjects = [*_texts(values, "Subject"), *_texts(values, "Keywords")]
    return Facts(
        taken=_taken([*written, _text(values, "CreationDate")]),
        latitude=latitude,
        longitude=longitude,
        description=clean_text(_text(values, "Description", "ImageDescription", "Caption-Abstract")),
        favorite=True if _text(values, "Rating") == _FAVORITE else None,
        people=clean_names([*_texts(values, "PersonInImage"), *_texts(values, "RegionName")]),
        tags=_tags([_levels(tag, "/|") for tag in (*_texts(values, "TagsList"), *hierarchical)], subjects),
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


def _levels(tag: str, separators: str) -> tuple[str, ...]:
    return tuple(filter(None, map(clean_name, re.split(f"[{re.escape(separators)}]", tag))))


def _tags(hierarchical: Iterable[tuple[str, ...]], simple: Iterable[str]) -> frozenset[str]:
    """Tags with their levels; of simple ones those that are no level's name of another."""
    paths = {levels: "/".join(levels) for levels in hierarchical}
    known = {level for levels in paths for level in levels}
    kept = [path for path in paths.values() if not path.startswith(_INTERNAL_TAGS)]
    return clean_names([*kept, *(tag for tag in simple if clean_name(tag) not in known)])


def _degrees(text: str, side: str = "") -> float | None:
    """A coordinate: ``46,12.5N``, ``46,12,30N`` or decimal degrees; the side may be a value of its own."""
    found = _DEGREES.fullmatch(text.strip())
    if found is None:
        return None
    parts = (found["degrees"], found["minutes"] or "0", found["seconds"] or "0")
    degrees = sum(float(part) / scale for part, scale in zip(parts, (1, 60, 3600), strict=True))
    side = found["side"] or side.strip()[:1].upper()
    return -degrees if found["sign"] == "-" or side in ("S", "W") else degrees
