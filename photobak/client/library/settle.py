"""Settles disagreements about capture times: takes what one of the sources says, for many photos at once."""

from collections.abc import Iterable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from photobak.client.library.library import Library
from photobak.client.library.redate import Wish, with_followers
from photobak.photo.capture_time import STATED, CaptureTime, TakenSource
from photobak.photo.filename_time import time_in
from photobak.photo.record import Record
from photobak.photo.source import unescape


class Side(StrEnum):
    """Which source of a capture time is believed."""

    EXIF = "exif"
    """The file's own metadata."""
    TAKEOUT = "takeout"
    ICLOUD = "icloud"
    XMP = "xmp"
    FILENAME = "filename"
    MTIME = "mtime"
    """The file's modification time where it was first seen."""


_SOURCES: Final = {
    Side.EXIF: STATED,
    Side.TAKEOUT: frozenset({TakenSource.TAKEOUT}),
    Side.ICLOUD: frozenset({TakenSource.ICLOUD}),
    Side.XMP: frozenset({TakenSource.XMP}),
    Side.FILENAME: frozenset({TakenSource.FILENAME}),
    Side.MTIME: frozenset({TakenSource.MTIME}),
}


def is_unsettled(record: Record) -> bool:
    """Whether sources disagree about its capture time, and its owner has not decided."""
    return bool(record.taken_alternatives) and record.taken.source is not TakenSource.USER


def settled(library: Library, records: Iterable[Record], side: Side) -> list[Wish]:
    """The capture times that photos and their followers get; photos of which that source says nothing are left out.

    Args:
        library: where the followers are found: videos, raw files and sidecars that took their times from a photo.
        records: of the photos.
        side: the source to believe.

    Raises:
        CloudError: the table can't be read.
    """
    wishes: dict[str, Wish] = {}
    for record in records:
        taken_at = _told(record, side)
        if taken_at is None:
            continue
        taken = CaptureTime(taken_at, TakenSource.USER)
        wishes[record.sha256] = Wish(record, taken)
        for follower in with_followers(library, [record]):
            wishes.setdefault(follower.sha256, Wish(follower, taken))
    return list(wishes.values())


def _told(record: Record, side: Side) -> datetime | None:
    """What a source says of a photo's capture time; None where it says nothing."""
    known = (record.taken, *sorted(record.taken_alternatives, key=lambda each: each.taken_at))
    found = next((each.taken_at for each in known if each.source in _SOURCES[side]), None)
    if found is None and side is Side.MTIME:
        return record.modified_at
    if found is None and side is Side.FILENAME:
        named = time_in(PurePosixPath(unescape(record.filename)).name)
        return named and (named if named.tzinfo else named.replace(tzinfo=record.taken.taken_at.tzinfo or UTC))
    return found
