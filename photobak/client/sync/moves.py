"""Files that were moved, renamed, edited or deleted: the sources in the records of their contents follow."""

import os
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from photobak.client.account.session import Session
from photobak.client.files.candidate import Candidate
from photobak.client.files.scan import Root
from photobak.client.files.select import Selection
from photobak.client.index.index import Index, KnownFile, StaleSources
from photobak.client.upload.announce import announce_all
from photobak.photo.announcement import MAX_PHOTOS_A_REQUEST, MAX_SOURCES_A_PHOTO, Announcement


class GoneFiles:
    """Collects paths that the index knows and the disk no longer has."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._visited: set[str] = set()
        self._gone: dict[str, list[KnownFile]] = defaultdict(list)
        """By root, as it was given."""
        self._held: set[str] = set()
        """The roots that have any file."""

    def note(self, selection: Selection) -> None:
        """Add what one folder is missing."""
        folder, root = selection.listing.folder, str(selection.listing.root.path)
        self._visited.add(folder)
        self._gone[root] += selection.gone
        if selection.listing.files:
            self._held.add(root)

    def of(self, roots: Sequence[Root]) -> list[KnownFile]:
        """Everything that is gone below these roots, whole folders included.

        A root that is empty is most likely a disk that is not mounted: its files stay in the index, so that they need
        not be read again when it is back.
        """
        for root in roots:
            if root.names is None and str(root.path) in self._held:
                for folder in self._index.folders_below(str(root.path)):
                    if folder not in self._visited:
                        self._gone[str(root.path)] += self._missing(folder)
        return [file for root in self._held for file in self._gone[root]]

    def emptied(self, roots: Sequence[Root]) -> list[Path]:
        """The roots in which nothing is left, though the index knows files below them."""
        empty = [root.path for root in roots if root.names is None and str(root.path) not in self._held]
        return [path for path in empty if self._index.folders_below(str(path))]

    def _missing(self, folder: str) -> list[KnownFile]:
        """The missing files of a folder that was not visited; it may still exist, unreadable or excluded."""
        return [file for file in self._index.files_of(folder) if not os.path.lexists(file.path)]


def announce_moves(session: Session, index: Index) -> None:
    """Have the cloud remove sources where contents are no longer.

    Raises:
        CloudError, SignInNeeded: the next run announces the rest.
    """
    while stale := index.stale_sources(MAX_PHOTOS_A_REQUEST):
        batch = [StaleSources(each.lies_at, each.sources[:MAX_SOURCES_A_PHOTO]) for each in stale]
        if announcements := [_announcement(each) for each in batch if each.sources]:
            announce_all(session, announcements)
        index.forget_stale_sources(batch)


def _announcement(stale: StaleSources) -> Announcement:
    return Candidate.pending(stale.lies_at).announcement((stale.lies_at.source,), stale.sources)
