"""Selects photos: by ids, or by a query."""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from photobak.client.library.query import EVERYTHING, Query, Span
from photobak.errors import PhotobakError, UnknownPhoto, WrongUsage
from photobak.photo.identity import is_id_prefix
from photobak.photo.record import Record

_SHOWN: Final = 40


class Records(Protocol):
    """A source of records."""

    def records(self, span: Span, *, oldest_first: bool, album: str | None = None) -> Iterator[Record]:
        """All records of a span of time, or only those of an album, in order of capture, without the trash."""

    def find_each(self, prefixes: Sequence[str]) -> list[Record | UnknownPhoto]:
        """The record of each prefix of an id, in this order; or the error if there is not exactly one."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person has selected."""

    ids: tuple[str, ...] | None = None
    """Ids or prefixes of ids; None: what the query finds."""
    query: Query = EVERYTHING

    def records(self, library: Records, left_out: Callable[[PhotobakError], None]) -> Iterator[Record]:
        """Read the selected records, each once.

        Args:
            library: where to read them.
            left_out: called for each id that is unknown or ambiguous, if others are known.

        Raises:
            UnknownPhoto: no id is known.
            CloudError, SignInNeeded: they can't be read.
        """
        if self.ids is None:
            found = library.records(self.query.span, oldest_first=True, album=self.query.album)
            return filter(self.query.matches, found)
        named = library.find_each(self.ids)
        records = {each.sha256: each for each in named if not isinstance(each, UnknownPhoto)}
        unknown = [each for each in named if isinstance(each, UnknownPhoto)]
        last = unknown.pop() if unknown and not records else None
        for each in unknown:
            left_out(each)
        if last is not None:
            raise last
        return iter(records.values())


def listed_ids(lines: Iterable[str], name: str) -> list[str]:
    """Read a list of photos, one per line: ids, lines of ``ls``, or JSON Lines as ``ls --json`` prints them.

    Raises:
        WrongUsage: a line is none of these.
    """
    found = []
    for number, line in enumerate(lines, start=1):
        words = line.split()
        if not words:
            continue
        sha256 = _of_json(line) if words[0].startswith("{") else words[0].lower()
        if sha256 is None:
            continue
        if not is_id_prefix(sha256):
            shown = line.strip()[:_SHOWN]
            why = f"line {number} is neither an id nor a JSON object with a sha256: {shown}"
            raise WrongUsage(f"the list {name} can't be read", why=why)
        found.append(sha256)
    return found


def _of_json(line: str) -> str | None:
    """The hash in a JSON line, "" if it has none; None for a summary, which is about no photo."""
    try:
        found = json.loads(line)
    except ValueError:
        return ""
    if isinstance(found, dict) and found.get("type") == "summary":
        return None
    sha256 = found.get("sha256") if isinstance(found, dict) else None
    return sha256 if isinstance(sha256, str) else ""
