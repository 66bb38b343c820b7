"""Hypothesis strategies: any value that a photo, its places and its record can have."""

import os
from datetime import UTC, datetime, timedelta, timezone

from hypothesis import strategies as st

from photobak.photo.announcement import MAX_SOURCES_A_PHOTO, Announcement
from photobak.photo.capture_time import CaptureTime, TakenSource
from photobak.photo.described import Described
from photobak.photo.keys import original_key, thumb_key, timestamp_key, web_key
from photobak.photo.kind import Kind
from photobak.photo.record import Record, Status
from photobak.photo.source import Source, escape

hashes = st.integers(0, 2**256 - 1).map("{:064x}".format)
identities = st.uuids().map("ap-southeast-2:{}".format)
zones = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
instants = st.datetimes(datetime(2, 1, 2), datetime(9998, 12, 30), timezones=zones)  # noqa: DTZ001 - the zone is drawn

file_names = st.one_of(
    st.binary(min_size=1, max_size=100).filter(lambda name: b"\0" not in name).map(os.fsdecode),
    st.text(st.sampled_from("a\\x0f\udcff\n:/é"), min_size=1),
)
"""Any name or path that a POSIX file system holds, as Python has it."""
devices = st.text(st.characters(exclude_characters=":", codec="utf-8"), min_size=1, max_size=50)
places = st.builds(Source, devices, file_names).map(str)
captures = st.builds(CaptureTime, instants, st.sampled_from(TakenSource))
media_types = st.sampled_from(["image/jpeg", "image/x-canon-cr2", "image/vnd.adobe.photoshop", "video/quicktime"])

_printable = st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.characters(codec="utf-8", min_codepoint=0xA0)
_names = st.frozensets(st.text(_printable, min_size=1, max_size=20), max_size=3)
_places = st.tuples(st.floats(-90, 90), st.floats(-180, 180)) | st.just((None, None))
descriptions = st.builds(
    lambda place, **said: Described(latitude=place[0], longitude=place[1], **said),
    _places,
    description=st.text(_printable, max_size=50),
    favorite=st.none() | st.booleans(),
    archived=st.none() | st.booleans(),
    people=_names,
    tags=_names,
    motion=st.none() | hashes,
    alternatives=st.frozensets(captures, max_size=2),
)

announcements = st.builds(
    Announcement,
    sha256=hashes,
    kind=st.sampled_from(Kind),
    size=st.integers(0, 5 * 2**30),
    content_type=media_types,
    taken=captures,
    modified_at=instants.map(lambda instant: instant.astimezone(UTC)),
    filename=file_names.map(escape),
    sources=st.lists(places, max_size=MAX_SOURCES_A_PHOTO).map(tuple),
    sources_gone=st.lists(places, max_size=MAX_SOURCES_A_PHOTO).map(tuple),
    described=st.none() | descriptions,
)

_texts = st.none() | st.text(st.characters(codec="utf-8"), max_size=50)
_numbers = st.none() | st.floats(1e-6, 1e6)
_degrees = st.none() | st.floats(-180, 180, allow_nan=False)
_pixels = st.none() | st.integers(0, 2**32)


@st.composite
def records(draw: st.DrawFn) -> Record:
    """Any record whose keys belong to its content."""
    identity_id, sha256, taken = draw(identities), draw(hashes), draw(captures)
    has_previews = draw(st.booleans())
    return Record(
        username=identity_id,
        timestamp=timestamp_key(taken.taken_at, sha256),
        sha256=sha256,
        kind=draw(st.sampled_from(Kind)),
        status=draw(st.sampled_from([Status.STORED, Status.NO_PREVIEW, Status.TRASHED])),
        size=draw(st.integers(0, 5 * 2**30)),
        content_type=draw(media_types),
        taken=taken,
        filename=draw(file_names.map(escape)),
        modified_at=draw(instants),
        original_key=original_key(identity_id, sha256, "jpg"),
        stored_at=draw(instants),
        sources=draw(st.frozensets(places, max_size=5)),
        reason=draw(_texts),
        width=draw(_pixels),
        height=draw(_pixels),
        orientation=draw(st.none() | st.integers(1, 8)),
        camera_make=draw(_texts),
        camera_model=draw(_texts),
        lens=draw(_texts),
        f_number=draw(_numbers),
        exposure_time=draw(_numbers),
        iso=draw(st.none() | st.integers(1, 10**8)),
        focal_length=draw(_numbers),
        duration=draw(_numbers),
        latitude=draw(_degrees),
        longitude=draw(_degrees),
        thumb_key=thumb_key(identity_id, sha256) if has_previews else None,
        web_key=web_key(identity_id, sha256) if has_previews else None,
        thumbhash=draw(st.none() | st.binary(min_size=5, max_size=37)),
        perceptual_hash=draw(st.none() | st.integers(0, 2**64 - 1).map("{:016x}".format)),
        trashed_until=draw(st.none() | instants),
        deleted_at=draw(st.none() | instants),
        deleted_from=draw(_texts.filter(lambda text: text != "")),
        description=draw(_texts),
        favorite=draw(st.none() | st.booleans()),
        archived=draw(st.none() | st.booleans()),
        people=draw(_names),
        tags=draw(_names),
        albums=draw(_names),
        motion=draw(st.none() | hashes),
        motion_offset=draw(st.none() | st.integers(1, 5 * 2**30)),
        motion_size=draw(st.none() | st.integers(1, 5 * 2**30)),
        taken_alternatives=draw(st.frozensets(captures, max_size=2)),
    )
