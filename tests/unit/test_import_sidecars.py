"""Sidecars as digiKam, Lightroom, darktable, Immich, exiftool and osxphotos write them."""

from datetime import datetime, timedelta, timezone

import pytest

from photobak.client.imports.facts import Facts
from photobak.client.imports.sidecars import MAX_BYTES, UnreadableSidecar, read_json, read_xmp

EAST = timezone(timedelta(hours=2))
NAMESPACES = " ".join(
    f'xmlns:{prefix}="{uri}"'
    for prefix, uri in {
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "dc": "http://purl.org/dc/elements/1.1/",
        "exif": "http://ns.adobe.com/exif/1.0/",
        "lr": "http://ns.adobe.com/lightroom/1.0/",
        "photoshop": "http://ns.adobe.com/photoshop/1.0/",
        "xmp": "http://ns.adobe.com/xap/1.0/",
        "Iptc4xmpExt": "http://iptc.org/std/Iptc4xmpExt/2008-02-29/",
        "digiKam": "http://www.digikam.org/ns/1.0/",
        "mwg-rs": "http://www.metadataworkinggroup.com/schemas/regions/",
        "darktable": "http://darktable.sf.net/",
    }.items()
)


def xmp(elements: str = "", attributes: str = "") -> bytes:
    return (
        f'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF {NAMESPACES}><rdf:Description rdf:about="" {attributes}>'
        f"{elements}</rdf:Description></rdf:RDF></x:xmpmeta>"
    ).encode()


def bag(name: str, *items: str, kind: str = "Bag") -> str:
    listed = "".join(f"<rdf:li>{item}</rdf:li>" for item in items)
    return f"<{name}><rdf:{kind}>{listed}</rdf:{kind}></{name}>"


def region(name: str, kind: str) -> str:
    return (
        f'<rdf:li rdf:parseType="Resource"><mwg-rs:Name>{name}</mwg-rs:Name><mwg-rs:Type>{kind}</mwg-rs:Type></rdf:li>'
    )


DIGIKAM = xmp(
    bag("digiKam:TagsList", "Places/Paris", "Family", kind="Seq")
    + bag("lr:hierarchicalSubject", "Places|Paris", "Family")
    + bag("dc:subject", "Paris", "Family", "loose")
    + '<dc:description><rdf:Alt><rdf:li xml:lang="x-default">On the bridge</rdf:li></rdf:Alt></dc:description>'
    + '<mwg-rs:Regions rdf:parseType="Resource"><mwg-rs:RegionList><rdf:Bag>'
    + region("Ann", "Face") + region("Rex", "Pet") + region("", "Face")
    + "</rdf:Bag></mwg-rs:RegionList></mwg-rs:Regions>",
    'xmp:Rating="5" exif:DateTimeOriginal="2021-06-07T08:09:10"'
    ' exif:GPSLatitude="48,51.5N" exif:GPSLongitude="2,17,24W"',
)  # fmt: skip
LIGHTROOM = xmp(
    bag("dc:subject", "Paris")
    + bag("lr:hierarchicalSubject", "Places|Paris")
    + bag("Iptc4xmpExt:PersonInImage", "Ann", "Bob"),
    'xmp:Rating="3" photoshop:DateCreated="2021-06-07T08:09:10+02:00"',
)
DARKTABLE = xmp(
    bag("dc:subject", "darktable", "format", "jpg", "sea")
    + bag("lr:hierarchicalSubject", "darktable|format|jpg", "sea"),
    'exif:DateTimeOriginal="2021:06:07 08:09:10.250" xmp:Rating="-1" darktable:history_end="9"',
)
IMMICH = xmp(
    "<dc:description><rdf:Alt><rdf:li xml:lang='x-default'>text</rdf:li></rdf:Alt></dc:description>",
    'exif:DateTimeOriginal="2021-06-07T08:09:10.000+02:00" exif:GPSLatitude="46.5" exif:GPSLongitude="-6.25"',
)
OSXPHOTOS = xmp(
    "<exif:GPSLongitudeRef>W</exif:GPSLongitudeRef><exif:GPSLongitude>118.5</exif:GPSLongitude>"
    "<exif:GPSLatitudeRef>N</exif:GPSLatitudeRef><exif:GPSLatitude>34.25</exif:GPSLatitude>"
    "<photoshop:DateCreated>2021-06-07T08:09:10.250000+02:00</photoshop:DateCreated>"
    + bag("Iptc4xmpExt:PersonInImage", "Ann") + bag("digiKam:TagsList", "Family", kind="Seq")
)  # fmt: skip
TAKEN = datetime(2021, 6, 7, 8, 9, 10, tzinfo=EAST)
LOCAL = TAKEN.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("sidecar", "facts"),
    [
        (
            DIGIKAM,
            Facts(
                taken=LOCAL,
                latitude=48 + 51.5 / 60,
                longitude=-(2 + 17 / 60 + 24 / 3600),
                description="On the bridge",
                favorite=True,
                people=frozenset({"Ann"}),
                tags=frozenset({"Places/Paris", "Family", "loose"}),
            ),
        ),
        (LIGHTROOM, Facts(taken=TAKEN, people=frozenset({"Ann", "Bob"}), tags=frozenset({"Places/Paris"}))),
        (DARKTABLE, Facts(taken=LOCAL.replace(microsecond=250_000), tags=frozenset({"sea"}))),
        (IMMICH, Facts(taken=TAKEN, description="text", latitude=46.5, longitude=-6.25)),
        (
            OSXPHOTOS,
            Facts(
                taken=TAKEN.replace(microsecond=250_000),
                latitude=34.25,
                longitude=-118.5,
                people=frozenset({"Ann"}),
                tags=frozenset({"Family"}),
            ),
        ),
        (xmp(attributes='photoshop:DateCreated="2021-06-07"'), Facts()),
        (xmp(attributes='exif:GPSLatitude="91,0N" exif:GPSLongitude="0,0E"'), Facts()),
        (xmp(attributes='exif:GPSLatitude="north" exif:GPSLongitude="0,0E"'), Facts()),
    ],
    ids=["digikam", "lightroom", "darktable", "immich", "osxphotos", "day", "pole", "text"],
)
def test_xmp(sidecar: bytes, facts: Facts) -> None:
    assert read_xmp(sidecar) == facts


def test_json_of_osxphotos() -> None:
    sidecar = b"""[{"SourceFile": "IMG_1.jpeg", "ExifTool:ExifToolVersion": "12.00", "_CreatedBy": "osxphotos",
        "EXIF:ImageDescription": "text", "XMP:Description": "text", "XMP:Title": "t", "IPTC:Keywords": ["Kids", "Trip"],
        "XMP:Subject": ["Kids", "Trip"], "XMP:TagsList": ["Trip"], "XMP:PersonInImage": ["Ann"], "XMP:Rating": 5,
        "EXIF:GPSLatitude": 34.25, "EXIF:GPSLatitudeRef": "N", "EXIF:GPSLongitude": -118.5, "EXIF:GPSLongitudeRef": "W",
        "EXIF:DateTimeOriginal": "2021:06:07 08:09:10", "EXIF:OffsetTimeOriginal": "+02:00"}]"""
    assert read_json(sidecar) == Facts(
        taken=TAKEN,
        latitude=34.25,
        longitude=-118.5,
        description="text",
        favorite=True,
        people=frozenset({"Ann"}),
        tags=frozenset({"Kids", "Trip"}),
    )


@pytest.mark.parametrize("data", [b"null", b"[]", b"{}", b"[[]]", b'[{"title": "x"}]', b'{"photoTakenTime": {}}'])
def test_other_jsons_are_none(data: bytes) -> None:
    assert read_json(data) is None


def test_values_of_other_types_are_left_out() -> None:
    sidecar = (
        b'[{"SourceFile": 1, "XMP:Description": {}, "XMP:Subject": 7, "EXIF:GPSLatitude": [], "XMP:Rating": true}]'
    )
    assert read_json(sidecar) == Facts(tags=frozenset({"7"}))


@pytest.mark.parametrize("data", [b"", b"{", b"[" * 100_000, bytes(MAX_BYTES + 1)])
def test_what_is_no_sidecar_is_refused(data: bytes) -> None:
    with pytest.raises(UnreadableSidecar):
        read_json(data)
    with pytest.raises(UnreadableSidecar):
        read_xmp(data)
