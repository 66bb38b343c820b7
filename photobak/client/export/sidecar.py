"""Writes what is known of a photo as an XMP sidecar, which exiftool, digiKam, Immich and darktable read.

XMP specification, part 2 (https://github.com/adobe/XMP-Toolkit-SDK/tree/main/docs); the file is named
as exiftool and darktable do: ``IMG_1.JPG.xmp``. Pure: records in, bytes out.
"""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Final
from xml.etree import ElementTree

from photobak.photo.kind import Kind
from photobak.photo.record import Record
from photobak.photo.source import unescape

_TOOLKIT: Final = "photobak"
_META, _RDF = "adobe:ns:meta/", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
_NAMESPACES: Final = {
    "x": _META,
    "rdf": _RDF,
    "aux": "http://ns.adobe.com/exif/1.0/aux/",
    "dc": "http://purl.org/dc/elements/1.1/",
    "exif": "http://ns.adobe.com/exif/1.0/",
    "photoshop": "http://ns.adobe.com/photoshop/1.0/",
    "tiff": "http://ns.adobe.com/tiff/1.0/",
    "xmp": "http://ns.adobe.com/xap/1.0/",
    "xmpMM": "http://ns.adobe.com/xap/1.0/mm/",
}
_MARK: Final = f'x:xmptk="{_TOOLKIT}"'.encode()
_NO_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

for _prefix, _uri in _NAMESPACES.items():
    ElementTree.register_namespace(_prefix, _uri)


def sidecar_path(path: PurePosixPath) -> PurePosixPath:
    """The path of a file's sidecar."""
    return path.with_name(f"{path.name}.xmp")


def has_sidecar(record: Record) -> bool:
    """Whether a photo gets a sidecar: sidecars themselves don't."""
    return record.kind is not Kind.SIDECAR


def is_ours(content: bytes) -> bool:
    """Whether photobak wrote this sidecar and may replace it; all others are left alone."""
    return _MARK in content.partition(b">")[0]


def sidecar(record: Record) -> bytes:
    """Write a record as XMP: the same record gives the same bytes."""
    root = ElementTree.Element(_name("x:xmpmeta"), {_name("x:xmptk"): _TOOLKIT})
    rdf = ElementTree.SubElement(root, _name("rdf:RDF"))
    description = ElementTree.SubElement(rdf, _name("rdf:Description"), {_name("rdf:about"): ""})
    for name, value in _properties(record):
        ElementTree.SubElement(description, _name(name)).text = _NO_XML.sub("\ufffd", value)
    ElementTree.indent(root)
    return f"{ElementTree.tostring(root, encoding='unicode')}\n".encode()


def _properties(record: Record) -> Iterator[tuple[str, str]]:
    taken = record.taken.isoformat()
    for name in ("exif:DateTimeOriginal", "photoshop:DateCreated", "xmp:CreateDate"):
        yield name, taken
    named = {"tiff:Make": record.camera_make, "tiff:Model": record.camera_model, "aux:Lens": record.lens}
    yield from ((name, value) for name, value in named.items() if value)
    if record.latitude is not None and record.longitude is not None:
        yield "exif:GPSLatitude", _degrees(record.latitude, "NS")
        yield "exif:GPSLongitude", _degrees(record.longitude, "EW")
    yield "xmpMM:PreservedFileName", PurePosixPath(unescape(record.filename)).name
    yield "dc:identifier", f"sha256:{record.sha256}"


def _degrees(value: float, directions: str) -> str:
    """A coordinate as XMP's GPSCoordinate: degrees, minutes with decimals, direction."""
    minutes = round(abs(value) * 60, 6)
    return f"{int(minutes // 60)},{minutes % 60:.6f}{directions[value < 0]}"


def _name(prefixed: str) -> str:
    prefix, _, name = prefixed.partition(":")
    return f"{{{_NAMESPACES[prefix]}}}{name}"
