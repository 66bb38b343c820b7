"""Files that were moved, renamed or deleted: nothing is uploaded for them, the record's places follow."""

import os
from collections import defaultdict
from collections.abc import Sequence
from typing import Final

from photobak.client.announce import announce_all
from photobak.client.candidate import Candidate
from photobak.client.index import Index, KnownFile
from photobak.client.scan import Root
from photobak.client.select import Selection
from photobak.client.session import Session
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST, Announcement

_MOST_GONE: Final = 50  # places of one content that one announcement takes away


class GoneFiles:
    """Collects paths that the index knows and the disk has no more."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._visited: set[str] = set()
        self._gone: list[KnownFile] = []

    def note(self, selection: Selection) -> None:
        """Take over what one folder misses."""
        folder = selection.listing.folder
        self._visited.add(folder)
        self._gone += [file for name in selection.gone if (file := self._index.file(folder, name))]

    def of(self, roots: Sequence[Root]) -> list[KnownFile]:
        """All that is gone below these roots, whole folders included."""
        for root in roots:
            if not root.single:
                for folder in self._index.folders_below(str(root.path)):
                    if folder not in self._visited:
                        self._gone += self._missing(folder)
        return self._gone

    def _missing(self, folder: str) -> list[KnownFile]:
        """The files of a folder that was not visited; it may be there all the same, unreadable or excluded."""
        files = [self._index.file(folder, name) for name in self._index.fingerprints(folder)]
        return [file for file in files if file and not os.path.lexists(file.path)]


def tell_moves(session: Session, index: Index, gone: Sequence[KnownFile]) -> None:
    """Take the places of gone files out of the records of contents that lie elsewhere too, and forget the paths.

    A content that lies nowhere any more keeps its last place: the backup remembers where it was.

    Raises:
        CloudError, SignInNeeded: nothing is forgotten, the next run tells it again.
    """
    announcements = _announcements(index, gone)
    for start in range(0, len(announcements), MAX_PHOTOS_A_REQUEST):
        announce_all(session, announcements[start : start + MAX_PHOTOS_A_REQUEST])
    if gone:
        index.forget(gone)


def _announcements(index: Index, gone: Sequence[KnownFile]) -> list[Announcement]:
    by_content: dict[str, list[KnownFile]] = defaultdict(list)
    for file in gone:
        by_content[file.sha256].append(file)
    announcements = []
    for sha256, files in by_content.items():
        left = [place for place in index.places(sha256) if place.status.kept and place not in files]
        kept_sources = {place.source for place in left}
        leaving = tuple({file.source for file in files} - kept_sources)[:_MOST_GONE]
        if left and leaving:
            announcements.append(Candidate.pending(left[0]).announcement((left[0].source,), leaving))
    return announcements
