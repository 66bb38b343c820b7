"""Where restored files go: pure decisions on records, with names that can't leave the target folder."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from pathlib import PurePosixPath
from string import Formatter
from typing import Final

from photobak.client.restore.naming import EVERY_NAME, NameRules, Wish, resolve, safe_name
from photobak.errors import WrongUsage
from photobak.photo.record import Record
from photobak.photo.source import unescape

SOURCE: Final = "source"
TEMPLATES: Final = {"date": "{year:04}/{month:02}/{day:02}/{filename}", "flat": "{filename}"}
"""The layouts that have a name and are templates all the same."""
_PREVIEW: Final = ".webp"
_UNKNOWN: Final = "unknown"
_WIDTH: Final = re.compile(r"(0?[1-9])?")


class Variant(StrEnum):
    """The sizes that the cloud has of a photo."""

    ORIGINAL = "original"
    WEB = "web"
    THUMB = "thumb"

    def key(self, record: Record) -> str | None:
        """Where it lies in the photo bucket; None where the photo has no such preview."""
        match self:
            case Variant.ORIGINAL:
                return record.original_key
            case Variant.WEB:
                return record.web_key
            case _:
                return record.thumb_key

    def named(self, record: Record) -> Record:
        """The record with the names that this variant gets: ``IMG_1.JPG.webp`` for a preview of ``IMG_1.JPG``."""
        if self is Variant.ORIGINAL:
            return record
        sources = frozenset(f"{source}{_PREVIEW}" for source in record.sources)
        return replace(record, filename=f"{record.filename}{_PREVIEW}", sources=sources)


@dataclass(frozen=True, slots=True)
class Target:
    """One file to restore."""

    record: Record
    path: PurePosixPath
    """Relative to the target folder; every part is safe."""
    modified_at: datetime
    """The mtime that it gets."""


Layout = Callable[[list[Record], NameRules], Iterator[Target]]
"""Says where records would go if they were alone."""


def layout_of(text: str) -> Layout:
    """The layout that is meant: ``date``, ``source``, ``flat`` or a template.

    Raises:
        WrongUsage: it is none of these.
    """
    if text == SOURCE:
        return _as_it_lay
    if text not in TEMPLATES and "{" not in text:
        next_step = "Write date, source, flat, or a template such as '{year}/{month:02}/{camera}/{filename}'"
        raise WrongUsage(f"there is no --layout {text!r}", next_step=next_step)
    template = Template.parse(TEMPLATES.get(text, text))

    def by_template(records: list[Record], rules: NameRules) -> Iterator[Target]:
        for record in records:
            yield Target(record, template.path(record, rules), record.taken.taken_at)

    return by_template


def targets(records: Iterable[Record], layout: Layout, rules: NameRules = EVERY_NAME) -> list[Target]:
    """Decide where each record goes.

    With ``source`` a content that lay at several places goes to each of them. Where several contents want one path,
    the others carry their id, the same way every time: with ``source`` the one that was stored last has the name, since
    that is what lay there; else the one that was stored first, so that what was restored once keeps its name whatever
    is backed up later. Of two that were stored at once it is the one with the smaller SHA-256.
    """
    wanted = list(layout(list(records), rules))
    sign = -1 if layout is _as_it_lay else 1
    paths = resolve(
        (Wish(each.path, each.record.sha256, sign * each.record.stored_at.timestamp()) for each in wanted), rules
    )
    placed = {path: Target(each.record, path, each.modified_at) for each, path in zip(wanted, paths, strict=True)}
    return list(placed.values())


def _as_it_lay(records: list[Record], rules: NameRules) -> Iterator[Target]:
    """As files lay on their device; under its name where there are several, and in no folder where none is known."""
    devices = {source.device for record in records for source in record.parsed_sources}
    for record in records:
        name = safe_name(file_name(record), rules)
        for source in record.parsed_sources:
            parts = [safe_name(part, rules) for part in source.path.split("/") if part not in ("", ".", "..")]
            device = [safe_name(source.device, rules)] if len(devices) > 1 else []
            yield Target(record, PurePosixPath(*device, *(parts or [name])), record.modified_at)
        if not record.parsed_sources:
            yield Target(record, PurePosixPath(name), record.modified_at)


def file_name(record: Record) -> str:
    """The name that the file had where it was backed up; not safe yet."""
    return PurePosixPath(unescape(record.filename)).name


_NUMBERS: Final[Mapping[str, Callable[[Record], int]]] = {
    "year": lambda record: record.taken.taken_at.year,
    "month": lambda record: record.taken.taken_at.month,
    "day": lambda record: record.taken.taken_at.day,
    "hour": lambda record: record.taken.taken_at.hour,
    "minute": lambda record: record.taken.taken_at.minute,
    "second": lambda record: record.taken.taken_at.second,
}
_TEXTS: Final[Mapping[str, Callable[[Record], str | None]]] = {
    "filename": file_name,
    "stem": lambda record: PurePosixPath(file_name(record)).stem,
    "ext": lambda record: PurePosixPath(file_name(record)).suffix.removeprefix("."),
    "id": lambda record: record.id,
    "sha256": lambda record: record.sha256,
    "kind": lambda record: record.kind.value,
    "camera": lambda record: record.camera,
    "lens": lambda record: record.lens,
    "device": lambda record: record.parsed_sources[0].device if record.parsed_sources else None,
}
FIELDS: Final = (*_NUMBERS, *_TEXTS)
"""What a template may name; times are those of the place where the photo was taken."""

_Piece = tuple[str, str | None, str]
"""Literal text, then a field (or none) and its width."""


@dataclass(frozen=True, slots=True)
class Template:
    """A path with fields in it; each of its parts becomes a name."""

    parts: tuple[tuple[_Piece, ...], ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Read a template.

        Raises:
            WrongUsage: a field is unknown, braces don't match, or it leads out of the folder.
        """
        parts = text.split("/")
        if any(part in ("", ".", "..") for part in parts):
            raise _mistake(text, "it has to be a path below the folder, without . and .. and with no empty part")
        return cls(tuple(_pieces(text, part) for part in parts))

    def path(self, record: Record, rules: NameRules) -> PurePosixPath:
        """Where a record's file goes; every part is safe."""
        return PurePosixPath(
            *(safe_name("".join(_filled(piece, record) for piece in part), rules) for part in self.parts)
        )


def _pieces(text: str, part: str) -> tuple[_Piece, ...]:
    try:
        found = [(literal, field, spec, conversion) for literal, field, spec, conversion in Formatter().parse(part)]
    except ValueError as error:
        raise _mistake(text, f"{error}") from error
    for _, field, spec, conversion in found:
        if field is None:
            continue
        if field not in FIELDS:
            raise _mistake(text, f"it names {{{field}}}, and there are only {', '.join(FIELDS)}")
        if conversion or not _WIDTH.fullmatch(spec or "") or (spec and field not in _NUMBERS):
            raise _mistake(
                text, f"{{{field}}} is written in a way that isn't known; numbers may have a width, {{month:02}}"
            )
    return tuple((literal, field, spec or "") for literal, field, spec, _ in found)


def _filled(piece: _Piece, record: Record) -> str:
    literal, field, spec = piece
    if field is None:
        return literal
    if field in _NUMBERS:
        return f"{literal}{_NUMBERS[field](record):{spec}}"
    return literal + (_TEXTS[field](record) or _UNKNOWN)


def _mistake(text: str, why: str) -> WrongUsage:
    return WrongUsage(f"the layout {text!r} can't be used", why=why)
