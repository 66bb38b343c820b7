"""Sidecars are XML whatever a record says, are told from other programs', and say all that the record does."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Any
from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st
from support.records import record
from support.strategies import captures, file_names, places

from photobak.client.export.sidecar import sidecar
from photobak.client.imports.facts import Facts
from photobak.client.imports.sidecars import read_xmp
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.record import Record
from photobak.photo.source import escape, unescape
from photobak.photo.xmp_packet import is_of_photobak

ALBUM, OTHER = "0123456789abcdef", "fedcba9876543210"
CORRECTED = CaptureTime(datetime(1987, 7, 14, 15, 30, 0, 250000, timezone(timedelta(hours=-3.5))), TakenSource.USER)
WHOLE = record(
    taken=CORRECTED,
    taken_alternatives=frozenset({CaptureTime(datetime(2024, 6, 30, 12, tzinfo=UTC), TakenSource.EXIF)}),
    description="On the <bridge> & below,\n\tat noon",
    favorite=True,
    archived=False,
    people=frozenset({"Ana", "Zoë & Ben"}),
    tags=frozenset({"family", "Places/Lisbon", "Places", "a|b", "Places/Lisbon/Belém"}),
    albums=frozenset({ALBUM, OTHER}),
    motion="ab" * 32,
    latitude=38.722252777777776,
    longitude=-9.139336666666667,
    filename="c40.jpg",
    sources=frozenset({"laptop:a/c40.jpg", "nas:photos/c40 (copy).jpg"}),
)


def read_back(found: Record, **albums: str) -> Facts:
    return read_xmp(sidecar(found, albums))


@given(st.text(), st.text())
def test_whatever_a_camera_calls_itself_it_is_xml_and_ours(camera: str, name: str) -> None:
    written = sidecar(record(camera_model=camera, filename=f"{name}.jpg"))
    ElementTree.fromstring(written)
    assert is_of_photobak(written)
    assert written == sidecar(record(camera_model=camera, filename=f"{name}.jpg"))


def test_what_others_wrote_is_not_ours() -> None:
    assert not is_of_photobak(b'<x:xmpmeta xmlns:x="adobe:ns:meta/" x:xmptk="XMP Core 5.5.0">')
    assert not is_of_photobak(b"")


def test_all_that_a_record_says_comes_back() -> None:
    facts = read_xmp(sidecar(WHOLE, {ALBUM: "Summer 2024"}))
    same: dict[str, Any] = {
        name: getattr(WHOLE, name)
        for name in ("description", "favorite", "archived", "people", "tags", "latitude", "longitude")
    }
    assert {name: getattr(facts, name) for name in same} == same
    assert facts.albums == {"Summer 2024", OTHER}  # one that nobody could name is called by its id
    assert facts.title == "c40.jpg"
    assert facts.recorded is not None
    assert facts.recorded.taken == CORRECTED
    assert facts.recorded.alternatives == WHOLE.taken_alternatives
    assert facts.recorded.sources == WHOLE.sources
    assert facts.recorded.motion == WHOLE.motion


@given(captures, file_names, st.frozensets(places, max_size=4), st.floats(-90, 90), st.floats(-180, 180))
def test_times_names_and_places_come_back_exactly(
    taken: CaptureTime, name: str, sources: frozenset[str], latitude: float, longitude: float
) -> None:
    found = record(taken=taken, filename=escape(name), sources=sources, latitude=latitude, longitude=longitude)
    facts = read_back(found)
    assert facts.recorded is not None
    assert facts.recorded.taken == taken
    assert facts.recorded.sources == sources
    assert facts.title == PurePosixPath(unescape(found.filename)).name
    if abs(latitude) + abs(longitude) > 1e-3:  # nothing is taken at 0, 0
        assert (facts.latitude, facts.longitude) == (latitude, longitude)


def test_what_nobody_has_said_stays_unsaid() -> None:
    facts = read_back(record())
    assert (facts.favorite, facts.archived, facts.description, facts.tags) == (None, None, "", frozenset())
    assert read_back(record(favorite=False, archived=True)).favorite is False


def test_what_another_program_has_changed_since_counts() -> None:
    changed = sidecar(WHOLE).decode().replace('xmptk="photobak"', 'xmptk="XMP Core 4.4.0-Exiv2"')
    changed = changed.replace("1987-07-14T15:30:00.250-03:30", "1986-07-14T15:30:00-03:30")
    changed = changed.replace("<xmp:Rating>5<", "<xmp:Rating>3<").replace("38,43.335167N", "40,0.0N")
    facts = read_xmp(changed.encode())
    assert not is_of_photobak(changed.encode())
    assert facts.taken == CORRECTED.taken_at.replace(year=1986, microsecond=0)
    assert facts.favorite is None
    assert facts.latitude == 40.0
    assert facts.recorded is not None
    assert replace(facts.recorded, taken=None).sources == WHOLE.sources
