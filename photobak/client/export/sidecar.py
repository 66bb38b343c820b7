"""Writes what is known of a photo as an XMP sidecar, which exiftool, digiKam, Immich, Lightroom and darktable read.

XMP specification, part 2 (https://github.com/adobe/XMP-Toolkit-SDK/tree/main/docs); IPTC Photo Metadata Standard 2023.1
for people. The file is named as exiftool and darktable name it: ``IMG_1.JPG.xmp``. What no standard has a property for
is in photobak's own namespace, so that ``import folder`` gives back the same record. Pure: records in, bytes out.
"""

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Final
from xml.etree import ElementTree

from photobak.photo.described import alternative_text
from photobak.photo.kind import Kind
from photobak.photo.record import Record
from photobak.photo.source import unescape
from photobak.photo.xmp_packet import PHOTOBAK, TOOLKIT, quoted

SUFFIX: Final = ".xmp"
_RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAMESPACES: Final = {
    "x": "adobe:ns:meta/",
    "rdf": _RDF,
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "digiKam": "http://www.digikam.org/ns/1.0/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
    "lr": "http://ns.adobe.com/lightroom/1.0/",
    "photobak": PHOTOBAK,
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
}
_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _uri in _NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _uri)


def sidecar_path(path: PurePosixPath) -> PurePosixPath:
    """The path of a file's sidecar."""
    return path.with_name(f"{path.name}{SUFFIX}")


def has_sidecar(record: Record) -> bool:
    """Whether a photo gets a sidecar: sidecars themselves don't."""
    return record.kind is not Kind.SIDECAR


def sidecar(record: Record, albums: Mapping[str, str] | None = None) -> bytes:
    """Write a record as XMP: the same record gives the same bytes.

    Args:
        record: of the photo.
        albums: id → name; an album without a name is called by its id.
    """
    root = ElementTree.Element(_name("x:xmpmeta"), {_name("x:xmptk"): TOOLKIT})
    rdf = ElementTree.SubElement(root, _name("rdf:RDF"))
    description = ElementTree.SubElement(rdf, _name("rdf:Description"), {_name("rdf:about"): ""})
    for name, value in (*_standard(record), *_own(record)):
        ElementTree.SubElement(description, _name(name)).text = _valid(value)
    if record.description:
        _alternative(description, "dc:description", record.description)
    for name, array, values in _arrays(record, albums or {}):
        _array(description, name, array, values)
    ElementTree.indent(root)
    return f"{ElementTree.tostring(root, encoding='unicode')}\n".encode()


def _standard(record: Record) -> Iterator[tuple[str, str]]:
    """What has a property that other programs read."""
    taken = record.taken.isoformat()
    for name in ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"):
        yield name, taken
    named = {"tiff:Make": record.camera_make, "tiff:Model": record.camera_model, "aux:Lens": record.lens}
    yield from ((name, value) for name, value in named.items() if value)
    if record.latitude is not None and record.longitude is not None:
        yield "exif:GPSLatitude", _degrees(record.latitude, "NS")
        yield "exif:GPSLongitude", _degrees(record.longitude, "EW")
    if record.favorite:
        yield "xmp:Rating", "5"
    yield "xmpMM:PreservedFileName", PurePosixPath(unescape(record.filename)).name
    yield "dc:identifier", f"sha256:{record.sha256}"


def _own(record: Record) -> Iterator[tuple[str, str]]:
    """What no standard has a property for, or none that is exact."""
    yield "photobak:FileName", quoted(record.filename)
    yield "photobak:Taken", alternative_text(record.taken)
    if record.latitude is not None and record.longitude is not None:
        yield "photobak:Position", f"{record.latitude!r} {record.longitude!r}"
    flags = {"photobak:Favorite": record.favorite, "photobak:Archived": record.archived}
    yield from ((name, str(value)) for name, value in flags.items() if value is not None)
    if record.motion:
        yield "photobak:Motion", record.motion


def _arrays(record: Record, albums: Mapping[str, str]) -> Iterator[tuple[str, str, list[str]]]:
    """Name, kind of array (XMP specification, part 1, 7.7) and items of each property that has several values."""
    tags = sorted(record.tags)
    yield "dc:subject", "Bag", sorted({tag.rpartition("/")[2] or tag for tag in tags})
    yield "digiKam:TagsList", "Seq", tags
    yield "lr:hierarchicalSubject", "Bag", [tag.replace("/", "|") for tag in tags if "|" not in tag]
    yield "Iptc4xmpExt:PersonInImage", "Bag", sorted(record.people)
    yield "photobak:Albums", "Bag", sorted(albums.get(each, each) for each in record.albums)
    yield "photobak:Sources", "Bag", sorted(map(quoted, record.sources))
    yield "photobak:TakenAlternatives", "Bag", sorted(map(alternative_text, record.taken_alternatives))


def _array(description: ElementTree.Element, name: str, array: str, values: list[str]) -> None:
    if not values:
        return
    items = ElementTree.SubElement(ElementTree.SubElement(description, _name(name)), _name(f"rdf:{array}"))
    for value in values:
        ElementTree.SubElement(items, _name("rdf:li")).text = _valid(value)


def _alternative(description: ElementTree.Element, name: str, value: str) -> None:
    languages = ElementTree.SubElement(ElementTree.SubElement(description, _name(name)), _name("rdf:Alt"))
    ElementTree.SubElement(languages, _name("rdf:li"), {_LANGUAGE: "x-default"}).text = _valid(value)


def _valid(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)


def _degrees(value: float, directions: str) -> str:
    """A coordinate as XMP's GPSCoordinate: degrees, minutes with decimals, direction."""
    minutes = round(abs(value) * 60, 6)
    return f"{int(minutes // 60)},{minutes % 60:.6f}{directions[value < 0]}"


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{name}"
