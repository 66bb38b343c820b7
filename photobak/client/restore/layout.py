"""Where restored files go: pure decisions on records, with names that can't leave the target folder."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final

from photobak.client.restore.naming import EVERY_NAME, NameRules, Wish, safe_name, settle
from photobak.client.restore.template import Template, file_name
from photobak.errors import WrongUsage
from photobak.photo.record import Record

SOURCE: Final = "source"
TEMPLATES: Final = {"date": "{year:04}/{month:02}/{day:02}/{filename}", "flat": "{filename}"}
"""The layouts that have a name and are templates all the same."""


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
    paths = settle(
        (Wish(each.path, each.record.sha256, sign * each.record.stored_at.timestamp()) for each in wanted), rules
    )
    placed = {path: Target(each.record, path, each.modified_at) for each, path in zip(wanted, paths, strict=True)}
    return list(placed.values())


def _as_it_lay(records: list[Record], rules: NameRules) -> Iterator[Target]:
    """As files lay on their device; under its name where there are several, and in no folder where none is known."""
    devices = {source.device for record in records for source in record.places}
    for record in records:
        name = safe_name(file_name(record), rules)
        for source in record.places:
            parts = [safe_name(part, rules) for part in source.path.split("/") if part not in ("", ".", "..")]
            device = [safe_name(source.device, rules)] if len(devices) > 1 else []
            yield Target(record, PurePosixPath(*device, *(parts or [name])), record.modified_at)
        if not record.places:
            yield Target(record, PurePosixPath(name), record.modified_at)
