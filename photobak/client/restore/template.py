"""Layouts that people write themselves: ``{year}/{month:02}/{camera}/{filename}``."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from string import Formatter
from typing import Final

from photobak.client.restore.naming import NameRules, safe_name
from photobak.errors import WrongUsage
from photobak.photo.record import Record
from photobak.photo.source import unescape

_UNKNOWN: Final = "unknown"
_WIDTH: Final = re.compile(r"(0?[1-9])?")


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
    "device": lambda record: record.places[0].device if record.places else None,
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
