"""XMP packets: the dates of files whose EXIF has none (ISO 16684-1; XMP Specification part 2)."""

from typing import Final
from xml.etree.ElementTree import Element, ParseError

from photobak.photo.metadata import dates
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Window

_MAX_PACKET_BYTES: Final = 1024 * 1024
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_EXIF: Final = "{http://ns.adobe.com/exif/1.0/}"
_XMP: Final = "{http://ns.adobe.com/xap/1.0/}"
_PHOTOSHOP: Final = "{http://ns.adobe.com/photoshop/1.0/}"

_ORIGINAL: Final = (f"{_EXIF}DateTimeOriginal", f"{_PHOTOSHOP}DateCreated")
_DIGITIZED: Final = (f"{_EXIF}DateTimeDigitized", f"{_XMP}CreateDate")
"""What stands for the two EXIF dates: Metadata Working Group guidelines 2.0, section 5.6."""


def read_xmp(window: Window) -> Metadata:
    """The dates of a packet; empty where it is no XML, is damaged, or declares entities."""
    properties = _properties(window.up_to(0, _MAX_PACKET_BYTES).strip(b"\0 \t\r\n"))

    def first(names: tuple[str, ...]) -> str:
        return next((properties[name] for name in names if properties.get(name)), "")

    return Metadata(original=dates.parse(first(_ORIGINAL)), digitized=dates.parse(first(_DIGITIZED)))


def _properties(packet: bytes) -> dict[str, str]:
    """Simple properties of the packet's own descriptions, not of those nested in its histories."""
    root = _parse(packet)
    if root is None:
        return {}
    properties: dict[str, str] = {}
    for rdf in root.iter(f"{_RDF}RDF"):
        for description in rdf.findall(f"{_RDF}Description"):
            properties.update(description.attrib)
            properties.update((child.tag, (child.text or "").strip()) for child in description)
    return properties


def _parse(packet: bytes) -> Element | None:
    from defusedxml.ElementTree import fromstring  # few files need it: not at start-up

    try:
        root: Element = fromstring(packet)
    except (ParseError, ValueError, LookupError):  # not XML; forbidden or malformed; an unknown encoding
        return None
    return root
