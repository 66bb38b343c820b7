"""XMP as cameras, Lightroom, digiKam, darktable and exiftool write it, read into properties."""

import pytest

from photobak.photo.bounded_xml import UnreadableXml
from photobak.photo.xmp_packet import XmpPacket

PROPERTIES = frozenset(
    {"dc:description", "dc:subject", "xmp:Rating", "mwg-rs:Regions", "mwg-rs:RegionList", "mwg-rs:Name", "mwg-rs:Type"}
)


def packet(elements: str = "", attributes: str = "") -> bytes:
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?><x:xmpmeta xmlns:x="adobe:ns:meta/">'
        '<r:RDF xmlns:r="http://www.w3.org/1999/02/22-rdf-syntax-ns#"><r:Description'
        ' xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        f' xmlns:mwg-rs="http://www.metadataworkinggroup.com/schemas/regions/" {attributes}>'
        f'{elements}</r:Description></r:RDF></x:xmpmeta>{" " * 2000}<?xpacket end="w"?>'
    ).encode()


def read(elements: str = "", attributes: str = "") -> XmpPacket:
    return XmpPacket.read(packet(elements, attributes), PROPERTIES)


def test_simple_properties_are_attributes_or_elements() -> None:
    assert read(attributes='xmp:Rating="5"').text("xmp:Rating") == "5"
    assert read("<xmp:Rating> 5 </xmp:Rating>").text("xmp:Rating") == "5"
    assert read().text("xmp:Rating") == ""


def test_an_alternative_gives_its_default_language() -> None:
    languages = '<r:li xml:lang="de">Hund</r:li><r:li xml:lang="x-default">dog</r:li>'
    assert read(f"<dc:description><r:Alt>{languages}</r:Alt></dc:description>").text("dc:description") == "dog"
    only = '<r:li xml:lang="de">Hund</r:li>'
    assert read(f"<dc:description><r:Alt>{only}</r:Alt></dc:description>").text("dc:description") == "Hund"


@pytest.mark.parametrize("array", ["Bag", "Seq"])
def test_arrays_keep_their_order_and_each_item_once(array: str) -> None:
    items = "<r:li>b</r:li><r:li>a</r:li><r:li>b</r:li><r:li/>"
    assert read(f"<dc:subject><r:{array}>{items}</r:{array}></dc:subject>").texts("dc:subject") == ("b", "a")


def test_a_simple_property_is_an_array_of_one() -> None:
    assert read("<dc:subject>a</dc:subject>").texts("dc:subject") == ("a",)


@pytest.mark.parametrize(
    "regions",
    [
        '<mwg-rs:Regions r:parseType="Resource"><mwg-rs:RegionList><r:Bag><r:li r:parseType="Resource">'
        "<mwg-rs:Name>Ann</mwg-rs:Name><mwg-rs:Type>Face</mwg-rs:Type></r:li></r:Bag></mwg-rs:RegionList>"
        "</mwg-rs:Regions>",
        "<mwg-rs:Regions><r:Description><mwg-rs:RegionList><r:Bag><r:li>"
        '<r:Description mwg-rs:Name="Ann" mwg-rs:Type="Face"/></r:li></r:Bag></mwg-rs:RegionList></r:Description>'
        "</mwg-rs:Regions>",
        '<mwg-rs:Regions r:parseType="Resource"><mwg-rs:RegionList><r:Seq>'
        '<r:li mwg-rs:Name="Ann" mwg-rs:Type="Face"/></r:Seq></mwg-rs:RegionList></mwg-rs:Regions>',
    ],
)
def test_structures_are_written_in_three_ways(regions: str) -> None:
    found = list(read(regions).structures("mwg-rs:Regions", "mwg-rs:RegionList"))
    assert [(each["mwg-rs:Name"], each["mwg-rs:Type"]) for each in found] == [("Ann", "Face")]


def test_packets_in_utf_16_and_with_padding_are_read() -> None:
    text = packet(attributes='xmp:Rating="4"').decode()
    for data in (text.encode("utf-16"), bytes(8) + text.encode() + bytes(100)):
        assert XmpPacket.read(data, PROPERTIES).text("xmp:Rating") == "4"


def test_what_is_nested_in_an_unwanted_property_does_not_count() -> None:
    nested = '<xmp:History><r:Description xmp:Rating="1"/></xmp:History>'
    assert read(nested, attributes='xmp:Rating="5"').texts("xmp:Rating") == ("5",)


def test_what_is_no_xml_is_refused() -> None:
    with pytest.raises(UnreadableXml):
        XmpPacket.read(b"\xff\xd8\xff", PROPERTIES)
