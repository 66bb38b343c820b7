"""Where restored files go: pure decisions on records, with names that can't leave the target folder."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Final

from photobak.photo.record import Record
from photobak.photo.source import Source, unescape

_LONGEST_NAME: Final = 255  # bytes, on every file system in use
_CLASH_DIGITS: Final = 12


class Layout(StrEnum):
    """How restored files are arranged."""

    DATE = "date"
    """``2024/06/30/IMG_1.JPG``, by capture date where it was taken."""
    SOURCE = "source"
    """As they lay on their device; under the device's name where there are several."""
    FLAT = "flat"
    """All in one folder."""


@dataclass(frozen=True, slots=True)
class Target:
    """One file to restore."""

    record: Record
    path: PurePosixPath
    """Relative to the target folder; every part is safe."""
    modified_at: datetime
    """The mtime that it gets."""


def targets(records: Iterable[Record], layout: Layout) -> list[Target]:
    """Decide where each record goes.

    With ``source`` a content that lay at several places goes to each of them. Where several contents want the same
    name, the one that was stored last gets it and the others carry their id: the same way every time.
    """
    wishes = list(_WISHES[layout](list(records)))
    by_path: dict[PurePosixPath, list[Target]] = defaultdict(list)
    for wish in wishes:
        by_path[wish.path].append(wish)
    placed: list[Target] = []
    for wish in wishes:
        rivals = by_path[wish.path]
        winner = max(rivals, key=lambda each: (each.record.stored_at, each.record.sha256))
        placed.append(wish if wish.record.sha256 == winner.record.sha256 else _with_id(wish))
    return list({target.path: target for target in placed}.values())


def _by_date(records: list[Record]) -> Iterator[Target]:
    for record in records:
        taken = record.taken.taken_at
        yield Target(record, PurePosixPath(f"{taken:%Y/%m/%d}", _file_name(record)), taken)


def _flat(records: list[Record]) -> Iterator[Target]:
    for record in records:
        yield Target(record, PurePosixPath(_file_name(record)), record.taken.taken_at)


def _as_it_lay(records: list[Record]) -> Iterator[Target]:
    devices = {source.device for record in records for source in _sources(record)}
    for record in records:
        for source in _sources(record):
            parts = [safe_name(part) for part in source.path.split("/") if part not in ("", ".", "..")]
            device = [safe_name(source.device)] if len(devices) > 1 else []
            yield Target(record, PurePosixPath(*device, *(parts or [_file_name(record)])), record.modified_at)


_WISHES: Final[dict[Layout, Callable[[list[Record]], Iterator[Target]]]] = {
    Layout.DATE: _by_date,
    Layout.SOURCE: _as_it_lay,
    Layout.FLAT: _flat,
}


def safe_name(name: str) -> str:
    """Make a name that the network has sent into one part of a path, whatever it was."""
    name = name.replace("/", "_").replace("\0", "_")
    if name in ("", ".", ".."):
        return "_"
    encoded = name.encode("utf-8", "surrogateescape")
    if len(encoded) <= _LONGEST_NAME:
        return name
    suffix = PurePosixPath(name).suffix.encode("utf-8", "surrogateescape")[:20]
    return (encoded[: _LONGEST_NAME - len(suffix)] + suffix).decode("utf-8", "surrogateescape")


def _file_name(record: Record) -> str:
    return safe_name(PurePosixPath(unescape(record.filename)).name)


def _sources(record: Record) -> list[Source]:
    """The record's places; one that can't be read is the file name in no folder."""
    return record.places or [Source("unknown", unescape(record.filename))]


def _with_id(target: Target) -> Target:
    path = target.path
    name = safe_name(f"{path.stem[:200]} ({target.record.sha256[:_CLASH_DIGITS]}){path.suffix}")
    return Target(target.record, path.with_name(name), target.modified_at)
