"""Adds a sidecar beside each restored photo, and lists of all photos and albums. Repeated, it adds what is new."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import PurePosixPath
from typing import Any, Final

from photobak.client.export.sidecar import SUFFIX, has_sidecar, sidecar, sidecar_path
from photobak.client.restore.destination import Destination
from photobak.client.restore.layout import Target
from photobak.client.restore.naming import NameRules
from photobak.client.restore.part import Expected, Part
from photobak.client.restore.placer import RestoreOutcome, RestoreResult
from photobak.errors import PhotobakError, reason_of
from photobak.photo.album import Album
from photobak.photo.exported import ALBUM_LIST, PHOTO_LIST, ListedPhoto
from photobak.photo.source import utf8_path
from photobak.photo.xmp_packet import is_of_photobak

_LISTS: Final = {PHOTO_LIST: frozenset({"path", "sha256"}), ALBUM_LIST: frozenset({"id", "name"})}
"""With fields by which each is known."""
_THERE: Final = (RestoreResult.RESTORED, RestoreResult.EXISTS)


def with_room_for_sidecars(rules: NameRules) -> NameRules:
    """The same rules for names to which a sidecar's ending can be added; the whole name is in the sidecar."""
    return replace(rules, longest=rules.longest - len(SUFFIX))


class Takeout:
    """One export into one folder."""

    def __init__(
        self, destination: Destination, targets: Sequence[Target], rules: NameRules, albums: Mapping[str, Album]
    ) -> None:
        """Prepare it.

        Args:
            destination: the folder.
            targets: where each original goes.
            rules: by which these were named.
            albums: by id.
        """
        self._destination = destination
        self._rules = rules
        self._albums = albums
        self._names = {album.id: album.name for album in albums.values()}
        self._originals = {rules.key(target.path) for target in targets}
        self._there: list[Target] = []

    def require_place(self) -> None:
        """Make sure that the lists can be written.

        Raises:
            PhotobakError: another file has the name of one.
        """
        for name, fields in _LISTS.items():
            found = self._read(PurePosixPath(name))
            if found and not _is_list(found, fields):
                what = f"{self._destination.root / name} is not from an earlier export"
                raise PhotobakError(what, next_step="Move it away, or export into another folder")

    def complete(self, outcomes: Iterable[RestoreOutcome]) -> Iterator[RestoreOutcome]:
        """Write a sidecar beside each photo that is there, and pass on its outcome."""
        for outcome in outcomes:
            if outcome.result not in _THERE:
                yield outcome
                continue
            try:
                self._describe(outcome.target)
            except OSError as error:
                reason = f"its sidecar can't be written: {reason_of(error)}"
                yield replace(outcome, result=RestoreResult.FAILED, reason=reason)
            else:
                self._there.append(outcome.target)
                yield outcome

    def write_lists(self) -> None:
        """Write the lists, one JSON object per line: each record with its file's and its sidecar's path, each album.

        Raises:
            PhotobakError: one can't be written.
        """
        self._write_list(PHOTO_LIST, map(self._entry, self._there))
        if self._albums or self._read(PurePosixPath(ALBUM_LIST)) is not None:
            self._write_list(ALBUM_LIST, (album.to_json() for album in self._albums.values()))

    def _write_list(self, name: str, entries: Iterable[Mapping[str, Any]]) -> None:
        lines = sorted(json.dumps(entry, ensure_ascii=True, sort_keys=True) for entry in entries)
        content = "".join(f"{line}\n" for line in lines).encode()
        try:
            self._write(PurePosixPath(name), content, None, partial(_is_list, fields=_LISTS[name]))
            self._destination.sync(sidecar_path(target.path).parent for target in self._there)
        except OSError as error:
            what = f"{self._destination.root / name} can't be written"
            raise PhotobakError(what, why=reason_of(error)) from error

    def _describe(self, target: Target) -> None:
        if self._has_sidecar(target):
            content = sidecar(target.record, self._names)
            self._write(sidecar_path(target.path), content, target.modified_at, is_of_photobak)

    def _has_sidecar(self, target: Target) -> bool:
        """Whether to write a sidecar: not if a file of that name was backed up."""
        return has_sidecar(target.record) and self._rules.key(sidecar_path(target.path)) not in self._originals

    def _entry(self, target: Target) -> dict[str, Any]:
        beside = utf8_path(sidecar_path(target.path)) if self._has_sidecar(target) else None
        return ListedPhoto(utf8_path(target.path), beside, target.record).to_json()

    def _write(
        self, path: PurePosixPath, content: bytes, modified_at: datetime | None, ours: Callable[[bytes], bool]
    ) -> None:
        """Write a file whole or not at all, unless it exists already or somebody else wrote it."""
        found = self._read(path)
        if found == content or (found is not None and not ours(found)):
            return
        expected = Expected(len(content), hashlib.sha256(content).hexdigest())
        with self._destination.made(path.parent) as folder, Part(folder, path.name, expected) as part:
            part.start_anew()
            try:
                part.append(memoryview(content))
                part.become_whole(modified_at or datetime.now().astimezone(), replace=found is not None)
            except OSError:
                part.discard()
                raise

    def _read(self, path: PurePosixPath) -> bytes | None:
        """The content of a file; None if there is none."""
        try:
            with self._destination.opened(path.parent) as folder:
                file = folder.open_file(path.name)
        except FileNotFoundError:
            return None
        with os.fdopen(file, "rb") as reader:
            return reader.read()


def _is_list(content: bytes, fields: frozenset[str]) -> bool:
    """Whether a file may be a list of an earlier export, whose entries have these fields."""
    try:
        first = json.loads(content.partition(b"\n")[0] or b"{}")
    except ValueError:
        return False
    return isinstance(first, dict) and (not first or fields <= set(first))
