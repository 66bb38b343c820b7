"""XML from strangers: read where it is sound, refused where it is not, and cheap in both cases."""

import time
import tracemalloc
from contextlib import suppress

import pytest

from photobak.photo.bounded_xml import MAX_BYTES, UnreadableXml, parse

KNOWN = {"urn:known": "k", "urn:other": "o"}
WANTED = frozenset({"k:root", "k:item", "k:key"})
SECONDS = 2.0  # one, and what coverage adds
BYTES = 64 * 1024 * 1024


def document(body: str, attributes: str = "") -> bytes:
    return f'<k:root xmlns:k="urn:known" {attributes}>{body}</k:root>'.encode()


def test_names_have_the_callers_prefixes_whatever_the_document_uses() -> None:
    (root,) = parse(
        b'<root xmlns="urn:known" xmlns:z="urn:known"><z:item z:key="a" key="b">t</z:item></root>', KNOWN, WANTED
    ).children
    (item,) = root.children
    assert (root.name, item.name, item.attributes, item.text) == ("k:root", "k:item", {"k:key": "a"}, "t")


def test_a_prefix_means_what_it_was_last_declared_to_mean() -> None:
    inner = '<k:item xmlns:k="urn:nobody">no</k:item><k:item>yes</k:item>'
    (root,) = parse(document(inner), KNOWN, WANTED).children
    assert [child.text for child in root.children] == ["yes"]


def test_what_is_not_wanted_is_left_out_with_all_below_it() -> None:
    (root,) = parse(document("<o><k:item>no</k:item></o><k:item>yes</k:item>"), KNOWN, WANTED).children
    assert [child.text for child in root.children] == ["yes"]


def test_wrappers_around_the_first_wanted_element_are_seen_through() -> None:
    wrapped = b"<wrapper><wrapper>" + document("<k:item>t</k:item>") + b"</wrapper></wrapper>"
    (root,) = parse(wrapped, KNOWN, WANTED).children
    assert root.child("k:item") is not None
    assert root.child("k:key") is None


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_encodings_are_those_of_the_declaration(encoding: str) -> None:
    declared = encoding.removesuffix("-sig")
    text = f'<?xml version="1.0" encoding="{declared}"?><k:root xmlns:k="urn:known"><k:item>é</k:item></k:root>'
    (root,) = parse(text.encode(encoding), KNOWN, WANTED).children
    assert root.children[0].text == "é"


def test_bytes_after_the_root_are_padding() -> None:
    assert parse(document("") + bytes(100) + b"<junk", KNOWN, WANTED).children[0].name == "k:root"


@pytest.mark.parametrize(
    "bad",
    [
        b"",
        b"no xml",
        document("<k:item>"),
        b'<!DOCTYPE r [<!ENTITY a "b">]><r>&a;</r>',
        b'<!DOCTYPE r SYSTEM "file:///etc/passwd"><r/>',
        b'<?xml version="1.0" encoding="klingon"?><r/>',
        document("&undeclared;"),
        document("", " ".join(f'a{i}="v"' for i in range(10_000))),
        document("<k:item/>" * 50_000),
        document("<x>" * 100 + "</x>" * 100),
        b" " * (MAX_BYTES + 1),
    ],
    ids=range(11),
)
def test_what_is_unsound_or_too_much_is_refused(bad: bytes) -> None:
    with pytest.raises(UnreadableXml):
        parse(bad, KNOWN, WANTED)


URI = "u" * 400_000
ATTRIBUTE = "<p:n p:a='v'/>"


@pytest.mark.parametrize(
    "hostile",
    [
        f'<a xmlns="{URI}">{"".join(f"<n{i}/>" for i in range(56_000))}</a>',
        f'<a xmlns="{URI}">{"<n/>" * 56_000}</a>',
        f'<a xmlns:p="{URI}">{ATTRIBUTE * 56_000}</a>',
        "<a>" + "".join(f'<n xmlns:p{i}="urn:known"/>' for i in range(40_000)) + "</a>",
        "<a " + " ".join(f'xmlns:p{i}="urn:known"' for i in range(40_000)) + "/>",
        '<k:root xmlns:k="urn:known">' + "<k:item>x</k:item>" * 200_000,
        "<a>" * 1_000_000,
        "<a>" + "&#65;" * 800_000 + "</a>",
        "<a><!--" + "-" * 4_000_000,
        "<a b='" + "&amp;" * 800_000 + "'/>",
    ],
    ids=range(10),
)
def test_no_document_costs_much(hostile: str) -> None:
    data = hostile.encode()[:MAX_BYTES]
    began = time.thread_time()
    with suppress(UnreadableXml):
        parse(data, KNOWN, WANTED)
    assert time.thread_time() - began < SECONDS
    tracemalloc.start()
    with suppress(UnreadableXml):
        parse(data, KNOWN, WANTED)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < BYTES
