"""XMP packets as properties (ISO 16684-1; XMP Specification part 1, section 7): what files and sidecars say in RDF."""

import re
from collections.abc import Iterator
from typing import Final, Self
from urllib.parse import quote, unquote

from photobak.photo.bounded_xml import Element, parse

TOOLKIT: Final = "photobak"
"""What ``x:xmptk`` of photobak's own sidecars says; a program that changes one writes its own name there."""
PHOTOBAK: Final = "urn:photobak:xmp:1.0#"
"""The namespace of properties for which no standard has a place."""
_UNSAFE = re.compile("%|^\\s+|\\s+$|[^\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_MARK: Final = f'x:xmptk="{TOOLKIT}"'.encode()

_NAMESPACES: Final = {
    PHOTOBAK: "photobak",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#": "rdf",
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://ns.adobe.com/exif/1.0/": "exif",
    "http://ns.adobe.com/lightroom/1.0/": "lr",
    "http://ns.google.com/photos/1.0/camera/": "GCamera",
    "http://ns.google.com/photos/1.0/container/": "Container",
    "http://ns.google.com/photos/1.0/container/item/": "Item",
    "http://ns.adobe.com/photoshop/1.0/": "photoshop",
    "http://ns.adobe.com/xap/1.0/": "xmp",
    "http://iptc.org/std/Iptc4xmpExt/2008-02-29/": "Iptc4xmpExt",
    "http://www.digikam.org/ns/1.0/": "digiKam",
    "http://www.metadataworkinggroup.com/schemas/regions/": "mwg-rs",
}
_STRUCTURE: Final = frozenset({"rdf:RDF", "rdf:Description", "rdf:Alt", "rdf:Bag", "rdf:Seq", "rdf:li", "xml:lang"})
_ARRAYS: Final = frozenset({"rdf:Alt", "rdf:Bag", "rdf:Seq"})
_DEFAULT_LANGUAGE: Final = "x-default"


def is_of_photobak(sidecar: bytes) -> bool:
    """Whether photobak's export wrote this sidecar, and nobody has changed it since."""
    return _MARK in sidecar.partition(b">")[0]


def quoted(text: str) -> str:
    """A text whose characters that XML can't hold or readers strip are percent-encoded (RFC 3986, section 2.1)."""
    return _UNSAFE.sub(lambda found: quote(found[0], safe=""), text)


def unquoted(text: str) -> str:
    """Read what ``quoted`` wrote."""
    return unquote(text)


class XmpPacket:
    """Properties of one resource, found by name: ``dc:description``."""

    def __init__(self, descriptions: list[Element]) -> None:
        self._descriptions = descriptions

    @classmethod
    def read(cls, packet: bytes, properties: frozenset[str]) -> Self:
        """Read a packet, or a sidecar, which is one in a file of its own.

        Args:
            packet: with or without its ``xpacket`` instructions and padding.
            properties: those to keep, and the members of structures; all others cost nothing but time.

        Raises:
            UnreadableXml: it is no XML that is to be believed.
        """
        document = packet.strip(b" \t\r\n") if packet.startswith(_UTF_16) else packet.strip(b"\0 \t\r\n")
        top = parse(document, _NAMESPACES, properties | _STRUCTURE)
        roots = [root for root in top.children if root.name == "rdf:RDF"]
        return cls([each for root in roots for each in root.children if each.name == "rdf:Description"])

    def text(self, name: str) -> str:
        """A simple property, or the default language of an alternative; empty where there is none."""
        return next((text for text in self._texts(name) if text), "")

    def texts(self, name: str) -> tuple[str, ...]:
        """The items of an array in their order, or a simple property as the only one; each once, none empty."""
        return tuple(dict.fromkeys(text for text in self._texts(name) if text))

    def structures(self, *path: str, inner: str = "") -> Iterator[dict[str, str]]:
        """The simple members of each structure in an array.

        Args:
            path: the names that lead to the array from the top.
            inner: the member of each structure that has what is wanted; empty for the structure itself.
        """
        elements = [child for each in self._descriptions for child in each.children if child.name == path[0]]
        for name in path[1:]:
            elements = [child for each in elements for child in _members(each) if child.name == name]
        for element in elements:
            for item in _items(element):
                wanted = [each for each in _members(item) if each.name == inner] if inner else [item]
                yield from map(_simple_members, wanted)

    def _texts(self, name: str) -> Iterator[str]:
        for description in self._descriptions:
            if name in description.attributes:
                yield description.attributes[name].strip()
            for child in description.children:
                if child.name == name:
                    yield from _texts_of(child)


_UTF_16: Final = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")


def _texts_of(element: Element) -> Iterator[str]:
    items = _items(element)
    if not items:
        yield element.text
    elif element.children[0].name == "rdf:Alt":
        yield from (item.text for item in sorted(items, key=_is_other_language))
    else:
        yield from (item.text for item in items)


def _is_other_language(item: Element) -> bool:
    return item.attributes.get("xml:lang", _DEFAULT_LANGUAGE).lower() != _DEFAULT_LANGUAGE


def _items(element: Element) -> list[Element]:
    return [
        item for array in element.children if array.name in _ARRAYS for item in array.children if item.name == "rdf:li"
    ]


def _members(structure: Element) -> list[Element]:
    """The members of a structure, whether written inside of it (``rdf:parseType="Resource"``) or of a description."""
    inner = structure.child("rdf:Description")
    return [*structure.children, *(inner.children if inner else ())]


def _simple_members(structure: Element) -> dict[str, str]:
    inner = structure.child("rdf:Description")
    members = {child.name: child.text for child in _members(structure) if child.text}
    return structure.attributes | (inner.attributes if inner else {}) | members
