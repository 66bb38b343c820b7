"""Adds a sidecar beside each restored photo and a list of all photos. Repeated, it adds what is new."""

import hashlib
import json
import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any, Final

from photobak.client.export.sidecar import has_sidecar, is_ours, sidecar, sidecar_path
from photobak.client.restore.destination import Destination
from photobak.client.restore.layout import Target
from photobak.client.restore.naming import NameRules
from photobak.client.restore.part import Expected, Part
from photobak.client.restore.placer import RestoreOutcome, RestoreResult
from photobak.errors import PhotobakError, reason_of
from photobak.photo.source import utf8_path

LIST: Final = PurePosixPath("photos.jsonl")
_THERE: Final = (RestoreResult.RESTORED, RestoreResult.EXISTS)


class Takeout:
    """One export into one folder."""

    def __init__(self, destination: Destination, targets: Sequence[Target], rules: NameRules) -> None:
        self._destination = destination
        self._rules = rules
        self._originals = {rules.key(target.path) for target in targets}
        self._there: list[Target] = []

    def require_place(self) -> None:
        """Make sure that the list can be written.

        Raises:
            PhotobakError: another file has its name.
        """
        found = self._read(LIST)
        if found and not _is_list(found):
            what = f"{self._destination.root / LIST} is not from an earlier export"
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

    def write_list(self) -> None:
        """Write the list, one JSON object per line: the record, the file's path and its sidecar's path.

        Raises:
            PhotobakError: it can't be written.
        """
        lines = sorted(json.dumps(self._entry(target), ensure_ascii=True, sort_keys=True) for target in self._there)
        try:
            self._write(LIST, "".join(f"{line}\n" for line in lines).encode(), None, _is_list)
            self._destination.sync(sidecar_path(target.path).parent for target in self._there)
        except OSError as error:
            what = f"{self._destination.root / LIST} can't be written"
            raise PhotobakError(what, why=reason_of(error)) from error

    def _describe(self, target: Target) -> None:
        if self._has_sidecar(target):
            self._write(sidecar_path(target.path), sidecar(target.record), target.modified_at, is_ours)

    def _has_sidecar(self, target: Target) -> bool:
        """Whether to write a sidecar: not if a file of that name was backed up."""
        return has_sidecar(target.record) and self._rules.key(sidecar_path(target.path)) not in self._originals

    def _entry(self, target: Target) -> dict[str, Any]:
        beside = utf8_path(sidecar_path(target.path)) if self._has_sidecar(target) else None
        return {"path": utf8_path(target.path), "sidecar": beside, **target.record.to_json()}

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


def _is_list(content: bytes) -> bool:
    try:
        first = json.loads(content.partition(b"\n")[0] or b"{}")
    except ValueError:
        return False
    return isinstance(first, dict) and (not first or {"path", "sha256"} <= set(first))
