"""XMP packets: the dates of files whose EXIF has none (ISO 16684-1; XMP Specification part 2)."""

from typing import Final

from photobak.photo.bounded_xml import UnreadableXml
from photobak.photo.metadata import dates
from photobak.photo.metadata.value import Metadata
from photobak.photo.metadata.window import Window
from photobak.photo.xmp_packet import XmpPacket

_MAX_PACKET_BYTES: Final = 1024 * 1024
_ORIGINAL: Final = ("exif:DateTimeOriginal", "photoshop:DateCreated")
_DIGITIZED: Final = ("exif:DateTimeDigitized", "xmp:CreateDate")
"""What stands for the two EXIF dates: Metadata Working Group guidelines 2.0, section 5.6."""


def read_packet(window: Window, properties: frozenset[str]) -> XmpPacket | None:
    """These properties of a packet; None where it is no XML, is damaged, or declares entities."""
    try:
        return XmpPacket.read(window.up_to(0, _MAX_PACKET_BYTES), properties)
    except UnreadableXml:
        return None


def read_xmp(window: Window) -> Metadata:
    """The dates of a packet; empty where it can't be read."""
    packet = read_packet(window, frozenset(_ORIGINAL + _DIGITIZED))
    if packet is None:
        return Metadata()

    def first(names: tuple[str, ...]) -> str:
        return next((text for name in names if (text := packet.text(name))), "")

    return Metadata(original=dates.parse(first(_ORIGINAL)), digitized=dates.parse(first(_DIGITIZED)))
