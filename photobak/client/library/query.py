"""What a person wants of the library: a stretch of time, and what the photos have to be like; pure decisions."""

from dataclasses import dataclass
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import PurePosixPath
from typing import Final

from photobak.photo.kind import Kind
from photobak.photo.place.circle import Circle
from photobak.photo.record import Record, Status
from photobak.photo.source import unescape


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of sort keys (``photo.keys``)."""

    since: Decimal | None = None
    """The first that belongs to it."""
    until: Decimal | None = None
    """The first that does not any more."""

    def holds(self, timestamp: Decimal) -> bool:
        """Whether a record with this sort key lies in it."""
        return (self.since is None or self.since <= timestamp) and (self.until is None or timestamp < self.until)


ALWAYS: Final = Span()


@dataclass(frozen=True, slots=True)
class Query:
    """What is wanted; a photo has to meet all of it. As it comes, everything is."""

    span: Span = ALWAYS
    """When it was taken: what ``Library.records`` reads, so that nothing else goes over the network."""
    camera: str | None = None
    """Part of the camera's make and model, in capitals or not."""
    kinds: frozenset[Kind] = frozenset()
    """Any of these; none named: all of them."""
    statuses: frozenset[Status] = frozenset()
    """Any of these; none named: all of them."""
    near: Circle | None = None
    """Where it was taken; photos that don't say are left out."""
    album: str | None = None
    """Id of an album in which it is."""
    tag: str | None = None
    """One of its tags, or a level above one, in capitals or not."""
    favorite: bool = False
    """Whether only favorites are wanted."""
    name: str | None = None
    """A pattern that the file name matches, in capitals or not (``fnmatch``)."""
    path: str | None = None
    """A pattern that one of the paths from which it was backed up matches, or a folder above it; likewise."""

    @property
    def by_time_alone(self) -> bool:
        """Whether each record of the span is wanted, so that as many need to be read as are to be had."""
        return self == Query(self.span)

    def matches(self, record: Record) -> bool:
        """Whether the photo is one of those that are wanted."""
        return (
            self.span.holds(record.timestamp)
            and (not self.kinds or record.kind in self.kinds)
            and (not self.statuses or record.status in self.statuses)
            and (self.camera is None or self.camera.casefold() in (record.camera or "").casefold())
            and (self.near is None or self.near.holds(record.latitude, record.longitude))
            and (self.album is None or self.album in record.albums)
            and (self.tag is None or _has_tag(record, self.tag.casefold()))
            and (not self.favorite or record.favorite is True)
            and (self.name is None or _has_name(record, self.name))
            and (self.path is None or any(_lies_in(source.path, self.path) for source in record.parsed_sources))
        )


def _has_tag(record: Record, wanted: str) -> bool:
    return any(tag.casefold() == wanted or tag.casefold().startswith(f"{wanted}/") for tag in record.tags)


def _has_name(record: Record, pattern: str) -> bool:
    names = {unescape(record.filename), *(PurePosixPath(source.path).name for source in record.parsed_sources)}
    return any(_matches(name, pattern) for name in names)


def _lies_in(path: str, pattern: str) -> bool:
    whole = PurePosixPath(path)
    return any(_matches(str(each), pattern.strip("/")) for each in (whole, *whole.parents[:-1]))


def _matches(text: str, pattern: str) -> bool:
    return fnmatchcase(text.casefold(), pattern.casefold())


EVERYTHING: Final = Query()
