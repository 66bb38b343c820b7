"""Sidecars are XML whatever a record says, and are told from other programs'."""

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from support.records import record

from photobak.client.export.sidecar import is_ours, sidecar


@given(st.text(), st.text())
def test_whatever_a_camera_calls_itself_it_is_xml_and_ours(camera: str, name: str) -> None:
    written = sidecar(record(camera_model=camera, filename=f"{name}.jpg"))
    ElementTree.fromstring(written)
    assert is_ours(written)
    assert written == sidecar(record(camera_model=camera, filename=f"{name}.jpg"))


def test_what_others_wrote_is_not_ours() -> None:
    assert not is_ours(b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 5.5.0">')
    assert not is_ours(b"")
