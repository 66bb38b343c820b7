"""Decides where restored files go: pure functions of records; no name leads out of the target folder."""

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
"""Named layouts that are templates."""
_PREVIEW: Final = ".webp"
_UNKNOWN: Final = "unknown"
_WIDTH: Final = re.compile(r"(0?[1-9])?")


class Variant(StrEnum):
    """The sizes of a photo in the cloud."""

    ORIGINAL = "original"
    WEB = "web"
    THUMB = "thumb"

    def key(self, record: Record) -> str | None:
        """Its key in the photo bucket; None if the photo has no such preview."""
        match self:
            case Variant.ORIGINAL:
                return record.original_key
            case Variant.WEB:
                return record.web_key
            case _:
                return record.thumb_key

    def named(self, record: Record) -> Record:
        """The record with the file names of this variant: ``IMG_1.JPG.webp`` for a preview of ``IMG_1.JPG``."""
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
    """Its mtime."""


Layout = Callable[[list[Record], NameRules], Iterator[Target]]
"""Decides where records go if names don't clash."""


def layout_of(text: str) -> Layout:
    """Parse a layout: ``date``, ``source``, ``flat`` or a template.

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

    With ``source`` a content goes to each of its sources. If several contents want one path, one gets it and the others
    get their id in the name, the same way every time: with ``source`` the one that was stored last gets the path, since
    that is what was there last; otherwise the one that was stored first, so that later backups change no names. Of two
    that were stored at the same time it is the one with the smaller SHA-256.
    """
    wanted = list(layout(list(records), rules))
    sign = -1 if layout is _as_it_lay else 1
    paths = resolve(
        (Wish(each.path, each.record.sha256, sign * each.record.stored_at.timestamp()) for each in wanted), rules
    )
    placed = {path: Target(each.record, path, each.modified_at) for each, path in zip(wanted, paths, strict=True)}
    return list(placed.values())


def _as_it_lay(records: list[Record], rules: NameRules) -> Iterator[Target]:
    """Where files were on their device; below its name if there are several, at the top if no source is known."""
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
    """The name of the file when it was backed up; not safe yet."""
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
"""The fields of a template; times are local to where the photo was taken."""

_Piece = tuple[str, str | None, str]
"""Literal text, then a field (or none) and its width."""


@dataclass(frozen=True, slots=True)
class Template:
    """A path with fields; each of its parts becomes a name."""

    parts: tuple[tuple[_Piece, ...], ...]

    @classmethod
    def parse(cls, text: str) -> "Template":
        """Read a template.

        Raises:
            WrongUsage: a field is unknown, braces don't match, or it leads out of the folder.
        """
        parts = text.split("/")
        if any(part in ("", ".", "..") for part in parts):
            raise _mistake(text, "it has to be a relative path without empty parts, . or ..")
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
            raise _mistake(text, f"there is no field {{{field}}}, only {', '.join(FIELDS)}")
        if conversion or not _WIDTH.fullmatch(spec or "") or (spec and field not in _NUMBERS):
            raise _mistake(
                text, f"the format of {{{field}}} is invalid; only numbers may have a width, as in {{month:02}}"
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
