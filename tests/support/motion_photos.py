"""Motion Photos as Google's and Samsung's phones write them, put together from a picture and a video."""

import struct
from collections.abc import Callable
from typing import Final

from support.photo_files import box, ftyp, segment

MOVIE: Final = ftyp(b"isom", b"mp42") + box(b"moov", box(b"mvhd", bytes(100))) + box(b"mdat", bytes(range(256)))
"""No player shows it, but it has the boxes of a movie."""
_NAMESPACES: Final = (
    'xmlns:GCamera="http://ns.google.com/photos/1.0/camera/"'
    ' xmlns:Container="http://ns.google.com/photos/1.0/container/"'
    ' xmlns:Item="http://ns.google.com/photos/1.0/container/item/"'
)


def packet(attributes: str, elements: str = "") -> str:
    """An XMP packet with Google's namespaces."""
    return (
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        f'<rdf:Description rdf:about="" {_NAMESPACES} {attributes}>{elements}</rdf:Description></rdf:RDF></x:xmpmeta>'
    )


def with_xmp(picture: bytes, xmp: str) -> bytes:
    """A JPEG that begins with an XMP packet."""
    return picture[:2] + segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + xmp.encode()) + picture[2:]


def item(semantic: str, *, length: object = 0, padding: object = 0, mime: str = "image/jpeg") -> str:
    """A part of the file, as ``Container:Directory`` lists it."""
    return (
        f'<rdf:li rdf:parseType="Resource"><Container:Item Item:Mime="{mime}" Item:Semantic="{semantic}"'
        f' Item:Length="{length}" Item:Padding="{padding}"/></rdf:li>'
    )


def listing(*items: str, motion: object = 1) -> str:
    """The XMP packet of a Motion Photo with these parts."""
    directory = f"<Container:Directory><rdf:Seq>{''.join(items)}</rdf:Seq></Container:Directory>"
    attributes = f'GCamera:MotionPhoto="{motion}" GCamera:MotionPhotoVersion="1"'
    return packet(attributes, directory)


def motion_photo(picture: bytes, movie: bytes = MOVIE, *, between: bytes = b"") -> bytes:
    """Motion Photo format 1.0; ``between`` is a gain map, as of Ultra HDR."""
    items = [item("Primary"), *([item("GainMap", length=len(between))] if between else [])]
    xmp = listing(*items, item("MotionPhoto", length=len(movie), mime="video/mp4"))
    return with_xmp(picture, xmp) + between + movie


def micro_video(picture: bytes, movie: bytes = MOVIE) -> bytes:
    """Google's format before that."""
    attributes = f'GCamera:MicroVideo="1" GCamera:MicroVideoVersion="1" GCamera:MicroVideoOffset="{len(movie)}"'
    return with_xmp(picture, packet(attributes)) + movie


def samsung(picture: bytes, movie: bytes = MOVIE) -> bytes:
    """Samsung's trailer, with the video between two other blocks."""
    blocks = [
        (0x0A01, b"Image_UTC_Data", b"1700000000000"),
        (0x0A30, b"MotionPhoto_Data", movie),
        (0x0AA1, b"MCC_Data", b"262"),
    ]
    whole = [struct.pack("<HHI", 0, kind, len(name)) + name + content for kind, name, content in blocks]
    entries = b"".join(
        struct.pack("<HHII", 0, kind, sum(map(len, whole[number:])), len(whole[number]))
        for number, (kind, _, _) in enumerate(blocks)
    )
    directory = b"SEFH" + struct.pack("<II", 101, len(blocks)) + entries
    return picture + b"".join(whole) + directory + struct.pack("<I", len(directory)) + b"SEFT"


def in_box(picture: bytes, movie: bytes = MOVIE) -> bytes:
    """A HEIF file with the video in its last box."""
    return picture + box(b"mpvd", movie)


JPEG_FORMATS: Final[dict[str, Callable[[bytes, bytes], bytes]]] = {
    "motion photo": motion_photo,
    "motion photo with a gain map": lambda picture, movie: motion_photo(picture, movie, between=b"\xff\xd8gain"),
    "micro video": micro_video,
    "samsung": samsung,
}
