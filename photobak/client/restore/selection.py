"""Which photos are meant: named one by one, or all that a query finds."""

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
    """Where records are read from."""

    def records(self, span: Span, *, oldest_first: bool) -> Iterator[Record]:
        """All of a stretch of time, in order of capture, but for those in the trash."""

    def find_each(self, prefixes: Sequence[str]) -> list[Record | UnknownPhoto]:
        """Those whose ids begin so, in this order; or why it is not one."""


@dataclass(frozen=True, slots=True)
class Selection:
    """What a person has asked for."""

    ids: tuple[str, ...] | None = None
    """Ids or the beginnings of ids; None: what the query finds."""
    query: Query = EVERYTHING

    def records(self, library: Records, left_out: Callable[[PhotobakError], None]) -> Iterator[Record]:
        """Read them, each once.

        Args:
            library: where they are read from.
            left_out: told of each id that is nobody's, or several photos', where others are known.

        Raises:
            UnknownPhoto: no id is known.
            CloudError, SignInNeeded: they can't be read.
        """
        if self.ids is None:
            return filter(self.query.matches, library.records(self.query.span, oldest_first=True))
        found = library.find_each(self.ids)
        records = {each.sha256: each for each in found if not isinstance(each, UnknownPhoto)}
        unknown = [each for each in found if isinstance(each, UnknownPhoto)]
        last = unknown.pop() if unknown and not records else None
        for each in unknown:
            left_out(each)
        if last is not None:
            raise last
        return iter(records.values())


def listed_ids(lines: Iterable[str], name: str) -> list[str]:
    """Read a list of photos, one a line: ids, lines of ``ls``, or JSON Lines as ``ls --json`` prints them.

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
            why = f"line {number} has neither an id nor a JSON object with a sha256: {shown}"
            raise WrongUsage(f"the list {name} can't be read", why=why)
        found.append(sha256)
    return found


def _of_json(line: str) -> str | None:
    """The hash that a JSON line names, "" where it names none; None for a summary, which is of no photo."""
    try:
        found = json.loads(line)
    except ValueError:
        return ""
    if isinstance(found, dict) and found.get("type") == "summary":
        return None
    sha256 = found.get("sha256") if isinstance(found, dict) else None
    return sha256 if isinstance(sha256, str) else ""
