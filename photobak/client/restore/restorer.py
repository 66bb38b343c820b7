"""Restores files, several at once; one that can't be fetched does not stop the others."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from threading import Lock
from typing import Final

from photobak.client.concurrency import Channel, Pipeline
from photobak.client.library.bucket import PhotoBucket
from photobak.client.restore.archived import RestoreRequest, Speed
from photobak.client.restore.destination import Destination
from photobak.client.restore.layout import Target, Variant
from photobak.client.restore.placer import Placer, RestoreOutcome, RestoreResult
from photobak.client.restore.ranges import Ranges
from photobak.client.transport.download import Download, Unreachable
from photobak.errors import PhotobakError

_AT_A_TIME: Final = 32
"""Files whose folders are flushed to the disk together."""
_LONGEST_HOLD: Final = 0.5
"""Seconds that a file may wait for the others."""
_MOST_FAILURES_IN_A_ROW: Final = 3


@dataclass(frozen=True, slots=True)
class RestoreOptions:
    """How to restore files."""

    variant: Variant = Variant.ORIGINAL
    jobs: int = 8
    """Files fetched at once."""
    replace: bool = False
    """Whether to overwrite existing files whose contents differ."""
    thaw: Speed | None = None
    """How fast archived originals are to be thawed; None: they are left archived."""
    on_bytes: Callable[[int], None] = lambda _: None
    """Called with the number of bytes that have arrived, from several threads."""


class Restorer:
    """Restores from one bucket into one folder."""

    def __init__(self, bucket: PhotoBucket, destination: Destination, options: RestoreOptions | None = None) -> None:
        self._options = options or RestoreOptions()
        self._destination = destination
        download = Download(bucket.objects, self._options.on_bytes)
        restore_request = RestoreRequest(bucket.objects, self._options.thaw)
        ranges, options = Ranges(download), self._options
        self._placer = Placer(destination, download, ranges, restore_request, options.variant, options.replace)
        self._guard = Lock()
        self._failures_in_a_row = 0

    def restore(self, targets: Iterable[Target]) -> Iterator[RestoreOutcome]:
        """Restore all targets; outcomes come as they are known, in no particular order.

        An existing file with the same bytes is left alone. A file that is reported as restored survives a power cut.

        Raises:
            CloudError: the cloud can't be reached, several times in a row.
            SignInNeeded: the sign-in has ended.
            PhotobakError: the folder can't be made, or the disk has too little room.
        """
        targets = list(targets)
        self._destination.make()
        self._require_room(targets)
        by_content: dict[str, list[Target]] = {}
        for target in targets:
            by_content.setdefault(target.record.sha256, []).append(target)
        with Pipeline() as pipeline:
            contents = pipeline.stage(iter, by_content.values(), capacity=self._options.jobs)
            done = pipeline.stage(self._placed, contents, threads=self._options.jobs, capacity=_AT_A_TIME)
            yield from self._durable(done)

    def rehearse(self, targets: Iterable[Target]) -> Iterator[RestoreOutcome]:
        """Report what ``restore`` would do, and fetch no original.

        Raises:
            CloudError, SignInNeeded: the bucket has to be read, and can't be.
        """
        return map(self._placer.rehearse, targets)

    def missing_bytes(self, targets: Iterable[Target]) -> int:
        """How many bytes have to be fetched, judging by names and sizes; 0 for previews."""
        return sum(map(self._placer.missing_bytes, targets))

    def _require_room(self, targets: list[Target]) -> None:
        needed, free = self.missing_bytes(targets), self._destination.room()
        if needed > free:
            raise PhotobakError(
                f"not enough space in {self._destination.root}",
                why=f"{needed:,} bytes are needed, and {free:,} are free",
                next_step="Free some space, restore to another disk with --to, or restore fewer photos at a time",
            )

    def _placed(self, contents: Iterable[list[Target]]) -> Iterator[RestoreOutcome]:
        for targets in contents:
            placed = []
            try:
                for outcome in self._placer.place(targets):
                    placed.append(outcome)
                    yield outcome
                self._failures_in_a_row = 0
            except Unreachable as error:
                self._count(error)
                for target in targets[len(placed) :]:
                    path = self._destination.root / target.path
                    yield RestoreOutcome(target, path, RestoreResult.FAILED, str(error))

    def _count(self, error: Unreachable) -> None:
        """One file that can't be fetched must not stop the others; several in a row mean that nothing can be.

        Raises:
            Unreachable: there were several in a row.
        """
        with self._guard:
            self._failures_in_a_row += 1
            if self._failures_in_a_row >= _MOST_FAILURES_IN_A_ROW:
                raise error

    def _durable(self, outcomes: Channel[RestoreOutcome]) -> Iterator[RestoreOutcome]:
        """Pass on outcomes once their folders are flushed, a batch at a time; also if the run ends early."""
        held: list[RestoreOutcome] = []
        try:
            while held or not outcomes.finished:
                outcome = outcomes.get(timeout=_LONGEST_HOLD if held else None)
                if outcome is not None:
                    held.append(outcome)
                if outcome is None or len(held) == _AT_A_TIME:
                    ready, held = held, []
                    yield from self._synced(ready)
        except (KeyboardInterrupt, PhotobakError):
            yield from self._synced(held + outcomes.left())
            raise

    def _synced(self, outcomes: list[RestoreOutcome]) -> list[RestoreOutcome]:
        restored = (each for each in outcomes if each.result is RestoreResult.RESTORED)
        self._destination.sync(each.target.path.parent for each in restored)
        return outcomes
