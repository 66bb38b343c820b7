"""``sync --limit``: the newest photos and no more than so many, without keeping the tree in memory.

What is newest, the modification time says: a capture time would need every file to be read. A photo counts once, with
the film, raw file or sidecar that belongs to it, so that they are never torn apart.
"""

import heapq
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from photobak.client.files.candidate import Candidate
from photobak.client.files.select import Group


class Newest:
    """Lets so many new or changed photos pass, newest first; used by one thread."""

    def __init__(self, limit: int, sendable: Callable[[Path], bool]) -> None:
        self._limit = limit
        self._sendable = sendable
        self._newest: list[tuple[int, int, Group | Candidate]] = []
        """A heap, the oldest of them first: modification time in nanoseconds, what came last before what came first."""
        self._arrivals = count()
        self.postponed = 0
        """Files that are left to the next run."""

    def choose(self, work: Iterable[Group | Candidate]) -> Iterator[Group | Candidate]:
        """Pass on at once what needs no upload, and the newest of the rest when all of it was seen."""
        for each in work:
            match each:
                case Candidate(uploaded_at=None, in_trash=False):
                    self._enter(each.fingerprint.mtime_ns, each)
                case Group() if any(self._sendable(Path(each.folder, name)) for name in each.changed):
                    if each.doubted:
                        yield replace(each, changed={})
                    alone = replace(each, settled=each.settled | each.doubted, doubted={})
                    self._enter(max(fingerprint.mtime_ns for fingerprint in each.changed.values()), alone)
                case _:  # where nothing can be sent, whatever the reason, it takes nobody's place
                    yield each
        yield from (work for _, _, work in sorted(self._newest, key=lambda entry: entry[:2], reverse=True))

    def _enter(self, mtime_ns: int, work: Group | Candidate) -> None:
        entry = (mtime_ns, -next(self._arrivals), work)
        if len(self._newest) < self._limit:
            heapq.heappush(self._newest, entry)
        else:
            _, _, oldest = heapq.heappushpop(self._newest, entry)
            self.postponed += len(oldest.changed) if isinstance(oldest, Group) else 1
